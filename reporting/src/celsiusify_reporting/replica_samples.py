"""Read what was sampled of a target's Deployment and its pods while a cluster loaded it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from celsiusify_reporting.load import read_csv


def read_scale(path: Path) -> pd.DataFrame | None:
    """Read `<target>_scale.csv`.

    Returns:
        Samples of `time_ns`, Int64 `desired`, `replicas`, `ready`, `hpa_desired` and float
        `hpa_cpu_percent`, NA where unknown; None where there is no such file.

    Raises:
        ReportError: If the file is there but damaged.
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
        and floats `cpu_cores`, `memory_bytes`, NA where unknown; None where there is no such file.

    Raises:
        ReportError: If the file is there but damaged.
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
