"""Watch pods while helm waits for them, so that what can't become ready is said at once."""

import contextlib
import subprocess
import time
from collections.abc import Sequence

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kubectl import Kubectl, Object
from celsiusify_cluster.patience import Patience
from celsiusify_cluster.signals import StopAsked
from celsiusify_cluster.terminal import Terminal
from celsiusify_cluster.trouble import trouble

POLL_S = 0.5


class Rollout:
    """Follows the pods of a release."""

    def __init__(self, kubectl: Kubectl, terminal: Terminal) -> None:
        self._kubectl, self._terminal = kubectl, terminal
        self._patience = Patience()

    @property
    def trouble(self) -> str | None:
        """What kept a pod from running, as seen last."""
        return str(self._patience.seen) if self._patience.seen else None

    def follow(self, helm: "subprocess.Popen[str]", stop: StopAsked) -> None:
        """Look at the pods until helm has ended; end it if they can't become ready."""
        began_s, told = time.monotonic(), False
        while helm.poll() is None:
            pods = self._pods()
            is_lost = self._patience.is_lost(trouble(pods))
            elapsed_s = time.monotonic() - began_s
            self._terminal.show(f"{elapsed_s:.0f} s  {_ready(pods)}  {self.trouble or ''}")
            if not told and (stop.count or is_lost):
                helm.terminate()  # it takes the release back before it ends
                told = True
            with contextlib.suppress(subprocess.TimeoutExpired):
                helm.wait(POLL_S)

    def _pods(self) -> Sequence[Object]:
        selector = f"--selector={self._kubectl.place.labels(component='server')}"
        try:
            return self._kubectl.items("pods", selector)
        except ClusterError:
            return ()


def _ready(pods: Sequence[Object]) -> str:
    states = [
        condition["status"] == "True"
        for pod in pods
        for condition in pod.get("status", {}).get("conditions", ())
        if condition["type"] == "Ready"
    ]
    return f"{sum(states)} of {len(pods)} pods are ready"
