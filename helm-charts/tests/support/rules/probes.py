"""Probes that tell a slow server from a dead one, and an end that loses no request."""

from collections.abc import Iterator

from ..manifests import Manifest, Pod, of_kind, pods

HANDLERS = ("httpGet", "tcpSocket", "grpc", "exec")
# What Kubernetes takes for terminationGracePeriodSeconds.
GRACE_S = 30


def servers_are_probed(manifests: list[Manifest]) -> Iterator[str]:
    """Servers have readiness and liveness probes, which differ."""
    for pod in _served(manifests):
        for container in pod.spec["containers"]:
            readiness, liveness = (
                _handler(container, f"{probe}Probe") for probe in ("readiness", "liveness")
            )
            if not readiness or not liveness:
                yield f"{pod.name}: {container['name']} lacks a readiness or a liveness probe"
            elif readiness == liveness:
                yield f"{pod.name}: {container['name']} is restarted where it is only busy"


def probes_ask_open_ports(manifests: list[Manifest]) -> Iterator[str]:
    """A probe asks a port of the pod, by name where the kind of probe allows it."""
    for pod in pods(manifests):
        for container in pod.containers:
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                port = next((entry["port"] for entry in _handler(container, probe).values()), None)
                if port is not None and port not in {*pod.ports, *pod.ports.values()}:
                    yield f"{pod.name}: {probe} asks port {port}"


def probes_give_the_server_time(manifests: list[Manifest]) -> Iterator[str]:
    """A startup probe comes before liveness, which gives up no sooner than readiness."""
    for pod in _served(manifests):
        for container in pod.spec["containers"]:
            if not _handler(container, "startupProbe"):
                yield f"{pod.name}: {container['name']} may be restarted while it starts"
            if _patience_s(container, "livenessProbe") < _patience_s(container, "readinessProbe"):
                yield f"{pod.name}: {container['name']} is restarted before it is taken out"


def servers_wait_before_they_end(manifests: list[Manifest]) -> Iterator[str]:
    """Servers go on before SIGTERM, until nobody sends them requests; their grace is longer."""
    for pod in _served(manifests):
        grace_s = pod.spec.get("terminationGracePeriodSeconds", GRACE_S)
        for container in pod.spec["containers"]:
            before = (container.get("lifecycle") or {}).get("preStop") or {}
            sleep_s = before.get("sleep", {}).get("seconds", 0)
            if not sleep_s and "exec" not in before:
                yield f"{pod.name}: {container['name']} gets requests after SIGTERM"
            if sleep_s >= grace_s:
                yield f"{pod.name}: {container['name']} is killed within its sleep"


def _served(manifests: list[Manifest]) -> list[Pod]:
    """The pods of Deployments behind a Service that balances: what users ask."""
    services = [service["spec"] for service in of_kind(manifests, "Service")]
    balancing = [spec["selector"] for spec in services if spec.get("clusterIP") != "None"]
    return [
        pod for pod in pods(of_kind(manifests, "Deployment")) if any(map(pod.matches, balancing))
    ]


def _handler(container: Manifest, probe: str) -> Manifest:
    return {key: value for key, value in (container.get(probe) or {}).items() if key in HANDLERS}


def _patience_s(container: Manifest, probe: str) -> int:
    """How long a container may fail a probe; the defaults are Kubernetes'."""
    settings = container.get(probe) or {}
    return int(settings.get("periodSeconds", 10) * settings.get("failureThreshold", 3))
