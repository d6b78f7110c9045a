"""Releases equal their snapshots; `--update` rewrites them."""

from pathlib import Path

import pytest

from ..support.golden import difference, whole
from ..support.manifests import Manifest
from ..support.scenarios import scenario_files

SNAPSHOTS = Path(__file__).parent / "snapshots"


def compare(text: str, file: Path, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update"):
        file.write_text(text)
    assert file.exists(), f"{file.name} isn't there: run pytest with --update"
    assert text == file.read_text()


def test_default_release_is_as_it_was(
    default: list[Manifest], request: pytest.FixtureRequest
) -> None:
    compare(whole(default), SNAPSHOTS / "default.yaml", request)


def test_scenario_changes_what_it_did(
    default: list[Manifest], release: list[Manifest], scenario: Path, request: pytest.FixtureRequest
) -> None:
    name = scenario.stem.removesuffix("-values")
    compare(difference(default, release), SNAPSHOTS / f"{name}.diff", request)


def test_every_snapshot_is_of_a_scenario() -> None:
    known = {"default.yaml", *(f"{name}.diff" for name in scenario_files())}
    assert {file.name for file in SNAPSHOTS.iterdir()} == known


def config_map(name: str, **data: str) -> Manifest:
    annotations = {"checksum/files": str(hash(tuple(data))), "kept": "yes"}
    return {
        "kind": "ConfigMap",
        "metadata": {"name": name, "annotations": annotations},
        "data": data,
    }


def test_files_are_named_but_not_shown() -> None:
    text = whole([config_map("few", a="1", b="2")])
    assert "a: …" in text
    assert "1" not in text.replace("…", "")
    assert "kept: 'yes'" in text


def test_many_files_are_left_out() -> None:
    assert whole([config_map("many", **dict.fromkeys("abcdef", "x"))]).startswith("data: …")


def test_objects_that_stay_are_not_in_a_difference() -> None:
    assert difference([config_map("x", a="1")], [config_map("x", a="2")]) == ""


def test_objects_that_come_and_go_and_change_are_in_a_difference() -> None:
    gone, here = config_map("gone", a="1"), config_map("here", a="1")
    changed = config_map("here", a="1", b="2")

    text = difference([gone, here], [changed, config_map("new", a="1")])

    assert "- ConfigMap/gone\n" in text
    assert "~ ConfigMap/here\n" in text
    assert "+  b: …\n" in text
    assert "+ ConfigMap/new\n+data:\n" in text
