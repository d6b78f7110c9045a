"""The data of one target that statistics are computed from, and the windows that select it."""

from dataclasses import dataclass, replace

import pandas as pd

from celsiusify_reporting.inputs.run_json import Run, Target
from celsiusify_reporting.stats.method import Method


@dataclass(frozen=True)
class Window:
    """From `from_ns` to before `until_ns`, nanoseconds since the Unix epoch."""

    from_ns: int
    until_ns: int

    @property
    def seconds(self) -> float:
        """Its length in seconds."""
        return (self.until_ns - self.from_ns) / 1e9

    def rows(self, frame: pd.DataFrame, column: str = "due_ns") -> pd.DataFrame:
        """The rows of a frame whose time in `column`, when they were due, lies within."""
        within = (frame[column] >= self.from_ns) & (frame[column] < self.until_ns)
        return frame[within]


def steady_window(from_ns: int | None, until_ns: int | None) -> Window | None:
    """The window between two times, or None where there is none or it has no length."""
    if not from_ns or not until_ns or until_ns <= from_ns:
        return None
    return Window(from_ns, until_ns)


@dataclass(frozen=True)
class TargetData:
    """The run, the method and the samples of a target; None where there is no file.

    Attributes:
        requests: The requests, as `read_requests` returns them.
        usage: The CPU time and memory of processes.
        users: The number of running users.
        scale: The replicas of a target in a cluster.
        pods: The pods of a target in a cluster.
    """

    run: Run
    name: str
    method: Method
    requests: pd.DataFrame | None
    usage: pd.DataFrame | None
    users: pd.DataFrame | None
    scale: pd.DataFrame | None = None
    pods: pd.DataFrame | None = None

    @property
    def target(self) -> Target:
        """The target, as run.json describes it."""
        return self.run.targets[self.name]

    def of_round(self, number: int) -> "TargetData":
        """Return the data of one round; samples of replicas and pods cover the whole run."""
        return replace(
            self,
            requests=_of_round(self.requests, number),
            usage=_of_round(self.usage, number),
            users=_of_round(self.users, number),
        )


def _of_round(samples: pd.DataFrame | None, number: int) -> pd.DataFrame | None:
    return None if samples is None else samples[samples["round"] == number]
