"""How a record comes from workers to their leader: over HTTP, and over connections that break."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from celsiusify_load_tests.distributed.client import (
    PIECE_BYTES,
    LeaderClient,
    LostLeaderError,
    RejectedError,
    Uploader,
)
from celsiusify_load_tests.distributed.clock_sync import Clock, measure
from celsiusify_load_tests.distributed.leader import Leader, leader_session
from celsiusify_load_tests.distributed.protocol import (
    Command,
    Distribution,
    RegisterRequest,
    RunConfig,
    Status,
)
from celsiusify_load_tests.distributed.registry import WorkerRegistry
from celsiusify_load_tests.distributed.server import Control, application, listening, served
from celsiusify_load_tests.distributed.upload_store import (
    ClosedError,
    MisplacedError,
    UploadStore,
    sha256,
)
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.host.signals import Interrupted, Interruption
from celsiusify_load_tests.recording.events import Journal, read_timeline
from celsiusify_load_tests.recording.format import DTYPE, FAILED, SUCCEEDED
from celsiusify_load_tests.recording.paths import journal_file, rows_file
from celsiusify_load_tests.recording.reader import read_requests
from celsiusify_load_tests.recording.writer import Recorder
from celsiusify_load_tests.run import monitor, result

VERSIONS = {"celsiusify-load-tests": "1", "locust": "1", "python": "1"}
ROWS = 4000
GIVEN = ("user", "seq", "start_ns", "end_ns", "outcome")


class Proxy:
    """Passes bytes on to a server, but for one question, which it breaks off.

    Args:
        server: The server's port.
        limit: The first question that is longer, in bytes, is broken off.
        answered: Whether the server gets it all the same, and only its answer is lost.
    """

    def __init__(self, server: int, limit: int, *, answered: bool) -> None:
        self._server, self._limit, self._answered = server, limit, answered
        self.broken_off = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._server)) as server:
            silent = threading.Event()
            threading.Thread(target=_answer, args=(server, client, silent), daemon=True).start()
            passed = 0
            while data := client.recv(4096):
                passed += len(data)
                if passed > self._limit and not self.broken_off:
                    self.broken_off += 1
                    silent.set()
                    if not self._answered:
                        return
                server.sendall(data)


def _answer(server: socket.socket, client: socket.socket, silent: threading.Event) -> None:
    """Pass an answer back, unless it is to get lost; each has a connection of its own."""
    try:
        while data := server.recv(4096):
            if not silent.is_set():
                client.sendall(data)
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


class Side:
    """A leader's application, and links to it."""

    def __init__(self, folder: Path, stack: ExitStack, host: str = "127.0.0.1") -> None:
        self.spool = folder / "leader"
        self.spool.mkdir()
        self.registry = WorkerRegistry(4, VERSIONS, RunConfig(0, 1, 5557, ""))
        self.control = Control(self.registry, UploadStore())
        self.control.store.open(1, self.spool)
        self.host = host
        listener = stack.enter_context(listening(host, 0))
        self.port: int = listener.getsockname()[1]
        stack.enter_context(served(application(self.control), listener))
        self._stack = stack

    def client(self, port: int | None = None) -> LeaderClient:
        """A worker's client, straight to the leader if no port is given."""
        return self._stack.enter_context(closing(LeaderClient(self.host, port or self.port)))

    def join(self, client: LeaderClient, token: str = "a") -> int:
        """Become a worker."""
        return client.register(RegisterRequest(token, "pod", VERSIONS), 5, lambda: None).worker


@pytest.fixture
def side(tmp_path: Path) -> Iterator[Side]:
    with ExitStack() as stack:
        yield Side(tmp_path, stack)


def record(spool: Path, worker: int, rows: np.ndarray) -> None:
    """Record rows as a load-generating process does."""
    spool.mkdir(exist_ok=True)
    journal = Journal(journal_file(spool, worker))
    journal.write("opened", run="R", target="T", round=0, worker=worker, pid=1, seed=1)
    recorder = Recorder(rows_file(spool, worker), journal, lambda _: None)
    for row in rows:
        recorder.started += 1
        error = "broken" if row["outcome"] == FAILED else None
        user, seq, start_ns, end_ns, outcome = (int(row[name]) for name in GIVEN)
        recorder.add(user, seq, start_ns, end_ns, outcome, 200, 10, error, "one")
    lag_us = [int(value) for value in rows["lag_us"]]
    journal.write(
        "second", users=3, started=len(rows), recorded=len(rows), opened=2, resent=1, lag_us=lag_us
    )
    recorder.close()
    journal.close()


def some_rows() -> np.ndarray:
    """Requests with latencies as they often are: log-normal."""
    random = np.random.default_rng(1)
    rows = np.zeros(ROWS, DTYPE)
    rows["seq"] = np.arange(ROWS)
    rows["start_ns"] = 10**18 + np.sort(random.integers(0, 10**10, ROWS))
    rows["end_ns"] = rows["start_ns"] + (1e6 * random.lognormal(0, 0.5, ROWS)).astype(np.int64)
    rows["outcome"] = np.where(random.random(ROWS) < 0.02, FAILED, SUCCEEDED)
    rows["lag_us"] = random.integers(0, 500, ROWS)
    return rows


def test_four_workers_give_the_figures_of_one_process(side: Side, tmp_path: Path) -> None:
    """From the same rows: each figure that a run tells is the same to the last digit."""
    rows = some_rows()
    alone = tmp_path / "alone"
    record(alone, 0, rows)
    for worker in range(4):
        client = side.client()
        number = side.join(client, str(worker))
        spool = tmp_path / f"worker-{worker}"
        record(spool, number, rows[worker::4])
        files = Uploader(spool, partial(client.upload, number, 1)).finish()
        assert files == {path.name: sha256(path) for path in spool.iterdir()}
    one, four = read_requests(alone), read_requests(side.spool)
    assert four.num_rows == ROWS
    begin, end = 10**18, 10**18 + 10**10
    assert result.steady(four, begin, end) == result.steady(one, begin, end)
    assert result.counts(four) == result.counts(one)
    assert result.span_ns(four, begin, end) == result.span_ns(one, begin, end)
    kept = [name for name in one.column_names if name != "worker"]
    assert four.select(kept).to_pylist() == one.select(kept).to_pylist()
    lags = (monitor.quantiles(read_timeline(spool).lag_us) for spool in (alone, side.spool))
    assert next(lags) == next(lags)
    assert monitor.faults(read_timeline(side.spool), expected=4) == []


@pytest.mark.parametrize(
    "answered",
    [
        pytest.param(False, id="in the midst of a piece"),
        pytest.param(True, id="when the piece was taken"),
    ],
)
def test_a_delivery_goes_on_where_a_broken_connection_left_it(
    side: Side, tmp_path: Path, answered: bool
) -> None:
    worker = side.join(side.client())
    spool = tmp_path / "worker"
    record(spool, 0, some_rows()[:10])
    with rows_file(spool, 0).open("ab") as file:
        file.write(np.random.default_rng(1).bytes(3 * PIECE_BYTES))
    proxy = Proxy(side.port, PIECE_BYTES // 2, answered=answered)
    with closing(proxy):
        files = Uploader(spool, partial(side.client(proxy.port).upload, worker, 1)).finish()
    assert proxy.broken_off == 1
    assert files == {path.name: sha256(path) for path in side.spool.iterdir()}


def test_a_record_is_sent_as_it_grows(side: Side, tmp_path: Path) -> None:
    client = side.client()
    worker, spool = side.join(client), tmp_path / "worker"
    spool.mkdir()
    sent: list[tuple[str, int, bytes]] = []

    def add(name: str, offset: int, piece: bytes) -> int:
        sent.append((name, offset, piece))
        return client.upload(worker, 1, name, offset, piece)

    uploader = Uploader(spool, add)
    (spool / "usage-0.csv").write_bytes(b"round\n")
    (spool / "other").write_bytes(b"not of the record")
    uploader.send()
    assert sent == []  # nothing before a process has begun its record
    (spool / "worker-0.jsonl").write_bytes(b"{}\n")
    (spool / "worker-0.rows").touch()
    uploader.send()
    (spool / "worker-0.rows").write_bytes(b"1234")
    uploader.send()
    uploader.send()
    assert sent == [
        ("usage-0.csv", 0, b"round\n"),
        ("worker-0.jsonl", 0, b"{}\n"),
        ("worker-0.rows", 0, b""),
        ("worker-0.rows", 0, b"1234"),
    ]


def test_only_files_of_the_load_under_way_are_taken(tmp_path: Path) -> None:
    store = UploadStore()
    with pytest.raises(ClosedError):
        store.add(0, "worker-0.rows", 0, b"x")
    store.open(2, tmp_path)
    with pytest.raises(ClosedError):
        store.add(1, "worker-0.rows", 0, b"x")
    for name in ("../worker-0.rows", "master.jsonl", "worker-0.rows.sh", "worker-x.rows"):
        with pytest.raises(ValueError, match="expected a file of a record"):
            store.add(2, name, 0, b"x")
    assert store.add(2, "worker-0.rows", 0, b"abc") == 3
    with pytest.raises(MisplacedError) as misplaced:
        store.add(2, "worker-0.rows", 1, b"bc")
    assert misplaced.value.size == 3
    assert (tmp_path / "worker-0.rows").read_bytes() == b"abc"
    store.close()
    with pytest.raises(ClosedError):
        store.add(2, "worker-0.rows", 3, b"x")
    assert {path.name for path in tmp_path.iterdir()} == {"worker-0.rows"}


@pytest.mark.parametrize("damage", ["changed", "absent"])
def test_a_file_that_is_not_as_it_was_there_fails_the_load(
    side: Side, tmp_path: Path, damage: str
) -> None:
    client = side.client()
    worker = side.join(client)
    leader = Leader(Distribution(workers=1), side.control)
    leader.begin(1, side.spool)
    record(tmp_path / "worker", 0, some_rows()[:10])
    files = Uploader(tmp_path / "worker", partial(client.upload, worker, 1)).finish()
    client.send_status(worker, Status(1, done=True, files=files))
    if damage == "changed":
        rows_file(side.spool, 0).write_bytes(b"something else")
    else:
        rows_file(side.spool, 0).unlink()
    ended = leader.end()
    assert ended.problem == "worker pod: checksum mismatch of worker-0.rows (SHA-256)"


def test_a_leader_that_can_not_write_says_so(side: Side, tmp_path: Path) -> None:
    """The load ends, and its problem is the leader's, whatever became of the worker."""
    client = side.client()
    worker = side.join(client)
    leader = Leader(Distribution(workers=1), side.control)
    leader.begin(1, side.spool / "file" / "spool")
    (side.spool / "file").touch()
    record(tmp_path / "worker", 0, some_rows()[:10])
    with pytest.raises(RejectedError, match="Not a directory"):
        Uploader(tmp_path / "worker", partial(client.upload, worker, 1)).send()
    path = side.spool / "file" / "spool" / "worker-0.jsonl"
    assert leader.problem() == f"can't write {path}: Not a directory"
    leader.begin(1, side.spool)
    assert leader.problem() is None


def test_a_file_that_the_leader_has_more_of_is_told(tmp_path: Path) -> None:
    record(tmp_path, 0, some_rows()[:10])
    uploader = Uploader(tmp_path, lambda *_: 10**6)
    with pytest.raises(
        LoadTestError, match=r"leader.s copy of worker-0\.jsonl: 1000000 bytes; expected"
    ):
        uploader.send()


def test_what_workers_were_held_back_is_added_and_clocks_are_told(side: Side) -> None:
    leader = Leader(Distribution(workers=2), side.control)
    for number, throttled_s in enumerate([0.5, 0.25]):
        side.join(side.client(), str(number))
        side.registry.update(number, Status(1, done=True, throttled_s=throttled_s))
    leader.begin(2, side.spool)
    ended = leader.end()
    assert (ended.problem, ended.throttled_s) == (None, 0.75)
    assert ended.clock_offset_ms == {
        "pod": {"before": None, "after": None},
        "pod-2": {"before": None, "after": None},
    }


def test_the_leader_refuses_in_words(side: Side) -> None:
    client = side.client()
    with pytest.raises(RejectedError, match="this worker isn't registered for the run"):
        client.send_status(0, Status())
    worker = side.join(client)
    with pytest.raises(RejectedError, match="load 9 isn't running"):
        client.upload(worker, 9, "worker-0.rows", 0, b"x")
    side.registry.issue(Command("load", 1))
    assert client.heartbeat(worker) == Command("load", 1)


def test_a_stop_ends_the_wait_for_workers() -> None:
    said: list[str] = []
    stop_asked = Interruption()
    stop_asked.ask()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    distribution = Distribution(3, listen="127.0.0.1", control_port=port, locust_port=port)
    with pytest.raises(Interrupted), leader_session(distribution, "", said.append, stop_asked):
        pass
    assert said == [f"waiting at 127.0.0.1:{port} for 3 workers"]


def test_a_leader_may_be_reached_by_ipv6(tmp_path: Path) -> None:
    with ExitStack() as stack:
        client = (side := Side(tmp_path, stack, "::1")).client()
        worker = side.join(client)
        assert client.heartbeat(worker) == Command()
        assert measure(Clock(), client.exchange).round_trip_ms > 0


def test_a_leader_that_is_gone_is_noticed() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as unused,
        closing(LeaderClient("127.0.0.1", unused.getsockname()[1])) as client,
    ):
        unused.close()
        with pytest.raises(LostLeaderError, match=r"didn't answer for 0\.1 s"):
            client.register(RegisterRequest("a", "pod", VERSIONS), 0.1, lambda: None)
