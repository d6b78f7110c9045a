"""Synthetic run folders, in the form that results/README.md describes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

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
        failing: Every so many requests one fails; 1 for all, 0 for none.
    """

    latencies_ns: npt.NDArray[np.int64] = field(default_factory=lambda: np.array([2_000_000]))
    users: int = 10
    think_ns: int = 50_000_000
    ramp_s: float = 1
    steady_s: float = 5
    failing: int = 0
    cpu_s_per_request: float = 0.0005
    worker_cpu: float = 0.2

    @property
    def from_ns(self) -> int:
        """When all users were running."""
        return STARTED_NS + int(self.ramp_s * SECOND_NS)

    @property
    def until_ns(self) -> int:
        """When they were told to stop."""
        return self.from_ns + int(self.steady_s * SECOND_NS)

    def rows(self, run: str, target: str) -> pd.DataFrame:
        """The rows of all users, a user after the other."""
        return pd.concat([self._user(run, target, user) for user in range(self.users)])

    def _user(self, run: str, target: str, user: int) -> pd.DataFrame:
        begin = STARTED_NS + int(self.ramp_s * SECOND_NS * user / self.users)
        most = 1 + (self.until_ns - begin) // (self.think_ns + int(self.latencies_ns.min()))
        latencies = np.roll(np.resize(self.latencies_ns, most), -user)
        starts = begin + np.concatenate([[0], np.cumsum(latencies + self.think_ns)[:-1]])
        starts = starts[starts < self.until_ns]
        seq = np.arange(len(starts))
        failed = (seq + 1) % self.failing == 0 if self.failing else np.zeros(len(seq), bool)
        return pd.DataFrame(
            {
                "run": run,
                "target": target,
                "worker": user % 2,
                "user": user // 2,
                "seq": seq,
                "intended_ns": pd.array([pd.NA] * len(seq), dtype="Int64"),
                "start_ns": starts,
                "end_ns": starts + latencies[: len(seq)],
                "status": np.where(failed, 503, 200),
                "outcome": np.where(failed, "failed", "succeeded"),
                "error": ["status 503, expected 200" if one else None for one in failed],
                "bytes": 64,
                "instance": "0AC0FFEE-0AC0FFEE-0AC0FFEE",
            }
        )

    def usage(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Samples each second; the target's CPU time is in proportion to the requests so far."""
        times = np.arange(STARTED_NS, self.until_ns + SECOND_NS, SECOND_NS)
        before = np.searchsorted(np.sort(rows["start_ns"].to_numpy()), times)
        seconds = (times - STARTED_NS) / SECOND_NS
        cpu_s = {"target": 1 + self.cpu_s_per_request * before}
        cpu_s |= {f"worker-{number}": self.worker_cpu * seconds for number in range(2)}
        parts = [
            pd.DataFrame(
                {
                    "time_ns": times,
                    "role": role,
                    "pid": 100 + index,
                    "cpu_s": used,
                    "rss_bytes": (256 + np.arange(len(times))) * 2**20,
                }
            )
            for index, (role, used) in enumerate(cpu_s.items())
        ]
        return pd.concat(parts)

    def running(self) -> pd.DataFrame:
        """How many users ran, each second."""
        times = np.arange(STARTED_NS, self.until_ns, SECOND_NS)
        share = np.minimum(1, (times - STARTED_NS) / max(1, self.ramp_s * SECOND_NS))
        return pd.DataFrame({"time_ns": times, "users": (share * self.users).astype(int)})


def make_run(folder: Path, loads: dict[str, Load], **changes: Any) -> Path:
    """Write a run's folder; `changes` replace parts of its run.json."""
    folder.mkdir(parents=True)
    users = max(load.users for load in loads.values())
    document = run_document(folder.name, users) | changes
    for name, load in loads.items():
        rows = load.rows(folder.name, name)
        write_rows(folder / f"{name}_requests.parquet", rows)
        load.usage(rows).to_csv(folder / f"{name}_usage.csv", index=False)
        load.running().to_csv(folder / f"{name}_users.csv", index=False)
        document["targets"][name] = target_document(name, load, rows)
    (folder / "run.json").write_text(json.dumps(document))
    return folder


def edit_run(folder: Path, *path: str, value: Any) -> None:
    """Put a value at a place in a run's run.json."""
    document = json.loads((folder / "run.json").read_text())
    part = document
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    (folder / "run.json").write_text(json.dumps(document))


def write_rows(path: Path, rows: pd.DataFrame) -> None:
    """Write rows with the types that results/README.md names."""
    text = pa.dictionary(pa.int32(), pa.string())
    types = {
        "run": text,
        "target": text,
        "worker": pa.int16(),
        "user": pa.int32(),
        "seq": pa.int64(),
        "intended_ns": pa.int64(),
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


def run_document(run: str, users: int) -> dict[str, Any]:
    """A run.json without targets."""
    return {
        "format": 1,
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
        "profile": {
            "name": "quick",
            "users": users,
            "spawn_rate_per_s": users,
            "run_time_s": 6,
            "think_time_s": [0.045, 0.055],
            "fahrenheit": [0, 1000],
        },
        "load": {
            "model": "closed",
            "processes": 2,
            "cores": [1],
            "client": "HTTP/1.1, kept alive",
            "seed": 1,
        },
        "targets": {},
    }


def target_document(name: str, load: Load, rows: pd.DataFrame) -> dict[str, Any]:
    """A target's part of run.json."""
    outcomes = rows["outcome"].value_counts()
    return {
        "title": TITLES[name],
        "url": "http://127.0.0.1:8501",
        "request": REQUESTS[name],
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
        "started_ns": STARTED_NS,
        "steady_from_ns": load.from_ns,
        "steady_until_ns": load.until_ns,
        "ended_ns": load.until_ns + SECOND_NS,
        "counts": {
            "started": len(rows),
            **{one: int(outcomes.get(one, 0)) for one in ("succeeded", "failed", "aborted")},
            "server": len(rows),
        },
    }
