"""The samples of a target: Parquet and CSV files, read into frames and refused if damaged."""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from celsiusify_reporting.errors import ReportError

COUNTS = ("round", "worker", "user", "start_ns", "status", "bytes")
NULLABLE = ("intended_ns", "lag_us", "end_ns")
TEXTS = ("outcome", "error", "instance")
OUTCOMES = {"succeeded", "failed", "aborted", "dropped"}
LONGEST_RUN_NS = 7 * 24 * 3600 * 10**9


def read_requests(path: Path) -> pd.DataFrame:
    """Read `<target>_requests.parquet`.

    Returns:
        A row per request, ordered by `round` and `due_ns`. Integers `round`, `worker`, `user`,
        `start_ns`, `status`, `bytes` and `due_ns`, the scheduled start, or the actual start
        without a schedule. Int64 `service_ns` from `start_ns` and `latency_ns` from `due_ns`, both
        to the last byte, NA without an answer; Int64 `lag_us`, NA without a schedule. Categories
        `outcome`, `error`, `instance`.

    Raises:
        ReportError: If the file can't be read, lacks a column, or has impossible values.
    """
    try:
        present = set(pq.read_schema(path).names)
        expected = [*COUNTS, *NULLABLE, *TEXTS]
        if missing := [name for name in expected if name not in present]:
            raise ReportError(
                path, f"no column {', '.join(missing)}; expected {', '.join(expected)}"
            )
        table = pq.read_table(path, columns=expected)
        frame = _frame(table)
    except (pa.ArrowException, OSError) as error:
        raise ReportError(path, f"can't be read as Parquet: {error}") from error
    if problem := _problem(frame):
        raise ReportError(path, problem)
    return frame.sort_values(["round", "due_ns"], ignore_index=True)


def _frame(table: pa.Table) -> pd.DataFrame:
    # Floats of 64 bits can't hold nanoseconds since 1970 exactly: all arithmetic is on integers.
    numbers = {name: table[name].cast(pa.int64()) for name in COUNTS}
    if nulls := [name for name, column in numbers.items() if column.null_count]:
        raise pa.ArrowInvalid(f"null in column {', '.join(nulls)}")
    end_ns, lag_us, intended_ns = (
        table[name].cast(pa.int64()) for name in ("end_ns", "lag_us", "intended_ns")
    )
    due_ns = pc.coalesce(intended_ns, numbers["start_ns"])
    times = {
        "due_ns": due_ns,
        "latency_ns": pc.subtract(end_ns, due_ns),
        "service_ns": pc.subtract(end_ns, numbers["start_ns"]),
        "lag_us": lag_us,
    }
    texts = {name: _category(table[name]) for name in TEXTS}
    exact = pa.table({**numbers, **times, **texts})
    frame: pd.DataFrame = exact.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    return frame.astype(dict.fromkeys((*COUNTS, "due_ns"), "int64"))


def _category(column: pa.ChunkedArray) -> pa.ChunkedArray:
    dictionary = pa.dictionary(pa.int32(), pa.string())
    if pa.types.is_dictionary(column.type):
        return column.unify_dictionaries().cast(dictionary)
    return column.cast(pa.string()).dictionary_encode()


def _problem(frame: pd.DataFrame) -> str | None:
    outcomes = set(frame["outcome"].cat.categories)
    if unknown := outcomes - OUTCOMES:
        return f"outcome {', '.join(sorted(unknown))}; expected {', '.join(sorted(OUTCOMES))}"
    if frame["outcome"].isna().any():
        return "rows without an outcome"
    unfinished = frame["latency_ns"].isna()
    if count := int((unfinished & (frame["outcome"] == "succeeded")).sum()):
        return f"{count} rows succeeded without an end_ns"
    if count := int((frame["service_ns"] < 0).sum()):
        return f"{count} rows end before they start"
    if frame["start_ns"].max() - frame["start_ns"].min() > LONGEST_RUN_NS:
        return "start_ns spans over a week; expected nanoseconds since the Unix epoch"
    return None


def read_usage(path: Path) -> pd.DataFrame | None:
    """Read `<target>_usage.csv`.

    Returns:
        Samples of `round`, `time_ns`, `role`, `pid`, and `cpu_s`, `rss_bytes`, NaN if unknown;
        None if there is no such file.

    Raises:
        ReportError: If the file is damaged.
    """
    frame = read_csv(
        path,
        {
            "round": "int64",
            "time_ns": "int64",
            "role": "str",
            "pid": "Int64",
            "cpu_s": "float64",
            "rss_bytes": "float64",
        },
    )
    if frame is not None:
        known = frame["role"].str.fullmatch(r"target|worker-\d+").fillna(False)
        if not known.all():
            role = frame.loc[~known, "role"].iloc[0]
            raise ReportError(path, f"role {role!r}; expected target or worker-N")
    return frame


def read_users(path: Path) -> pd.DataFrame | None:
    """Read `<target>_users.csv`: `round`, `time_ns`, `users`.

    Returns:
        The samples, or None if there is no such file.

    Raises:
        ReportError: If the file is damaged.
    """
    return read_csv(path, {"round": "int64", "time_ns": "int64", "users": "int64"})


def read_csv(
    path: Path, types: dict[str, Literal["int64", "str", "Int64", "float64"]]
) -> pd.DataFrame | None:
    """Read samples from a CSV file with columns of these types, `time_ns` among them.

    Returns:
        The samples in order of time, or None if there is no such file.

    Raises:
        ReportError: If the file is damaged.
    """
    try:
        frame = pd.read_csv(path, dtype=dict[Any, Any](types))
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:  # pandas' own parser errors are ValueErrors
        raise ReportError(path, f"can't be read as CSV: {error}") from error
    if missing := [name for name in types if name not in frame.columns]:
        raise ReportError(path, f"no column {', '.join(missing)}; expected {','.join(types)}")
    if infinite := [name for name in types if (frame[name] == np.inf).any()]:
        raise ReportError(path, f"infinite values in column {', '.join(infinite)}")
    return frame.sort_values("time_ns", kind="stable", ignore_index=True)


def read_scale(path: Path) -> pd.DataFrame | None:
    """Read `<target>_scale.csv`.

    Returns:
        Samples of `time_ns`, Int64 `desired`, `replicas`, `ready`, `hpa_desired` and float
        `hpa_cpu_percent`, NA if unknown; None if there is no such file.

    Raises:
        ReportError: If the file is damaged.
    """
    return read_csv(
        path,
        {
            "time_ns": "int64",
            "desired": "Int64",
            "replicas": "Int64",
            "ready": "Int64",
            "hpa_cpu_percent": "float64",
            "hpa_desired": "Int64",
        },
    )


def read_pods(path: Path) -> pd.DataFrame | None:
    """Read `<target>_pods.csv`.

    Returns:
        Samples of `time_ns`, `pod`, `node`, Int64 `created_ns`, `ready_ns`, `ready`, `cpu_at_ns`
        and floats `cpu_cores`, `memory_bytes`, NA if unknown; None if there is no such file.

    Raises:
        ReportError: If the file is damaged.
    """
    return read_csv(
        path,
        {
            "time_ns": "int64",
            "pod": "str",
            "node": "str",
            "created_ns": "Int64",
            "ready_ns": "Int64",
            "ready": "Int64",
            "cpu_cores": "float64",
            "cpu_at_ns": "Int64",
            "memory_bytes": "float64",
        },
    )
