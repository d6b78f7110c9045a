"""Containers: functions of the tests that print lines and return an exit code."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from .resources import Object

Command = Callable[[list[str], Callable[[bytes], None]], int]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Container:
    """What runs in a pod: its log, and the signal to stop.

    Attributes:
        pod: The pod, as it was created.
        stopped: Set when the container is told to end (SIGTERM).
        commands: What `exec` runs, by the first word of a command; gets the rest and a function
            that sends bytes to stdout, and returns the exit code.
        breaks: Numbers of lines after which a log that is followed breaks off, each once.
        hangs: Numbers of lines after which such a log stays open and says nothing more, each once.
        killed_as: Why the container is ended, where that isn't by its own, e.g. `OOMKilled`.
        evicted_because: Why the whole pod is ended; empty where it isn't.
    """

    def __init__(self, pod: Object) -> None:
        self.pod = pod
        self.stopped = threading.Event()
        self.ended = threading.Event()
        self.commands: dict[str, Command] = {}
        self.breaks: list[int] = []
        self.hangs: list[int] = []
        self.killed_as = ""
        self.evicted_because = ""
        self._lines: list[tuple[str, str]] = []
        self._changed = threading.Condition()

    @property
    def args(self) -> list[str]:
        """The arguments that the pod gives its first container."""
        args: list[str] = self.pod["spec"]["containers"][0].get("args", [])
        return args

    def print(self, line: str) -> None:
        """Add a line to the log."""
        nanoseconds = int((datetime.now(UTC) - EPOCH).total_seconds() * 1e6) * 1000
        with self._changed:
            seconds, rest = divmod(nanoseconds + len(self._lines) % 1000, 10**9)
            stamp = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09}Z"
            self._lines.append((stamp, line))
            self._changed.notify_all()

    def end(self) -> None:
        """Close the log."""
        self.ended.set()
        with self._changed:
            self._changed.notify_all()

    def read(self, *, follow: bool, since: str) -> Iterator[tuple[str, str]]:
        """Yield the log's lines with their times, whole seconds of `since` on."""
        place = 0
        while True:
            with self._changed:
                if follow and place == len(self._lines) and not self.ended.is_set():
                    self._changed.wait(0.2)
                fresh, over = self._lines[place:], self.ended.is_set()
            for stamp, line in fresh:
                place += 1
                if stamp[:19] >= since[:19]:
                    yield stamp, line
                if follow and place in self.breaks:
                    self.breaks.remove(place)
                    return
                if follow and place in self.hangs:
                    self.hangs.remove(place)
                    self.ended.wait()
                    return
            if not fresh and (over or not follow):
                return

    def execute(self, command: list[str], send: Callable[[bytes], None]) -> int:
        """Run a command as `kubectl exec` does."""
        return self.commands[command[0]](command[1:], send)


Program = Callable[[Container], int]


def prints(*lines: str, code: int = 0) -> Program:
    """A program that prints lines and ends."""

    def program(container: Container) -> int:
        for line in lines:
            container.print(line)
        return code

    return program


def waits(container: Container) -> int:
    """A program that runs until it is told to end."""
    container.stopped.wait()
    return 143


def _end(container: Container, process: "subprocess.Popen[str]") -> None:
    container.stopped.wait()
    process.terminate()


def runs(command: list[str]) -> Program:
    """A program that is a process of this machine."""

    def program(container: Container) -> int:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=_end, args=(container, process), daemon=True).start()
        with process:
            for line in process.stdout or ():
                container.print(line.removesuffix("\n"))
        return process.returncode

    return program
