"""Reports that were written: read back from `report.json`."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from celsiusify_reporting.document.report import FORMAT, Report
from celsiusify_reporting.errors import ReportError
from celsiusify_reporting.run_folder import REPORT


def read_report(path: Path) -> Report:
    """Read a report.

    Args:
        path: A `report.json`, or the folder that has one.

    Raises:
        ReportError: If it isn't there, or isn't what this version writes.
    """
    path = path / REPORT if path.is_dir() else path
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        # The run's targets stand in the measurements only.
        written["run"]["targets"] = {one["name"]: one["target"] for one in written["measurements"]}
        if written["format"] != FORMAT:
            raise ReportError(path, f"format {written['format']}; expected {FORMAT}: report again")
        return TypeAdapter(Report).validate_python(written)
    except OSError as error:
        raise ReportError(path, error.strerror or str(error)) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ReportError(path, f"{where}: {first['msg']}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise ReportError(path, "not a report.json of this program") from error
