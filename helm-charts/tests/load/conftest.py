"""A cluster of this machine: a server, and the load tests' chart rendered to load it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ..servers.local import TARGETS, free_port, program, served
from ..support.helm import Helm
from ..support.manifests import Manifest, read_manifests
from ..support.scenarios import CHART, alone
from .page import answers, wait_until
from .pods import Node

TARGET = "converter-api"
SHORT = {"calibration": False, "users": 4, "spawn_rate_per_s": 4, "run_time_s": 1, "warm_up_s": 1}

Deploy = Callable[..., Node]


@pytest.fixture(scope="module")
def server(helm: Helm) -> Iterator[str]:
    """The URL of what the server's own chart runs."""
    port = free_port()
    own = {"service": {"targetPort": port}, "server": {"drainSeconds": 0}}
    with served(helm, TARGET, own):
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(url + TARGETS[TARGET]["health"]))
        yield url


@pytest.fixture
def deploy(helm: Helm, server: str, tmp_path: Path) -> Deploy:
    """Render the load tests' chart with some values, so that they load the server."""
    entrypoint = program("load-tests", "celsiusify-load-tests")

    def deploy_it(**values: object) -> Node:
        own = {TARGET: {"host": server, "counters": server}}
        whole: Manifest = {"load": SHORT, "targets": own, **values}
        manifests = read_manifests(helm.template(CHART, values=alone("load-tests", whole)))
        return Node(tmp_path, manifests, entrypoint)

    return deploy_it
