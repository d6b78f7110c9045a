"""Sample the targets each second while they are loaded, in a thread."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType

from celsiusify_cluster.errors import ClusterError
from celsiusify_cluster.kube.kubectl import Kubectl, Object, Proxy
from celsiusify_cluster.observe.samples import (
    Row,
    Workload,
    has_labels,
    metrics_by_pod,
    pod_row,
    scale_row,
)

PERIOD_S = 1.0


@dataclass
class TargetSamples:
    """The samples of a target; times are of the local clock."""

    scale: list[Row] = field(default_factory=list)
    pods: list[Row] = field(default_factory=list)


class Sampler:
    """A thread that takes a sample each second while the context lasts.

    Attributes:
        targets: The samples, by target.
        samples, missed: The number of seconds with and without a sample.
        problem: The reason why some or all columns are empty.
    """

    def __init__(self, kubectl: Kubectl, workloads: Sequence[Workload]) -> None:
        self._proxy = Proxy(kubectl)
        self._namespace = kubectl.release.namespace
        self._workloads = workloads
        self.targets = {entry.target: TargetSamples() for entry in workloads}
        self.samples = self.missed = 0
        self.problem: str | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Sampler":
        if self._workloads:
            self._thread.start()
        else:
            self.problem = "no Deployment of this cluster is behind the targets"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._workloads:
            self._thread.join()
        self._proxy.close()

    @property
    def status(self) -> str:
        """The current number of replicas, for the terminal."""
        said = []
        for target, sampled in self.targets.items():
            if sampled.scale:
                _, desired, _, ready, percent, _ = sampled.scale[-1]
                cpu = "" if percent is None else f", CPU {percent} %"
                said += [] if desired is None else [f"{target} {ready} of {desired} ready{cpu}"]
        return "  ".join(said)

    def _run(self) -> None:
        due_s = time.monotonic()
        while not self._stop.is_set():
            self._sample()
            due_s += PERIOD_S
            late = int(max(0.0, time.monotonic() - due_s) / PERIOD_S)
            self.missed += late
            due_s += late * PERIOD_S
            self._stop.wait(max(0.0, due_s - time.monotonic()))

    def _sample(self) -> None:
        time_ns = time.time_ns()
        deployments = self._ask("apps/v1", "deployments")
        scalers = self._ask("autoscaling/v2", "horizontalpodautoscalers")
        pods = self._ask("v1", "pods")
        metrics = metrics_by_pod(self._ask("metrics.k8s.io/v1beta1", "pods") or ())
        if deployments is None and pods is None:
            self.missed += 1
            return
        self.samples += 1
        by_name = {entry["metadata"]["name"]: entry for entry in deployments or ()}
        scaling = {entry["spec"]["scaleTargetRef"]["name"]: entry for entry in scalers or ()}
        for entry in self._workloads:
            sampled, name = self.targets[entry.target], entry.deployment
            sampled.scale.append(scale_row(time_ns, by_name.get(name), scaling.get(name)))
            sampled.pods += [
                pod_row(time_ns, pod, metrics.get(pod["metadata"]["name"]))
                for pod in pods or ()
                if has_labels(pod, entry.labels)
            ]

    def _ask(self, api: str, plural: str) -> list[Object] | None:
        root = "apis" if "/" in api else "api"
        try:
            return self._proxy.items(f"/{root}/{api}/namespaces/{self._namespace}/{plural}")
        except ClusterError as problem:
            self.problem = f"{plural} of {api}: {problem}"
            return None
