"""Releases keep out of each other's way, whatever they are called."""

import pytest

from .helm import Helm
from .manifests import name, read_manifests
from .rules import RULES
from .scenarios import CHART

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
