"""The image that deploys: the command, helm, kubectl, and the chart."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from .conftest import Engine

pytestmark = pytest.mark.docker

Image = Callable[[str], str]
Run = Callable[..., str]


@pytest.fixture
def run(engine: Engine, image: Image) -> Run:
    """Runs one of the image's programs to its end."""

    def to_its_end(program: str, *arguments: str) -> str:
        alone = ("--network=none", f"--entrypoint={program}", image("helm-charts"))
        return engine.run(*alone, *arguments)

    return to_its_end


def test_help_lists_the_verbs(run: Run) -> None:
    listed = run("celsiusify-cluster", "--help")
    assert {"deploy", "undeploy", "status", "loadtest"} <= {*re.findall(r"\w+", listed)}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("helm", ("version", "--short")), ("kubectl", ("version", "--client"))],
)
def test_tools_have_their_pinned_versions(
    run: Run, root: Path, tool: str, arguments: tuple[str, ...]
) -> None:
    pins = root / "helm-charts/src/celsiusify_cluster/tools.toml"
    version = tomllib.loads(pins.read_text())["current"]["tools"][tool]["version"]
    assert f"v{version}" in run(tool, *arguments)


def test_chart_renders_with_the_images_of_this_version(
    engine: Engine,
    image: Image,
    run: Run,
    versions: dict[str, str],
    targets: dict[str, dict],
) -> None:
    """It is where the command looks for it, and whole, though its folder has links to others."""
    settings = engine.inspect("image", image("helm-charts"))["Config"]["Env"]
    chart = dict(setting.split("=", 1) for setting in settings)["CELSIUSIFY_CHART"]
    manifest = run("helm", "template", "celsiusify", chart, "--kube-version=1.37")
    kinds = {entry["kind"] for entry in yaml.safe_load_all(manifest) if entry}
    assert {"Deployment", "Service", "HorizontalPodAutoscaler", "CronJob"} <= kinds
    for target in targets.values():
        assert f"{target['image']}:{versions['VERSION']}" in manifest
