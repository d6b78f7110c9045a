"""Follow the leader's log while it is written, and yield each line once."""

import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.errors import FORBIDDEN, explain
from celsiusify_cluster.kube.kubectl import Kubectl
from celsiusify_cluster.kube.pod_problems import has_ended


class LogCursor:
    """The position in a log that detects repeated lines.

    A log can be read again only from a whole second, so the lines of that second are repeated.
    All time stamps have the same form, so that they sort as texts.
    """

    def __init__(self) -> None:
        self.stamp = ""
        self._at_stamp = 0
        self._again = 0

    def rewind(self) -> None:
        """Note that the log is read again, from the second of the last line."""
        self._again = 0

    def is_new(self, stamp: str) -> bool:
        """Return True if a line with this time stamp isn't a repetition."""
        if stamp < self.stamp:
            return False
        if stamp > self.stamp:
            self.stamp, self._at_stamp, self._again = stamp, 1, 1
            return True
        self._again += 1
        is_new = self._again > self._at_stamp
        self._at_stamp = max(self._at_stamp, self._again)
        return is_new


RETRY_S = 1.0
WAIT = "--pod-running-timeout=2s"  # the pod runs already; by itself kubectl tries for 20 s


@dataclass(frozen=True)
class Line:
    """A line, and its time of reception by the local clock."""

    received_ns: int
    text: str


class LeaderLog:
    """A thread that follows a pod's log until the pod has ended, and resumes broken connections.

    Attributes:
        problem: The reason why no more lines arrive although the pod hasn't ended.
    """

    def __init__(self, kubectl: Kubectl, pod: str) -> None:
        self._kubectl, self._pod = kubectl, pod
        self._lines: queue.SimpleQueue[Line | None] = queue.SimpleQueue()
        self._position = LogCursor()
        self._closed = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._opened_s = self._heard_s = time.monotonic()
        self.problem: str | None = None
        threading.Thread(target=self._follow, daemon=True).start()

    def close(self) -> None:
        """Stop following."""
        self._closed.set()
        if self._process:
            self._process.terminate()

    def lines(self, patience_s: float = 0.2) -> Iterator[Line | None]:
        """Yield lines as they arrive, and None now and then without one; stop at the log's end."""
        while True:
            try:
                line = self._lines.get(timeout=patience_s)
            except queue.Empty:
                self._end_if_quiet()
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
        readable_s = time.monotonic()
        while not self._closed.is_set():
            complaint = self._read("--follow")
            if self._has_ended():
                self._read()  # what came between the break and the end
                return
            if FORBIDDEN.search(complaint):
                raise explain(complaint, self._kubectl.release)
            readable_s = max(readable_s, self._heard_s) if complaint else time.monotonic()
            if time.monotonic() - readable_s > self._kubectl.limits.silence_s:
                self._kubectl.run("logs", self._pod, "--tail=1")  # fails, and says why
            self._closed.wait(RETRY_S)

    def _end_if_quiet(self) -> None:
        quiet_s = time.monotonic() - max(self._opened_s, self._heard_s)
        if self._process and quiet_s > self._kubectl.limits.quiet_log_s:
            self._process.terminate()

    def _read(self, *flags: str) -> str:
        """Read from the cursor on; return kubectl's error message."""
        since = [f"--since-time={self._position.stamp}"] if self._position.stamp else []
        self._position.rewind()
        command = ("logs", self._pod, "--timestamps", WAIT, *since, *flags)
        process = self._kubectl.start(*command)
        self._process, self._opened_s = process, time.monotonic()
        assert process.stdout is not None
        for raw in process.stdout:
            received_ns, self._heard_s = time.time_ns(), time.monotonic()
            stamp, _, text = raw.decode(errors="replace").removesuffix("\n").partition(" ")
            if self._position.is_new(stamp):
                self._lines.put(Line(received_ns, text))
        _, complaint = process.communicate()
        return complaint.decode(errors="replace") if process.returncode > 0 else ""

    def _has_ended(self) -> bool:
        """Return True if the pod has ended or is gone.

        Raises:
            ClusterError: If the cluster doesn't answer for too long.
        """
        deadline = time.monotonic() + self._kubectl.limits.silence_s
        while True:
            try:
                pods = self._kubectl.items("pods", f"--field-selector=metadata.name={self._pod}")
            except ClusterError:
                if time.monotonic() > deadline or self._closed.wait(RETRY_S):
                    raise
            else:
                return not pods or has_ended(pods[0])
