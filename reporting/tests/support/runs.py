"""Synthetic run folders, in the form that results/README.md describes."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from celsiusify_reporting.inputs.load_plan import Limits
from celsiusify_reporting.stats.method import method_for

SECOND_NS = 10**9
STARTED_NS = 1_795_500_900 * SECOND_NS  # 2026-11-24T06:15:00Z

TITLES = {"tfserving": "TensorFlow Serving (REST)", "converter-api": "Flask under gunicorn"}
REQUESTS = {
    "tfserving": "POST /v1/models/celsiusify:predict",
    "converter-api": "GET /convert/?fahrenheit=$fahrenheit",
}


@dataclass
class Load:
    """A closed load at a target that is as long as told: users take turns at a fixed think time.

    Attributes:
        latencies_ns: Latencies that each user meets in turn, over and over.
        scatter: Where it isn't nought, each latency is drawn by itself, lognormally, around those.
        seed: What they are drawn from.
        slowing: What each round's latencies are multiplied by: as many rounds as there are.
        course: What a latency is multiplied by so many seconds into the steady window.
        failing: Every so many requests one fails; 1 for all, 0 for none.
        gap_s: From the start of a round until that of this target's next; another fits between.
        later_s: When its first round starts.
    """

    latencies_ns: npt.NDArray[np.int64] = field(default_factory=lambda: np.array([2_000_000]))
    scatter: float = 0
    seed: int = 1
    slowing: Sequence[float] = (1,)
    course: Callable[[npt.NDArray[np.floating[Any]]], npt.NDArray[np.floating[Any]]] | None = None
    users: int = 10
    think_ns: int = 50_000_000
    ramp_s: float = 1
    steady_s: float = 5
    failing: int = 0
    cpu_s_per_request: float = 0.0005
    worker_cpu: float = 0.2
    gap_s: float = 20
    later_s: float = 0

    @property
    def rounds(self) -> range:
        """The numbers of its rounds."""
        return range(len(self.slowing))

    def started_ns(self, number: int) -> int:
        """When a round began."""
        gap_s = max(self.gap_s, 2 * (self.ramp_s + self.steady_s) + 4)
        return STARTED_NS + int((self.later_s + number * gap_s) * SECOND_NS)

    def from_ns(self, number: int = 0) -> int:
        """When all users of a round were running."""
        return self.started_ns(number) + int(self.ramp_s * SECOND_NS)

    def until_ns(self, number: int = 0) -> int:
        """When they were told to stop."""
        return self.from_ns(number) + int(self.steady_s * SECOND_NS)

    def rows(self, run: str, target: str) -> pd.DataFrame:
        """The rows of all rounds and users, a user after the other."""
        return pd.concat(
            [
                self._user(run, target, number, user)
                for number in self.rounds
                for user in range(self.users)
            ]
        )

    def _user(self, run: str, target: str, number: int, user: int) -> pd.DataFrame:
        begin = self.started_ns(number) + int(self.ramp_s * SECOND_NS * user / self.users)
        slowed = (self.latencies_ns * self.slowing[number]).astype(np.int64)
        most = 1 + (self.until_ns(number) - begin) // (self.think_ns + int(slowed.min()) // 2)
        latencies = np.roll(np.resize(slowed, most), -user)
        if self.scatter:
            random = np.random.default_rng([self.seed, number, user])
            latencies = (latencies * random.lognormal(0, self.scatter, most)).astype(np.int64)
        starts = begin + np.concatenate([[0], np.cumsum(latencies + self.think_ns)[:-1]])
        if self.course:
            starts, latencies = self._along(begin, number, latencies)
        starts = starts[starts < self.until_ns(number)]
        seq = np.arange(len(starts))
        failed = (seq + 1) % self.failing == 0 if self.failing else np.zeros(len(seq), bool)
        nothing = pd.array([pd.NA] * len(seq), dtype="Int64")
        return pd.DataFrame(
            {
                "run": run,
                "target": target,
                "round": number,
                "worker": user % 2,
                "user": user // 2,
                "seq": seq,
                "intended_ns": nothing,
                "lag_us": nothing,
                "start_ns": starts,
                "end_ns": starts + latencies[: len(seq)],
                "status": np.where(failed, 503, 200),
                "outcome": np.where(failed, "failed", "succeeded"),
                "error": [
                    "status 503, expected 200" if is_failure else None for is_failure in failed
                ],
                "bytes": 64,
                "instance": "0AC0FFEE-0AC0FFEE-0AC0FFEE",
            }
        )

    def _along(
        self, begin: int, number: int, latencies: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Starts and latencies where a latency depends on when it starts."""
        assert self.course
        starts, slowed, now = [], [], begin
        for latency in latencies:
            since_s = (now - self.from_ns(number)) / SECOND_NS
            starts.append(now)
            slowed.append(int(latency * self.course(np.array([since_s]))[0]))
            now += slowed[-1] + self.think_ns
        return np.array(starts), np.array(slowed)

    def usage(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Samples each second; the target's CPU time is in proportion to the requests so far."""
        return pd.concat([self._usage(rows, number) for number in self.rounds])

    def _usage(self, rows: pd.DataFrame, number: int) -> pd.DataFrame:
        times = np.arange(self.started_ns(number), self.until_ns(number) + SECOND_NS, SECOND_NS)
        starts = rows.loc[rows["round"] == number, "start_ns"].to_numpy()
        before = np.searchsorted(np.sort(starts), times)
        seconds = (times - self.started_ns(number)) / SECOND_NS
        cpu_s = {"target": 1 + self.cpu_s_per_request * before}
        cpu_s |= {f"worker-{worker}": self.worker_cpu * seconds for worker in range(2)}
        parts = [
            pd.DataFrame(
                {
                    "round": number,
                    "time_ns": times,
                    "role": role,
                    "pid": 100 * (number + 1) + index,
                    "cpu_s": used,
                    "rss_bytes": (256 + np.arange(len(times))) * 2**20,
                }
            )
            for index, (role, used) in enumerate(cpu_s.items())
        ]
        return pd.concat(parts)

    def running(self) -> pd.DataFrame:
        """How many users ran, each second."""
        return pd.concat([self._running(number) for number in self.rounds])

    def _running(self, number: int) -> pd.DataFrame:
        begin = self.started_ns(number)
        times = np.arange(begin, self.until_ns(number), SECOND_NS)
        share = np.minimum(1, (times - begin) / max(1, self.ramp_s * SECOND_NS))
        users = (share * self.users).astype(int)
        return pd.DataFrame({"round": number, "time_ns": times, "users": users})

    def model(self) -> dict[str, Any]:
        """Its part of run.json's load."""
        return {"model": "closed", "rate_rps": None, "limits": limits(None)}

    def record(self, rows: pd.DataFrame, number: int) -> dict[str, Any]:
        """A round's part of run.json."""
        of_round = rows[rows["round"] == number]
        outcomes = of_round["outcome"].value_counts()
        dropped = int(outcomes.get("dropped", 0))
        names = ("succeeded", "failed", "aborted", "dropped")
        return {
            "round": number,
            "rate_rps": None,
            "phase": None,
            "state": "complete",
            "problem": None,
            "started_ns": self.started_ns(number),
            "steady_from_ns": self.from_ns(number),
            "steady_until_ns": self.until_ns(number),
            "ended_ns": self.until_ns(number) + SECOND_NS,
            "counts": {
                "started": len(of_round) - dropped,
                **{name: int(outcomes.get(name, 0)) for name in names},
                "server": len(of_round) - dropped,
            },
            "connections": {"opened": self.users, "resent": 0},
            "lag_us": {"p50": 50, "p99": 400, "max": 900},
            "instances": 1,
            "schedule": None,
        }


@dataclass
class OpenLoad(Load):
    """An open load: arrivals at even distances, answered one at a time at most `in_flight`.

    Attributes:
        rate_rps: How many arrive a second.
        in_flight: How many connections there are; an arrival waits for a free one.
        stalls: From when to when, in seconds into the steady window, nothing is answered.
        lag_us: How late the load generator wakes up for an arrival.
        patience_s: How long an arrival waits for a connection before it is dropped.
        rates: The rate of each round, where they differ.
        phases: The phase of each round of a search.
    """

    rate_rps: float = 100
    in_flight: int = 4
    stalls: tuple[float, float] | None = None
    lag_us: int = 50
    patience_s: float = 60
    rates: Sequence[float] | None = None
    phases: Sequence[str] | None = None

    def rate(self, number: int) -> float:
        """The rate of a round."""
        return self.rates[number] if self.rates else self.rate_rps

    def rows(self, run: str, target: str) -> pd.DataFrame:
        """The rows of all rounds, in order of the schedule."""
        return pd.concat([self._arrivals(run, target, number) for number in self.rounds])

    def _arrivals(self, run: str, target: str, number: int) -> pd.DataFrame:
        step = SECOND_NS / self.rate(number)
        length = self.until_ns(number) - self.started_ns(number)
        due = self.started_ns(number) + (np.arange(int(length / step)) * step).astype(np.int64)
        slowed = (self.latencies_ns * self.slowing[number]).astype(np.int64)
        latencies = np.resize(slowed, len(due))
        slots, starts, ends, users = [0] * self.in_flight, [], [], []
        for arrival, latency in zip(due.tolist(), latencies.tolist(), strict=True):
            slot = min(range(self.in_flight), key=slots.__getitem__)
            start = max(arrival + 1000 * self.lag_us, slots[slot])
            patience = arrival + int(self.patience_s * SECOND_NS)
            end = None if start > patience else self._answered(number, start + latency)
            starts.append(min(start, patience))
            ends.append(end)
            users.append(slot)
            slots[slot] = end or slots[slot]
        dropped = np.array([one is None for one in ends])
        return pd.DataFrame(
            {
                "run": run,
                "target": target,
                "round": number,
                "worker": 0,
                "user": users,
                "seq": np.arange(len(due)),
                "intended_ns": due,
                "lag_us": self.lag_us,
                "start_ns": starts,
                "end_ns": pd.array(ends, dtype="Int64"),
                "status": np.where(dropped, 0, 200),
                "outcome": np.where(dropped, "dropped", "succeeded"),
                "error": None,
                "bytes": np.where(dropped, 0, 64),
                "instance": "0AC0FFEE-0AC0FFEE-0AC0FFEE",
            }
        )

    def _answered(self, number: int, end: int) -> int:
        if self.stalls is None:
            return end
        begin, until = (self.from_ns(number) + int(stall * SECOND_NS) for stall in self.stalls)
        return max(end, until) if end > begin and end < until else end

    def model(self) -> dict[str, Any]:
        """Its part of run.json's load."""
        return {
            "model": "constant",
            "rate_rps": None if self.rates else self.rate_rps,
            "limits": limits(self.in_flight),
        }

    def record(self, rows: pd.DataFrame, number: int) -> dict[str, Any]:
        """A round's part of run.json."""
        lag = dict.fromkeys(("p50", "p99", "max"), self.lag_us)
        arrivals = int((rows["round"] == number).sum())
        return super().record(rows, number) | {
            "rate_rps": self.rate(number),
            "phase": self.phases[number] if self.phases else None,
            "connections": {"opened": self.in_flight, "resent": 0},
            "lag_us": lag,
            "schedule": {"sha256": "5eed" * 16, "arrivals": arrivals},
        }


def limits(max_in_flight: int | None) -> dict[str, Any]:
    """Return the limits of a load."""
    return {
        "max_in_flight": max_in_flight,
        "generator_cpu_percent": 80,
        "generator_lag_ms": 5,
        "delivered_percent": 99,
    }


METHOD = method_for(Limits(**limits(None)))
"""The method for the runs that are made here."""


def make_run(folder: Path, loads: Mapping[str, Load], **changes: Any) -> Path:
    """Write a run's folder; `changes` replace parts of its run.json."""
    folder.mkdir(parents=True)
    document = run_document(folder.name, list(loads.values()))
    document["sequence"] = abba(loads)
    for place, (name, load) in enumerate(loads.items()):
        load.later_s += place * (load.ramp_s + load.steady_s + 2)
        rows = load.rows(folder.name, name)
        write_rows(folder / f"{name}_requests.parquet", rows)
        load.usage(rows).to_csv(folder / f"{name}_usage.csv", index=False)
        load.running().to_csv(folder / f"{name}_users.csv", index=False)
        document["targets"][name] = target_document(name, load, rows)
    (folder / "run.json").write_text(json.dumps(document | changes))
    return folder


def abba(loads: Mapping[str, Load]) -> list[tuple[str, int]]:
    """The order of the rounds: every other time the other way round."""
    most = max(len(load.rounds) for load in loads.values())
    turns = [list(loads)[:: -1 if number % 2 else 1] for number in range(most)]
    return [
        (name, number)
        for number, names in enumerate(turns)
        for name in names
        if number in loads[name].rounds
    ]


def edit_run(folder: Path, *path: str | int, value: Any, file: str = "run.json") -> None:
    """Put a value at a place in a run's run.json, or another file of that kind."""
    document = json.loads((folder / file).read_text())
    part: Any = document
    for place in path[:-1]:
        part = part[place]
    part[path[-1]] = value
    (folder / file).write_text(json.dumps(document))


def write_rows(path: Path, rows: pd.DataFrame) -> None:
    """Write rows with the types that results/README.md names."""
    text = pa.dictionary(pa.int32(), pa.string())
    types = {
        "run": text,
        "target": text,
        "round": pa.int16(),
        "worker": pa.int16(),
        "user": pa.int32(),
        "seq": pa.int64(),
        "intended_ns": pa.int64(),
        "lag_us": pa.int32(),
        "start_ns": pa.int64(),
        "end_ns": pa.int64(),
        "status": pa.int16(),
        "outcome": text,
        "error": text,
        "bytes": pa.int32(),
        "instance": text,
    }
    schema = pa.schema([(name, types[name]) for name in rows.columns])
    pq.write_table(pa.Table.from_pandas(rows, schema=schema, preserve_index=False), path)


def run_document(run: str, loads: Sequence[Load]) -> dict[str, Any]:
    """A run.json without targets."""
    users = max(load.users for load in loads)
    return {
        "format": 3,
        "kind": "loads",
        "run": run,
        "started_at": "2026-11-24T06:15:00Z",
        "command": "celsiusify-load-tests run tfserving converter-api --profile quick",
        "git": {"commit": "0123abc", "dirty": False},
        "machine": {
            "cpu_model": "Example CPU",
            "cores": 2,
            "memory_bytes": 16 * 2**30,
            "os": "Linux",
            "python": "3.11.7",
        },
        "versions": {"celsiusify-load-tests": "0.1.0", "locust": "2.47.0"},
        "load": {
            "profile": "quick",
            "users": users,
            "spawn_rate_per_s": users,
            "run_time_s": 6,
            "warm_up_s": 1,
            "cool_down_s": 1,
            "think_time_s": [0.045, 0.055],
            "fahrenheit": [0, 1000],
            "rounds": len(loads[0].rounds),
            "order": "abba",
            "seed": 1,
            **loads[0].model(),
        },
        "generator": {"processes": 2, "cores": [1], "client": "HTTP/1.1, kept alive"},
        "sequence": [],
        "calibration": {
            "HTTP/1.1": {
                "rate_rps": 61_000.0,
                "floor_p50_ms": 0.05,
                "floor_p99_ms": 0.1,
                "requests": 180_000,
                "seconds": 3.0,
                "generator_cpu_percent": 99.0,
                "responder_cpu_percent": 60.0,
            }
        },
        "equivalence": None,
        "capacity": None,
        "targets": {},
    }


def target_document(name: str, load: Load, rows: pd.DataFrame) -> dict[str, Any]:
    """A target's part of run.json."""
    return {
        "title": TITLES.get(name, name),
        "url": "http://127.0.0.1:8501",
        "request": REQUESTS.get(name, "GET /"),
        "protocol": "HTTP/1.1",
        "state": "complete",
        "problem": None,
        "engine": {
            "engine": "gunicorn",
            "version": "1.0",
            "reason": "it is the only one",
            "caveat": None,
            "settings": {"workers": 2},
        },
        "cores": [0],
        "request_bytes": 180,
        "phases_us": None,
        "rounds": [load.record(rows, number) for number in load.rounds],
    }
