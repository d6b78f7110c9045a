"""What JSON files of a run's folder have in common: they are checked as they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from celsiusify_reporting.errors import ReportError

Name = Annotated[str, Field(pattern=r"^[\w.-]+$")]


class Recorded(BaseModel):
    """A part of such a file; keys that a report has no use for are let pass."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


Whole = TypeVar("Whole", bound=Recorded)


def parse(path: Path, text: bytes, model: type[Whole]) -> Whole:
    """Check the text of a file.

    Raises:
        ReportError: If it isn't JSON, or isn't what results/README.md describes.
    """
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ReportError(path, f"{where}: {first['msg']}") from error
