"""The simulated users of a closed load."""

from itertools import count
from typing import ClassVar

from locust import User, task
from locust.env import Environment
from locust.exception import StopUser
from locust.user.task import LOCUST_STATE_STOPPING, LOCUST_STATE_WAITING

from celsiusify_load_tests.asker import Asker
from celsiusify_load_tests.load import Load


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
        self._asker = Asker(self.load, number)
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
