"""Count the answers of each instance of a target, and how evenly they are shared."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from celsiusify_reporting.stats.method import Method

SECOND_NS = 10**9


@dataclass(frozen=True)
class Share:
    """The answers of one instance, with the times of the first and the last one.

    Times count from the start of the first round's steady window.
    """

    instance: str
    requests: int
    percent: float
    first_s: float
    last_s: float


@dataclass(frozen=True)
class Evenness:
    """The shares of a round's answers while all of its instances answered.

    Attributes:
        from_s: When the last instance first answered.
        until_s: When the first instance stopped.
        answers: The number of answers in between.
        even_percent: An even share of these answers.
        busiest_percent: The share of the busiest instance; None if there are too few answers.
        ratio: The share of the busiest instance divided by an even share: 1 if all shares are
            even, the number of instances if one gave all answers.
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
        rounds: The evenness of each round with several instances.
        second_s: The start of each second with answers.
        answered: The answers of each instance in each of these seconds.
    """

    shares: tuple[Share, ...]
    rounds: tuple[Evenness, ...]
    second_s: tuple[float, ...]
    answered: tuple[tuple[int, ...], ...]

    @property
    def uneven(self) -> Evenness | None:
        """The least even round; None if no round can be judged."""
        known = [evenness for evenness in self.rounds if evenness.ratio is not None]
        return max(known, key=lambda evenness: evenness.ratio or 0, default=None)


def answers(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the round, the instance and the end of answers that name an instance."""
    named = rows[(rows["outcome"] == "succeeded") & rows["instance"].notna()]
    ends = named["due_ns"] + named["latency_ns"].astype("int64")
    answered = pd.DataFrame(
        {"round": named["round"], "instance": named["instance"].astype("str"), "end_ns": ends}
    )
    return answered.sort_values("end_ns", kind="stable", ignore_index=True)


def examine(rows: pd.DataFrame, origin_ns: int, method: Method) -> Instances | None:
    """Examine the instances of a target; None if each round had one only."""
    answered = answers(rows)
    if answered.empty or answered.groupby("round")["instance"].nunique().max() < 2:
        return None
    ends = answered.groupby("instance")["end_ns"].agg(["size", "min", "max"]).sort_values("min")
    seconds = (answered["end_ns"] - origin_ns) // SECOND_NS
    counted = pd.crosstab(seconds, answered["instance"])[ends.index]
    # Seconds between rounds have no answers: they are left out, and drawn as a gap.
    return Instances(
        shares=tuple(
            Share(
                str(name),
                int(size),
                100 * int(size) / len(answered),
                (int(first) - origin_ns) / SECOND_NS,
                (int(last) - origin_ns) / SECOND_NS,
            )
            for name, size, first, last in ends.itertuples()
        ),
        rounds=tuple(_evenness(answered, origin_ns, method)),
        second_s=tuple(float(second) for second in counted.index),
        answered=tuple(tuple(int(count) for count in counted[name]) for name in counted),
    )


def _evenness(answered: pd.DataFrame, origin_ns: int, method: Method) -> Iterator[Evenness]:
    for number, rows in answered.groupby("round"):
        ends = rows.groupby("instance")["end_ns"].agg(["min", "max"])
        count = len(ends)
        if count < 2:
            continue
        from_ns, until_ns = int(ends["min"].max()), int(ends["max"].min())
        meanwhile = rows[(rows["end_ns"] >= from_ns) & (rows["end_ns"] <= until_ns)]
        counts = meanwhile["instance"].value_counts().to_numpy()
        enough = len(meanwhile) >= method.answers_per_instance * count
        busiest = 100 * float(np.max(counts)) / len(meanwhile) if enough else None
        yield Evenness(
            round=int(str(number)),
            instances=count,
            from_s=(from_ns - origin_ns) / SECOND_NS,
            until_s=(until_ns - origin_ns) / SECOND_NS,
            answers=len(meanwhile),
            even_percent=100 / count,
            busiest_percent=busiest,
            ratio=None if busiest is None else busiest * count / 100,
        )
