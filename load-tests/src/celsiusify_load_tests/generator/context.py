"""Share the load, the connections and the record among the users of one process."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random

import numpy as np
from gevent import GreenletExit
from gevent.event import AsyncResult
from locust.env import Environment
from numpy.typing import NDArray

from celsiusify_load_tests.client.base import (
    Connection,
    ConnectionCounts,
    ExchangeError,
    Reply,
    Timeouts,
)
from celsiusify_load_tests.client.check import WrongAnswerError
from celsiusify_load_tests.config.connection_policy import ConnectionLifetime
from celsiusify_load_tests.config.targets import find_target
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.generator.live_stats import update_locust_stats
from celsiusify_load_tests.generator.options import Options
from celsiusify_load_tests.generator.scenario import Scenario
from celsiusify_load_tests.recording.clock import now_ns
from celsiusify_load_tests.recording.events import Journal
from celsiusify_load_tests.recording.format import ABORTED, FAILED, SUCCEEDED
from celsiusify_load_tests.recording.paths import journal_file, rows_file
from celsiusify_load_tests.recording.writer import Recorder


class Plan:
    """The load of a process: its requests, their target, and the right answers.

    Raises:
        LoadTestError: If an option, the host or the target makes no sense.
    """

    def __init__(self, options: Options, host: str | None) -> None:
        if not options.target:
            raise LoadTestError(f"expected --target NAME, one of those in {options.targets_file}")
        self.options = options
        self.load = options.spec()
        target = find_target(Path(options.targets_file), options.target)
        self.target = target.name
        self.scenario = Scenario(*self.load.think_time_s, *self.load.fahrenheit, self.load.seed)
        limits = self.load.limits
        timeouts = Timeouts(limits.connect_timeout_s, limits.read_timeout_s)
        self.client = target.client(host, timeouts)


class Load:
    """The load of one process while it runs, and its record.

    Args:
        options: The options of Locust and of this project.
        environment: Locust's environment, whose statistics count the requests.
        worker: The number of this process.

    Raises:
        LoadTestError: If the load is invalid, or can't be recorded.
    """

    def __init__(self, options: Options, environment: Environment, worker: int) -> None:
        self.plan = Plan(options, environment.host)
        self.worker = worker
        self.counts = ConnectionCounts()
        self.users = count()
        self.begin = AsyncResult()
        """When the load begins, and how many processes make it: a `coordination.StartSignal`."""
        self.at_work: Callable[[], int] = lambda: 0
        """Tells how many users are running, or how many requests of an open load are out."""
        self._environment = environment
        spool_dir = Path(options.spool_dir)
        self.journal = open_journal(journal_file(spool_dir, worker))
        self.journal.write(
            "opened",
            run=options.run_name,
            target=self.plan.target,
            round=options.round,
            worker=worker,
            pid=os.getpid(),
            seed=self.plan.load.seed,
        )
        rows = rows_file(spool_dir, worker)
        with _writing(rows):
            self.recorder = Recorder(rows, self.journal, self._update_locust)

    def connection(self, user: int) -> Connection:
        """Return the connection of a user, by its number in this process."""
        load = self.plan.load
        chance = Random(f"connection/{load.seed}/{self.worker}/{user}")
        return self.plan.client.connect(self.counts, ConnectionLifetime(load.policy, chance))

    @property
    def problem(self) -> str | None:
        """The reason why the load can't be recorded any more; None while it can."""
        return self.recorder.problem or self.journal.problem

    def close(self) -> None:
        """Finish the record."""
        self.recorder.close()
        self.journal.close()

    def _update_locust(self, rows: NDArray[np.void]) -> None:
        client = self.plan.client
        errors = self.recorder.errors.numbers
        update_locust_stats(self._environment.stats, client.method, client.name, rows, errors)


def claim(spool_dir: Path) -> None:
    """Create an empty folder to record to.

    Raises:
        LoadTestError: If the folder can't be created, or isn't empty.
    """
    with _writing(spool_dir):
        spool_dir.mkdir(parents=True, exist_ok=True)
        if any(spool_dir.iterdir()):
            raise LoadTestError(f"expected an empty folder to record to, but {spool_dir} isn't")


def open_journal(path: Path) -> Journal:
    """Open a journal; its folder is created if necessary.

    Raises:
        LoadTestError: If the file can't be written.
    """
    with _writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return Journal(path)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LoadTestError(f"can't write {path}: {error.strerror}") from error


class RequestSender:
    """A connection, and the number under which its requests are recorded."""

    def __init__(self, load: Load, number: int) -> None:
        self._client = load.plan.client
        self._recorder = load.recorder
        self._connection = load.connection(number)
        self._number = number

    def send(self, fahrenheit: float, seq: int, intended_ns: int = 0, lag_us: int = 0) -> None:
        """Send a request and record its outcome, even if the run's end aborts the request.

        Args:
            fahrenheit: The temperature in °F.
            seq: The request's number within its user or its schedule, from 0.
            intended_ns: The intended time in ns; 0 without a schedule.
            lag_us: The delay between the intended time and this process's wake-up.
        """
        number, recorder = self._number, self._recorder
        request = self._client.fill(fahrenheit)
        recorder.started += 1
        start_ns = now_ns()
        status, size = 0, 0
        error_text: str | None
        instance: str | None = None
        try:
            reply = self._connection.exchange(request)
        except ExchangeError as error:
            end_ns, outcome, error_text = now_ns(), FAILED, str(error)
        except GreenletExit:
            recorder.add(number, seq, start_ns, 0, ABORTED, intended_ns=intended_ns, lag_us=lag_us)
            raise
        else:
            end_ns, status, size = self._connection.received_ns, reply.status, len(reply.body)
            outcome, error_text, instance = self._judge(reply, fahrenheit)
        recorder.add(
            number,
            seq,
            start_ns,
            end_ns,
            outcome,
            status,
            size,
            error_text,
            instance,
            intended_ns,
            lag_us,
        )

    def _judge(self, reply: Reply, fahrenheit: float) -> tuple[int, str | None, str | None]:
        """Return the outcome, the error and the instance that answered."""
        try:
            instance = self._client.judge(reply, fahrenheit)
        except WrongAnswerError as error:
            return FAILED, str(error), None
        return SUCCEEDED, None, instance

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
