import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import yaml

from celsiusify_load_tests.generator.arrivals import SCHEDULES, fingerprint
from celsiusify_load_tests.recording.events import read_timeline
from celsiusify_load_tests.recording.reader import read_requests
from celsiusify_load_tests.run.locust_process import OWN_LOCUSTFILE as LOCUSTFILE

pytestmark = pytest.mark.slow

TIMEOUT_S = 40
USERS = 6
OVER_A_SECOND = ('--load={"run_time_s": 1.1, "warm_up_s": 0}', "--timed=1", "--run-time=60")
"""From when all users run: a whole second begins meanwhile, when they are counted."""


class Api(ThreadingHTTPServer):
    """Converts temperatures, and remembers for which it was asked."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.connections = 0
        self.farewells = 0
        self.delay_s = 0.0
        self.stall = (0.0, 0.0)
        self.first_s: float | None = None
        self.error = 0.0
        self.status = 200
        self.released = threading.Event()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"

    def stand_still(self) -> None:
        """Return at once, or at the end of the stall if it lasts: in s from the first request."""
        now_s = time.monotonic()
        self.first_s = self.first_s or now_s
        begin_s, end_s = self.stall
        if begin_s < now_s - self.first_s < end_s:
            self.released.wait(self.first_s + end_s - now_s)

    def process_request(self, *connection: Any) -> None:
        """Count connections."""
        self.connections += 1
        super().process_request(*connection)

    def was_asked(self, times: int) -> bool:
        """Say whether so many requests have come."""
        return len(self.asked) >= times

    def handle_error(self, *_: object) -> None:
        """Print nothing when a client hangs up."""


class Handler(BaseHTTPRequestHandler):
    """Serves the API."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Api

    def do_GET(self) -> None:
        """Answer a request, after the API's delay."""
        text = self.path.partition("=")[2]
        self.server.asked.append(text)
        self.server.farewells += self.headers["Connection"] == "close"
        self.server.released.wait(self.server.delay_s)
        self.server.stand_still()
        celsius = (float(text) - 32) * 5 / 9 + self.server.error
        body = json.dumps({"celsius": f"{celsius:.6f}", "instance": "A"}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def api() -> Iterator[Api]:
    """A running API."""
    with Api() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


class Locust:
    """Locust with our locustfile, recording to a folder."""

    def __init__(self, folder: Path, api: Api) -> None:
        self.spool = folder / "spool"
        self._started: list[subprocess.Popen[str]] = []
        self._folder = folder
        self._url = api.url
        target = {
            "title": "An API",
            "ports": {"http": api.server_port},
            "health": "/",
            "request": {"method": "GET", "path": "/?fahrenheit=$fahrenheit"},
            "answer": {"celsius": "celsius", "instance": "instance"},
        }
        self.targets_file = folder / "targets.yaml"
        self.targets_file.write_text(yaml.safe_dump({"targets": {"api": target}}))

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a run of a second with few users; `arguments` come last and win."""
        common = [
            *(f"--host={self._url}", f"--users={USERS}", "--spawn-rate=100", "--run-time=1"),
            *("--stop-timeout=10", f"--targets-file={self.targets_file}", "--target=api"),
            *(f"--spool-dir={self.spool}", "--run-name=R", "--think-time-s=[0.005, 0.02]"),
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "locust", f"-f{LOCUSTFILE}", *common, *arguments],
            cwd=self._folder,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def end(self) -> None:
        """End what a failed test has left running."""
        for process in self._started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    def run(self, *arguments: str, **environment: str) -> tuple[int, tuple[int, int], str]:
        """Run to the end.

        Returns:
            The exit code, how many requests and failures Locust counted, and what it printed.
        """
        process = self.start("--headless", "--only-summary", *arguments, **environment)
        stdout, stderr = process.communicate(timeout=TIMEOUT_S)
        counts = re.search(r" Aggregated +(\d+) +(\d+)\(", stderr)
        requests, failures = map(int, counts.groups()) if counts else (0, 0)
        return process.returncode, (requests, failures), stdout + stderr

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The record."""
        rows: list[dict[str, Any]] = read_requests(self.spool).to_pylist()
        return rows

    def outcomes(self) -> set[tuple[str, int, str | None, str | None]]:
        """The different ways in which requests ended."""
        return {(r["outcome"], r["status"], r["error"], r["instance"]) for r in self.rows}

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Wait for something to happen."""
        deadline = time.monotonic() + TIMEOUT_S
        while not happened():
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def locust(tmp_path: Path, api: Api) -> Iterator[Locust]:
    """Locust, to run against the API."""
    made = Locust(tmp_path, api)
    yield made
    made.end()


def free_ports() -> tuple[str, str]:
    """Options for a port that a master and its workers can meet at."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as probe:
        return f"--master-bind-port={probe.server_port}", f"--master-port={probe.server_port}"


def test_each_request_is_recorded_once(api: Api, locust: Locust) -> None:
    """The record, Locust's statistics and the server count alike, and all is in its place."""
    code, (requests, failures), _ = locust.run(*OVER_A_SECOND)
    rows, timeline = locust.rows, read_timeline(locust.spool)

    assert code == 0
    assert locust.outcomes() == {("succeeded", 200, None, "A")}
    assert len(rows) == len(api.asked) == requests > 50
    assert failures == 0
    assert {(r["run"], r["target"], r["worker"], r["intended_ns"]) for r in rows} == {
        ("R", "api", 0, None)
    }
    for user in range(USERS):
        own = [r for r in rows if r["user"] == user]
        assert [r["seq"] for r in own] == list(range(len(own)))
        for before, after in pairwise(own):
            assert before["start_ns"] < before["end_ns"] <= after["start_ns"]
    assert timeline.problems == []
    assert timeline.opened == USERS
    assert timeline.users[-1][1] == 0
    assert max(users for _, users in timeline.users) == USERS


def test_the_steady_time_is_when_all_users_were_running(locust: Locust) -> None:
    """It begins once the last users are spawned, and ends when all are told to stop."""
    locust.run("--spawn-rate=3", "--run-time=2")
    timeline = read_timeline(locust.spool)
    assert timeline.steady_from_ns is not None
    assert timeline.steady_until_ns is not None
    early = Counter(r["user"] for r in locust.rows if r["start_ns"] < timeline.steady_from_ns)
    steady = {r["user"] for r in locust.rows if r["start_ns"] >= timeline.steady_from_ns}
    late = [r for r in locust.rows if r["start_ns"] > timeline.steady_until_ns]

    assert all(early[user] > 3 * early[last] for user in (0, 1, 2) for last in (3, 4, 5))
    assert steady == set(range(USERS))
    assert len(late) <= USERS


def test_each_worker_records_its_own_requests(api: Api, locust: Locust) -> None:
    """Two processes lose nothing and share nothing."""
    code, (requests, _), _ = locust.run(*OVER_A_SECOND, "--processes=2", *free_ports())
    rows, timeline = locust.rows, read_timeline(locust.spool)

    assert code == 0
    assert len(rows) == len(api.asked) == requests > 50
    assert {(r["worker"], r["user"]) for r in rows} == {(w, u) for w in (0, 1) for u in range(3)}
    assert len(set(timeline.workers.values())) == 2
    assert timeline.problems == []
    assert max(users for _, users in timeline.users) == USERS
    assert timeline.steady_from_ns is not None
    assert timeline.steady_until_ns is not None


@pytest.mark.parametrize("workers", [0, 2])
def test_requests_under_way_at_the_end_are_waited_for(
    api: Api, locust: Locust, workers: int
) -> None:
    """A run's end cuts nothing off within the stop timeout, which Locust's master doesn't keep."""
    api.delay_s = 2.5
    distribution = (f"--processes={workers}", *free_ports()) if workers else ()
    code, (requests, _), _ = locust.run(*distribution)

    assert code == 0
    assert len(locust.rows) == len(api.asked) == requests == USERS
    assert locust.outcomes() == {("succeeded", 200, None, "A")}
    assert read_timeline(locust.spool).problems == []


@pytest.mark.parametrize("workers", [0, 2])
def test_requests_that_take_too_long_at_the_end_are_aborted(
    api: Api, locust: Locust, workers: int
) -> None:
    """What the stop timeout cuts off is recorded as such, and is neither failed nor forgotten."""
    api.delay_s = 60
    distribution = (f"--processes={workers}", *free_ports()) if workers else ()
    code, _, _ = locust.run("--stop-timeout=1", *distribution)

    assert code == 0
    assert len(locust.rows) == len(api.asked) == USERS
    assert locust.outcomes() == {("aborted", 0, None, None)}
    assert {r["end_ns"] for r in locust.rows} == {None}
    assert read_timeline(locust.spool).problems == []


def test_wrong_answers_are_failures(api: Api, locust: Locust) -> None:
    """They fail in the record, in Locust's statistics and in its exit code."""
    api.error = 0.2
    code, counts, printed = locust.run()

    assert code == 1
    assert locust.outcomes() == {("failed", 200, "wrong temperature at celsius", None)}
    assert counts == (len(locust.rows), len(locust.rows)) == (len(api.asked), len(api.asked))
    assert "Traceback" not in printed


def test_error_statuses_are_failures(api: Api, locust: Locust) -> None:
    """An answer with another status than 200 has failed, whatever its body says."""
    api.status = 503
    locust.run()
    assert locust.outcomes() == {("failed", 503, "status 503", None)}


def test_a_server_that_is_not_there_fails_each_request(api: Api, locust: Locust) -> None:
    """Each attempt is a row."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as gone:
        port = gone.server_port
    code, (_, failures), _ = locust.run(f"--host=http://127.0.0.1:{port}")
    assert code == 1
    assert locust.outcomes() == {("failed", 0, "no connection: Connection refused", None)}
    assert failures == len(locust.rows) > 50


@pytest.mark.parametrize("workers", [0, 2])
def test_a_run_that_is_told_to_end_ends_whole(api: Api, locust: Locust, workers: int) -> None:
    """SIGTERM ends a run early with all that it did recorded."""
    distribution = (f"--processes={workers}", *free_ports()) if workers else ()
    process = locust.start("--headless", "--run-time=60", *distribution)
    locust.wait_until(lambda: len(api.asked) > 50)
    process.terminate()
    process.communicate(timeout=TIMEOUT_S)

    assert process.returncode == 0
    assert len(locust.rows) == len(api.asked)
    assert read_timeline(locust.spool).problems == []


def test_a_killed_worker_is_noticed(api: Api, locust: Locust) -> None:
    """Of a process that crashes, all but the last second is there, and that is known to lack."""
    process = locust.start("--headless", "--run-time=60")
    locust.wait_until(lambda: locust.spool.exists() and len(locust.rows) > 50)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=TIMEOUT_S)

    assert 50 < len(locust.rows) <= len(api.asked)
    assert read_timeline(locust.spool).problems == [
        f"worker 0 didn't close its record: only the first {len(locust.rows)} requests are known"
    ]


@pytest.mark.parametrize(
    ("argument", "message", "workers"),
    [
        ("--target=nope", "no target 'nope' in {targets}; it has api", 0),
        ("--target=nope", "no target 'nope' in {targets}; it has api", 2),
        ("--target=", "expected --target NAME, one of those in {targets}", 0),
        ("--targets-file=no.yaml", "can't read no.yaml: No such file or directory", 0),
        (
            "--host=https://h",
            "expected a host like http://HOST[:PORT][/PREFIX], got 'https://h'",
            0,
        ),
        (
            "--think-time-s=[1, 0.02]",
            "load: think_time_s: 1 to 0.02; expected 0 <= MIN <= MAX",
            0,
        ),
        (
            '--load={"limits": {"read_timeout_s": 0}}',
            "load: limits.read_timeout_s: Input should be greater than 0, got 0",
            0,
        ),
        (
            '--load={"model": "some"}',
            "load: model: Input should be 'closed', 'constant' or 'poisson', got 'some'",
            0,
        ),
        (
            '--load={"model": "poisson"}',
            "load: a poisson load needs its rate: --rate N, in requests/s",
            0,
        ),
        (
            "--connection=close",
            "load: connection: String should match pattern "
            "'^(keep-alive|per-request|rotate:[1-9][0-9]{0,8})$', got 'close'",
            0,
        ),
        (
            '--load={"rate_rps": 9, "steps": [{"duration_s": 60}]}',
            "load: steps.0.fraction: Field required, got {'duration_s': 60}",
            0,
        ),
        (
            "--load={",
            "--load: Expecting property name enclosed in double quotes: line 1 column 2 "
            "(char 1); expected JSON, or a file",
            0,
        ),
        ("--load=no.json", "can't read no.json: No such file or directory", 0),
        ("--spool-dir=used", "expected an empty folder to record to, but used isn't", 0),
        ("--spool-dir=used/file", "can't write used/file: File exists", 0),
    ],
)
def test_mistakes_are_told_in_one_line(
    tmp_path: Path, api: Api, locust: Locust, argument: str, message: str, workers: int
) -> None:
    """Nothing is asked, and the exit code is 2."""
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    distribution = (f"--processes={workers}", *free_ports()) if workers else ()
    code, _, printed = locust.run(argument, *distribution)

    assert code == 2
    assert [line for line in printed.splitlines() if "/INFO/" not in line] == [
        message.replace("{targets}", str(locust.targets_file))
    ]
    assert api.asked == []


def test_one_seed_asks_for_the_same_temperatures(tmp_path: Path, api: Api, locust: Locust) -> None:
    """Who repeats a run, on whatever target, repeats its requests; another seed has others."""
    firsts = []
    for number, seed in enumerate((1, 1, 2)):
        api.asked.clear()
        locust.run("--users=1", f"--seed={seed}", f"--spool-dir={tmp_path / str(number)}")
        firsts.append(api.asked[:20])
    assert firsts[0] == firsts[1]
    assert not set(firsts[0]) & set(firsts[2])


def test_options_may_come_from_the_environment(api: Api, locust: Locust) -> None:
    """A container is told its settings so."""
    locust.run(CELSIUSIFY_FAHRENHEIT="[-40, -41]")
    assert set(api.asked) == {"-40.000000"}


def test_locusts_web_page_can_start_and_stop_runs(api: Api, locust: Locust) -> None:
    """Without --headless, users start and stop as told; all is recorded in one spool."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as probe:
        port = probe.server_port
    page = f"http://127.0.0.1:{port}"
    process = locust.start("--web-host=127.0.0.1", f"--web-port={port}")

    def is_up() -> bool:
        try:
            with urlopen(page):
                return True
        except OSError:
            return False

    locust.wait_until(is_up)
    for _ in range(2):
        goal = len(api.asked) + 50
        with urlopen(Request(f"{page}/swarm", b"user_count=3&spawn_rate=3")):
            locust.wait_until(partial(api.was_asked, goal))
        with urlopen(Request(f"{page}/stop", b"")):
            pass
    process.terminate()
    process.communicate(timeout=TIMEOUT_S)

    assert len(locust.rows) == len(api.asked)
    assert {r["user"] for r in locust.rows} == set(range(6))
    assert read_timeline(locust.spool).problems == []


def open_load(
    model: str, rate: float, seconds: float, warm_up_s: float = 0, **limits: float
) -> tuple[str, ...]:
    """Options for an open load, which ends by itself."""
    load = {
        "model": model,
        "rate_rps": rate,
        "run_time_s": seconds,
        "warm_up_s": warm_up_s,
        "limits": limits,
    }
    return f"--load={json.dumps(load)}", "--timed=1", "--run-time=60"


def p99_ms(rows: list[dict[str, Any]], since: str) -> float:
    """The 99th percentile of the time from `since` to the answer."""
    latency_ms: list[float] = [(row["end_ns"] - row[since]) / 1e6 for row in rows]
    return sorted(latency_ms)[math.ceil(0.99 * len(latency_ms)) - 1]


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("workers", [0, 2])
def test_an_open_load_follows_its_schedule(
    api: Api, locust: Locust, kind: str, workers: int
) -> None:
    """Each arrival of the schedule is recorded once, with the time it was due at, and none early.

    So the rate that is delivered is the rate that was asked for.
    """
    distribution = (f"--processes={workers}", *free_ports()) if workers else ()
    code, (requests, failures), _ = locust.run(
        *open_load(kind, rate=150, seconds=1.5, warm_up_s=0.5), "--seed=5", *distribution
    )
    rows, timeline = sorted(locust.rows, key=lambda row: row["seq"]), read_timeline(locust.spool)
    schedule = SCHEDULES[kind](150, 2, 5)

    assert (code, failures, timeline.problems) == (0, 0, [])
    assert len(rows) == len(api.asked) == requests == len(schedule)
    assert locust.outcomes() == {("succeeded", 200, None, "A")}
    assert timeline.schedule is not None
    assert timeline.steady_from_ns == timeline.schedule["begin_ns"] + 500_000_000
    assert timeline.schedule["sha256"] == fingerprint(schedule)
    begin_ns = timeline.schedule["begin_ns"]
    assert [row["intended_ns"] for row in rows] == (begin_ns + schedule).tolist()
    assert all(row["start_ns"] >= row["intended_ns"] + 1000 * row["lag_us"] for row in rows)
    assert {row["worker"] for row in rows} == set(range(max(1, workers)))
    assert len(set(api.asked)) == len(rows)


@pytest.mark.alone
def test_a_stall_shows_in_response_times_and_not_in_service_times(api: Api, locust: Locust) -> None:
    """Most arrivals of a stall wait in line: who counts from the sending leaves that out.

    Four requests are out at a time, so of 300 only four see the stall of 0.6 s as it is.
    """
    api.stall = (1.0, 1.6)
    locust.run(*open_load("constant", rate=100, seconds=3, max_in_flight=4))
    rows = locust.rows

    assert len(rows) == 300
    assert max(row["user"] for row in rows) == 3
    waited = [row for row in rows if row["start_ns"] - row["intended_ns"] > 100_000_000]
    assert len(waited) > 40
    assert p99_ms(rows, since="intended_ns") > 450
    assert sum(row["end_ns"] - row["start_ns"] > 300_000_000 for row in rows) <= 4
    assert sum(row["lag_us"] > 300_000 for row in rows) == 0


@pytest.mark.parametrize("workers", [0, 2])
def test_arrivals_that_find_no_connection_are_dropped(
    api: Api, locust: Locust, workers: int
) -> None:
    """The server answers nothing: what is out is aborted, what is in line was never started."""
    api.delay_s = 60
    distribution = (f"--processes={workers}", *free_ports()) if workers else ()
    code, _, _ = locust.run(
        *open_load("constant", rate=50, seconds=1, max_in_flight=4),
        *("--stop-timeout=1", *distribution),
    )
    rows = locust.rows
    dropped = [row for row in rows if row["outcome"] == "dropped"]

    assert code == 0
    assert Counter(row["outcome"] for row in rows) == {"aborted": 4, "dropped": 46}
    assert len(api.asked) == 4
    assert {(row["end_ns"], row["user"], row["status"]) for row in dropped} == {(None, -1, 0)}
    assert all(row["start_ns"] >= row["intended_ns"] for row in dropped)
    assert read_timeline(locust.spool).problems == []


def test_waiting_in_line_has_a_bound(api: Api, locust: Locust) -> None:
    """Who isn't sent within the time that an answer may take is dropped, though the run goes on."""
    api.delay_s = 60
    locust.run(
        *open_load("constant", rate=50, seconds=1.5, max_in_flight=2, read_timeout_s=0.4),
        "--stop-timeout=5",
    )
    rows, timeline = locust.rows, read_timeline(locust.spool)
    given_up_s = [
        (row["start_ns"] - row["intended_ns"]) / 1e9 for row in rows if row["outcome"] == "dropped"
    ]

    assert len(rows) == 75
    assert {row["outcome"] for row in rows} == {"failed", "dropped"}
    assert {row["error"] for row in rows} == {"no answer in 0.4 s", None}
    assert sum(0.4 <= seconds < 1.4 for seconds in given_up_s) > 10
    assert timeline.problems == []


def test_an_open_load_that_is_told_to_end_ends_whole(api: Api, locust: Locust) -> None:
    """SIGTERM ends it early: all that was due is recorded, and nothing of what was not."""
    process = locust.start("--headless", *open_load("poisson", rate=100, seconds=60))
    locust.wait_until(lambda: len(api.asked) > 50)
    process.terminate()
    process.communicate(timeout=TIMEOUT_S)
    rows = locust.rows

    assert process.returncode == 0
    assert sorted(row["seq"] for row in rows) == list(range(len(rows)))
    assert 50 < len(rows) == len(api.asked) < 2000
    assert read_timeline(locust.spool).problems == []


def test_one_seed_gives_each_arrival_the_same_temperature(api: Api, locust: Locust) -> None:
    """However many connections and processes share the arrivals, the same is asked."""
    load = (*open_load("constant", rate=50, seconds=1), "--seed=3")
    locust.run(*load)
    alone = sorted(api.asked)
    api.asked.clear()
    locust.run(*load, "--processes=2", f"--spool-dir={locust.spool}-2", *free_ports())

    assert sorted(api.asked) == alone
    assert len(set(alone)) == 50


@pytest.mark.parametrize(("load", "workers"), [("closed", 0), ("poisson", 2)])
@pytest.mark.parametrize(
    ("policy", "least", "most"), [("rotate:5", 0.19, 0.5), ("per-request", 1, 1)]
)
def test_connections_are_hung_up_as_the_policy_says(
    api: Api, locust: Locust, load: str, workers: int, policy: str, least: float, most: float
) -> None:
    """The record and the server count as many connections, and all requests are answered."""
    distribution = (f"--processes={workers}", *free_ports()) if workers else ()
    options = open_load(load, rate=100, seconds=1.5) if load != "closed" else ()
    code, (requests, failures), _ = locust.run(f"--connection={policy}", *options, *distribution)
    timeline = read_timeline(locust.spool)

    assert (code, failures, timeline.resent, timeline.problems) == (0, 0, 0, [])
    assert requests == len(api.asked) == len(locust.rows)
    assert timeline.opened == api.connections
    assert least <= api.connections / requests <= most
    assert api.farewells == requests if policy == "per-request" else 0 < api.farewells < requests
