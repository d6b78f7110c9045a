import subprocess
from pathlib import Path

import pytest

from celsiusify_load_tests.host import machine


def test_the_machine_is_described() -> None:
    facts = machine.machine()
    assert facts["cores"] >= 1
    assert facts["memory_bytes"] > 1e8
    assert all(facts[key] for key in ("cpu_model", "os", "python"))


def test_versions_name_this_distribution_and_what_it_needs() -> None:
    versions = machine.versions()
    assert {"celsiusify-load-tests", "locust", "gevent", "pyarrow"} <= set(versions)
    assert "pytest" not in versions


@pytest.fixture(autouse=True)
def _no_revision(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may run in an image."""
    monkeypatch.delenv(machine.REVISION, raising=False)


@pytest.mark.parametrize(("revision", "dirty"), [("0123abc", False), ("0123abc-dirty", True)])
def test_an_image_knows_the_commit_that_it_was_built_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, revision: str, dirty: bool
) -> None:
    monkeypatch.setenv(machine.REVISION, revision)
    assert machine.git(tmp_path) == {"commit": "0123abc", "dirty": dirty}


def test_an_image_that_was_built_outside_a_checkout_knows_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(machine.REVISION, "")
    assert machine.git(tmp_path) is None


def test_a_folder_without_git_has_no_commit(tmp_path: Path) -> None:
    assert machine.git(tmp_path) is None


def test_uncommitted_changes_make_a_checkout_dirty(tmp_path: Path) -> None:
    """Changed files do; new ones, such as results, don't."""
    identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / "file").touch()
    subprocess.run(["git", "-C", tmp_path, "add", "file"], check=True)
    subprocess.run(["git", *identity, "-C", tmp_path, "commit", "-qm", "a"], check=True)
    (tmp_path / "results").touch()
    clean = machine.git(tmp_path)
    (tmp_path / "file").write_text("changed")
    dirty = machine.git(tmp_path)
    assert clean
    assert dirty
    assert len(clean["commit"]) == 40
    assert (clean["dirty"], dirty["dirty"]) == (False, True)


def test_a_machine_without_git_has_no_commit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.git(Path(__file__).parent) is None
