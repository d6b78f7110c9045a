"""Loads that find their targets and each other."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from ..manifests import Manifest, Pod, of_kind, pods

TOLD = re.compile(r"--(?:host|counters)=(?:[^=]+=)?(?P<url>[a-z]+://.+)")
VARIABLE = re.compile(r"(?<!\$)\$\((?P<name>[A-Za-z_][A-Za-z0-9_]*)\)")
COMPONENT = "app.kubernetes.io/component"
INDEX = "JOB_COMPLETION_INDEX"  # Kubernetes' own, in the pods of an Indexed Job


def loads_ask_services_that_are_there(manifests: list[Manifest]) -> Iterator[str]:
    """URLs in arguments name a Service and its port, but for hosts with a dot, which are others'.

    A release without servers loads those of another.
    """
    if not any(map(_serves, manifests)):
        return
    open_ports = {
        (service["metadata"]["name"], port["port"])
        for service in of_kind(manifests, "Service")
        for port in service["spec"].get("ports") or []
    }
    for pod in pods(manifests):
        for url in _urls(pod):
            parts = urlsplit(url)
            if "." not in (parts.hostname or "") and (parts.hostname, parts.port) not in open_ports:
                yield f"{pod.name}: no Service answers at {url}"


def variables_in_arguments_are_defined(manifests: list[Manifest]) -> Iterator[str]:
    """`$(NAME)` stands for a variable of the container; Kubernetes leaves it as it is otherwise."""
    for pod in pods(manifests):
        for container in pod.containers:
            defined = {variable["name"] for variable in container.get("env") or []} | {INDEX}
            for word in _words(container):
                for name in VARIABLE.findall(word):
                    if name not in defined:
                        yield f"{pod.name}: $({name}) isn't defined"


def members_look_for_their_leader_where_it_is(manifests: list[Manifest]) -> Iterator[str]:
    """A Job's members find the first of them by its host name, in the subdomain of all."""
    for pod in pods(of_kind(manifests, "CronJob", "Job")):
        leaders = [word for word in _words(pod.containers[-1]) if word.startswith("--leader=")]
        if leaders != [f"--leader=$(JOB_NAME)-0.{pod.spec.get('subdomain')}"]:
            yield f"{pod.name} looks for its leader at {leaders}"


def _serves(manifest: Manifest) -> bool:
    labels = manifest["metadata"].get("labels") or {}
    return manifest["kind"] == "Service" and labels.get(COMPONENT) == "server"


def _urls(pod: Pod) -> Iterator[str]:
    for container in pod.containers:
        for word in _words(container):
            if told := TOLD.fullmatch(word):
                yield told["url"]


def _words(container: Manifest) -> list[str]:
    return [*(container.get("command") or []), *(container.get("args") or [])]
