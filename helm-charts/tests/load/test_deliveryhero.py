"""The values for the chart deliveryhero/locust: its layout and arguments, run here."""

import re
import shlex
from pathlib import Path
from typing import Any

import yaml

from ..servers.local import free_port, program
from ..support.manifests import Manifest
from ..support.scenarios import CHART, ROOT
from .page import Page
from .pods import Node

VALUES = CHART / "deliveryhero-locust-values.yaml"
LOADTEST: dict[str, Any] = yaml.safe_load(VALUES.read_text())["loadtest"]
CREATE = re.compile(r"kubectl create configmap (\S+) (.+)")


def config_maps() -> list[Manifest]:
    """The ConfigMaps that the commands in the file's head make, as kubectl makes them."""
    return [
        {"kind": "ConfigMap", "metadata": {"name": name}, "data": dict(_files(options))}
        for name, options in CREATE.findall(VALUES.read_text())
    ]


def _files(options: str) -> list[tuple[str, str]]:
    sources = [ROOT / option.removeprefix("--from-file=") for option in shlex.split(options)]
    # Of a folder kubectl takes the files, and not what is in folders below.
    files = [file for path in sources for file in (path.iterdir() if path.is_dir() else [path])]
    return [(file.name, file.read_text()) for file in files if file.is_file()]


def pod_spec(host: str, *role: str) -> Manifest:
    """A pod as that chart makes it of the values."""
    mounts = {"locustfile": "/mnt/locust", "lib": "/mnt/locust/lib"}
    environment = {"LOCUST_HOST": host, **LOADTEST["environment"]}
    file = f"--locustfile=/mnt/locust/{LOADTEST['locust_locustfile']}"
    container = {
        "args": [*role, file, f"--host={host}", "--loglevel=INFO"],
        "env": [{"name": name, "value": value} for name, value in environment.items()],
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
    }
    volumes = [
        {"name": name, "configMap": {"name": LOADTEST[f"locust_{name}_configmap"]}}
        for name in mounts
    ]
    return {"containers": [container], "volumes": volumes}


def test_values_load_the_server_from_that_charts_page(server: str, tmp_path: Path) -> None:
    """Its master and a worker load the target without a failure."""
    node = Node(tmp_path, config_maps(), program("load-tests", LOADTEST["locustCmd"]))
    web, locust = free_port(), free_port()
    leading = ["--web-host=127.0.0.1", f"--web-port={web}", f"--master-bind-port={locust}"]
    working = ["--master-host=127.0.0.1", f"--master-port={locust}"]
    with (
        node.running("master", pod_spec(server, "--master"), *leading),
        node.running("worker", pod_spec(server, "--worker"), *working),
    ):
        page = Page(web)
        page.wait_for_workers(1)
        asked, failed = page.load()
        assert (asked > 0, failed) == (True, 0), page.failures
