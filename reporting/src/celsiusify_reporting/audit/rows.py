"""Checks of a target's rows against its part of run.json."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq

from celsiusify_reporting.audit.checks import Check, check
from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.inputs.run_json import RoundRecord, Run
from celsiusify_reporting.inputs.samples import read_requests
from celsiusify_reporting.narrative.formatting import whole
from celsiusify_reporting.stats.counts import count, reconcile
from celsiusify_reporting.stats.method import Method

IDENTITY = ["run", "target"]
NUMBERS = ["round", "worker", "user", "seq", "intended_ns", "start_ns", "end_ns"]
# Clocks of several processes were set one after the other.
SLACK_NS = 10**9


def audit_rows(run: Run, name: str, path: Path, method: Method) -> Iterator[Check]:
    """Check the rows of one target."""
    try:
        requests = read_requests(path)
        raw = pq.read_table(path, columns=[*IDENTITY, *NUMBERS]).to_pandas(
            integer_object_nulls=True
        )
    except ReportError as error:
        yield Check(f"{name}: rows are well-formed", "failed", str(error))
        return
    except (OSError, KeyError, ValueError) as error:
        yield Check(f"{name}: rows are well-formed", "failed", f"{path}: {error}")
        return
    records = {record.round: record for record in run.targets[name].rounds}
    open_load = run.load.model != "closed"
    rows = dict(list(raw.groupby("round")))
    yield check(f"{name}: rows are well-formed", _unknown(run, name, raw, records), _count(raw))
    yield check(f"{name}: rows lie within their round's times", list(_outside(rows, records)))
    yield check(f"{name}: no row is missing or duplicated", list(_gaps(rows, open_load=open_load)))
    yield check(
        f"{name}: rows, run.json and the target have the same counts",
        list(_miscounted(requests, records, method)),
    )
    if open_load:
        yield _schedules(name, rows, records)


def _count(raw: pd.DataFrame) -> str:
    return f"{whole(len(raw))} rows"


def _unknown(run: Run, name: str, raw: pd.DataFrame, records: dict[int, RoundRecord]) -> list[str]:
    expected = (("run", {run.run}), ("target", {name}), ("round", set(records)))
    unknown = ((column, set(raw[column].unique()) - known) for column, known in expected)
    return [f"{column} {min(map(str, values))}" for column, values in unknown if values]


def _outside(rows: dict[int, pd.DataFrame], records: dict[int, RoundRecord]) -> Iterator[str]:
    for number, record in records.items():
        if number in rows and record.started_ns is not None and record.ended_ns is not None:
            ends = rows[number]["end_ns"].dropna()
            first, last = int(rows[number]["start_ns"].min()), int(max(ends, default=0))
            if first < record.started_ns - SLACK_NS:
                yield f"round {number}: {(record.started_ns - first) / 1e9:.3f} s before its start"
            if last > record.ended_ns + SLACK_NS:
                yield f"round {number}: {(last - record.ended_ns) / 1e9:.3f} s after its end"


def _gaps(rows: dict[int, pd.DataFrame], *, open_load: bool) -> Iterator[str]:
    """Yield the rounds in which a user's or a schedule's `seq` isn't 0, 1, 2 and so on."""
    for number, frame in rows.items():
        series = [] if open_load else ["worker", "user"]
        ordered = frame.sort_values([*series, "seq"])
        place = ordered.groupby(series).cumcount() if series else np.arange(len(ordered))
        wrong = int((ordered["seq"].to_numpy() != np.asarray(place)).sum())
        if wrong:
            yield f"round {number}: {whole(wrong)} rows follow a missing or duplicated one"


def _miscounted(
    requests: pd.DataFrame, records: dict[int, RoundRecord], method: Method
) -> Iterator[str]:
    for number, record in records.items():
        rows = requests[requests["round"] == number]
        counting = reconcile(count(rows), record.counts)
        allowed = len(rows) * method.count_gap_percent / 100
        if counting.rows_gap > allowed:
            yield f"round {number}: rows and run.json differ by {whole(counting.rows_gap)}"
        if abs(counting.server_gap or 0) > allowed:
            yield (
                f"round {number}: the target counted {whole(counting.server)}, "
                f"there are {whole(len(rows))} rows"
            )


def _schedules(name: str, rows: dict[int, pd.DataFrame], records: dict[int, RoundRecord]) -> Check:
    what = f"{name}: arrivals follow the recorded schedules"
    known = {
        number: record.schedule
        for number, record in records.items()
        if record.schedule and record.schedule.begin_ns is not None and number in rows
    }
    if not known:
        return Check(what, "not checkable", "run.json has no schedule, or no start of it")
    problems = [
        f"round {number}: sha256 {actual[:12]}…, recorded {schedule.sha256[:12]}…"
        for number, schedule in known.items()
        if (actual := fingerprint(rows[number], int(schedule.begin_ns or 0))) != schedule.sha256
    ]
    return check(what, problems, f"{len(known)} schedules")


def fingerprint(rows: pd.DataFrame, begin_ns: int) -> str:
    """Return the SHA-256 of the arrivals' offsets from the start, as load-tests does.

    The offsets are 64-bit integers, little-endian, in ns, in the order of the schedule.
    """
    intended: npt.NDArray[np.int64] = (
        rows.sort_values("seq")["intended_ns"].to_numpy().astype(np.int64)
    )
    return hashlib.sha256((intended - begin_ns).astype("<i8").tobytes()).hexdigest()
