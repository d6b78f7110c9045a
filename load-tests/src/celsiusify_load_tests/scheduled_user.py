"""Locust's user of an open load: one a process, which makes the arrivals of a schedule."""

from locust import task
from locust.env import Environment
from locust.exception import StopUser

from celsiusify_load_tests.arrivals import Arrivals
from celsiusify_load_tests.asker import Asker
from celsiusify_load_tests.clock import now_ns
from celsiusify_load_tests.dispatch import Arrival, Dispatcher
from celsiusify_load_tests.load import Load
from celsiusify_load_tests.rows import DROPPED
from celsiusify_load_tests.user import LoadUser

_NS_PER_S = 1_000_000_000
_NOBODY = -1  # no connection took it


class _Connection:
    """Asks what each arrival asks for."""

    def __init__(self, load: Load, arrivals: Arrivals, number: int) -> None:
        self._arrivals = arrivals
        self._asker = Asker(load, number)

    def serve(self, arrival: Arrival) -> None:
        """Make the arrival's request, and return when it has ended."""
        seq, intended_ns, lag_us = arrival
        self._asker.ask(self._arrivals.fahrenheit(seq), seq, intended_ns, lag_us)

    def close(self) -> None:
        """Hang up."""
        self._asker.close()


class ScheduledUser(LoadUser):
    """Makes its process's share of the arrivals, each when it is due, answered or not."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        plan = self.load.plan
        self._arrivals = Arrivals(plan.options, plan.scenario)
        self._dispatcher: Dispatcher | None = None

    @task
    def follow_schedule(self) -> None:
        """Make the arrivals from the load's begin until Locust stops the user."""
        load = self.load
        begin_ns, processes = load.begin.get()
        load.journal.write("schedule", begin_ns=begin_ns, **self._arrivals.describe())
        options = load.plan.options
        self._dispatcher = dispatcher = Dispatcher(
            self._arrivals.due(begin_ns, load.worker, processes),
            connect=lambda number: _Connection(load, self._arrivals, number),
            limit=max(1, len(range(load.worker, options.max_in_flight, processes))),
            patience_ns=round(options.read_timeout_s * _NS_PER_S),
            drop=self._drop,
        )
        load.at_work = lambda: dispatcher.in_flight
        dispatcher.run()
        raise StopUser

    def stop(self, force: bool = False) -> bool:
        """Stop when the requests under way have ended, or at once if `force` or none ever was."""
        if self._dispatcher is None:
            force = True
        elif not force:
            self._dispatcher.finish()
        return bool(super().stop(force))

    def _drop(self, arrival: Arrival) -> None:
        recorder = self.load.recorder
        recorder.dropped += 1
        seq, intended_ns, lag_us = arrival
        recorder.add(_NOBODY, seq, now_ns(), 0, DROPPED, intended_ns=intended_ns, lag_us=lag_us)
