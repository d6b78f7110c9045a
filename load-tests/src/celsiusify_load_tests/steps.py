"""An open load whose rate goes in steps: how long each lasts, and its share of the load's rate."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, NamedTuple

from pydantic import Field, FiniteFloat
from pydantic.dataclasses import dataclass

from celsiusify_load_tests.settings import STRICT

_NS_PER_S = 1_000_000_000

Positive = Annotated[FiniteFloat, Field(gt=0)]


@dataclass(frozen=True, config=STRICT)
class Step:
    """So many seconds at a share of the load's rate."""

    for_s: Positive
    share: Positive


Steps = tuple[Step, ...]


class Stretch(NamedTuple):
    """So many seconds at a rate, in requests/s."""

    duration_s: float
    rate_rps: float


def stretches(steps: Steps, rate_rps: float, warm_up_s: float) -> list[Stretch]:
    """The rates of a load one after the other; it warms up at that of the first step."""
    found = [Stretch(step.for_s, step.share * rate_rps) for step in steps]
    first = found[0]
    return [Stretch(warm_up_s + first.duration_s, first.rate_rps), *found[1:]]


def placed(steps: Steps, rate_rps: float, from_ns: int) -> list[dict[str, float]]:
    """When each step was, in ns, and its rate, as `results/README.md` has it.

    Args:
        steps: Of the load.
        rate_rps: Of which they have shares.
        from_ns: When the first began, which is when the warm-up was over.
    """
    course = []
    for step in steps:
        until_ns = from_ns + round(step.for_s * _NS_PER_S)
        rate = round(step.share * rate_rps, 6)
        course.append({"from_ns": from_ns, "until_ns": until_ns, "rate_rps": rate})
        from_ns = until_ns
    return course


def at(steps: Steps, elapsed_s: float) -> int:
    """The step that a load is in, from 0, so long after the first began; the last at its end."""
    for number, step in enumerate(steps[:-1]):
        elapsed_s -= step.for_s
        if elapsed_s < 0:
            return number
    return len(steps) - 1


def lasting(steps: Steps, duration_s: float) -> Steps:
    """The same steps made longer or shorter, so that together they last as long as that."""
    factor = duration_s / sum(step.for_s for step in steps)
    return tuple(replace(step, for_s=step.for_s * factor) for step in steps)


def written(steps: Sequence[Step]) -> str:
    """As a text, which is what Locust's options can be: `60.0:0.2,180.0:1.0`."""
    return ",".join(f"{step.for_s}:{step.share}" for step in steps)


def read(text: str) -> Steps:
    """Read what `written` wrote; no steps of an empty text.

    Raises:
        ValueError: If it is something else.
    """
    pairs = [pair.partition(":") for pair in text.split(",") if pair]
    return tuple(Step(float(for_s), float(share)) for for_s, _, share in pairs)
