"""Services, and all that names one, lead to an open port of a pod."""

from collections.abc import Iterator

from ..manifests import Manifest, Pod, name, of_kind, pods
from ..selector import selects


def services_select_pods(manifests: list[Manifest]) -> Iterator[str]:
    """Every Service has pods behind it."""
    for service in of_kind(manifests, "Service"):
        if not _behind(service, manifests):
            yield f"{name(service)} selects no pod"


def target_ports_are_open(manifests: list[Manifest]) -> Iterator[str]:
    """A Service's ports lead to ports, by name, that the pods behind it have."""
    for service in of_kind(manifests, "Service"):
        for port in service["spec"].get("ports") or []:
            for pod in _behind(service, manifests):
                if port.get("targetPort") not in pod.ports:
                    yield f"{name(service)}: {pod.name} has no port named {port.get('targetPort')}"


def headless_ports_are_the_pods_own(manifests: list[Manifest]) -> Iterator[str]:
    """A headless Service translates no port: its ports equal the containers'."""
    for service in of_kind(manifests, "Service"):
        if service["spec"].get("clusterIP") != "None":
            continue
        for port in service["spec"].get("ports") or []:
            for pod in _behind(service, manifests):
                if pod.ports.get(port.get("targetPort"), port["port"]) != port["port"]:
                    yield f"{name(service)}: {port['port']} isn't the port of {pod.name}"


def ingresses_and_routes_lead_to_services(manifests: list[Manifest]) -> Iterator[str]:
    """Backends of Ingresses, HTTPRoutes and GRPCRoutes are ports of Services of the release."""
    ports = _ports(manifests)
    for manifest in of_kind(manifests, "Ingress"):
        for backend in _ingress_backends(manifest):
            service, port = backend["name"], backend["port"]
            if not {port.get("name"), port.get("number")} & ports.get(service, set()):
                yield f"{name(manifest)}: no Service {service} with port {port}"
    for manifest in of_kind(manifests, "HTTPRoute", "GRPCRoute"):
        for rule in manifest["spec"]["rules"]:
            for backend in rule["backendRefs"]:
                service, port = backend["name"], backend["port"]
                if port not in ports.get(service, set()):
                    yield f"{name(manifest)}: no Service {service} with port {port}"


def monitors_select_services(manifests: list[Manifest]) -> Iterator[str]:
    """A ServiceMonitor selects one Service, else pods are scraped twice, and names a port of it."""
    for monitor in of_kind(manifests, "ServiceMonitor"):
        selected = [
            service
            for service in of_kind(manifests, "Service")
            if selects(monitor["spec"]["selector"], service["metadata"].get("labels") or {})
        ]
        if len(selected) != 1:
            yield f"{name(monitor)} selects {len(selected)} Services"
        names = {
            port["name"] for service in selected for port in service["spec"].get("ports") or []
        }
        for endpoint in monitor["spec"]["endpoints"]:
            if endpoint["port"] not in names:
                yield f"{name(monitor)}: no port named {endpoint['port']}"


def subdomains_are_headless_services(manifests: list[Manifest]) -> Iterator[str]:
    """A subdomain is a headless Service that selects the pod, and names it before it is ready."""
    services = {service["metadata"]["name"]: service for service in of_kind(manifests, "Service")}
    for pod in pods(manifests):
        if (subdomain := pod.spec.get("subdomain")) is None:
            continue
        spec = services.get(subdomain, {"spec": {}})["spec"]
        if spec.get("clusterIP") != "None" or not spec.get("publishNotReadyAddresses"):
            yield f"{pod.name}: {subdomain} isn't a headless Service with publishNotReadyAddresses"
        elif not pod.matches(spec["selector"]):
            yield f"{pod.name}: {subdomain} doesn't select it"


def _behind(service: Manifest, manifests: list[Manifest]) -> list[Pod]:
    return [pod for pod in pods(manifests) if pod.matches(service["spec"]["selector"])]


def _ports(manifests: list[Manifest]) -> dict[str, set[str | int]]:
    return {
        service["metadata"]["name"]: {
            key
            for port in service["spec"].get("ports") or []
            for key in (port.get("name"), port["port"])
        }
        for service in of_kind(manifests, "Service")
    }


def _ingress_backends(ingress: Manifest) -> Iterator[Manifest]:
    for rule in ingress["spec"].get("rules") or []:
        for path in rule["http"]["paths"]:
            yield path["backend"]["service"]
