"""Watch pods while helm waits for them, to report at once a pod that can't become ready."""

import subprocess
import time
from collections.abc import Sequence
from functools import partial

from celsiusify_cluster.console import StopAsked, Terminal
from celsiusify_cluster.kube.kubectl import Kubectl, Object
from celsiusify_cluster.kube.pod_problems import GracePeriod, node_is_coming, pod_problem

POLL_S = 0.5


class Rollout:
    """A run of helm, during which the pods of one component are watched.

    Attributes:
        interrupted: Whether a signal ended it.
        reason: The problem of a pod that ended it, if any.
    """

    def __init__(self, kubectl: Kubectl, terminal: Terminal, component: str) -> None:
        self._kubectl, self._terminal = kubectl, terminal
        self._selector = f"--selector={kubectl.release.labels(component=component)}"
        self._before: set[str] = set()
        self.interrupted = False
        self.reason: str | None = None

    def run(self, command: Sequence[str], at_end: str) -> subprocess.CompletedProcess[str]:
        """Run helm; end it once a pod can't become ready, or on a signal.

        Args:
            command: The command line.
            at_end: What helm does then, for the line of progress.
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
        began_s, patience = (
            time.monotonic(),
            GracePeriod(partial(node_is_coming, self._kubectl), self._kubectl.limits.problem_s),
        )
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
            if patience.is_over(pod_problem(new)):
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
