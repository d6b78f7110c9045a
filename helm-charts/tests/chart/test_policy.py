"""What checkov's policies for Kubernetes say of a release; `tox -e policy` has checkov."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..support.helm import Helm
from ..support.manifests import Manifest
from ..support.scenarios import CHART

PATIENCE_S = 300
# What the defaults leave to whoever knows the images' digests: see values-production.yaml.
BY_DEFAULT = {
    "CKV_K8S_15",  # imagePullPolicy Always: of a tag that never moves, pulling again gives nothing
    "CKV_K8S_43",  # a digest for each image: there is none before the images are built
}


# What the objects themselves ask checkov to leave out, in an annotation that says why.
SUPPRESSED = {
    "CKV_K8S_8",  # liveness and …
    "CKV_K8S_9",  # … readiness of a test pod, which asks once and ends
}


@pytest.fixture(scope="module")
def checkov() -> str:
    found = shutil.which("checkov", path=str(Path(sys.executable).parent))
    if found is None:
        pytest.skip("checkov isn't in this environment; `tox -e policy` has it")
    return found


def failed(checkov: str, rendered: str, folder: Path) -> set[str]:
    """The policies that some object fails; it asks nobody for more policies."""
    file = folder / "release.yaml"
    file.write_text(rendered)
    command = [checkov, "-f", str(file), "--framework", "kubernetes", "--skip-download"]
    command += ["--output", "json", "--quiet", "--compact"]
    finished = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    report: dict[str, Any] = json.loads(finished.stdout)
    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > 0
    return {check["check_id"] for check in report["results"]["failed_checks"]}


def test_default_release_fails_only_what_users_decide(
    helm: Helm, checkov: str, tmp_path: Path
) -> None:
    assert failed(checkov, helm.template(CHART), tmp_path) == BY_DEFAULT


def test_production_release_fails_nothing(helm: Helm, checkov: str, tmp_path: Path) -> None:
    rendered = helm.template(CHART, CHART / "values-production.yaml")
    assert failed(checkov, rendered, tmp_path) == set()


def test_policies_can_fail(helm: Helm, checkov: str, tmp_path: Path) -> None:
    """A release with what policies are there for isn't let through."""
    writable = "readOnlyRootFilesystem: false"
    rendered = helm.template(CHART).replace("readOnlyRootFilesystem: true", writable)
    assert failed(checkov, rendered, tmp_path) > BY_DEFAULT


def test_little_is_suppressed(default: list[Manifest]) -> None:
    annotations = [one["metadata"].get("annotations") or {} for one in default]
    skips = [text for each in annotations for key, text in each.items() if "checkov.io" in key]
    assert {skip.partition("=")[0] for skip in skips} == SUPPRESSED
    assert all(skip.partition("=")[2] for skip in skips)
