"""Every scenario is valid by Kubernetes' schemas and by the project's rules."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ..support.helm import Helm, RefusedError
from ..support.kubernetes import invalid, versions
from ..support.manifests import Manifest, name, read_manifests
from ..support.rules import RULES
from ..support.samples import put, read_sample
from ..support.scenarios import CHART, alone, scenario_files


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


LONGEST = "r" * 52
NAMES = ["r", "r-2", "2r", "r.v2", f"{LONGEST}a", "a" * 25 + "-" + "b" * 27]


def names(helm: Helm, release: str) -> set[str]:
    return {name(one) for one in read_manifests(helm.template(CHART, release=release))}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("celsiusify", "celsiusify-2"),
        ("a", "a-load-tests"),
        (f"{LONGEST}a", f"{LONGEST}b"),
    ],
)
def test_releases_share_no_object(helm: Helm, one: str, other: str) -> None:
    """Two in one namespace, even if their names differ only where names are cut."""
    assert names(helm, one) & names(helm, other) == set()


@pytest.mark.parametrize("release", NAMES)
def test_rules_hold_for_any_name(helm: Helm, release: str) -> None:
    manifests = read_manifests(helm.template(CHART, release=release))
    assert [f"{rule}: {fault}" for rule, find in RULES.items() for fault in find(manifests)] == []


# What the API server refuses to change of an object that is there.
FIXED = {
    "Deployment": ["selector"],
    "Service": ["clusterIP"],
    "PersistentVolumeClaim": ["accessModes", "storageClassName", "volumeName"],
}


def fixed_parts(manifests: list[Manifest]) -> dict[str, Any]:
    """The parts of each object that can't be changed, by the object's kind and name."""
    return {
        name(one): {field: one["spec"].get(field) for field in FIXED[one["kind"]]}
        for one in manifests
        if one["kind"] in FIXED
    }


def clashes(releases: dict[str, list[Manifest]]) -> Iterator[str]:
    seen: dict[str, Any] = {}
    for scenario, manifests in releases.items():
        for own, parts in fixed_parts(manifests).items():
            if seen.setdefault(own, parts) != parts:
                yield f"{own} can't become what {scenario} makes of it"


def test_scenarios_can_follow_each_other(helm: Helm) -> None:
    releases = {
        scenario: read_manifests(helm.template(CHART, file))
        for scenario, file in scenario_files().items()
    }
    assert list(clashes(releases)) == []


@pytest.mark.parametrize(
    ("owner", "path"),
    [
        ("Deployment/r-web", "spec.selector.matchLabels.version"),
        ("Service/r-web", "spec.clusterIP"),
    ],
)
def test_a_changed_part_is_found(owner: str, path: str) -> None:
    changed = read_sample("good")
    put(next(one for one in changed if name(one) == owner), path, "None")
    assert list(clashes({"a": read_sample("good"), "b": changed})) == [
        f"{owner} can't become what b makes of it"
    ]
