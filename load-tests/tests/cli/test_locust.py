"""`celsiusify-load-tests locust`: loads that are started and stopped in Locust's web UI."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

TIMEOUT_S = 30


class Page:
    """Locust with its web UI, used as a browser would."""

    def __init__(self, folder: Path, target: str, host: str, port: int) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self._url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celsiusify_load_tests", "locust", "--"),
                *(f"--target={target}", f"--host={host}", "--stop-timeout=5"),
                *("--web-host=127.0.0.1", f"--web-port={port}"),
            ],
            cwd=folder,
            env={**os.environ, "TMPDIR": str(self.temporary)},
            start_new_session=True,
        )
        self.wait_until(lambda: self.process.poll() is not None or self._answers())

    @property
    def html(self) -> str:
        """What a browser gets."""
        return requests.get(self._url, timeout=TIMEOUT_S).text

    def counts(self) -> tuple[int, int]:
        """How many requests there were since the load's start, and how many of them failed."""
        # The page's own numbers are up to two seconds old: a load ago.
        table = requests.get(f"{self._url}/stats/requests/csv", timeout=TIMEOUT_S).text
        total = list(csv.DictReader(table.splitlines()))[-1]
        return int(total["Request Count"]), int(total["Failure Count"])

    def load(self, **form: object) -> tuple[int, int]:
        """Make a load of two users until something was asked; returns the counts."""
        form = {"user_count": 2, "spawn_rate": 2, **form}
        said = requests.post(f"{self._url}/swarm", data=form, timeout=TIMEOUT_S).json()
        assert said["success"], said
        self.wait_until(lambda: self.counts()[0] > 0)
        requests.post(f"{self._url}/stop", timeout=TIMEOUT_S)
        return self.counts()

    def wait_until(self, happened: Callable[[], bool]) -> None:
        """Wait for something to happen."""
        deadline = time.monotonic() + TIMEOUT_S
        while not happened():
            assert time.monotonic() < deadline, "it didn't happen"
            time.sleep(0.05)

    def records(self) -> list[Path]:
        """The folders that are recorded to."""
        return list(self.temporary.glob("celsiusify-*"))

    def _answers(self) -> bool:
        try:
            return requests.get(self._url, timeout=TIMEOUT_S).ok
        except requests.ConnectionError:
            return False


@pytest.fixture
def page(workspace: Any) -> Iterator[Page]:
    """A page whose own process makes the load."""
    workspace.targets["one"] = workspace.fake()
    content = yaml.safe_dump({"targets": workspace.targets})
    (workspace.folder / "targets.yaml").write_text(content)
    with workspace.running() as server:
        page = Page(workspace.folder, "one", server.url, workspace.free_port())
        yield page
        if page.process.poll() is None:
            os.killpg(page.process.pid, signal.SIGKILL)
            page.process.wait()


def test_loads_leave_no_records(page: Page) -> None:
    """Each load records to a folder that goes with the next load, or with the process."""
    for _ in range(2):
        assert page.load()[1] == 0

    assert len(page.records()) == 1
    page.process.terminate()
    page.process.wait(TIMEOUT_S)
    assert not page.records()


def test_load_takes_what_the_page_says_when_it_starts(page: Page, workspace: Any) -> None:
    """A host that is changed between two loads is the one that the second asks."""
    assert page.load()[1] == 0

    asked, failed = page.load(host=f"http://127.0.0.1:{workspace.free_port()}")
    assert failed == asked


def test_page_offers_what_can_change_from_load_to_load(page: Page) -> None:
    """Think times can be changed on the page, but no file's name."""
    assert '"think_time_s"' in page.html
    assert '"spool_dir"' not in page.html


def test_locustfile_of_ones_own_is_run(workspace: Any) -> None:
    """Where CELSIUSIFY_LOCUSTFILE names a locustfile, Locust runs that one."""
    own = workspace.folder / "own.py"
    own.write_text("from locust import User\n\nclass Visitor(User):\n    pass\n")
    listed = subprocess.run(
        [sys.executable, "-m", "celsiusify_load_tests", "locust", "--", "--list"],
        env={**os.environ, "CELSIUSIFY_LOCUSTFILE": str(own)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=True,
    )

    assert listed.stdout.split()[-1] == "Visitor"
