"""Compare gunicorn's worker classes, and what metrics and the access log cost, in one run.

Each candidate serves the app from one worker on one core; wrk asks from another core, over many
kept connections. All candidates run at once, idle but for the one that is measured, and take turns
in a new order each round, so that whatever else the machine does meets them alike. Figures are
medians over rounds, ratios medians of the ratios within each round. CPU time per request bears
noise better than requests per second do.

"Slow clients" is whether others were answered while many hung in the middle of their headers.

Needs wrk (Debian: apt-get install wrk) and two cores.
Usage: python benchmarks/worker_classes.py [--help]
"""

import argparse
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from unittest import mock

import psutil
from flask import Flask

from celsiusify_converter_api.app import create_app
from celsiusify_converter_api.web import metrics

SERVER_CORE, CLIENT_CORE = 0, 1
PATH = "/convert/?fahrenheit=451"
HANGING_CLIENTS = 64
ANSWER_TIMEOUT_S = 2
APP = "celsiusify_converter_api.app:create_app()"


def without_metrics() -> Flask:
    """Make the app as it would be if it measured nothing."""
    with mock.patch.object(metrics, "init_app"):
        return create_app()


@dataclass
class Candidate:
    """A way to run the app: arguments for gunicorn, on top of a packaged configuration.

    Attributes:
        source: The `src` folder of another version of this subproject, or None for this one.
    """

    name: str
    arguments: list[str]
    app: str = APP
    access_log: bool = False
    source: Path | None = None
    config: str = "celsiusify_converter_api.serving.gunicorn_conf"
    port: int = 0
    master: int = 0

    @property
    def url(self) -> str:
        """What is asked."""
        return f"http://127.0.0.1:{self.port}{PATH}"


def candidates(baseline: Path | None) -> list[Candidate]:
    """List the candidates; the first is what `serve` starts."""
    gthread = [
        Candidate(f"gthread, {n} threads", ["--worker-class=gthread", f"--threads={n}"])
        for n in (1, 4, 8, 32)
    ]
    other = [
        Candidate("baseline", [], source=baseline, config="celsiusify_converter_api.gunicorn_conf")
    ]
    return [
        Candidate("gevent (serve)", []),
        *(other if baseline else []),
        *gthread,
        Candidate("sync", ["--worker-class=sync"]),
        Candidate("gevent_pywsgi", ["--worker-class=gunicorn.workers.ggevent.GeventPyWSGIWorker"]),
        Candidate("serve, no metrics", [], app=f"{Path(__file__).stem}:without_metrics()"),
        Candidate("serve, access log", [], access_log=True),
    ]


def pin(core: int) -> list[str]:
    """Run what follows on one core."""
    return ["taskset", "--cpu-list", str(core)]


@contextmanager
def served(candidate: Candidate) -> Iterator[None]:
    """Serve the app in a candidate's way."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        candidate.port = listener.getsockname()[1]
    settings = {
        "PORT": str(candidate.port),
        "CELSIUSIFY_HOST": "127.0.0.1",
        "CELSIUSIFY_WORKERS": "1",
        "CELSIUSIFY_DRAIN_S": "0",
        "CELSIUSIFY_LOG_LEVEL": "critical",
        "CELSIUSIFY_ACCESS_LOG": str(candidate.access_log),
    }
    gunicorn = [sys.executable, "-m", "gunicorn", "--pythonpath", str(Path(__file__).parent)]
    config = ["--config", f"python:{candidate.config}"]
    if candidate.source:
        settings["PYTHONPATH"] = str(candidate.source)
    process = subprocess.Popen(
        [*pin(SERVER_CORE), *gunicorn, *config, *candidate.arguments, candidate.app],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
    )
    candidate.master = process.pid
    try:
        wait_for(candidate)
        yield
    finally:
        process.terminate()
        process.wait(30)


def wait_for(candidate: Candidate) -> None:
    """Wait until a candidate answers."""
    deadline = time.monotonic() + 30
    while not answers(candidate):
        if time.monotonic() > deadline:
            sys.exit(f"{candidate.name} did not start")
        time.sleep(0.1)


def answers(candidate: Candidate) -> bool:
    """Whether a candidate answers a new client soon."""
    try:
        with socket.create_connection(("127.0.0.1", candidate.port), ANSWER_TIMEOUT_S) as client:
            client.settimeout(ANSWER_TIMEOUT_S)
            client.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            return client.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


def survives_slow_clients(candidate: Candidate) -> bool:
    """Whether a candidate answers others while clients hang in the middle of their headers."""
    with ExitStack() as stack:
        for _ in range(HANGING_CLIENTS):
            address = ("127.0.0.1", candidate.port)
            client = stack.enter_context(socket.create_connection(address))
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        time.sleep(0.2)
        return answers(candidate)


@dataclass
class Measurement:
    """What wrk told of one turn."""

    rate_rps: float
    cpu_us: float
    p50_ms: float
    p99_ms: float


def measure(candidate: Candidate, connections: int, seconds: int) -> Measurement:
    """Ask a candidate as fast as it answers."""
    worker = psutil.Process(candidate.master).children()[0]
    before_s = cpu_s(worker)
    wrk = ["wrk", "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", candidate.url]
    output = subprocess.run(
        [*pin(CLIENT_CORE), *wrk], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        print(f"{candidate.name}: {output}", file=sys.stderr)
    requests = int(re.findall(r"(\d+) requests in", output)[0])
    return Measurement(
        float(re.findall(r"Requests/sec: +([\d.]+)", output)[0]),
        (cpu_s(worker) - before_s) / requests * 1e6,
        milliseconds(re.findall(r"\n +50% +(\S+)", output)[0]),
        milliseconds(re.findall(r"\n +99% +(\S+)", output)[0]),
    )


def cpu_s(process: psutil.Process) -> float:
    """Tell the CPU time that a process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


def milliseconds(text: str) -> float:
    """Read a time as wrk writes it; not a number where nothing was answered."""
    ((number, unit),) = re.findall(r"^(-?nan|[\d.]+)(us|ms|s)$", text)
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]


def main() -> None:
    """Run the comparison and print its table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1, help="length of a turn")
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--baseline", type=Path, help="src of an older version with its own worker")
    parser.add_argument("--only", action="append", help="compare just this one with serve")
    arguments = parser.parse_args()
    if not shutil.which("wrk") or (os.cpu_count() or 1) < 2:
        parser.error("needs wrk (Debian: apt-get install wrk) and two cores")

    first, *others = candidates(arguments.baseline)
    compared = [first, *(c for c in others if not arguments.only or c.name in arguments.only)]
    results: dict[str, list[Measurement]] = {candidate.name: [] for candidate in compared}
    with ExitStack() as stack:
        for candidate in compared:
            stack.enter_context(served(candidate))
            measure(candidate, arguments.connections, 1)  # Warms it up.
        for number in range(arguments.rounds):
            print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
            for candidate in random.sample(compared, len(compared)):
                turn = measure(candidate, arguments.connections, arguments.seconds)
                results[candidate.name].append(turn)
        survivors = {c.name for c in compared if survives_slow_clients(c)}
    print_table(results, survivors)


def ratio(ratios: list[float]) -> str:
    """Return the median of some rounds' ratios, and their range."""
    return f"{median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def print_table(results: dict[str, list[Measurement]], survivors: set[str]) -> None:
    """Print a line for each candidate, as Markdown."""
    reference = next(iter(results.values()))
    print(
        "| worker | requests/s | ratio | CPU µs/request | ratio | p50 ms | p99 ms | slow clients |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, turns in results.items():
        pairs = list(zip(turns, reference, strict=True))
        print(
            f"| {name} | {median(t.rate_rps for t in turns):.0f}"
            f" | {ratio([t.rate_rps / r.rate_rps for t, r in pairs])}"
            f" | {median(t.cpu_us for t in turns):.0f}"
            f" | {ratio([t.cpu_us / r.cpu_us for t, r in pairs])}"
            f" | {median(t.p50_ms for t in turns):.2f} | {median(t.p99_ms for t in turns):.2f}"
            f" | {'no harm' if name in survivors else 'block others'} |"
        )


if __name__ == "__main__":
    main()
