"""The rendered pods of Locust's web UI: they are run here, and the page is used."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ..servers.local import free_port
from ..support.helm import RELEASE
from ..support.manifests import Manifest, of_kind
from .conftest import Deploy
from .page import Page
from .pods import Node


@contextmanager
def running(node: Node, workers: int) -> Iterator[Page]:
    """Run the leader and some workers until the block ends."""
    web, locust = free_port(), free_port()
    leading = ["--web-host=127.0.0.1", f"--web-port={web}", f"--master-bind-port={locust}"]
    with node.running("ui", pod_spec(node, "ui"), *leading):
        page = Page(web)
        if not workers:
            yield page
            return
        spec = pod_spec(node, "workers")
        with node.running("worker", spec, f"--master-port={locust}"):
            page.wait_for_workers(workers)
            yield page


def pod_spec(node: Node, name: str) -> Manifest:
    (found,) = [
        deployment["spec"]["template"]["spec"]
        for deployment in of_kind(node.manifests, "Deployment")
        if deployment["metadata"]["name"] == f"{RELEASE}-load-tests-{name}"
    ]
    return dict(found)


OWN_LOCUSTFILE = "from celsiusify_load_tests.generator.locustfile import *"


@pytest.mark.parametrize(("workers", "locustfile"), [(0, ""), (1, OWN_LOCUSTFILE)])
def test_page_loads_the_server(deploy: Deploy, workers: int, locustfile: str) -> None:
    """A load of the page asks the server, whoever makes it and wherever its files are."""
    node = deploy(mode="ui", workers=workers, files={"locustfile": locustfile})
    with running(node, workers) as page:
        asked, failed = page.load()
        assert (asked > 0, failed) == (True, 0), page.failures


def test_page_begins_with_the_charts_values(deploy: Deploy) -> None:
    """Users, spawn rate, host and think times are filled in as the values say."""
    with running(
        deploy(mode="ui", load={"users": 7, "spawn_rate_per_s": 3, "think_time_s": [0.25, 0.5]}), 0
    ) as page:
        for said in (
            '"num_users": 7',
            '"spawn_rate": 3.0',
            '"default_value": "[0.25, 0.5]"',
            "rotate:100",
        ):
            assert said in page.html
