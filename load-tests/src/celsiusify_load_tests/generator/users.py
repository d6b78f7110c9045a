"""Define Locust's users for closed and open loads."""

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
    """A user of a recorded load."""

    abstract = True
    load: ClassVar[Load]
    """The load that all users of this process share; set it before creating users."""


class ConvertUser(LoadUser):
    """A user that requests a temperature, checks the answer and thinks, on its own connection.

    Its only Locust task is endless: choosing a task and firing an event for each request would cost
    more than the request itself.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        number = next(self.load.users)
        self._scenario = self.load.plan.scenario
        self._choices = self._scenario.choices(self.load.worker, number)
        self._sender = RequestSender(self.load, number)
        self._thinks = self._scenario.think_max_s > 0

    def wait_time(self) -> float:
        """Return the next think time in seconds."""
        return self._scenario.think_s(self._choices)

    @task
    def send_requests(self) -> None:
        """Send requests and think until Locust stops the user."""
        for seq in count():
            self._sender.send(self._scenario.fahrenheit(self._choices), seq)
            if self._thinks:
                self.wait()  # type: ignore[no-untyped-call]  # Locust's own
            elif self._state == LOCUST_STATE_STOPPING:
                raise StopUser

    def stop(self, force: bool = False) -> bool:
        """Stop after the request in flight; at once without one, or with `force`.

        Locust kills a thinking user, whose think time may end just before the kill. So the state is
        set first: then the user doesn't start a request that would be aborted.
        """
        if self._state == LOCUST_STATE_WAITING and not force:
            self._state = LOCUST_STATE_STOPPING
            force = True
        return bool(super().stop(force))

    def on_stop(self) -> None:
        """Close the connection."""
        self._sender.close()


_NS_PER_S = 1_000_000_000
_NO_CONNECTION = -1  # the number of a dropped arrival's connection


class _Connection:
    """A connection that sends the requests of arrivals."""

    def __init__(self, load: Load, arrivals: Arrivals, number: int) -> None:
        self._arrivals = arrivals
        self._sender = RequestSender(load, number)

    def serve(self, arrival: Arrival) -> None:
        """Send the arrival's request and wait for its end."""
        seq, intended_ns, lag_us = arrival
        self._sender.send(self._arrivals.fahrenheit(seq), seq, intended_ns, lag_us)

    def close(self) -> None:
        """Close the connection."""
        self._sender.close()


class ScheduledUser(LoadUser):
    """The one user of a process in an open load; it sends the process's arrivals on schedule."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        plan = self.load.plan
        self._arrivals = Arrivals(plan.load, plan.scenario)
        self._dispatcher: Dispatcher | None = None

    @task
    def follow_schedule(self) -> None:
        """Dispatch the arrivals from the load's start until Locust stops the user."""
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
        """Stop after the requests in flight; at once before the first one, or with `force`."""
        if self._dispatcher is None:
            force = True
        elif not force:
            self._dispatcher.finish()
        return bool(super().stop(force))

    def _drop(self, arrival: Arrival) -> None:
        recorder = self.load.recorder
        recorder.dropped += 1
        seq, intended_ns, lag_us = arrival
        recorder.add(
            _NO_CONNECTION, seq, now_ns(), 0, DROPPED, intended_ns=intended_ns, lag_us=lag_us
        )


def choose_users(environment: Environment, load: LoadSpec) -> None:
    """Set the class of the load's users; an open load has one user in each process."""
    environment.user_classes = [ScheduledUser if load.is_open else ConvertUser]
    options = environment.parsed_options
    assert options is not None
    if load.is_open:
        options.num_users = options.spawn_rate = options.expect_workers if options.master else 1
