"""The JSON Schemas of run.json and report.json, from the models that read and write them."""

import json
from typing import Any

from pydantic import TypeAdapter

from celsiusify_reporting.document.report import Report
from celsiusify_reporting.inputs.run_json import Run, Target

SCHEMA = "https://json-schema.org/draft/2020-12/schema"

Json = dict[str, Any]


def run_schema() -> str:
    """Return the JSON Schema of run.json."""
    return _written("run.json", Run.model_json_schema())


def report_schema() -> str:
    """Return the JSON Schema of report.json."""
    schema = TypeAdapter(Report).json_schema()
    # A report has the run's targets in its measurements, and the targets' rounds beside them.
    _drop(schema["$defs"][Run.__name__], "targets")
    _drop(schema["$defs"][Target.__name__], "rounds")
    return _written("report.json", schema)


def _drop(definition: Json, name: str) -> None:
    del definition["properties"][name]
    definition["required"] = [part for part in definition["required"] if part != name]


def _written(title: str, schema: Json) -> str:
    named = {"$schema": SCHEMA, "title": title, **_bare(schema)}
    return json.dumps(named, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _bare(schema: Any) -> Any:
    """Return a schema without titles and descriptions, which repeat names and docstrings."""
    if isinstance(schema, list):
        return [_bare(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    notes = ("title", "description")
    return {
        key: _bare(part)
        for key, part in schema.items()
        if not (key in notes and isinstance(part, str))
    }


SCHEMAS = {"run.schema.json": run_schema, "report.schema.json": report_schema}
