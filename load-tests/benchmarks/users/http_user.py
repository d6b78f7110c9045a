"""Locust's HttpUser at its fastest: one endless task without checks."""

from locust import HttpUser, task


class PlainUser(HttpUser):
    """A user that repeats one request."""

    @task
    def repeat(self) -> None:
        """Send requests in an endless task, since choosing tasks would cost more."""
        while True:
            self.client.get("/convert/?fahrenheit=451.000000")
