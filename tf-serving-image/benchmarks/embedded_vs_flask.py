"""Compare the embedded server with minimal Flask: single-value requests on one core.

Both servers run on the first core. The last core loads them in turn by 32 keep-alive connections.
The order ABBA lets a drift of the machine affect both alike. Flask runs under one gunicorn gthread
worker of 8 threads. A `tensorflow_model_server` on the PATH takes part too. What counts is the
ratio: the requests per second are this machine's.

    python benchmarks/embedded_vs_flask.py [--blocks 3] [--seconds 2] [--client wrk|python]
"""

import argparse
import importlib.util
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SUBPROJECT = HERE.parent
CONNECTIONS = 32
FLASK_ENVIRONMENT = SUBPROJECT.parent / ".tox" / "converter-api" / "bin" / "python"


@dataclass(frozen=True)
class Server:
    """A server under test: its command, and its request for one temperature."""

    name: str
    port: int
    command: Sequence[str]
    method: str
    path: str
    body: str = ""

    @property
    def url(self) -> str:
        """The URL of the request."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    def raw_request(self) -> bytes:
        """Return the request as bytes of HTTP/1.1."""
        return (
            f"{self.method} {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Content-Length: {len(self.body)}\r\n\r\n{self.body}"
        ).encode()

    def lua(self) -> str:
        """Return the request as a script for wrk."""
        return f"wrk.method = {self.method!r}\nwrk.body = {self.body!r}\n"


def free_port() -> int:
    """Return a port on which no process listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def servers(model: Path, flask_python: str) -> list[Server]:
    """Return the servers to compare; the real server only if it is installed."""
    contestants = [
        serving("embedded", [sys.executable, "-m", "celsiusify_tf_serving.embedded"], model),
        flask(flask_python),
    ]
    if real := shutil.which("tensorflow_model_server"):
        contestants.append(serving("tensorflow_model_server", [real], model))
    return contestants


def serving(name: str, command: list[str], model: Path) -> Server:
    """Return a server with TensorFlow Serving's flags."""
    port = free_port()
    flags = {
        "rest_api_port": port,
        "port": free_port(),
        "model_name": model.name,
        "model_base_path": model,
    }
    options = [f"--{flag}={value}" for flag, value in flags.items()]
    path = f"/v1/models/{model.name}:predict"
    return Server(name, port, command + options, "POST", path, '{"instances": [451.25]}')


def flask(python: str) -> Server:
    """Return minimal Flask under one gthread worker of 8 threads."""
    port = free_port()
    options = f"--workers 1 --worker-class gthread --threads 8 --bind 127.0.0.1:{port}".split()
    command = [python, "-m", "gunicorn", *options, "--chdir", str(HERE), "minimal_flask:app"]
    return Server("flask", port, command, "GET", "/convert?fahrenheit=451.25")


@contextmanager
def running(server: Server, core: int, log: Path) -> Iterator[None]:
    """Run a server on a core during the block, which starts after a right answer."""
    with log.open("w") as output:
        process = subprocess.Popen(
            ["taskset", "-c", str(core), *server.command], stdout=output, stderr=output
        )
    try:
        wait_for_right_answer(server, process, log)
        yield
    finally:
        process.terminate()
        process.wait(30)


def wait_for_right_answer(server: Server, process: subprocess.Popen[bytes], log: Path) -> None:
    """Send requests until 451.25 °F is converted to 232.917 °C; stop after a minute."""
    request = urllib.request.Request(server.url, server.body.encode() or None, method=server.method)
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                content = json.load(answer)
        except OSError:
            time.sleep(0.1)
            continue
        celsius = content["predictions"][0] if "predictions" in content else content["celsius"]
        if abs(celsius - 232.916667) > 0.01:
            sys.exit(f"{server.name} answered {content}")
        return
    sys.exit(f"{server.name} did not start:\n{log.read_text()[-2000:]}")


def load_with_wrk(server: Server, core: int, seconds: int) -> float:
    """Load a server by wrk.

    Returns:
        Answers per second.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(server.lua())
        script.flush()
        options = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", script.name, server.url]
        output = subprocess.check_output(["taskset", "-c", str(core), "wrk", *options], text=True)
    if problem := re.search(r"(Non-2xx|Socket errors).*", output):
        sys.exit(f"{server.name}: {problem[0]}")
    rate = re.search(r"Requests/sec: +([\d.]+)", output)
    assert rate, output
    return float(rate[1])


def load_with_python(server: Server, core: int, seconds: int) -> float:
    """Load a server by the client beside this script.

    Returns:
        Answers per second.
    """
    client = [sys.executable, str(HERE / "keepalive_client.py"), "127.0.0.1", str(server.port)]
    output = subprocess.check_output(
        ["taskset", "-c", str(core), *client, str(CONNECTIONS), str(seconds)],
        input=server.raw_request(),
    )
    return float(output)


CLIENTS = {"wrk": load_with_wrk, "python": load_with_python}


def measure(
    contestants: list[Server], options: argparse.Namespace, core: int
) -> dict[str, list[float]]:
    """Load the servers in turn, forwards and backwards in each block.

    Returns:
        Answers per second of each round, by the server's name.
    """
    load = CLIENTS[options.client]
    for server in contestants:
        load(server, core, 1)  # warm-up, not counted
    rates: dict[str, list[float]] = {server.name: [] for server in contestants}
    for block in range(options.blocks):
        for server in [*contestants, *reversed(contestants)]:
            rate = load(server, core, options.seconds)
            rates[server.name].append(rate)
            print(f"block {block + 1}/{options.blocks}  {server.name:24} {rate:9.0f}/s", flush=True)
    return rates


def report(rates: dict[str, list[float]]) -> None:
    """Print the rate of each server, and the ratio to Flask's rate by blocks."""
    for name, own in rates.items():
        blocks = [
            (own[i] + own[i + 1]) / (rates["flask"][i] + rates["flask"][i + 1])
            for i in range(0, len(own), 2)
        ]
        print(
            f"{name:24} median {statistics.median(own):9.0f}/s   "
            f"{statistics.median(blocks):.2f} times flask "
            f"(blocks {min(blocks):.2f} to {max(blocks):.2f})"
        )


def parse() -> argparse.Namespace:
    """Read the options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of each round")
    parser.add_argument("--model", type=Path, default=SUBPROJECT / "model" / "celsiusify")
    parser.add_argument(
        "--client", choices=CLIENTS, default="wrk" if shutil.which("wrk") else "python"
    )
    has_flask = importlib.util.find_spec("flask") and importlib.util.find_spec("gunicorn")
    parser.add_argument(
        "--flask-python",
        default=sys.executable if has_flask else str(FLASK_ENVIRONMENT),
        help="a Python with flask and gunicorn (%(default)s)",
    )
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    options = parse()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        sys.exit("expected two cores or more: one for the server, one for the load")
    if not options.model.is_dir():
        sys.exit(f"no model in {options.model}: make one with `make export`")
    contestants = servers(options.model.resolve(), options.flask_python)
    print(f"servers on core {cores[0]}, {options.client} on core {cores[-1]}", flush=True)
    with ExitStack() as stack, tempfile.TemporaryDirectory() as logs:
        for server in contestants:
            stack.enter_context(running(server, cores[0], Path(logs) / f"{server.name}.log"))
        rates = measure(contestants, options, cores[-1])
    report(rates)


if __name__ == "__main__":
    main()
