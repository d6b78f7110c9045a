"""What follows from a specification: duration, rates and limits; and which make no sense."""

from typing import Any

import pytest

from celsiusify_load_tests.config.load_spec import LoadSpec, Segment, Step
from celsiusify_load_tests.config.profiles import resolve
from celsiusify_load_tests.errors import LoadTestError

STEPS = [
    {"duration_s": 60, "fraction": 0.2},
    {"duration_s": 180, "fraction": 1},
    {"duration_s": 240, "fraction": 0.25},
]


def stepped(**values: Any) -> LoadSpec:
    return resolve({"steps": STEPS, "rate_rps": 1000, "warm_up_s": 5, **values})


def test_a_closed_load_lasts_as_long_as_ramp_up_warm_up_and_measurement() -> None:
    changed = resolve(
        {"profile": "quick", "spawn_rate_per_s": 10, "warm_up_s": 4, "run_time_s": 20}
    )
    assert changed.duration_s == 10 + 4 + 20


def test_an_open_load_has_no_ramp_up() -> None:
    load = resolve({"model": "poisson", "rate_rps": 5, "warm_up_s": 4, "run_time_s": 20})
    assert load.duration_s == 4 + 20
    assert load.segments() == [Segment(24, 5)]


def test_no_server_shows_more_than_users_by_think_time() -> None:
    """100 users who think 52.5 ms on average send 100/0.0525 requests a second at most."""
    assert resolve({}).ceiling_rps == pytest.approx(1904.76, abs=0.01)
    assert resolve({}).demand_rps == pytest.approx(1904.76, abs=0.01)


@pytest.mark.parametrize(
    "values", [{"think_time_s": (0, 0)}, {"model": "poisson", "rate_rps": 100}]
)
def test_without_think_time_the_load_sets_no_ceiling(values: dict[str, Any]) -> None:
    assert resolve(values).ceiling_rps == float("inf")


def test_an_open_load_demands_its_highest_rate() -> None:
    assert stepped().demand_rps == 1000
    assert resolve({"model": "constant", "rate_rps": 7}).demand_rps == 7


def test_a_load_warms_up_at_the_rate_of_its_first_step() -> None:
    assert stepped().segments() == [Segment(65, 200), Segment(180, 1000), Segment(240, 250)]


def test_steps_follow_each_other() -> None:
    begin_ns = 1_800_000_000_000_000_000
    second_ns, third_ns = begin_ns + 60_000_000_000, begin_ns + 240_000_000_000
    assert stepped().rate_schedule(begin_ns) == [
        {"from_ns": begin_ns, "until_ns": second_ns, "rate_rps": 200},
        {"from_ns": second_ns, "until_ns": third_ns, "rate_rps": 1000},
        {"from_ns": third_ns, "until_ns": third_ns + 240_000_000_000, "rate_rps": 250},
    ]


@pytest.mark.parametrize(
    ("elapsed_s", "number"),
    [(0, 0), (5, 0), (64.9, 0), (65, 1), (244.9, 1), (245, 2), (999, 2)],
)
def test_the_step_of_a_moment_is_known(elapsed_s: float, number: int) -> None:
    """Counted from the begin of the warm-up, which takes 5 s."""
    assert stepped().step_at(elapsed_s) == number


def test_a_steady_load_has_no_steps() -> None:
    assert (resolve({}).step_at(3), resolve({}).rate_schedule(0)) == (None, None)


def test_steps_are_scaled_to_the_run_time() -> None:
    assert stepped(run_time_s=960).steps == (
        Step(duration_s=120, fraction=0.2),
        Step(duration_s=360, fraction=1),
        Step(duration_s=480, fraction=0.25),
    )


def test_each_round_has_its_own_seed() -> None:
    """So that rounds differ, and a round is the same for all targets."""
    load = resolve({"seed": 4})
    assert [load.for_round(number, None).seed for number in range(3)] == [4, 5, 6]


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"users": 0}, "users: Input should be greater than 0, got 0"),
        ({"spawn_rate_per_s": float("nan")}, "spawn_rate_per_s: Input should be a finite number"),
        ({"spawn_rate_per_s": -1.0}, "spawn_rate_per_s: Input should be greater than 0, got -1.0"),
        ({"run_time_s": 0}, "run_time_s: Input should be greater than 0, got 0"),
        ({"think_time_s": (0.2, 0.1)}, "think_time_s: 0.2 to 0.1; expected 0 <= MIN <= MAX"),
        ({"think_time_s": (-0.1, 0.1)}, "think_time_s: -0.1 to 0.1; expected 0 <= MIN <= MAX"),
        ({"think_time_s": (0.1, float("inf"))}, "think_time_s.1: Input should be a finite number"),
        ({"fahrenheit": (9, 7)}, "fahrenheit: 9 to 7; expected MIN <= MAX"),
        ({"spwan_rate": 3}, "spwan_rate: Extra inputs are not permitted, got 3"),
        ({"limits": {"patience_s": 3}}, "limits.patience_s: Extra inputs are not permitted"),
        ({"rate_rps": 3}, "rate_rps (--rate) is for an open load; expected --load poisson or"),
        ({"limits": {"max_in_flight": 3}}, "limits.max_in_flight (--max-in-flight) is for an open"),
        ({"model": "poisson"}, "a poisson load needs its rate: --rate N, in requests/s"),
        ({"steps": [], "model": "poisson", "rate_rps": 1}, "steps: Tuple should have at least 1"),
        ({"steps": [{"duration_s": 1}], "rate_rps": 1}, "steps.0.fraction: Field required"),
        ({"steps": [{"duration_s": 0, "fraction": 1}], "rate_rps": 1}, "steps.0.duration_s: Input"),
        ({"steps": 3, "rate_rps": 1}, "steps: Input should be a valid tuple, got 3"),
        (
            {"search": {}},
            "a capacity search needs an open load; expected --load poisson or",
        ),
    ],
)
def test_values_without_meaning_are_refused_in_one_line(
    values: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(LoadTestError) as refusal:
        resolve(values, "spec.yaml")
    assert str(refusal.value).startswith("spec.yaml: ")
    assert complaint in str(refusal.value)
    assert "\n" not in str(refusal.value)
