"""Which instances of a target answered, how much of the load each, and how evenly."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from celsiusify_reporting.stats.method import Method

SECOND_NS = 10**9


@dataclass(frozen=True)
class Share:
    """What one instance answered; `first_s` and `last_s` are when, since the target's load."""

    instance: str
    requests: int
    percent: float
    first_s: float
    last_s: float


@dataclass(frozen=True)
class Evenness:
    """How evenly a round's answers came from its instances, while all of them answered.

    Attributes:
        from_s: When the last of them first answered; it goes on until the first of them stopped.
        answers: How many came meanwhile.
        even_percent: What each would have answered of these if all did as much.
        busiest_percent: What the busiest instance answered of these.
        ratio: That by an even share: 1 where all did as much, the number of instances where one
            did everything. None where answers are too few to tell it from chance.
    """

    round: int
    instances: int
    from_s: float
    until_s: float
    answers: int
    even_percent: float
    busiest_percent: float | None
    ratio: float | None


@dataclass(frozen=True)
class Instances:
    """The instances of a target over all rounds, in order of their first answer.

    Attributes:
        rounds: Of each round in which more than one answered.
        second_s: The start of each second in which anything was answered.
        answered: How many answers each instance gave in each of them.
    """

    shares: tuple[Share, ...]
    rounds: tuple[Evenness, ...]
    second_s: tuple[float, ...]
    answered: tuple[tuple[int, ...], ...]

    @property
    def uneven(self) -> Evenness | None:
        """The round that was least even."""
        known = [one for one in self.rounds if one.ratio is not None]
        return max(known, key=lambda one: one.ratio or 0, default=None)


def answers(rows: pd.DataFrame) -> pd.DataFrame:
    """The answers that name an instance: `round`, `instance` and `end_ns`, in order of time."""
    told = rows[(rows["outcome"] == "succeeded") & rows["instance"].notna()]
    ends = told["due_ns"] + told["latency_ns"].astype("int64")
    named = pd.DataFrame(
        {"round": told["round"], "instance": told["instance"].astype("str"), "end_ns": ends}
    )
    return named.sort_values("end_ns", kind="stable", ignore_index=True)


def examine(rows: pd.DataFrame, origin_ns: int, method: Method) -> Instances | None:
    """Tell the instances of a target apart; None where no round met more than one of them."""
    told = answers(rows)
    if told.empty or told.groupby("round")["instance"].nunique().max() < 2:
        return None
    ends = told.groupby("instance")["end_ns"].agg(["size", "min", "max"]).sort_values("min")
    seconds = (told["end_ns"] - origin_ns) // SECOND_NS
    counted = pd.crosstab(seconds, told["instance"])[ends.index]
    # Seconds between rounds have no answers: they are left out, and drawn as a gap.
    return Instances(
        shares=tuple(
            Share(
                str(name),
                int(size),
                100 * int(size) / len(told),
                (int(first) - origin_ns) / SECOND_NS,
                (int(last) - origin_ns) / SECOND_NS,
            )
            for name, size, first, last in ends.itertuples()
        ),
        rounds=tuple(_evenness(told, origin_ns, method)),
        second_s=tuple(float(second) for second in counted.index),
        answered=tuple(tuple(int(one) for one in counted[name]) for name in counted),
    )


def _evenness(told: pd.DataFrame, origin_ns: int, method: Method) -> Iterator[Evenness]:
    for number, rows in told.groupby("round"):
        ends = rows.groupby("instance")["end_ns"].agg(["min", "max"])
        count = len(ends)
        if count < 2:
            continue
        begin, until = int(ends["min"].max()), int(ends["max"].min())
        meanwhile = rows[(rows["end_ns"] >= begin) & (rows["end_ns"] <= until)]
        each = meanwhile["instance"].value_counts().to_numpy()
        enough = len(meanwhile) >= method.answers_per_instance * count
        busiest = 100 * float(np.max(each)) / len(meanwhile) if enough else None
        yield Evenness(
            round=int(str(number)),
            instances=count,
            from_s=(begin - origin_ns) / SECOND_NS,
            until_s=(until - origin_ns) / SECOND_NS,
            answers=len(meanwhile),
            even_percent=100 / count,
            busiest_percent=busiest,
            ratio=None if busiest is None else busiest * count / 100,
        )
