"""What a release may touch: its own namespace, and no rights in it."""

from collections.abc import Iterator

from ..helm import NAMESPACE
from ..manifests import Manifest, name, walk

KINDS = {
    "ConfigMap",
    "CronJob",
    "Deployment",
    "GRPCRoute",
    "HTTPRoute",
    "HorizontalPodAutoscaler",
    "Ingress",
    "Job",
    "NetworkPolicy",
    "PersistentVolumeClaim",
    "Pod",
    "PodDisruptionBudget",
    "ScaledObject",
    "Service",
    "ServiceAccount",
    "ServiceMonitor",
}


def kinds_are_those_that_are_documented(manifests: list[Manifest]) -> Iterator[str]:
    """Nothing is rendered that belongs to the whole cluster, holds a secret, or grants a right."""
    for manifest in manifests:
        if manifest["kind"] not in KINDS:
            yield f"{name(manifest)} is of a kind that isn't documented"


def objects_stay_in_the_namespace(manifests: list[Manifest]) -> Iterator[str]:
    """Objects name no namespace, or the release's."""
    for manifest in manifests:
        if manifest["metadata"].get("namespace", NAMESPACE) != NAMESPACE:
            yield f"{name(manifest)} goes to {manifest['metadata']['namespace']}"


def templates_left_nothing_behind(manifests: list[Manifest]) -> Iterator[str]:
    """No value shows that a template got something that it didn't expect."""
    for manifest in manifests:
        for path, value in walk(manifest):
            if path.startswith("data."):
                continue
            if value is None or (
                isinstance(value, str) and ("%!" in value or "<no value>" in value)
            ):
                yield f"{name(manifest)}: {path} is {value!r}"
