from collections import Counter

import pytest

from celsiusify_load_tests.run.plan import ORDERS, sequence


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_each_target_has_one_turn_a_round(order: str, rounds: int) -> None:
    turns = sequence(["a", "b", "c"], rounds, order, seed=1)
    assert [number for _, number in turns] == sorted(list(range(rounds)) * 3)
    assert set(Counter(turns).values()) == {1}
    assert len(turns) == 3 * rounds


def test_every_other_round_is_mirrored() -> None:
    turns = sequence(["a", "b"], 3, "abba", seed=1)
    assert "".join(name for name, _ in turns) == "abbaab"


def test_a_linear_drift_falls_on_mirrored_targets_alike() -> None:
    """Over an even number of rounds the turns of all targets lie equally late on average."""
    turns = [name for name, _ in sequence(["a", "b", "c"], 4, "abba", seed=1)]
    places = {name: [place for place, who in enumerate(turns) if who == name] for name in "abc"}
    assert len({sum(found) for found in places.values()}) == 1


def test_a_random_order_follows_from_the_seed() -> None:
    orders = [sequence(["a", "b", "c"], 8, "random", seed) for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]


def test_targets_can_keep_the_order_given() -> None:
    assert [name for name, _ in sequence(["b", "a"], 2, "given", seed=1)] == ["b", "a", "b", "a"]
