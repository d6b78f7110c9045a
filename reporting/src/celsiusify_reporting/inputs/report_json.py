"""report.json, read back as far as a comparison of runs needs it."""

import json
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.inputs.cluster_json import Cluster
from celsiusify_reporting.inputs.load_plan import Recorded, describe
from celsiusify_reporting.inputs.migrations import (
    OLDEST_FORMAT,
    REPORT_FORMAT,
    Json,
    migrate_report,
)
from celsiusify_reporting.inputs.run_json import Run

REPORT = "report.json"


class StoredFinding(Recorded):
    """A reason why a run is invalid."""

    kind: str


class StoredVerdict(Recorded):
    """The verdict on a run."""

    word: str
    reasons: tuple[StoredFinding, ...]

    @property
    def valid(self) -> bool:
        """True if the run may be compared."""
        return not self.reasons


class StoredPercentile(Recorded):
    """A percentile; None where too few requests were measured."""

    percent: float
    ms: float | None


class StoredLatency(Recorded):
    """The latencies of requests that succeeded."""

    percentiles: tuple[StoredPercentile, ...]


class StoredThroughput(Recorded):
    """The requests per second."""

    succeeded_rps: float


class StoredProcess(Recorded):
    """The memory of a target's processes."""

    max_rss_mib: float | None


class StoredStatistics(Recorded):
    """The statistics of steady windows."""

    throughput: StoredThroughput
    latency: StoredLatency | None
    cpu_s_per_requests: float | None
    process: StoredProcess | None

    def percentile_ms(self, percent: float) -> float | None:
        """Return a percentile of the latencies, or None if too few requests were measured."""
        if self.latency is None:
            return None
        return next((part.ms for part in self.latency.percentiles if part.percent == percent), None)


class StoredRound(Recorded):
    """A round of a target."""

    window_stats: StoredStatistics | None


class StoredMeasurement(Recorded):
    """A target of a run."""

    name: str
    rounds: tuple[StoredRound, ...]
    window_stats: StoredStatistics | None


class StoredReport(Recorded):
    """A report."""

    format: Literal[4]
    verdict: StoredVerdict
    measurements: tuple[StoredMeasurement, ...]
    run: Run
    cluster: Cluster | None = None


def read_report(path: Path) -> StoredReport:
    """Read a report of format 2 or later.

    Args:
        path: A report.json, or the folder that has one.

    Raises:
        ReportError: If the file is missing, damaged, or of another format.
    """
    path = path / REPORT if path.is_dir() else path
    report = load_report(path)
    try:
        # The run's targets are written in the measurements only.
        targets = {part["name"]: part["target"] for part in report["measurements"]}
        run = report["run"] | {"targets": targets}
        return StoredReport.model_validate(report | {"run": run})
    except ValidationError as error:
        raise ReportError(path, describe(error)) from error
    except (KeyError, TypeError) as error:
        raise ReportError(path, NO_REPORT) from error


NO_REPORT = "not a report; expected a report.json of celsiusify-reporting"


def load_report(path: Path) -> Json:
    """Parse a report.json of format 2 or later and migrate it to the form of this version.

    Raises:
        ReportError: If the file is missing, damaged, or of another format.
    """
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        if not OLDEST_FORMAT <= report["format"] <= REPORT_FORMAT:
            raise ReportError(path, _unknown(report["format"]))
        return migrate_report(report)
    except OSError as error:
        raise ReportError(path, error.strerror or str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportError(path, NO_REPORT) from error


def _unknown(written: int) -> str:
    fix = "report again" if written < OLDEST_FORMAT else "update celsiusify-reporting"
    return f"format {written}; expected {OLDEST_FORMAT} to {REPORT_FORMAT}: {fix}"
