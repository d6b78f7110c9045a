import statistics

from celsiusify_load_tests.generator.scenario import Scenario

SCENARIO = Scenario(0.005, 0.1, 0.0, 1000.0, seed=7)


def test_choices_stay_within_their_bounds_and_fill_them() -> None:
    """Think times are uniform in [5, 100] ms and temperatures in [0, 1001) °F."""
    choices = SCENARIO.choices(0, 0)
    think_s = [SCENARIO.think_s(choices) for _ in range(20_000)]
    fahrenheit = [SCENARIO.fahrenheit(choices) for _ in range(20_000)]

    assert 0.005 <= min(think_s) < 0.0055
    assert 0.0995 < max(think_s) <= 0.1
    assert abs(statistics.mean(think_s) - 0.0525) < 0.001
    assert 0.0 <= min(fahrenheit) < 1.0
    assert 1000.0 < max(fahrenheit) < 1001.0
    assert abs(statistics.mean(fahrenheit) - 500.5) < 10


def test_a_user_chooses_alike_with_one_seed_and_unlike_any_other() -> None:
    """What a user does follows from the seed, the worker and the user alone."""

    def first(seed: int, worker: int, user: int) -> float:
        scenario = Scenario(0.005, 0.1, 0.0, 1000.0, seed)
        return scenario.fahrenheit(scenario.choices(worker, user))

    assert first(7, 1, 2) == first(7, 1, 2)
    assert len({first(7, 1, 2), first(8, 1, 2), first(7, 2, 2), first(7, 1, 3)}) == 4
