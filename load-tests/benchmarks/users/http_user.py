"""Locust's HttpUser at its best: one endless task, no checks."""

from locust import HttpUser, task


class PlainUser(HttpUser):
    """Asks the same again and again."""

    @task
    def ask(self) -> None:
        """Ask without end; choosing a task anew each time would cost more."""
        while True:
            self.client.get("/convert/?fahrenheit=451.000000")
