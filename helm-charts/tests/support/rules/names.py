"""Names and labels that the API server takes."""

import re
from collections import Counter
from collections.abc import Iterator

from ..manifests import Manifest, job_spec, name, of_kind, pods

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
LONGEST = 63
# A CronJob's Jobs append 11 characters to its name.
LONGEST_OF_CRONJOB = 52
STANDARD = {
    "helm.sh/chart",
    *(
        f"app.kubernetes.io/{key}"
        for key in ("name", "instance", "component", "part-of", "version", "managed-by")
    ),
}


def names_are_dns_labels(manifests: list[Manifest]) -> Iterator[str]:
    """Names are DNS labels (RFC 1123) of 63 characters, 52 for a CronJob; Services' by RFC 1035."""
    for manifest in manifests:
        own = manifest["metadata"]["name"]
        longest = LONGEST_OF_CRONJOB if manifest["kind"] == "CronJob" else LONGEST
        form = SERVICE if manifest["kind"] == "Service" else LABEL
        if len(own) > longest or not form.fullmatch(own):
            yield f"{name(manifest)} isn't a DNS label of {longest} characters or fewer"


def names_of_containers_and_ports_are_short(manifests: list[Manifest]) -> Iterator[str]:
    """Containers are named by DNS labels; ports by 15 characters of them or fewer (RFC 6335)."""
    for pod in pods(manifests):
        for container in pod.containers:
            if len(container["name"]) > LONGEST or not LABEL.fullmatch(container["name"]):
                yield f"{pod.name}: container {container['name']} isn't a DNS label"
        for port in pod.ports:
            if len(port) > 15 or not LABEL.fullmatch(port):
                yield f"{pod.name}: port {port} isn't a service name of 15 characters or fewer"


def names_are_unique(manifests: list[Manifest]) -> Iterator[str]:
    """No two objects share a kind and a name."""
    for own, times in Counter(map(name, manifests)).items():
        if times > 1:
            yield f"{own} stands {times} times"


def labels_are_standard(manifests: list[Manifest]) -> Iterator[str]:
    """Every object carries the labels that Kubernetes and Helm recommend."""
    for own, labels in _labels(manifests):
        if missing := STANDARD - labels.keys():
            yield f"{own} lacks {', '.join(sorted(missing))}"


def label_values_are_valid(manifests: list[Manifest]) -> Iterator[str]:
    """Values of labels are text of 63 characters or fewer, in the form that Kubernetes asks for."""
    of_pods = [(pod.name, pod.labels) for pod in pods(manifests)]
    for own, labels in [*_labels(manifests), *of_pods]:
        for key, value in labels.items():
            if not isinstance(value, str) or len(value) > LONGEST or not VALUE.fullmatch(value):
                yield f"{own}: label {key}: {value!r} isn't valid"


def subdomains_leave_room_for_hostnames(manifests: list[Manifest]) -> Iterator[str]:
    """The pods of an Indexed Job keep their host name, Job's name and index, within a DNS label."""
    for manifest in of_kind(manifests, "CronJob", "Job"):
        digits = len(str(job_spec(manifest).get("completions", 1) - 1))
        # `kubectl create job` takes any name; the longest of ours is what a CronJob calls its Jobs.
        longest = len(manifest["metadata"]["name"]) + (11 if manifest["kind"] == "CronJob" else 0)
        if longest + 1 + digits > LONGEST:
            yield f"{name(manifest)}: host names of its pods are over {LONGEST} characters"


def _labels(manifests: list[Manifest]) -> list[tuple[str, dict[str, str]]]:
    """The labels of each object, by its kind and name."""
    return [(name(manifest), manifest["metadata"].get("labels") or {}) for manifest in manifests]
