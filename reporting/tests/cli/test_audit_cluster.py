from pathlib import Path

import pandas as pd
import pytest

from celsiusify_reporting.audit.runner import audit
from support.clusters import Spike, edit_cluster, make_cluster_run

SCALE = "converter-api_scale.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound run in a cluster, without its report."""
    return make_cluster_run(tmp_path / "run", {"converter-api": Spike()})


def outcomes(folder: Path) -> dict[str, tuple[str, str]]:
    return {check.what: (check.outcome, check.detail) for check in audit(folder)}


def make_gap(folder: Path) -> None:
    samples = pd.read_csv(folder / SCALE)
    samples.drop(index=range(20, 25)).to_csv(folder / SCALE, index=False)


def test_sound_run_of_a_cluster_passes(folder: Path) -> None:
    """Files as they came, and samples of replicas and pods all there."""
    edit_cluster(folder, "files", value={})
    found = outcomes(folder)

    assert "failed" not in {outcome for outcome, _ in found.values()}
    assert found["cluster.json is well-formed"] == ("ok", "")
    assert found[f"converter-api: samples of {SCALE} are all there"] == ("ok", "80 samples")
    assert found["converter-api: samples of converter-api_pods.csv are all there"][0] == "ok"


def test_file_that_was_changed_since_fails(tmp_path: Path) -> None:
    """Its hash isn't the one that was verified as it was fetched."""
    folder = make_cluster_run(tmp_path / "run", {"converter-api": Spike()})
    what = "files are as they were downloaded from the cluster"
    assert outcomes(folder)[what] == ("ok", "4 files")

    users = folder / "converter-api_users.csv"
    users.write_text(users.read_text() + "0,1,1\n")
    assert outcomes(folder)[what] == ("failed", "converter-api_users.csv was changed")


def test_rows_that_stayed_where_they_were_fetched_are_not_checkable(folder: Path) -> None:
    """They aren't committed."""
    (folder / "converter-api_requests.parquet").unlink()
    found = [
        check
        for check in audit(folder)
        if check.what == "files are as they were downloaded from the cluster"
    ]

    assert [check.outcome for check in found] == ["ok", "not checkable"]
    assert "converter-api_requests.parquet" in found[1].detail


def test_gap_that_nobody_told_fails(folder: Path) -> None:
    """Five samples are missing; with that told it is no fault of the folder."""
    what = f"converter-api: samples of {SCALE} are all there"
    make_gap(folder)
    assert outcomes(folder)[what] == ("failed", "round 0: no sample for 6.0 s")

    edit_cluster(folder, "sampling", "missed", value=5)
    assert outcomes(folder)[what][0] == "ok"


def test_samples_that_are_not_there_are_not_checkable(folder: Path) -> None:
    """And said so."""
    (folder / SCALE).unlink()

    assert outcomes(folder)[f"converter-api: samples of {SCALE} are all there"] == (
        "not checkable",
        "there are none",
    )


@pytest.mark.parametrize("name", ["cluster.json", SCALE])
def test_damaged_file_fails(folder: Path, name: str) -> None:
    """It is named."""
    (folder / name).write_text("{")

    assert any(
        outcome == "failed" and name in f"{what} {detail}"
        for what, (outcome, detail) in outcomes(folder).items()
    )


def test_target_that_the_run_lacks_fails(folder: Path) -> None:
    """A cluster.json of another run."""
    edit_cluster(folder, "targets", "other", value={})

    assert outcomes(folder)["cluster.json is well-formed"] == ("failed", "target other")
