"""The page of Locust's web UI, used as a browser would."""

import csv
import re
import time
from collections.abc import Callable

import requests

from ..servers.local import PATIENCE_S


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for something to happen."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "it didn't happen"
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Whether a server is there, and well."""
    try:
        return requests.get(url, timeout=PATIENCE_S).ok
    except requests.ConnectionError:
        return False


class Page:
    """A page on this machine, from when it answers."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(self._url))

    @property
    def html(self) -> str:
        """What a browser gets."""
        return requests.get(self._url, timeout=PATIENCE_S).text

    def wait_for_workers(self, count: int) -> None:
        """Wait until so many have come."""
        wait_until(lambda: f'"worker_count": {count}' in self.html)

    def load(self, **form: object) -> tuple[int, int]:
        """Make a load of two users until something was asked.

        Returns:
            How many requests there were, and how many of them failed.
        """
        form = {"user_count": 2, "spawn_rate": 2, **form}
        wait_until(lambda: self._loads(form) and self._counts()[0] > 0)
        requests.post(f"{self._url}/stop", timeout=PATIENCE_S)
        return self._counts()

    @property
    def failures(self) -> str:
        """What went wrong, as a table."""
        return requests.get(f"{self._url}/stats/failures/csv", timeout=PATIENCE_S).text

    def _loads(self, form: dict[str, object]) -> bool:
        """Whether a load runs; begins one otherwise.

        Locust ends a load whose workers were silent for some seconds, as on a busy machine.
        """
        if re.search(r'"state": "(running|spawning)"', self.html):
            return True
        said = requests.post(f"{self._url}/swarm", data=form, timeout=PATIENCE_S).json()
        assert said["success"], said
        return False

    def _counts(self) -> tuple[int, int]:
        # The page's own numbers are up to two seconds old.
        table = requests.get(f"{self._url}/stats/requests/csv", timeout=PATIENCE_S).text
        total = list(csv.DictReader(table.splitlines()))[-1]
        return int(total["Request Count"]), int(total["Failure Count"])
