"""Who reaches whom in an installed release, worked out from its NetworkPolicies."""

import pytest

from ..support.helm import Helm
from ..support.manifests import Manifest, Pod, pods, read_manifests
from ..support.network import Peer, reaches
from ..support.scenarios import CHART

DNS = Peer({"k8s-app": "kube-dns"}, namespace="kube-system")
STRANGER = Peer({"app": "stranger"})
NEIGHBOUR = Peer({"app": "stranger"}, namespace="elsewhere")
INTERNET = Peer(address="203.0.113.7")
NODE_LOCAL_DNS = Peer(address="169.254.20.10")


def peer(pod: Pod) -> Peer:
    return Peer(pod.labels, pod.ports)


def component(manifests: list[Manifest], name: str) -> list[Peer]:
    """The pods of a component: `server`, `load` or `test`."""
    label = {"app.kubernetes.io/component": name}
    return [peer(pod) for pod in pods(manifests) if pod.matches(label)]


def server_ports(manifests: list[Manifest]) -> list[tuple[Peer, int]]:
    return [
        (server, port)
        for server in component(manifests, "server")
        for port in server.ports.values()
    ]


def test_there_are_servers_loads_and_tests(default: list[Manifest]) -> None:
    """What follows is said of some pods, not of none."""
    assert len(server_ports(default)) == 3
    assert component(default, "load")
    assert component(default, "test")


@pytest.mark.parametrize("sender", ["load", "test"])
def test_loads_and_tests_reach_servers(default: list[Manifest], sender: str) -> None:
    for pod in component(default, sender):
        reached = [reaches(default, pod, server, port) for server, port in server_ports(default)]
        assert any(reached)


@pytest.mark.parametrize("sender", ["load", "test"])
@pytest.mark.parametrize("resolver", [DNS, NODE_LOCAL_DNS], ids=["cluster", "node"])
@pytest.mark.parametrize("protocol", ["UDP", "TCP"])
def test_loads_and_tests_look_names_up(
    default: list[Manifest], sender: str, resolver: Peer, protocol: str
) -> None:
    for pod in component(default, sender):
        assert reaches(default, pod, resolver, 53, protocol)


@pytest.mark.parametrize("sender", ["load", "test"])
def test_loads_and_tests_reach_nothing_else(default: list[Manifest], sender: str) -> None:
    for pod in component(default, sender):
        assert not reaches(default, pod, INTERNET, 443)
        assert not reaches(default, pod, STRANGER, 80)
        assert not reaches(default, pod, NEIGHBOUR, 8080)


def test_servers_reach_nothing(default: list[Manifest]) -> None:
    """A server that was broken into can't call home, nor ask the other server or the load."""
    everybody = [peer(pod) for pod in pods(default)]
    for server, _ in server_ports(default):
        for other in (*everybody, DNS, STRANGER, INTERNET):
            for port in {53, 80, 443, 6443, *other.ports.values()}:
                assert not reaches(default, server, other, port)


@pytest.mark.parametrize(
    "stranger", [STRANGER, NEIGHBOUR, INTERNET], ids=["here", "there", "outside"]
)
def test_strangers_reach_nothing(default: list[Manifest], stranger: Peer) -> None:
    for pod in pods(default):
        for port in {80, 5557, 5558, 8089, *pod.ports.values()}:
            assert not reaches(default, stranger, peer(pod), port)


def test_members_of_a_load_reach_each_other(default: list[Manifest]) -> None:
    """Workers join their leader; they find it by the ports that its container names."""
    for load in component(default, "load"):
        assert all(reaches(default, load, load, port) for port in load.ports.values())
        assert load.ports


@pytest.mark.parametrize(
    ("scenario", "namespace"),
    [("ingress", "ingress-nginx"), ("httproute", "gateways"), ("servicemonitor", "monitoring")],
)
def test_who_is_named_gets_in(helm: Helm, scenario: str, namespace: str) -> None:
    """An ingress controller, a Gateway or Prometheus, from the namespace that the values name."""
    manifests = read_manifests(helm.template(CHART, CHART / "ci" / f"{scenario}-values.yaml"))
    (converter,) = (
        server
        for server in component(manifests, "server")
        if server.labels["app.kubernetes.io/name"] == "converter-api"
    )
    assert reaches(manifests, Peer(namespace=namespace), converter, converter.ports["http"])
    assert not reaches(manifests, NEIGHBOUR, converter, converter.ports["http"])


def test_page_is_open_to_whom_the_values_name(helm: Helm) -> None:
    """Locust's page asks for no password; workers join its leader, and nobody else does."""
    manifests = read_manifests(helm.template(CHART, CHART / "ci" / "ui-values.yaml"))
    loads = component(manifests, "load")
    (page,) = (load for load in loads if 8089 in load.ports.values())
    assert reaches(manifests, Peer(namespace="testers"), page, 8089)
    assert not reaches(manifests, Peer(namespace="testers"), page, 5557)
    assert not reaches(manifests, STRANGER, page, 8089)
    assert all(reaches(manifests, load, page, 5557) for load in loads)


def test_without_the_default_deny_servers_are_closed_still(helm: Helm) -> None:
    """Each chart's own policy is enough; the umbrella's is there for what has none."""
    values = {"networkPolicy": {"defaultDeny": False}}
    manifests = read_manifests(helm.template(CHART, values=values))
    for server, port in server_ports(manifests):
        assert not reaches(manifests, STRANGER, server, port)
        assert not reaches(manifests, server, INTERNET, 443)


def test_an_open_release_is_open(helm: Helm) -> None:
    """Policies that are switched off are gone: this is a test that the simulation can tell."""
    off = {"networkPolicy": {"enabled": False}}
    values = {"networkPolicy": {"defaultDeny": False}, "converter-api": off, "tf-serving": off}
    manifests = read_manifests(helm.template(CHART, values=values))
    assert all(
        reaches(manifests, STRANGER, server, port) for server, port in server_ports(manifests)
    )
