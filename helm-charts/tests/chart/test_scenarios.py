"""What each scenario installs is valid, and is what it should be."""

from pathlib import Path

import pytest

from .helm import Helm, RefusedError
from .kubernetes import invalid, versions
from .manifests import Manifest, name, read_manifests
from .rules import RULES
from .scenarios import CHART, alone


@pytest.mark.parametrize("version", versions())
def test_objects_are_valid(release: list[Manifest], version: str) -> None:
    """By the strict schemas of every version of Kubernetes that is supported."""
    faults = [f"{name(one)}: {fault}" for one in release for fault in invalid(one, version)]
    assert faults == []


def test_rules_hold(release: list[Manifest]) -> None:
    broken = [f"{rule}: {fault}" for rule, find in RULES.items() for fault in find(release)]
    assert broken == []


def test_helm_3_renders_the_same(helm: Helm, helm3: Helm, scenario: Path) -> None:
    ours, theirs = (read_manifests(each.template(CHART, scenario)) for each in (helm, helm3))
    assert {name(one): one for one in theirs} == {name(one): one for one in ours}


def test_rendering_twice_gives_the_same_bytes(helm: Helm, tmp_path: Path) -> None:
    """Nothing is random and nothing depends on the time: GitOps would see a change each time."""
    assert Helm(helm.program, tmp_path).template(CHART) == helm.template(CHART)


def test_block_installs_alone(helm: Helm, block: str) -> None:
    release = read_manifests(helm.template(CHART, values=alone(block)))
    assert [f"{rule}: {fault}" for rule, find in RULES.items() for fault in find(release)] == []
    assert [fault for one in release for fault in invalid(one, versions()[-1])] == []


def test_older_clusters_are_refused(helm: Helm) -> None:
    with pytest.raises(RefusedError, match=r"1\.29"):
        helm.template(CHART, options=["--kube-version=1.29.9"])
