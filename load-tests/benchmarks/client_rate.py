"""Requests per second of our user and of Locust's two, each on one core, served by another.

    python benchmarks/client_rate.py [--rounds 3] [--seconds 4] [--users 32]

The server answers always the same, and counts. The clients take turns, so that whatever else the
machine does falls on all of them. Ours checks and records each request; that its record is whole is
checked here as well. The side whose core is busy all the time is the limit. Where other processes
share the cores, requests per CPU second of the client say more.
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
from responder import Responder

PACKAGE = Path(celsiusify_load_tests.__file__).parent
USERS = Path(__file__).parent / "users"
TARGETS_FILE = Path(__file__).parents[2] / "targets.yaml"
RESPONDER_CORE, CLIENT_CORE = 0, 1
WARM_UP_S = 1.0
LIMIT_S = 20.0

OURS, BASELINE = "ConvertUser", "FastHttpUser"
CLIENTS = {
    "HttpUser": [f"-f{USERS / 'http_user.py'}"],
    BASELINE: [f"-f{USERS / 'fast_http_user.py'}"],
    OURS: [
        f"-f{PACKAGE / 'generator' / 'locustfile.py'}",
        f"--targets-file={TARGETS_FILE}",
        "--target=converter-api",
        "--think-time-s=[0, 0]",
        "--fahrenheit=[451, 450]",  # an empty range: each request is what the responder answers
        "--stop-timeout=10",
    ],
}


class Reading(NamedTuple):
    """A clock, a count, and the CPU seconds that each side has used."""

    s: float
    answered: int
    client_s: float
    responder_s: float


class Rate(NamedTuple):
    """Requests per second, and the share of its core that each side used."""

    per_s: float
    client: float
    responder: float


def read(client: psutil.Process, responder: Responder) -> Reading:
    """Read the clock, the count and the CPU times."""
    server = psutil.Process(responder.pid)
    cpu_s = [process.cpu_times().user + process.cpu_times().system for process in (client, server)]
    return Reading(time.perf_counter(), responder.answered, *cpu_s)


def measure(responder: Responder, client: psutil.Popen, seconds: float) -> Rate:
    """Monitor a client that is starting, once it is warm, for so long."""
    deadline = time.monotonic() + LIMIT_S
    while not responder.answered and client.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(WARM_UP_S)
    before = read(client, responder)
    time.sleep(seconds)
    after = read(client, responder)
    elapsed_s, *used = (b - a for a, b in zip(before, after, strict=True))
    return Rate(*(value / elapsed_s for value in used))


def run(name: str, users: int, seconds: float, spool_dir: Path) -> Rate:
    """Measure one client once."""
    with Responder(RESPONDER_CORE) as responder, tempfile.TemporaryFile() as log:
        client = psutil.Popen(
            [
                sys.executable,
                *("-m", "locust", "--headless", "--only-summary", f"--host={responder.url}"),
                *(f"--users={users}", f"--spawn-rate={users}", *CLIENTS[name]),
            ],
            env={**os.environ, "CELSIUSIFY_SPOOL_DIR": str(spool_dir)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        client.cpu_affinity([CLIENT_CORE])
        try:
            rate = measure(responder, client, seconds)
        finally:
            client.terminate()
            client.wait(LIMIT_S)
        if name == OURS:
            check_record(spool_dir, responder.answered)
        return rate


def check_record(spool_dir: Path, answered: int) -> None:
    """ExitCode with a message if the record isn't whole, or holds a failure."""
    outcomes = read_requests(spool_dir)["outcome"].to_pylist()
    problems = read_timeline(spool_dir).problems
    if problems or outcomes != ["succeeded"] * answered:
        sys.exit(f"{len(outcomes)} rows of {answered} requests, {set(outcomes)}, {problems}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long to measure each time")
    parser.add_argument("--users", type=int, default=32)
    options = parser.parse_args()
    rates: dict[str, list[float]] = {name: [] for name in CLIENTS}
    per_cpu_s: dict[str, list[float]] = {name: [] for name in CLIENTS}
    print("client          requests/s  client core  responder core  requests/CPU s")
    for _ in range(options.rounds):
        for name in CLIENTS:
            with tempfile.TemporaryDirectory() as folder:
                rate = run(name, options.users, options.seconds, Path(folder))
            rates[name].append(rate.per_s)
            per_cpu_s[name].append(rate.per_s / rate.client)
            cores = f"{rate.client:13.0%}{rate.responder:16.0%}"
            print(f"{name:14}{rate.per_s:12,.0f}{cores}{per_cpu_s[name][-1]:16,.0f}", flush=True)
    for name in (BASELINE, "HttpUser"):
        print(f"{OURS} / {name}: {ratio(rates, name)}; per CPU second {ratio(per_cpu_s, name)}")


def ratio(figures: dict[str, list[float]], name: str) -> str:
    """Compare ours with another client round by round."""
    ratios = [ours / other for ours, other in zip(figures[OURS], figures[name], strict=True)]
    return f"{median(ratios):.2f} times ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    main()
