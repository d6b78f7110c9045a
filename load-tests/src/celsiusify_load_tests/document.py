"""Make a document that holds given values in given places."""

from collections.abc import Mapping
from typing import Any


def document_with(values: Mapping[str, object]) -> Any:
    """Return a document with each value at its path, as `check.Place` finds it.

    A step that is a number is an index; the items before it are like the last.

    Args:
        values: Values by their paths: `{"predictions.0": 37.0}` gives `{"predictions": [37.0]}`.
    """
    if "" in values:
        return values[""]
    inner: dict[str, dict[str, object]] = {}
    for path, value in values.items():
        step, _, rest = path.partition(".")
        inner.setdefault(step, {})[rest] = value
    if all(step.isdecimal() for step in inner):
        last = max(map(int, inner))
        return [document_with(inner.get(str(at), inner[str(last)])) for at in range(last + 1)]
    return {step: document_with(below) for step, below in inner.items()}
