from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from celsiusify_reporting.compare.pairs import Comparison, Measure, ObstacleCode, Outcome, judge
from celsiusify_reporting.compare.ratio import Ratio, ratio_interval, rounds_needed, shared
from celsiusify_reporting.document.report import Report
from celsiusify_reporting.run_folder import measure_run
from celsiusify_reporting.stats.intervals import Interval
from support.runs import METHOD, Load, edit_run, make_run, write_rows

DIFFERENT = (Outcome.LOWER, Outcome.HIGHER)
ROUNDS = 5


def replay(folder: Path, seed: int, slower: float = 1) -> Report:
    """Two targets that differ by nothing but `slower`, in five rounds of a noisy machine.

    Neighbouring rounds are slowed alike by up to a tenth, as by a neighbour on the machine; each
    round by another two percent or so of its own; and every request scatters.
    """
    random = np.random.default_rng(seed)
    shared_by_both = 1 + random.uniform(0, 0.1, ROUNDS)
    loads = {
        name: Load(
            np.array([int(4e6 * times)]),
            scatter=0.25,
            seed=2 * seed + place,
            slowing=list(shared_by_both * random.lognormal(0, 0.015, ROUNDS)),
            users=20,
            think_ns=20_000_000,
            steady_s=3,
        )
        for place, (name, times) in enumerate({"tfserving": 1, "converter-api": slower}.items())
    }
    report, _ = measure_run(make_run(folder / f"replay-{seed}", loads))
    return report


def outcomes(report: Report) -> dict[Measure, Outcome]:
    return {comparison.measure: comparison.outcome for comparison in report.comparisons}


@pytest.mark.slow
def test_equal_targets_are_hardly_ever_called_different(tmp_path: Path) -> None:
    """Of 40 replays of the same target against itself, 38 at least show no difference."""
    quiet = 0
    for seed in range(40):
        report = replay(tmp_path, seed)
        assert report.verdict.valid
        quiet += not set(outcomes(report).values()) & set(DIFFERENT)

    assert quiet >= 38


@pytest.mark.slow
def test_tenth_more_latency_is_called(tmp_path: Path) -> None:
    """Of 40 replays with 10 % added to one target, 38 at least call that one slower."""
    called = 0
    for seed in range(40):
        report = replay(tmp_path, 100 + seed, slower=1.1)
        called += outcomes(report)[Measure.P50_MS] is Outcome.LOWER
        assert "Flask under gunicorn was faster" not in report.conclusion.headline

    assert called >= 38


@pytest.mark.parametrize("between", [0.01, 0.05])
@pytest.mark.parametrize("rounds", [3, 5, 10])
def test_interval_of_a_ratio_holds_as_often_as_it_says(rounds: int, between: float) -> None:
    """95 % intervals hold the true ratio in 93 to 97 % of 2,000 simulated runs."""
    random = np.random.default_rng(rounds)
    held = 0
    for _ in range(2000):
        machine = random.normal(0, 0.05, rounds)
        first, second = (np.exp(machine + random.normal(0, between, rounds)) for _ in range(2))
        ratio = ratio_interval(1.5 * first, second, paired=True, confidence_percent=95)
        assert ratio
        held += ratio.interval.low <= 1.5 <= ratio.interval.high

    assert 0.93 <= held / 2000 <= 0.97


def test_interval_of_separate_runs_holds_as_often_as_it_says() -> None:
    """Unpaired, and unequally scattered: at least 93 % of 2,000."""
    random = np.random.default_rng(3)
    held = 0
    for _ in range(2000):
        first, second = random.lognormal(0, 0.02, 5), random.lognormal(0, 0.06, 7)
        ratio = ratio_interval(first, second, paired=False, confidence_percent=95)
        assert ratio
        held += ratio.interval.low <= 1 <= ratio.interval.high

    assert 0.93 <= held / 2000 <= 0.97


def test_resampling_five_rounds_would_promise_too_much() -> None:
    """Why no bootstrap: its 95 % interval of five rounds holds the truth in under 90 %."""
    random = np.random.default_rng(4)
    logs = random.normal(0, 0.02, (500, ROUNDS))
    resampled = stats.bootstrap(
        (logs,), np.mean, axis=1, n_resamples=2000, method="percentile", random_state=random
    ).confidence_interval
    held = np.mean((resampled.low <= 0) & (resampled.high >= 0))

    assert held < 0.9


def test_pairs_cancel_what_slows_both() -> None:
    """Five rounds that slow both by up to a half leave the ratio sharp."""
    machine = np.array([1, 1.5, 1.2, 1.4, 1.1])
    second = machine * [1.0, 1.01, 0.99, 1.0, 1.01]
    paired, separate = (
        ratio_interval(1.2 * machine, second, paired=paired, confidence_percent=95)
        for paired in (True, False)
    )
    assert paired
    assert separate

    assert paired.value == pytest.approx(separate.value)
    assert paired.interval.high / paired.interval.low < 1.03
    assert separate.interval.high / separate.interval.low > 1.5


@pytest.mark.parametrize("figures", [[], [2.0]])
def test_single_round_has_no_interval(figures: Sequence[float]) -> None:
    """One round has no scatter."""
    assert ratio_interval(figures, figures, paired=True, confidence_percent=95) is None


@pytest.mark.parametrize(
    ("low", "high", "outcome"),
    [
        (0.4, 0.5, Outcome.LOWER),
        (1.03, 1.9, Outcome.HIGHER),
        (1.01, 1.3, Outcome.HIGHER),
        (1.001, 1.03, Outcome.NO_DIFFERENCE_SHOWN),
        (0.99, 1.01, Outcome.EQUIVALENT),
        (1.001, 1.015, Outcome.EQUIVALENT),
        (0.97, 1.05, Outcome.NO_DIFFERENCE_SHOWN),
        (0.8, 1.3, Outcome.UNDECIDED),
    ],
)
def test_outcome_follows_from_the_whole_interval(low: float, high: float, outcome: Outcome) -> None:
    """A difference excludes 1 and is one of over 2 %; equivalence lies wholly within 2 %."""
    ratio = Ratio((low * high) ** 0.5, Interval(low, high, 95), 0.1)

    assert judge(ratio, METHOD) is outcome


def test_rounds_that_are_proposed_suffice() -> None:
    """With as many rounds of the same scatter, the interval excludes 1; with one less, not."""
    first = np.exp([0.10, 0.04, 0.13, -0.02, 0.06])
    ratio = ratio_interval(first, np.ones(5), paired=True, confidence_percent=95)
    assert ratio
    needed = rounds_needed(ratio, METHOD)
    assert needed
    low = [
        ratio.value / np.exp(stats.t.ppf(0.975, n - 1) * ratio.scatter / n**0.5)
        for n in (needed - 1, needed)
    ]

    assert low[0] < 1 <= low[1]


def test_rounds_without_end_are_not_proposed() -> None:
    """If the ratio is barely equivalent, no sensible number of rounds would decide."""
    assert rounds_needed(Ratio(1.0199, Interval(0.9, 1.15, 95), 0.1), METHOD) is None


def test_intervals_hold_together() -> None:
    """Four intervals at 98.75 % hold together in 95 %."""
    assert shared(95, 4) == 98.75


def compared(folder: Path, loads: dict[str, Load], measure: Measure) -> Comparison:
    report, _ = measure_run(make_run(folder / "run", loads))
    return next(comparison for comparison in report.comparisons if comparison.measure == measure)


def rounds(times: float = 1, count: int = ROUNDS, **more: float) -> Load:
    slowing = list(np.random.default_rng(count).lognormal(0, 0.01, count))
    latencies = np.array([int(4e6 * times)])
    return Load(latencies, scatter=0.3, slowing=slowing, users=40, **more)  # type: ignore[arg-type]


def test_throughput_that_the_load_sets_is_not_compared(tmp_path: Path) -> None:
    """Users who think for 50 ms set the rate of targets that answer in 4 and 8."""
    loads = {"tfserving": rounds(), "converter-api": rounds(2)}
    comparison = compared(tmp_path, loads, Measure.THROUGHPUT_RPS)

    assert (comparison.outcome, comparison.interval) == (Outcome.NOT_COMPARED, None)
    assert comparison.obstacle
    assert comparison.obstacle.code is ObstacleCode.LOAD_SETS_BOTH_RATES


def test_throughput_below_the_limit_is_compared(tmp_path: Path) -> None:
    """Users who think for 2 ms let targets that answer in 4 and 8 ms show their rate."""
    loads = {
        "tfserving": rounds(think_ns=2_000_000, steady_s=2),
        "converter-api": rounds(2, think_ns=2_000_000, steady_s=2),
    }

    assert compared(tmp_path, loads, Measure.THROUGHPUT_RPS).outcome is Outcome.HIGHER


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_rounds_are_not_compared(tmp_path: Path, count: int) -> None:
    """Too few rounds aren't compared, however large the difference."""
    loads = {"tfserving": rounds(count=count), "converter-api": rounds(9, count=count)}

    assert compared(tmp_path, loads, Measure.P50_MS).outcome is Outcome.NOT_COMPARED


def test_invalid_run_is_not_compared(tmp_path: Path) -> None:
    """A run that lost requests has no comparison and no claim in its headline."""
    folder = make_run(tmp_path / "run", {"tfserving": rounds(), "converter-api": rounds(3)})
    edit_run(folder, "targets", "tfserving", "rounds", 0, "counts", "server", value=7)
    report, _ = measure_run(folder)

    assert set(outcomes(report).values()) == {Outcome.NOT_COMPARED}
    assert report.conclusion.headline.startswith("This measurement is invalid")


def test_rounds_are_paired_by_their_number(tmp_path: Path) -> None:
    """A machine that slows down from round to round slows both targets of a round."""
    slowing = [1.0, 1.3, 1.6, 1.9, 2.2]
    loads = {
        "tfserving": Load(scatter=0.3, users=40, slowing=slowing),
        "converter-api": Load(scatter=0.3, seed=2, users=40, slowing=slowing[:4]),
    }
    comparison = compared(tmp_path, loads, Measure.P50_MS)

    assert comparison.rounds == 4
    assert comparison.per_round == pytest.approx([1] * 4, abs=0.05)


def test_wider_confidence_is_asked_of_more_targets() -> None:
    """More comparisons need a higher confidence of each."""
    confidences = [shared(METHOD.confidence_percent, count) for count in (1, 4, 12)]

    assert all(one < other for one, other in pairwise(confidences))


def test_processes_make_no_difference_to_percentiles(tmp_path: Path) -> None:
    """The same rows from one process or from four have the same percentiles."""
    folder = make_run(tmp_path / "run", {"tfserving": rounds()})
    path = folder / "tfserving_requests.parquet"
    before = measure_run(folder)[0].measurements[0].latency
    rows = pd.read_parquet(path).astype({"outcome": "str"})
    merged = rows.assign(worker=rows["user"] % 4).sort_values(["worker", "user"])
    write_rows(path, merged)

    assert measure_run(folder)[0].measurements[0].latency == before
