"""Synthetic runs of a load inside a cluster: what happens when is known to a tenth of a second."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from support.runs import SECOND_NS, Load, OpenLoad, edit_run, make_run

FIRST = "AAAA0000-AAAA0000-AAAA0000-AAAA0000"
OTHERS = ("BBBB1111-BBBB1111-BBBB1111-BBBB1111", "CCCC2222-CCCC2222-CCCC2222-CCCC2222")
NODES = ("node-a", "node-b")


@dataclass
class Spike(OpenLoad):
    """An open load in steps, at a target that is scaled from one replica to three, and back.

    Attributes:
        steps: How long, in s, and at what share of the rate.
        wanted_s: When more replicas are wanted, after the second step has begun.
        created_s: When each new pod is created; `ready_s` is when each is ready.
        answered_s: When each new instance first answers; none if it is empty.
        weights: How much each instance answers of the load once all do.
        down_s: When one replica only is wanted, after the third step has begun; None for never.
        slow_ms: Latency from the step on until the last new pod is ready; 2 ms otherwise.
        dropping: Every so many arrivals of that time one is dropped; 0 for none.
        names: Whether answers name their instance.
    """

    steps: Sequence[tuple[float, float]] = ((10, 0.2), (40, 1), (30, 0.2))
    rate_rps: float = 200
    ramp_s: float = 0
    steady_s: float = 80
    wanted_s: float = 8.2
    created_s: Sequence[float] = (8.6, 8.6)
    ready_s: Sequence[float] = (12.1, 15.4)
    answered_s: Sequence[float] = (12.6, 16.0)
    weights: Sequence[float] = (1, 1, 1)
    down_s: float | None = 12.2
    slow_ms: float = 40
    dropping: int = 10
    names: bool = True

    def step_ns(self, number: int, place: int = 1) -> int:
        """When a step of a round began."""
        before = sum(length for length, _ in self.steps[:place])
        return self.started_ns(number) + int(before * SECOND_NS)

    def rows(self, run: str, target: str) -> pd.DataFrame:
        """The rows of all rounds, in order of the schedule."""
        return pd.concat([self._round(run, target, number) for number in self.rounds])

    def _due(self, number: int) -> npt.NDArray[np.int64]:
        parts = []
        for place, (length, share) in enumerate(self.steps):
            count = int(length * share * self.rate_rps)
            offsets = np.arange(count) * (length * SECOND_NS / count)
            parts.append(self.step_ns(number, place) + offsets.astype(np.int64))
        return np.concatenate(parts)

    def _round(self, run: str, target: str, number: int) -> pd.DataFrame:
        due = self._due(number)
        since_s = (due - self.step_ns(number)) / SECOND_NS
        slow = (since_s >= 0) & (since_s < max(self.ready_s, default=self.steps[1][0]))
        latency = np.where(slow, self.slow_ms, 2.0) * 1e6
        places = np.arange(len(due))
        dropped = slow & (places % self.dropping == 0) if self.dropping else np.zeros_like(slow)
        ends = pd.array(due + latency.astype(np.int64), dtype="Int64")
        ends[dropped] = pd.NA
        return pd.DataFrame(
            {
                "run": run,
                "target": target,
                "round": number,
                "worker": places % 2,
                "user": places % self.in_flight,
                "seq": places,
                "intended_ns": due,
                "lag_us": self.lag_us,
                "start_ns": due,
                "end_ns": ends,
                "status": np.where(dropped, 0, 200),
                "outcome": np.where(dropped, "dropped", "succeeded"),
                "error": None,
                "bytes": np.where(dropped, 0, 64),
                "instance": self._instances(since_s, dropped),
            }
        )

    def _instances(
        self, since_s: npt.NDArray[np.float64], dropped: npt.NDArray[np.bool_]
    ) -> npt.NDArray[Any]:
        """Who answers: the first alone, and from when others answer all by their weights."""
        if not self.names:
            return np.full(len(since_s), None)
        names: npt.NDArray[Any] = np.array(
            [FIRST, *OTHERS][: 1 + len(self.answered_s)], dtype=object
        )
        weights = np.array(self.weights[: len(names)]) / sum(self.weights[: len(names)])
        random = np.random.default_rng(1)
        chosen = random.choice(len(names), len(since_s), p=weights)
        joined = np.array([-np.inf, *self.answered_s])
        chosen = np.where(since_s >= joined[chosen], chosen, 0)
        for place, at in enumerate(self.answered_s, 1):
            chosen[np.argmax((since_s >= at) & ~dropped)] = place
        answered = names[chosen]
        answered[dropped] = None
        return answered

    def record(self, rows: pd.DataFrame, number: int) -> dict[str, Any]:
        """A round's part of run.json."""
        steps = [
            {
                "from_ns": self.step_ns(number, place),
                "until_ns": self.step_ns(number, place + 1),
                "rate_rps": share * self.rate_rps,
            }
            for place, (_, share) in enumerate(self.steps)
        ]
        return super().record(rows, number) | {"steps": steps}

    def scale(self) -> pd.DataFrame:
        """Replicas each second, sampled at three tenths of it."""
        return pd.concat([self._scale(number) for number in self.rounds])

    def _scale(self, number: int) -> pd.DataFrame:
        times = np.arange(self.started_ns(number), self.until_ns(number), SECOND_NS) + 3 * 10**8
        since_s = (times - self.step_ns(number)) / SECOND_NS
        gone_s = np.inf if self.down_s is None else self.steps[1][0] + self.down_s
        more = len(self.created_s)
        desired = 1 + more * ((since_s >= self.wanted_s) & (since_s < gone_s))
        ready = 1 + sum(
            ((since_s >= at) & (since_s < gone_s + 1)).astype(int) for at in self.ready_s
        )
        return pd.DataFrame(
            {
                "time_ns": times,
                "desired": desired,
                "replicas": desired,
                "ready": ready,
                "hpa_cpu_percent": np.where(since_s > 0, 180, 20),
                "hpa_desired": desired,
            }
        )

    def pods(self) -> pd.DataFrame:
        """Each pod each second, its CPU known each 15 s."""
        return pd.concat([self._pods(number) for number in self.rounds])

    def _pods(self, number: int) -> pd.DataFrame:
        times = np.arange(self.started_ns(number), self.until_ns(number), SECOND_NS) + 3 * 10**8
        step_ns = self.step_ns(number)
        lives = [(-60.0, -50.0), *zip(self.created_s, self.ready_s, strict=True)]
        parts = []
        for place, (created_s, ready_s) in enumerate(lives):
            created, ready = (step_ns + int(at * SECOND_NS) for at in (created_s, ready_s))
            seen = times[times >= created]
            parts.append(
                pd.DataFrame(
                    {
                        "time_ns": seen,
                        "pod": f"converter-{number if place else 0}-{place}",
                        "node": NODES[place % 2],
                        "created_ns": created // SECOND_NS * SECOND_NS,
                        "ready_ns": pd.array(
                            [
                                ready // SECOND_NS * SECOND_NS if at >= ready else pd.NA
                                for at in seen
                            ],
                            dtype="Int64",
                        ),
                        "ready": (seen >= ready).astype(int),
                        "cpu_cores": 0.1 * (1 + place),
                        "cpu_at_ns": seen // (15 * SECOND_NS) * 15 * SECOND_NS,
                        "memory_bytes": 64 * 2**20,
                    }
                )
            )
        return pd.concat(parts)


@dataclass
class Worker:
    """A worker of the load generator, and what its clock and its quota did."""

    name: str
    left_ms: float = 0.2
    locust: str = "2.47.0"
    document: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.document = {
            "name": self.name,
            "versions": {"celsiusify-load-tests": "0.1.0", "locust": self.locust},
            "cpu_limit_cores": 1.0,
            "clock_offset_ms": 2000.0,
            "round_trip_ms": 0.8,
        }


WORKERS = (Worker("load-1"), Worker("load-2"))


def make_cluster_run(
    folder: Path,
    loads: Mapping[str, Load],
    *,
    connection: str = "rotate:20",
    workers: Sequence[Worker] = WORKERS,
    throttled_s: float = 0.0,
    **changes: Any,
) -> Path:
    """Write the folder of a run that was made in a cluster; `changes` are of its cluster.json."""
    make_run(folder, loads)
    document = json.loads((folder / "run.json").read_text())
    document["load"]["connection"] = connection
    document["generator"] |= {
        "cores": None,
        "cpu_limit_cores": 1.0,
        "workers": [worker.document for worker in workers] or None,
    }
    for name, load in loads.items():
        # The processes of a pod are another pod's secret.
        usage = pd.read_csv(folder / f"{name}_usage.csv")
        usage[usage["role"] != "target"].to_csv(folder / f"{name}_usage.csv", index=False)
        target = document["targets"][name]
        target |= {"engine": None, "cores": None}
        for record in target["rounds"]:
            record["throttled_s"] = throttled_s
            record["clock_offset_ms"] = {
                worker.name: {"before": 2000.0, "after": 2000.0 + worker.left_ms}
                for worker in workers
            } or None
        if isinstance(load, Spike):
            load.scale().to_csv(folder / f"{name}_scale.csv", index=False)
            load.pods().to_csv(folder / f"{name}_pods.csv", index=False)
            lengths = [{"duration_s": length, "fraction": share} for length, share in load.steps]
            document["load"] |= {"profile": "spike", "steps": lengths}
    (folder / "run.json").write_text(json.dumps(document))
    cluster = cluster_document(folder, list(loads)) | changes
    (folder / "cluster.json").write_text(json.dumps(cluster))
    return folder


def edit_cluster(folder: Path, *path: str | int, value: Any) -> None:
    """Put a value at a place in a run's cluster.json."""
    edit_run(folder, *path, value=value, file="cluster.json")


def cluster_document(folder: Path, names: Sequence[str]) -> dict[str, Any]:
    """A cluster.json of two nodes, the load on one and each target's first pod on the other."""
    return {
        "format": 1,
        "context": "kind-celsiusify",
        "server_version": "v1.34.1",
        "namespace": "celsiusify",
        "release": "celsiusify",
        "chart": "celsiusify-0.1.0",
        "job": "run-1",
        "nodes": [
            {
                "name": name,
                "cpu_cores": 4,
                "memory_bytes": 8 * 2**30,
                "kubelet": "v1.34.1",
                "container_runtime": "containerd://2.1.4",
                "os_image": "Debian GNU/Linux 12",
                "architecture": "amd64",
            }
            for name in (*NODES, "node-load")
        ],
        "leader": {"pod": "run-1-0-abcde", "node": "node-load"},
        "workers": [{"pod": f"run-1-{place}-abcde", "node": "node-load"} for place in (1, 2)],
        "clock": {"offset_ms": 12.5, "uncertainty_ms": 40.0},
        "targets": {name: deployed(name) for name in names},
        "sampling": {"period_s": 1.0, "samples": 80, "missed": 0, "problem": None},
        "files": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.iterdir())
            if not path.name.endswith(("_scale.csv", "_pods.csv"))
        },
    }


def deployed(name: str) -> dict[str, Any]:
    """What a target was: of one CPU, scaled up to three."""
    return {
        "deployment": f"celsiusify-{name}",
        "image": f"celsiusify/{name}:0.1.0",
        "image_id": f"docker.io/celsiusify/{name}@sha256:{'0123abcd' * 8}",
        "cpu_request_cores": 0.5,
        "cpu_limit_cores": 1.0,
        "memory_limit_bytes": 512 * 2**20,
        "nodes": list(NODES),
        "autoscaler": {
            "kind": "HorizontalPodAutoscaler",
            "min": 1,
            "max": 3,
            "target_cpu_percent": 50,
            "scale_up_stabilization_s": 0,
            "scale_down_stabilization_s": 30,
        },
    }
