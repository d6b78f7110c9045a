"""The leader's log, line by line while it is written, each line once."""

import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.explain import FORBIDDEN, explain
from celsiusify_cluster.kubectl import Kubectl
from celsiusify_cluster.trouble import exit_code

RETRY_S = 1.0
WAIT = "--pod-running-timeout=2s"  # the pod runs already; by itself kubectl tries for 20 s
PATIENCE_S = 300.0  # for a cluster that answers no more


@dataclass(frozen=True)
class Line:
    """A line, and when it came, by our own clock."""

    received_ns: int
    text: str


class Position:
    """How far a log was read, so that a line that comes again is known.

    A log can be asked for from a whole second on only, so the lines of that second come again.
    Its time stamps all have the same form, so that they sort as texts.
    """

    def __init__(self) -> None:
        self.stamp = ""
        self._at_stamp = 0
        self._again = 0

    def rewind(self) -> None:
        """Note that the log is read anew, from the second of the last line."""
        self._again = 0

    def is_new(self, stamp: str) -> bool:
        """Is a line that comes with this time stamp one that didn't come before?"""
        if stamp < self.stamp:
            return False
        if stamp > self.stamp:
            self.stamp, self._at_stamp, self._again = stamp, 1, 1
            return True
        self._again += 1
        is_new = self._again > self._at_stamp
        self._at_stamp = max(self._at_stamp, self._again)
        return is_new


class LeaderLog:
    """Follows a pod's log in a thread until the pod has ended; picks it up where it broke off.

    Attributes:
        breaks: How often the stream broke off while the pod ran.
        problem: Why no more lines come, if the pod didn't end.
    """

    def __init__(self, kubectl: Kubectl, pod: str) -> None:
        self._kubectl, self._pod = kubectl, pod
        self._lines: queue.SimpleQueue[Line | None] = queue.SimpleQueue()
        self._position = Position()
        self._closed = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self.breaks = 0
        self.problem: str | None = None
        threading.Thread(target=self._follow, daemon=True).start()

    def close(self) -> None:
        """Follow no longer."""
        self._closed.set()
        if self._process:
            self._process.terminate()

    def lines(self, patience_s: float = 0.2) -> Iterator[Line | None]:
        """Yield lines as they come, and None now and then where none does; ends with the log."""
        while True:
            try:
                line = self._lines.get(timeout=patience_s)
            except queue.Empty:
                yield None
                continue
            if line is None:
                return
            yield line

    def _follow(self) -> None:
        try:
            self._follow_until_ended()
        except ClusterError as problem:
            self.problem = str(problem)
        finally:
            self._lines.put(None)

    def _follow_until_ended(self) -> None:
        while not self._closed.is_set():
            self._read("--follow")
            if self._has_ended():
                self._read()  # what came between the break and the end
                return
            self.breaks += 1
            self._closed.wait(RETRY_S)

    def _read(self, *flags: str) -> None:
        since = [f"--since-time={self._position.stamp}"] if self._position.stamp else []
        self._position.rewind()
        command = ("logs", self._pod, "--timestamps", WAIT, *since, *flags)
        process = self._kubectl.start(*command)
        self._process = process
        assert process.stdout is not None
        for raw in process.stdout:
            received_ns = time.time_ns()
            stamp, _, text = raw.decode(errors="replace").removesuffix("\n").partition(" ")
            if self._position.is_new(stamp):
                self._lines.put(Line(received_ns, text))
        _, complaint = process.communicate()
        if FORBIDDEN.search(complaint.decode(errors="replace")):
            raise explain(complaint.decode(errors="replace"), self._kubectl.place)

    def _has_ended(self) -> bool:
        """Is the pod's container at its end, or the pod gone?

        Raises:
            ClusterError: If the cluster doesn't say for too long.
        """
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                pods = self._kubectl.items("pods", f"--field-selector=metadata.name={self._pod}")
            except ClusterError:
                if time.monotonic() > deadline or self._closed.wait(RETRY_S):
                    raise
            else:
                return not pods or exit_code(pods[0]) is not None
