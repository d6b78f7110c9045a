"""In what order targets are loaded, round after round.

A machine drifts: it warms up, and others come and go. Rounds take turns so that this falls on all
targets alike. Mirroring every other round (ABBA) cancels a drift that is linear in time; a random
order keeps the rounds from falling in step with something periodic.
"""

from collections.abc import Callable, Sequence
from random import Random

Turn = tuple[str, int]
"""A target's name, and the round in which it is loaded, from 0."""


def _given(names: Sequence[str], turn: int, choices: Random) -> list[str]:
    return list(names)


def _mirrored(names: Sequence[str], turn: int, choices: Random) -> list[str]:
    return list(names) if turn % 2 == 0 else list(reversed(names))


def _shuffled(names: Sequence[str], turn: int, choices: Random) -> list[str]:
    return choices.sample(list(names), len(names))


ORDERS: dict[str, Callable[[Sequence[str], int, Random], list[str]]] = {
    "abba": _mirrored,
    "random": _shuffled,
    "given": _given,
}


def sequence(names: Sequence[str], rounds: int, order: str, seed: int) -> list[Turn]:
    """Say when each target has its turn: once in every round.

    Args:
        names: The targets, as they were named.
        rounds: How many rounds there are.
        order: One of `ORDERS`.
        seed: What a random order follows from.
    """
    choices, arrange = Random(f"order/{seed}"), ORDERS[order]
    return [(name, turn) for turn in range(rounds) for name in arrange(names, turn, choices)]
