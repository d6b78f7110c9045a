"""Write and read the events of a generator process as JSON lines."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from celsiusify_load_tests.recording.clock import now_ns
from celsiusify_load_tests.recording.format import DTYPE
from celsiusify_load_tests.recording.paths import (
    journal_file,
    master_journal_file,
    rows_file,
    workers,
)

USERS_STOPPED = "users_stopped"
CLOSED = "closed"
RESTING = (USERS_STOPPED, CLOSED)
"""The events after which a journal may be silent. Before these events it grows each second."""


class Journal:
    """An unbuffered file of events, which can be followed and survives a crash."""

    def __init__(self, path: Path) -> None:
        self.problem: str | None = None
        """The reason why events can't be written; None if they can."""
        self._path = path
        self._file = path.open("xb", buffering=0)

    def write(self, event: str, **details: Any) -> None:
        """Append an event with the current time."""
        line = {"event": event, "time_ns": now_ns(), **details}
        try:
            self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        except OSError as error:
            self.problem = f"can't write {self._path}: {error.strerror}"

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """Read the complete lines of a journal, also while it is being written."""
    for line in path.read_bytes().splitlines():
        with suppress(orjson.JSONDecodeError):
            yield orjson.loads(line)


_NS_PER_S = 1_000_000_000

Events = list[dict[str, Any]]


@dataclass(frozen=True)
class Timeline:
    """The events of a run besides its requests.

    Attributes:
        steady_from_ns: The time when all users were running and warm; None if they never were.
        steady_until_ns: The time when the users were told to stop; None if they weren't.
        users: (`time_ns`, number of running users) of each second.
        workers: The process id of each worker.
        lag_us: The event-loop lag of each worker in µs, about 50 samples a second; only those of
            the steady part, if there is one.
        opened: The number of opened connections.
        resent: The number of requests sent twice: see `connection.KeptConnection`.
        schedule: The SHA-256, the number of arrivals and the start of an open load's schedule;
            None for a closed load.
        problems: A line for each gap in the record; empty if the record is complete.
    """

    steady_from_ns: int | None
    steady_until_ns: int | None
    users: list[tuple[int, int]]
    workers: dict[int, int]
    lag_us: dict[int, list[int]]
    opened: int
    resent: int
    schedule: dict[str, Any] | None
    problems: list[str]


def read_timeline(recording_dir: Path) -> Timeline:
    """Read the journals of a run.

    Args:
        recording_dir: The folder that the run's processes recorded to.
    """
    journals = {
        worker: list(read_journal(journal_file(recording_dir, worker)))
        for worker in workers(recording_dir)
    }
    master = master_journal_file(recording_dir)
    leader = list(read_journal(master)) if master.exists() else journals.get(0, [])
    seconds = {worker: list(_named("second", events)) for worker, events in journals.items()}
    last = [events[-1] for events in seconds.values() if events]
    steady_ns = (_first_ns("steady", leader), _first_ns("test_stopping", leader))
    return Timeline(
        steady_from_ns=steady_ns[0],
        steady_until_ns=steady_ns[1],
        users=_sum_users(seconds.values()),
        workers={
            worker: opened["pid"]
            for worker, events in journals.items()
            for opened in _named("opened", events)
        },
        lag_us={
            worker: [lag for event in _within(events, *steady_ns) for lag in event["lag_us"]]
            for worker, events in seconds.items()
        },
        opened=sum(event["opened"] for event in last),
        resent=sum(event["resent"] for event in last),
        schedule=_schedule(journals.values()),
        problems=[
            f"worker {worker} {problem}"
            for worker, events in journals.items()
            for problem in (
                *_problems(events, rows_file(recording_dir, worker)),
                *_ended_early(events, steady_ns[1]),
            )
        ],
    )


def is_closed(recording_dir: Path, worker: int) -> bool:
    """Return True if a worker has closed its record, as it does before it ends."""
    events = list(read_journal(journal_file(recording_dir, worker)))
    return any(_named(CLOSED, events))


def _named(name: str, events: Events) -> Iterator[dict[str, Any]]:
    return (event for event in events if event["event"] == name)


def _first_ns(name: str, events: Events) -> int | None:
    return next((int(event["time_ns"]) for event in _named(name, events)), None)


def _schedule(journals: Iterable[Events]) -> dict[str, Any] | None:
    """Return the schedule, which all processes derive from one seed."""
    schedules = (event for events in journals for event in _named("schedule", events))
    first = next(schedules, None)
    return first and {name: first[name] for name in ("sha256", "arrivals", "begin_ns")}


def _within(seconds: Events, from_ns: int | None, until_ns: int | None) -> Events:
    """Return the samples within the steady part, or all samples without one."""
    if from_ns is None or until_ns is None:
        return seconds
    first_ns = from_ns + _NS_PER_S  # a sample covers the second before it
    return [event for event in seconds if first_ns <= event["time_ns"] <= until_ns] or seconds


def _sum_users(seconds: Iterable[Events]) -> list[tuple[int, int]]:
    """Add up the workers' users by second."""
    users: Counter[int] = Counter()
    for events in seconds:
        users.update(_by_second(events))
    return [(second * _NS_PER_S, users[second]) for second in sorted(users)]


def _by_second(events: Events) -> dict[int, int]:
    """Assign each sample of users to the second that starts then, except the last sample."""
    users: dict[int, int] = {}
    for event in events:
        second = round(event["time_ns"] / _NS_PER_S)
        users[second + (second in users)] = event["users"]
    return users


def _ended_early(events: Events, until_ns: int | None) -> Iterator[str]:
    """Yield a problem if a worker ended before the load."""
    closed_ns = _first_ns(CLOSED, events)
    if closed_ns is not None and until_ns is not None and until_ns - closed_ns > _NS_PER_S:
        yield f"ended {(until_ns - closed_ns) / _NS_PER_S:.1f} s before the load"


def _problems(events: Events, rows: Path) -> Iterator[str]:
    size = rows.stat().st_size if rows.exists() else 0
    whole, truncated = divmod(size, DTYPE.itemsize)
    if truncated:
        yield "has a truncated row"
    closed = next(_named(CLOSED, events), None)
    if closed is None:
        yield f"didn't close its record: only the first {whole} requests are known"
        return
    if closed["started"] + closed["dropped"] != whole:
        dropped = f", dropped {closed['dropped']}" if closed["dropped"] else ""
        yield f"started {closed['started']} requests{dropped} and recorded {whole}"
    if closed["problem"]:
        yield closed["problem"]
