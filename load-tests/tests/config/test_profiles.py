from dataclasses import replace
from typing import Any

import pytest

from celsiusify_load_tests.config.profiles import Step, find_profile, read_profiles
from celsiusify_load_tests.errors import LoadTestError


def test_the_reference_profile_is_the_published_one() -> None:
    """100 users, 100 more a second, 5 to 100 ms of thinking, 5 minutes, 0 to 1000 °F."""
    profile = find_profile("reference", {})
    assert (profile.users, profile.spawn_rate_per_s, profile.run_time_s) == (100, 100, 300)
    assert (profile.think_time_s, profile.fahrenheit) == ((0.005, 0.1), (0, 1000))


def test_quick_is_the_reference_for_half_a_minute() -> None:
    quick, reference = find_profile("quick", {}), find_profile("reference", {})
    assert quick == replace(reference, name="quick", warm_up_s=2, run_time_s=30)


def test_a_load_lasts_as_long_as_ramp_up_warm_up_and_measurement() -> None:
    changed = find_profile("quick", {"spawn_rate_per_s": 10.0, "warm_up_s": 4, "run_time_s": 20})
    assert changed.duration_s == 10 + 4 + 20


def test_the_spike_lasts_as_long_as_its_steps() -> None:
    """A minute at a fifth of its rate, three minutes of all of it, four of a fifth again."""
    spike = find_profile("spike", {})
    assert spike.steps == (Step(60, 0.2), Step(180, 1), Step(240, 0.2))
    assert (spike.run_time_s, spike.rate_rps) == (480, 2000)


def test_a_shorter_spike_has_the_same_steps() -> None:
    spike = find_profile("spike", {"run_time_s": 16})
    assert (spike.name, spike.run_time_s) == ("spike-changed", 16)
    assert spike.steps == (Step(2, 0.2), Step(6, 1), Step(8, 0.2))


def test_every_profile_knows_its_own_name() -> None:
    assert all(name == profile.name for name, profile in read_profiles().items())


def test_no_server_shows_more_than_users_by_think_time() -> None:
    """100 users who think 52.5 ms on average ask 100/0.0525 times a second at most."""
    assert find_profile("reference", {}).ceiling_rps == pytest.approx(1904.76, abs=0.01)


def test_without_think_time_the_load_sets_no_ceiling() -> None:
    assert find_profile("quick", {"think_time_s": (0, 0)}).ceiling_rps == float("inf")


def test_only_given_overrides_change_a_profile() -> None:
    changed = find_profile("quick", {"users": 3, "run_time_s": None})
    assert (changed.users, changed.run_time_s) == (3, 30)


def test_a_changed_profile_does_not_pass_for_the_original() -> None:
    assert find_profile("quick", {"users": 3}).name == "quick-changed"
    assert find_profile("quick", {"users": 100, "run_time_s": None}).name == "quick"


def test_an_unknown_profile_is_told_the_known_ones() -> None:
    with pytest.raises(
        LoadTestError, match="no profile 'nope'; there are reference, quick, benchmark"
    ):
        find_profile("nope", {})


@pytest.mark.parametrize(
    ("overrides", "complaint"),
    [
        ({"users": 0}, "users: .* greater than 0, got 0"),
        ({"spawn_rate_per_s": float("nan")}, "spawn_rate_per_s"),
        ({"spawn_rate_per_s": -1.0}, "spawn_rate_per_s: .* greater than 0"),
        ({"run_time_s": 0}, "run_time_s: .* greater than 0"),
        ({"think_time_s": (0.2, 0.1)}, "think_time_s: .*first must not be above the second"),
        ({"think_time_s": (-0.1, 0.1)}, "think_time_s: .*can't be negative"),
        ({"think_time_s": (0.1, float("inf"))}, "think_time_s"),
    ],
)
def test_values_without_meaning_are_refused_in_one_line(
    overrides: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(LoadTestError, match=complaint) as refusal:
        find_profile("quick", overrides)
    assert "\n" not in str(refusal.value)
