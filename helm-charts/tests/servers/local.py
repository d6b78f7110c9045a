"""Containers of the servers' charts as processes of this machine."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..support.helm import Helm
from ..support.manifests import Manifest, read_manifests
from ..support.scenarios import CHART, ROOT, alone

TARGETS: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "targets.yaml").read_text())["targets"]
PATIENCE_S = 180

# Where the image's own folders are in the source tree.
IMAGE_FOLDERS = {
    "/config/": f"{ROOT}/tf-serving-image/src/celsiusify_tf_serving/config/",
    "/models/": f"{ROOT}/tf-serving-image/model/",
}


def program(environment: str, command: str) -> str:
    """A command of tox's environment, or the test is skipped."""
    path = ROOT / ".tox" / environment / "bin" / command
    if not path.exists():
        pytest.skip(f"`tox run -e {environment} --notest` installs {command}")
    return str(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(helm: Helm, name: str, values: Manifest) -> Iterator[subprocess.Popen[bytes]]:
    """Run what the chart of a target runs in its container, until the block ends."""
    target = TARGETS[name]
    rendered = read_manifests(helm.template(CHART, values=alone(target["chart"], values)))
    (deployment,) = [manifest for manifest in rendered if manifest["kind"] == "Deployment"]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    command, verb = target["serve"]["command"].split()[:2]
    arguments = [_here(argument) for argument in container.get("args", [])]
    variables = {entry["name"]: entry["value"] for entry in container.get("env", [])}
    process = subprocess.Popen(
        [program(target["environment"], Path(command).name), verb, *arguments],
        env=os.environ
        | variables
        | {"CELSIUSIFY_HOST": "127.0.0.1", "CELSIUSIFY_ENGINE": "embedded"},
        cwd=ROOT,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def _here(argument: str) -> str:
    for inside, outside in IMAGE_FOLDERS.items():
        argument = argument.replace(inside, outside)
    return argument
