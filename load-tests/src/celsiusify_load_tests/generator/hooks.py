"""Register the handlers of Locust's events for a recorded run."""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import gevent
from gevent.event import AsyncResult
from locust.env import Environment
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.generator.context import Load, open_journal
from celsiusify_load_tests.generator.coordination import (
    LEAD_NS,
    Drain,
    StartSignal,
    announce_begin,
    listen_for_begin,
)
from celsiusify_load_tests.generator.loop_lag import Monitor
from celsiusify_load_tests.generator.options import options_of, with_own
from celsiusify_load_tests.generator.timers import Stopwatch
from celsiusify_load_tests.generator.users import LoadUser
from celsiusify_load_tests.recording.clock import now_ns
from celsiusify_load_tests.recording.events import Journal
from celsiusify_load_tests.recording.paths import RecordFolder, master_journal_file

USAGE_ERROR = 2


class Generator:
    """A process that makes the load and records it: a worker, or the only process."""

    def __init__(self, environment: Environment, runner: LocalRunner | WorkerRunner) -> None:
        self._environment = environment
        self._runner = runner
        self._own = options_of(environment.parsed_options)
        self._folder = RecordFolder()
        self._load: Load | None = None
        self._watch: Monitor | None = None
        self._stopwatch: Stopwatch | None = None
        events: Any = environment.events  # Locust's hooks have no types
        events.test_start.add_listener(self._on_test_start)
        events.test_stop.add_listener(self._on_test_stop)
        events.quit.add_listener(self._on_quit)
        if isinstance(runner, LocalRunner):
            events.spawning_complete.add_listener(self._on_spawning_complete)
            events.test_stopping.add_listener(self._on_test_stopping)
        else:
            listen_for_begin(runner, self._begin)

    def _on_test_start(self, **_: Any) -> None:
        try:
            self._load = self._open()
        except LoadTestError as error:
            self._give_up(str(error))
            return
        LoadUser.load = load = self._load
        load.begin = AsyncResult()
        load.at_work = lambda: self._runner.user_count
        self._watch = Monitor(load, lambda: load.at_work(), self._give_up)

    def _open(self) -> Load:
        options = with_own(options_of(self._environment.parsed_options), self._own)
        if self._load and options.spool_dir:
            return self._load
        if self._load:
            self._load.close()
        options = replace(options, spool_dir=self._folder.begin(options.spool_dir))
        number = options.process_number
        if number < 0:
            number = self._runner.worker_index
        return Load(options, self._environment, number)

    def _give_up(self, reason: str) -> None:
        sys.stderr.write(f"{reason}\n")
        self._environment.process_exit_code = USAGE_ERROR
        gevent.spawn(self._runner.quit)

    def _begin(self, begin: StartSignal) -> None:
        if self._load:
            self._load.begin.set(begin)

    def _begin_alone(self) -> int:
        begin = StartSignal(now_ns() + LEAD_NS, processes=1)
        self._begin(begin)
        return begin.at_ns

    def _on_spawning_complete(self, user_count: int, **_: Any) -> None:
        if self._load:
            journal = self._load.journal
            self._stopwatch = _stopwatch(self._environment, self._begin_alone, journal)
            self._stopwatch.start(user_count)

    def _on_test_stopping(self, **_: Any) -> None:
        if self._stopwatch:
            self._stopwatch.stop()
        elif self._load:
            self._load.journal.write("test_stopping")

    def _on_test_stop(self, **_: Any) -> None:
        if self._watch:
            self._watch.stop()
            self._watch = None

    def _on_quit(self, **_: Any) -> None:
        if self._load:
            self._load.close()


class Leader:
    """The master of a run: it keeps the time and lets its workers finish.

    Raises:
        LoadTestError: If the run can't be recorded.
    """

    def __init__(self, environment: Environment, runner: MasterRunner) -> None:
        self._folder = RecordFolder()
        spool_dir = Path(self._folder.begin(options_of(environment.parsed_options).spool_dir))
        self._journal: Journal = open_journal(master_journal_file(spool_dir))
        self._stopwatch = _stopwatch(environment, partial(announce_begin, runner), self._journal)
        self._drain = Drain(runner)
        events: Any = environment.events  # Locust's hooks have no types
        events.spawning_complete.add_listener(self._on_spawning_complete)
        events.test_stopping.add_listener(self._on_test_stopping)
        events.quit.add_listener(self._on_quit)

    def _on_spawning_complete(self, user_count: int, **_: Any) -> None:
        self._stopwatch.start(user_count)

    def _on_test_stopping(self, **_: Any) -> None:
        self._stopwatch.stop()
        self._drain.wait()

    def _on_quit(self, **_: Any) -> None:
        self._journal.close()


def _stopwatch(environment: Environment, begin: Callable[[], int], journal: Journal) -> Stopwatch:
    options = options_of(environment.parsed_options)
    load = options.spec()
    times_s = (load.warm_up_s, load.run_time_s) if options.timed else (0.0, 0.0)
    assert environment.runner is not None
    return Stopwatch(environment.runner, begin, journal, *times_s)
