"""Versions in a folder, and the policies that choose them."""

from pathlib import Path

import pytest

from celsiusify_tf_serving.embedded.models.model_config import (
    Every,
    Latest,
    Specific,
    VersionPolicy,
    find_versions,
    to_unload,
)


def test_only_folders_named_as_a_number_are_versions(tmp_path: Path) -> None:
    """Leading zeros count; words, fractions, files and numbers over 63 bits don't."""
    for name in ("1", "002", "abc", "1.5", "-3", str(2**63)):
        (tmp_path / name).mkdir()
    (tmp_path / "7").write_text("")
    assert find_versions(tmp_path) == {1: tmp_path / "1", 2: tmp_path / "002"}


@pytest.mark.parametrize(
    ("policy", "chosen"),
    [
        (Latest(), {9}),
        (Latest(2), {5, 9}),
        (Latest(5), {1, 5, 9}),
        (Every(), {1, 5, 9}),
        (Specific(frozenset({1, 4})), {1}),
    ],
)
def test_a_policy_chooses(policy: VersionPolicy, chosen: set[int]) -> None:
    """Latest, all and specific choose as their names say."""
    assert policy.choose([5, 1, 9]) == chosen


@pytest.mark.parametrize(
    ("loaded", "aspired", "available", "unloaded"),
    [
        ({1}, {2}, {1}, set()),
        ({1, 2}, {2}, {1, 2}, {1}),
        ({1}, set(), {1}, {1}),
        ({1, 2}, {1, 2}, {1, 2}, set()),
    ],
)
def test_an_old_version_is_unloaded_once_a_new_version_is_available(
    loaded: set[int], aspired: set[int], available: set[int], unloaded: set[int]
) -> None:
    """The model stays available while its versions change."""
    assert to_unload(loaded, aspired, available) == unloaded
