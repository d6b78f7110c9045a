"""Checks of cluster.json and the samples beside it."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from celsiusify_reporting.audit.checks import Check, check
from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.inputs.cluster_json import CLUSTER, Cluster, read_cluster
from celsiusify_reporting.inputs.run_json import Run
from celsiusify_reporting.inputs.samples import read_pods, read_scale
from celsiusify_reporting.run_folder import PODS, SCALE

# A sample may be late; one that is later than this many periods is missing.
LATE_PERIODS = 2.5


def audit_cluster(folder: Path, run: Run) -> Iterator[Check]:
    """Check a run's cluster.json and its samples; yield nothing if there is none."""
    try:
        cluster = read_cluster(folder)
    except ReportError as error:
        yield Check(f"{CLUSTER} is well-formed", "failed", str(error))
        return
    if cluster is None:
        return
    unknown = [f"target {name}" for name in cluster.targets if name not in run.targets]
    yield check(f"{CLUSTER} is well-formed", unknown)
    yield from _files(folder, cluster)
    for name in run.targets:
        yield from _samples(folder, run, name, cluster)


def _files(folder: Path, cluster: Cluster) -> Iterator[Check]:
    """Check that files are those that were downloaded and verified."""
    present = [name for name in cluster.files if (folder / name).is_file()]
    changed = [name for name in present if _sha256(folder / name) != cluster.files[name]]
    what = "files are as they were downloaded from the cluster"
    if present:
        yield check(what, [f"{name} was changed" for name in changed], f"{len(present)} files")
    if missing := sorted(set(cluster.files) - set(present)):
        yield Check(what, "not checkable", f"no {', '.join(missing)} here")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _samples(folder: Path, run: Run, name: str, cluster: Cluster) -> Iterator[Check]:
    readers: dict[str, Callable[[Path], pd.DataFrame | None]] = {SCALE: read_scale, PODS: read_pods}
    for ending, read in readers.items():
        what = f"{name}: samples of {name}{ending} are all there"
        try:
            samples = read(folder / f"{name}{ending}")
        except ReportError as error:
            yield Check(what, "failed", str(error))
            continue
        if samples is None or samples.empty:
            yield Check(what, "not checkable", "there are none")
            continue
        gaps = [] if _records_gaps(cluster) else list(_gaps(run, name, samples, cluster))
        yield check(what, gaps, f"{samples['time_ns'].nunique()} samples")


def _records_gaps(cluster: Cluster) -> bool:
    """Return True if cluster.json says that samples are missing."""
    return bool(cluster.sampling.missed or cluster.sampling.problem)


def _gaps(run: Run, name: str, samples: pd.DataFrame, cluster: Cluster) -> Iterator[str]:
    """Yield the rounds in which a sample is late or missing."""
    times = np.unique(samples["time_ns"].to_numpy())
    limit_ns = LATE_PERIODS * (cluster.sampling.period_s or 1) * 1e9
    for record in run.targets[name].rounds:
        if record.started_ns is None or record.ended_ns is None:
            continue
        within = times[(times > record.started_ns) & (times < record.ended_ns)]
        edges = np.concatenate([[record.started_ns], within, [record.ended_ns]])
        longest = int(np.diff(edges).max())
        if longest > limit_ns:
            yield f"round {record.round}: no sample for {longest / 1e9:.1f} s"
