"""Watch pods while helm waits for them, so that what can't become ready is said at once."""

import subprocess
import time
from collections.abc import Sequence
from functools import partial

from celsiusify_cluster.console import StopAsked, Terminal
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.pod_problems import Patience, node_is_coming, trouble

POLL_S = 0.5


class Rollout:
    """Runs helm, and follows the pods of a release that have one component.

    Attributes:
        interrupted: Did a signal end it?
        reason: What kept a pod from running, where that ended it.
    """

    def __init__(self, kubectl: Kubectl, terminal: Terminal, component: str) -> None:
        self._kubectl, self._terminal = kubectl, terminal
        self._selector = f"--selector={kubectl.release.labels(component=component)}"
        self._before: set[str] = set()
        self.interrupted = False
        self.reason: str | None = None

    def run(self, command: Sequence[str], at_end: str) -> subprocess.CompletedProcess[str]:
        """Run helm, which is told to end once a pod can't become ready, or on a signal.

        Args:
            command: Its command line.
            at_end: What it does then, for whoever waits.
        """
        # Those that are there already may be what this is to put right.
        self._before = {pod["metadata"]["name"] for pod in self._pods()}
        with StopAsked() as stop:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            said, complaint = self._follow(process, stop, at_end)
        self._terminal.clear()
        return subprocess.CompletedProcess(command, process.returncode, said, complaint)

    def _follow(
        self, helm: "subprocess.Popen[str]", stop: StopAsked, at_end: str
    ) -> tuple[str, str]:
        began_s, patience = time.monotonic(), Patience(partial(node_is_coming, self._kubectl))
        while True:
            try:
                return helm.communicate(timeout=POLL_S)
            except subprocess.TimeoutExpired:
                elapsed_s = time.monotonic() - began_s
            if self.reason or self.interrupted:
                self._terminal.show(f"{elapsed_s:.0f} s  {at_end}: {self.reason or 'interrupted'}")
                continue
            pods = self._pods()
            new = [pod for pod in pods if pod["metadata"]["name"] not in self._before]
            if patience.is_lost(trouble(new)):
                self.reason = str(patience.seen)
            self.interrupted = stop.count > 0
            if self.reason or self.interrupted:
                helm.terminate()
            self._terminal.show(f"{elapsed_s:.0f} s  {_ready(pods)}  {patience.seen or ''}")

    def _pods(self) -> Sequence[Object]:
        return self._kubectl.try_items("pods", self._selector)


def _ready(pods: Sequence[Object]) -> str:
    states = [
        condition["status"] == "True"
        for pod in pods
        for condition in pod.get("status", {}).get("conditions", ())
        if condition["type"] == "Ready"
    ]
    return f"{sum(states)} of {len(pods)} pods are ready"
