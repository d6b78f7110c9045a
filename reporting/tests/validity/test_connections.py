from pathlib import Path

import pytest

from celsiusify_reporting.compare.comparability import Aspect, Effect, differences
from celsiusify_reporting.document.composition import compose
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.narrative.comparability_text import difference_text
from celsiusify_reporting.narrative.finding_text import ADVICE
from celsiusify_reporting.narrative.parity_text import condition_title, condition_value
from celsiusify_reporting.render.markdown import render
from celsiusify_reporting.run_folder import measure_run
from support.clusters import Spike, make_cluster_run
from support.runs import Load, edit_run, make_run
from support.sentences import caveats

ALONE = Spike(answered_s=(), weights=(1,))


def report_of(folder: Path, load: Load, connection: str = "keep-alive") -> Report:
    loads = {"converter-api": load}
    return measure_run(make_cluster_run(folder / "run", loads, connection=connection))[0]


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        ("keep-alive", "on connections that were kept"),
        ("per-request", "on connections that were new for each request"),
        ("rotate:50", "on connections that were renewed after 50 requests"),
    ],
)
def test_policy_is_on_the_first_page_and_in_the_sheet(
    tmp_path: Path, connection: str, said: str
) -> None:
    """The policy is on the first page and in the sheet of conditions."""
    folder = make_run(tmp_path / "run", {"converter-api": Load()})
    edit_run(folder, "load", "connection", value=connection)
    report = measure_run(folder)[0]
    conditions = {condition_title(row): condition_value(row, 0) for row in report.parity.rows}

    assert said in render(compose(report)).partition("## ")[0]
    assert conditions["connections"] == said.removeprefix("on connections that were ")


def test_run_of_before_there_was_a_policy_says_nothing_of_it(tmp_path: Path) -> None:
    """An older run without a policy kept its connections."""
    old = measure_run(make_run(tmp_path / "old", {"converter-api": Load()}))[0]
    folder = make_run(tmp_path / "new", {"converter-api": Load()})
    edit_run(folder, "load", "connection", value="keep-alive")
    new = measure_run(folder)[0]

    assert "on connections" not in render(compose(old))
    assert differences(old, new) == ()


def test_other_policy_is_another_load(tmp_path: Path) -> None:
    """Two runs of different policies aren't compared."""
    kept = report_of(tmp_path / "kept", Spike())
    rotated = report_of(tmp_path / "rotated", Spike(), "rotate:20")
    (difference,) = differences(kept, rotated)

    assert (difference.effect, difference.aspect) == (Effect.LOAD, Aspect.CONNECTIONS)
    assert difference_text(difference) == "connections: kept, now renewed after 20 requests"


def test_uneven_shares_of_kept_connections_are_reported(tmp_path: Path) -> None:
    """The caveat has the ratio and advice; rotated connections need none."""
    uneven = Spike(weights=(8, 1, 1))

    said = caveats(report_of(tmp_path / "kept", uneven))
    assert "of 3 instances the busiest answered 79" in said
    assert "times an even share. " + ADVICE in said
    assert ADVICE not in caveats(report_of(tmp_path / "rotated", uneven, "rotate:20"))
    assert ADVICE not in caveats(report_of(tmp_path / "even", Spike()))


@pytest.mark.parametrize(("connection", "advised"), [("keep-alive", True), ("rotate:20", False)])
def test_new_replicas_that_answer_nothing_are_reported(
    tmp_path: Path, connection: str, advised: bool
) -> None:
    """New replicas without answers are reported; kept connections are the likely reason."""
    said = caveats(report_of(tmp_path, ALONE, connection))

    assert "replicas rose, but none of the 2 new ready replicas answered a request." in said
    assert (ADVICE in said) == advised


def test_ready_replicas_that_never_answer_are_reported(tmp_path: Path) -> None:
    """Only one of three replicas that were always ready answered."""
    always = Spike(created_s=(), ready_s=(), answered_s=(), weights=(1,))
    folder = make_cluster_run(tmp_path / "run", {"converter-api": always}, connection="keep-alive")
    scale = always.scale().assign(desired=3, ready=3, hpa_desired=3)
    scale.to_csv(folder / "converter-api_scale.csv", index=False)

    assert "1 of 3 ready replicas answered, the others nothing. " + ADVICE in caveats(
        measure_run(folder)[0]
    )


def test_replicas_that_nobody_can_tell_apart_are_reported(tmp_path: Path) -> None:
    """A target whose answers name no instance may have had all its load on one."""
    silent = Spike(names=False)

    said = caveats(report_of(tmp_path / "kept", silent))
    assert "had up to 3 ready replicas, and its answers don't name the one that answers" in said
    assert "ready replicas, and" not in caveats(report_of(tmp_path / "new", silent, "per-request"))
