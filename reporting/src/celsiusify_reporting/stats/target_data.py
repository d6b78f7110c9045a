"""The data of a target, and the windows that select requests from it."""

from dataclasses import dataclass, replace

import pandas as pd

from celsiusify_reporting.inputs.run_json import Run, Target
from celsiusify_reporting.stats.method import Method


@dataclass(frozen=True)
class Window:
    """A half-open interval of time, in nanoseconds since the Unix epoch."""

    from_ns: int
    until_ns: int

    @property
    def seconds(self) -> float:
        """The length in seconds."""
        return (self.until_ns - self.from_ns) / 1e9

    def rows(self, frame: pd.DataFrame, column: str = "due_ns") -> pd.DataFrame:
        """Return the rows of a frame whose time in a column lies in the window."""
        within = (frame[column] >= self.from_ns) & (frame[column] < self.until_ns)
        return frame[within]


def steady_window(from_ns: int | None, until_ns: int | None) -> Window | None:
    """Return the window between two times; None if it is unknown or empty."""
    if not from_ns or not until_ns or until_ns <= from_ns:
        return None
    return Window(from_ns, until_ns)


@dataclass(frozen=True)
class TargetData:
    """The run, the method and the samples of a target; None if there is no file.

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
