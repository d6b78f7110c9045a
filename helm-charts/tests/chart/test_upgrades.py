"""Any scenario can become any other by `helm upgrade`: what can't be changed never differs."""

from collections.abc import Iterator
from typing import Any

import pytest

from .helm import Helm
from .manifests import Manifest, name, read_manifests
from .samples import put, read_sample
from .scenarios import CHART, scenario_files

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
