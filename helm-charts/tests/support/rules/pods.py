"""Pods that can start: what they name exists, and nothing is said twice."""

from collections import Counter
from collections.abc import Iterator

from ..manifests import HOOK, Manifest, Pod, of_kind, pods

LASTING = ("Deployment", "StatefulSet", "DaemonSet")
# Made by Kubernetes in each namespace; and how scenarios call what they take as being there.
KUBERNETES_OWN = {"ConfigMap": {"kube-root-ca.crt"}, "ServiceAccount": {"default"}}
EXISTING = "existing-"


def pods_restart_as_their_kind_asks(manifests: list[Manifest]) -> Iterator[str]:
    """Pods of Deployments restart always, those of Jobs and tests never: no load comes twice."""
    for pod in pods(manifests):
        policy = pod.spec.get("restartPolicy", "Always")
        if policy != ("Always" if pod.owner["kind"] in LASTING else "Never"):
            yield f"{pod.name} has restartPolicy {policy}"


def containers_request_and_are_limited(manifests: list[Manifest]) -> Iterator[str]:
    """CPU and memory are requested and limited; the limit of memory is what was requested."""
    for pod in pods(manifests):
        for container in pod.containers:
            requests, limits = (
                ((container.get("resources") or {}).get(key) or {})
                for key in ("requests", "limits")
            )
            for resource in ("cpu", "memory"):
                if resource not in requests or resource not in limits:
                    yield f"{pod.name}: {container['name']} has no request or limit of {resource}"
            if requests.get("memory") != limits.get("memory"):
                yield f"{pod.name}: {container['name']} may use more memory than it requests"


def names_within_a_pod_are_unique(manifests: list[Manifest]) -> Iterator[str]:
    """No variable, port, volume, container, mount or secret stands twice."""
    for pod in pods(manifests):
        for what, names in _names(pod):
            for own, times in Counter(names).items():
                if times > 1:
                    yield f"{pod.name}: {what} {own} stands {times} times"


def mounts_have_volumes(manifests: list[Manifest]) -> Iterator[str]:
    """Every mount names a volume, and every volume is mounted."""
    for pod in pods(manifests):
        volumes = {volume["name"] for volume in pod.spec.get("volumes") or []}
        mounts = {
            mount["name"]
            for container in pod.containers
            for mount in container.get("volumeMounts") or []
        }
        for own in sorted(volumes ^ mounts):
            yield f"{pod.name}: {own} is a volume without a mount, or a mount without a volume"


def empty_volumes_are_bounded(manifests: list[Manifest]) -> Iterator[str]:
    """An emptyDir has a sizeLimit: a pod that fills a node's disk takes its neighbours along."""
    for pod in pods(manifests):
        for volume in pod.spec.get("volumes") or []:
            if "emptyDir" in volume and "sizeLimit" not in (volume["emptyDir"] or {}):
                yield f"{pod.name}: {volume['name']} has no sizeLimit"


def named_objects_exist(manifests: list[Manifest]) -> Iterator[str]:
    """ConfigMaps, claims and ServiceAccounts that a pod names are in the release."""
    for pod in pods(manifests):
        for kind, own in _references(pod):
            there = {entry["metadata"]["name"] for entry in of_kind(manifests, kind)}
            there |= KUBERNETES_OWN.get(kind, set())
            if own not in there and not own.startswith(EXISTING):
                yield f"{pod.name}: no {kind} {own}"


def tests_are_pods_that_stay(manifests: list[Manifest]) -> Iterator[str]:
    """`helm test` hooks are Pods, kept until the next test: only so `--logs` can show them."""
    for manifest in manifests:
        annotations = manifest["metadata"].get("annotations") or {}
        if "test" not in annotations.get(HOOK, "") or manifest["kind"] in (
            "ConfigMap",
            "NetworkPolicy",
        ):
            continue
        if manifest["kind"] != "Pod":
            yield f"the test {manifest['metadata']['name']} is a {manifest['kind']}"
        if annotations.get("helm.sh/hook-delete-policy") != "before-hook-creation":
            yield f"the test {manifest['metadata']['name']} isn't kept until the next"


def _names(pod: Pod) -> Iterator[tuple[str, list[str]]]:
    yield "container", [container["name"] for container in pod.containers]
    yield "volume", [volume["name"] for volume in pod.spec.get("volumes") or []]
    yield "secret", [secret["name"] for secret in pod.spec.get("imagePullSecrets") or []]
    yield (
        "port",
        [port["name"] for container in pod.containers for port in container.get("ports") or []],
    )
    for container in pod.containers:
        yield "variable", [variable["name"] for variable in container.get("env") or []]
        yield "mount at", [mount["mountPath"] for mount in container.get("volumeMounts") or []]


def _references(pod: Pod) -> Iterator[tuple[str, str]]:
    yield "ServiceAccount", pod.spec.get("serviceAccountName", "default")
    for volume in pod.spec.get("volumes") or []:
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"]
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]
    for container in pod.containers:
        for source in container.get("envFrom") or []:
            if "configMapRef" in source:
                yield "ConfigMap", source["configMapRef"]["name"]
