"""Receive the leader's log: show it, and read results and clock from it."""

import time
from dataclasses import dataclass, field

from celsiusify_cluster.console import StopAsked, Terminal
from celsiusify_cluster.errors import ClusterError, MeasurementError
from celsiusify_cluster.kube.kubectl import Kubectl
from celsiusify_cluster.load.download import Home, fetch_held, fetch_logged
from celsiusify_cluster.load.log_files import MARK, Clock, FrameReader, Held, Received
from celsiusify_cluster.load.log_follower import LeaderLog, Line
from celsiusify_cluster.observe.sampler import Sampler

GRACE_S = 300  # for a leader that was told to end: it merges, and sends what it has


@dataclass
class LogReceiver:
    """A receiver of a leader's log until the leader has ended.

    Attributes:
        received: The results, once they are complete and verified.
        differences_ns: The local clock minus the leader's, for each report of the leader's clock.
        problem: The first fault in the results.
    """

    kubectl: Kubectl
    pod: str
    home: Home
    terminal: Terminal
    received: Received | None = None
    differences_ns: list[int] = field(default_factory=list)
    problem: str = ""

    def follow(self, sampler: Sampler, stop: StopAsked) -> None:
        """Show and read the log to its end.

        A signal to stop is passed on to the leader; the log is read to its end.

        Raises:
            MeasurementError: If the cluster stops answering before the results are complete.
        """
        log = LeaderLog(self.kubectl, self.pod)
        reader = FrameReader(self.home.staging)
        began_s, told = time.monotonic(), False
        try:
            for line in log.lines():
                if stop.count and not told:
                    told = self._tell_to_end()
                if line:
                    self._take(line, reader)
                self._show(time.monotonic() - began_s, sampler, reader)
        finally:
            log.close()
            reader.close()
            self.terminal.clear()
        if log.problem and self.received is None:
            raise MeasurementError(
                f"{log.problem}; the load goes on: `make results` fetches what comes of it"
            )

    def fetch_again(self) -> None:
        """Read the whole log again, if results are missing or damaged.

        Raises:
            MeasurementError: If the log has no results.
        """
        found = fetch_logged(self.kubectl, self.pod, self.home.staging)
        if isinstance(found, Held):
            found = fetch_held(self.kubectl, self.pod, found, self.home.staging)
        self.received = found

    def _take(self, line: Line, reader: FrameReader) -> None:
        if not line.text.startswith(MARK):
            self.terminal.say(line.text)
            return
        try:
            event = reader.take(line.text)
            if isinstance(event, Clock):
                self.differences_ns.append(line.received_ns - event.time_ns)
            elif isinstance(event, Held):
                self.terminal.show(f"fetching {event.size_bytes / 1e6:,.1f} MB")
                self.received = fetch_held(self.kubectl, self.pod, event, self.home.staging)
            elif isinstance(event, Received):
                self.received = event
        except MeasurementError as problem:
            self.problem = self.problem or str(problem)

    def _tell_to_end(self) -> bool:
        self.terminal.say("telling the leader to end; once more, and its results are left")
        try:
            self.kubectl.run("delete", "pod", self.pod, "--wait=false", f"--grace-period={GRACE_S}")
        except ClusterError as problem:
            self.terminal.warn(f"can't tell the leader to stop: {problem}")
        return True

    def _show(self, elapsed_s: float, sampler: Sampler, reader: FrameReader) -> None:
        minutes, seconds = divmod(round(elapsed_s), 60)
        self.terminal.show(f"{minutes}:{seconds:02}  {reader.progress or sampler.status}")
