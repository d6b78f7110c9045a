"""Read YAML files and check their values, with errors of one line."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

from celsiusify_load_tests.errors import LoadTestError

STRICT = ConfigDict(extra="forbid")

T = TypeVar("T")


def read_yaml(path: Path, error: type[LoadTestError] = LoadTestError) -> Any:
    """Read a YAML file.

    Raises:
        LoadTestError: As `error`, if the file can't be read or isn't YAML.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise error(f"can't read {path}: {problem.strerror}") from problem
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise error(f"{path} is not YAML: {' '.join(str(problem).split())}") from problem


def checked(
    kind: type[T], value: Any, where: object, error: type[LoadTestError] = LoadTestError
) -> T:
    """Build a `kind` from plain values; unknown keys are refused.

    Raises:
        LoadTestError: As `error`, with the first fault and `where` it is.
    """
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as problem:
        raise error(f"{where}: {_fault(problem)}") from problem


def _fault(problem: ValidationError) -> str:
    """Return the first fault in one line."""
    first = problem.errors(include_url=False)[0]
    message = " ".join(str(first["msg"]).removeprefix("Value error, ").split())
    if not first["loc"]:
        return message
    key = ".".join(str(part) for part in first["loc"])
    return f"{key}: {message}, got {first['input']!r}"
