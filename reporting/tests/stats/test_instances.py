from collections.abc import Sequence
from pathlib import Path

import pytest

from celsiusify_reporting.document.report import Report
from celsiusify_reporting.plots import report_plots
from celsiusify_reporting.run_folder import measure_run
from celsiusify_reporting.stats.scaling.instances import Instances
from support.clusters import FIRST, OTHERS, Spike, make_cluster_run
from support.runs import Load, make_run


def report_of(folder: Path, load: Load) -> Report:
    return measure_run(make_cluster_run(folder / "run", {"converter-api": load}))[0]


def instances(folder: Path, load: Load) -> Instances:
    found = report_of(folder, load).measurements[0].instances
    assert found
    return found


def test_each_instance_has_its_share(tmp_path: Path) -> None:
    """An instance has its answers, their share, and the times of the first and the last one."""
    found = instances(tmp_path, Spike())
    first, second, third = found.shares

    assert [share.instance for share in found.shares] == [FIRST, *OTHERS]
    assert sum(share.requests for share in found.shares) == 9600 - 308
    assert sum(share.percent for share in found.shares) == pytest.approx(100)
    assert first.first_s == pytest.approx(0.002)
    assert (second.first_s, third.first_s) == pytest.approx((22.6, 26.0), abs=0.06)
    assert first.last_s == pytest.approx(80, abs=0.3)


@pytest.mark.parametrize(("weights", "times"), [((1, 1, 1), 1), ((3, 1, 1), 1.8), ((8, 1, 1), 2.4)])
def test_evenness_is_the_busiest_by_an_even_share(
    tmp_path: Path, weights: Sequence[float], times: float
) -> None:
    """Only answers count that came while all instances answered."""
    uneven = instances(tmp_path, Spike(weights=weights)).uneven
    assert uneven

    assert uneven.ratio == pytest.approx(times, rel=0.05)
    assert uneven.from_s == pytest.approx(26, abs=0.1)
    assert uneven.answers == pytest.approx(24 * 200 + 30 * 40, rel=0.01)


def test_few_answers_tell_no_evenness(tmp_path: Path) -> None:
    """Chance alone could make few answers uneven."""
    late = Spike(answered_s=(12.6, 39.5), steps=((10, 0.2), (40, 1), (2, 0.2)), steady_s=52)
    found = instances(tmp_path, late)

    assert [round_.ratio for round_ in found.rounds] == [None]
    assert found.uneven is None


def test_answers_of_each_second_are_stacked(tmp_path: Path) -> None:
    """The uppermost level is the sum of all instances; seconds between rounds are a gap."""
    report = report_of(tmp_path, Spike(slowing=(1, 1)))
    chart = report_plots.draw(report)["instances-converter-api"]
    lowest, _, uppermost = chart.panels[0].traces
    by_second = dict(zip(uppermost.x, uppermost.y, strict=True))

    assert by_second[30.0] == 200
    assert next(edges for edges in lowest.band if edges) == (0, 40)
    assert uppermost.x.count(None) == 1
    assert [trace.name for trace in chart.panels[0].traces] == ["AAAA0000", "BBBB1111", "CCCC2222"]


def test_single_instance_has_no_shares(tmp_path: Path) -> None:
    """An instance that restarts for each round counts as one."""
    report = measure_run(make_run(tmp_path / "run", {"converter-api": Load(slowing=(1, 1))}))[0]

    assert report.measurements[0].instances is None
    assert not [name for name in report_plots.draw(report) if name.startswith("instances")]


def test_target_that_names_none_has_no_shares(tmp_path: Path) -> None:
    """Answers without an instance can't be counted by instance."""
    report = report_of(tmp_path, Spike(names=False))

    assert report.measurements[0].instances is None
