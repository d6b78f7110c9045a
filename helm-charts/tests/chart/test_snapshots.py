"""Releases are as they were when somebody last looked; `--update` writes what they are now."""

from pathlib import Path

import pytest

from .golden import difference, whole
from .manifests import Manifest
from .scenarios import scenario_files

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
