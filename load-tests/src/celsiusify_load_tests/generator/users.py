"""Define Locust's users: those of a closed load, and the one of an open load."""

from itertools import count
from typing import ClassVar

from locust import User, task
from locust.env import Environment
from locust.exception import StopUser
from locust.user.task import LOCUST_STATE_STOPPING, LOCUST_STATE_WAITING

from celsiusify_load_tests.config.load_spec import LoadSpec
from celsiusify_load_tests.generator.arrivals import Arrivals
from celsiusify_load_tests.generator.context import Load, RequestSender
from celsiusify_load_tests.generator.dispatcher import Arrival, Dispatcher
from celsiusify_load_tests.recording.clock import now_ns
from celsiusify_load_tests.recording.format import DROPPED


class LoadUser(User):
    """Takes part in a load that is recorded."""

    abstract = True
    load: ClassVar[Load]
    """What the users of this process share; it must be set before one is made."""


class ConvertUser(LoadUser):
    """Asks for a temperature, checks the answer, thinks, and asks again, on its own connection.

    It is one endless Locust task: choosing a task anew each time, and firing an event for each
    request, would cost more than the request itself.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        number = next(self.load.users)
        self._scenario = self.load.plan.scenario
        self._choices = self._scenario.choices(self.load.worker, number)
        self._asker = RequestSender(self.load, number)
        self._thinks = self._scenario.think_max_s > 0

    def wait_time(self) -> float:
        """Return how long to think, in seconds."""
        return self._scenario.think_s(self._choices)

    @task
    def converse(self) -> None:
        """Ask and think until Locust stops the user."""
        for seq in count():
            self._asker.ask(self._scenario.fahrenheit(self._choices), seq)
            if self._thinks:
                self.wait()  # type: ignore[no-untyped-call]  # Locust's own
            elif self._state == LOCUST_STATE_STOPPING:
                raise StopUser

    def stop(self, force: bool = False) -> bool:
        """Stop when the request under way has ended, or at once if `force` or none is.

        Locust kills a thinking user, who may awake between the order and its execution. So that it
        doesn't begin a request then, only to be cut off, it is told before.
        """
        if self._state == LOCUST_STATE_WAITING and not force:
            self._state = LOCUST_STATE_STOPPING
            force = True
        return bool(super().stop(force))

    def on_stop(self) -> None:
        """Hang up."""
        self._asker.close()


_NS_PER_S = 1_000_000_000
_NOBODY = -1  # no connection took it


class _Connection:
    """Asks what each arrival asks for."""

    def __init__(self, load: Load, arrivals: Arrivals, number: int) -> None:
        self._arrivals = arrivals
        self._asker = RequestSender(load, number)

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
        self._arrivals = Arrivals(plan.load, plan.scenario)
        self._dispatcher: Dispatcher | None = None

    @task
    def follow_schedule(self) -> None:
        """Make the arrivals from the load's begin until Locust stops the user."""
        load = self.load
        begin_ns, processes = load.begin.get()
        load.journal.write("schedule", begin_ns=begin_ns, **self._arrivals.describe())
        limits = load.plan.load.limits
        assert limits.max_in_flight is not None
        self._dispatcher = dispatcher = Dispatcher(
            self._arrivals.due(begin_ns, load.worker, processes),
            connect=lambda number: _Connection(load, self._arrivals, number),
            limit=max(1, len(range(load.worker, limits.max_in_flight, processes))),
            queue_timeout_ns=round(limits.read_timeout_s * _NS_PER_S),
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


def choose_users(environment: Environment, load: LoadSpec) -> None:
    """Set the class of the load's users; an open load has one user in each process."""
    environment.user_classes = [ScheduledUser if load.is_open else ConvertUser]
    options = environment.parsed_options
    assert options is not None
    if load.is_open:
        options.num_users = options.spawn_rate = options.expect_workers if options.master else 1
