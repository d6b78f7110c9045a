"""The simulated user."""

from typing import ClassVar

from gevent import GreenletExit
from locust import User, task
from locust.env import Environment
from locust.exception import StopUser
from locust.user.task import LOCUST_STATE_STOPPING, LOCUST_STATE_WAITING

from celsiusify_load_tests.check import WrongAnswerError
from celsiusify_load_tests.clock import now_ns
from celsiusify_load_tests.exchange import ExchangeError, Reply
from celsiusify_load_tests.load import Load
from celsiusify_load_tests.rows import ABORTED, FAILED, SUCCEEDED


class ConvertUser(User):
    """Asks for a temperature, checks the answer, thinks, and asks again, on its own connection.

    It is one endless Locust task: choosing a task anew each time, and firing an event for each
    request, would cost more than the request itself.
    """

    load: ClassVar[Load]
    """What the users of this process share; it must be set before one is made."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._number = next(self.load.users)
        self._seq = 0
        self._choices = self.load.plan.scenario.choices(self.load.worker, self._number)
        self._connection = self.load.connection()
        self._thinks = self.load.plan.scenario.think_max_s > 0

    def wait_time(self) -> float:
        """Return how long to think, in seconds."""
        return self.load.plan.scenario.think_s(self._choices)

    @task
    def converse(self) -> None:
        """Ask and think until Locust stops the user."""
        while True:
            self._ask()
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
        self._connection.close()

    def _ask(self) -> None:
        """Make one request and record how it ended, also when that is by the run's end."""
        plan, recorder = self.load.plan, self.load.recorder
        seq = self._seq
        self._seq += 1
        fahrenheit = plan.scenario.fahrenheit(self._choices)
        request = plan.client.fill(fahrenheit)
        recorder.started += 1
        start_ns = now_ns()
        try:
            reply = self._connection.exchange(request)
        except ExchangeError as error:
            recorder.add(self._number, seq, start_ns, now_ns(), FAILED, error=str(error))
        except GreenletExit:
            recorder.add(self._number, seq, start_ns, 0, ABORTED)
            raise
        else:
            outcome, error_text, instance = self._judge(reply, fahrenheit)
            recorder.add(
                self._number,
                seq,
                start_ns,
                self._connection.received_ns,
                outcome,
                reply.status,
                len(reply.body),
                error_text,
                instance,
            )

    def _judge(self, reply: Reply, fahrenheit: float) -> tuple[int, str | None, str | None]:
        """Return the outcome, the error and the instance that answered."""
        try:
            instance = self.load.plan.client.judge(reply, fahrenheit)
        except WrongAnswerError as error:
            return FAILED, str(error), None
        return SUCCEEDED, None, instance
