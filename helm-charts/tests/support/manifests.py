"""What helm rendered, as objects: who is who, and where the pods are in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from .selector import Labels

Manifest = dict[str, Any]

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "Pod")
HOOK = "helm.sh/hook"


def read_manifests(text: str) -> list[Manifest]:
    """The objects in what helm printed, in its order."""
    return [document for document in yaml.load_all(text, yaml.CSafeLoader) if document]


@dataclass(frozen=True)
class Pod:
    """A pod as an object would make it: the owner, the pod's metadata and its spec."""

    owner: Manifest
    metadata: Manifest
    spec: Manifest

    @property
    def name(self) -> str:
        """The owner's kind and name."""
        return name(self.owner)

    @property
    def labels(self) -> dict[str, str]:
        """The labels that selectors see."""
        return dict(self.metadata.get("labels") or {})

    @property
    def containers(self) -> list[Manifest]:
        """All containers, init containers first."""
        return [*(self.spec.get("initContainers") or []), *self.spec["containers"]]

    @property
    def ports(self) -> dict[str, int]:
        """The pod's ports, by name."""
        ports = [port for container in self.containers for port in container.get("ports") or []]
        return {port["name"]: port["containerPort"] for port in ports}

    def matches(self, labels: Labels) -> bool:
        """Whether labels alone select the pod, as those of a Service do."""
        return labels.items() <= self.labels.items()


def name(manifest: Manifest) -> str:
    """An object's kind and name, as `Service/web`."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def of_kind(manifests: Iterable[Manifest], *kinds: str) -> list[Manifest]:
    """The objects of some kinds."""
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def pods(manifests: Iterable[Manifest]) -> list[Pod]:
    """The pods that the objects would make, one for each that makes any."""
    return [_pod(manifest) for manifest in of_kind(manifests, *WORKLOADS)]


def _pod(manifest: Manifest) -> Pod:
    template = manifest
    if manifest["kind"] == "CronJob":
        template = manifest["spec"]["jobTemplate"]
    if manifest["kind"] != "Pod":
        template = template["spec"]["template"]
    return Pod(manifest, template.get("metadata") or {}, template["spec"])


def job_spec(manifest: Manifest) -> Manifest:
    """The spec of a Job, or of the Jobs that a CronJob makes."""
    spec: Manifest = manifest["spec"]
    return spec["jobTemplate"]["spec"] if manifest["kind"] == "CronJob" else spec


def walk(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """All values within a value, with their paths, such as `spec.ports.0.port`."""
    yield path, value
    below = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in below:
        yield from walk(inner, f"{path}.{key}" if path else str(key))
