"""Compare the request rate of the package's HTTP/1.1 user with those of other Locust users.

    python benchmarks/client_rate.py [--rounds 3] [--seconds 4] [--users 32]

The other users are Locust's `HttpUser` and `FastHttpUser`, and the package's own user with
httptools as the parser of answers. Each user has one core; a null server, which counts requests,
has another. The users take turns, so that other processes on the machine affect all alike. The
package's user checks and records each request; this benchmark checks that its record is complete.
The side whose core is fully busy is the limit. If other processes share the cores, compare the
requests per CPU second.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil

import celsiusify_load_tests
from celsiusify_load_tests.recording.events import read_timeline
from celsiusify_load_tests.recording.reader import read_requests
from null_http_server import NullHttpServer

PACKAGE = Path(celsiusify_load_tests.__file__).parent
USERS = Path(__file__).parent / "users"
TARGETS_FILE = Path(__file__).parents[2] / "targets.yaml"
SERVER_CORE, CLIENT_CORE = 0, 1
WARM_UP_S = 1.0
LIMIT_S = 20.0

LOAD = [
    f"--targets-file={TARGETS_FILE}",
    "--target=converter-api",
    "--think-time-s=[0, 0]",
    "--fahrenheit=[451, 450]",  # an empty range: the null server answers every request correctly
    "--stop-timeout=10",
]
OURS, HTTPTOOLS = "ConvertUser", "httptools"
CLIENTS = {
    "HttpUser": [f"-f{USERS / 'http_user.py'}"],
    "FastHttpUser": [f"-f{USERS / 'fast_http_user.py'}"],
    HTTPTOOLS: [f"-f{USERS / 'httptools_user.py'}", *LOAD],
    OURS: [f"-f{PACKAGE / 'generator' / 'locustfile.py'}", *LOAD],
}


class Reading(NamedTuple):
    """The time, the number of answers, and the CPU seconds of both sides."""

    s: float
    answered: int
    client_s: float
    server_s: float


class Rate(NamedTuple):
    """The requests per second, and the CPU use of both sides in cores."""

    per_s: float
    client: float
    server: float


def read(client: psutil.Process, server: NullHttpServer) -> Reading:
    """Read the clock, the count and the CPU times."""
    processes = (client, psutil.Process(server.pid))
    cpu_s = [process.cpu_times().user + process.cpu_times().system for process in processes]
    return Reading(time.perf_counter(), server.answered, *cpu_s)


def measure(server: NullHttpServer, client: psutil.Popen, seconds: float) -> Rate:
    """Measure the rate of a starting client, after its warm-up."""
    deadline = time.monotonic() + LIMIT_S
    while not server.answered and client.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(WARM_UP_S)
    before = read(client, server)
    time.sleep(seconds)
    after = read(client, server)
    elapsed_s, *used = (b - a for a, b in zip(before, after, strict=True))
    return Rate(*(value / elapsed_s for value in used))


def run(name: str, users: int, seconds: float, recording_dir: Path) -> Rate:
    """Measure one client once."""
    with NullHttpServer(SERVER_CORE) as server, tempfile.TemporaryFile() as log:
        client = psutil.Popen(
            [
                sys.executable,
                *("-m", "locust", "--headless", "--only-summary", f"--host={server.url}"),
                *(f"--users={users}", f"--spawn-rate={users}", *CLIENTS[name]),
            ],
            env={**os.environ, "CELSIUSIFY_SPOOL_DIR": str(recording_dir)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        client.cpu_affinity([CLIENT_CORE])
        try:
            rate = measure(server, client, seconds)
        finally:
            client.terminate()
            client.wait(LIMIT_S)
        if name in (OURS, HTTPTOOLS):
            check_record(recording_dir, server.answered)
        return rate


def check_record(recording_dir: Path, answered: int) -> None:
    """Exit with a message if the record is incomplete or has a failure."""
    outcomes = read_requests(recording_dir)["outcome"].to_pylist()
    problems = read_timeline(recording_dir).problems
    if problems or outcomes != ["succeeded"] * answered:
        sys.exit(f"{len(outcomes)} rows of {answered} requests, {set(outcomes)}, {problems}")


def main() -> None:
    """Measure all clients and print their rates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="time of a measurement")
    parser.add_argument("--users", type=int, default=32)
    options = parser.parse_args()
    rates: dict[str, list[float]] = {name: [] for name in CLIENTS}
    per_cpu_s: dict[str, list[float]] = {name: [] for name in CLIENTS}
    print("client          requests/s  client core  server core  requests/CPU s")
    for _ in range(options.rounds):
        for name in CLIENTS:
            with tempfile.TemporaryDirectory() as folder:
                rate = run(name, options.users, options.seconds, Path(folder))
            rates[name].append(rate.per_s)
            per_cpu_s[name].append(rate.per_s / rate.client)
            cores = f"{rate.client:13.0%}{rate.server:13.0%}"
            print(f"{name:14}{rate.per_s:12,.0f}{cores}{per_cpu_s[name][-1]:16,.0f}", flush=True)
    for name in (HTTPTOOLS, "FastHttpUser", "HttpUser"):
        print(f"{OURS} / {name}: {ratio(rates, name)}; per CPU second {ratio(per_cpu_s, name)}")


def ratio(figures: dict[str, list[float]], name: str) -> str:
    """Return the ratio of our rates to those of another client, round by round."""
    ratios = [ours / other for ours, other in zip(figures[OURS], figures[name], strict=True)]
    return f"{median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    main()
