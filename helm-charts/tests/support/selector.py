"""Kubernetes' label selectors."""

from collections.abc import Mapping
from typing import Any

Labels = Mapping[str, str]
Selector = Mapping[str, Any]


def selects(selector: Selector, labels: Labels) -> bool:
    """Whether matchLabels and matchExpressions select; an empty selector selects all."""
    exact = (selector.get("matchLabels") or {}).items() <= dict(labels).items()
    return exact and all(_fits(entry, labels) for entry in selector.get("matchExpressions") or [])


def _fits(expression: Selector, labels: Labels) -> bool:
    value = labels.get(expression["key"])
    match expression["operator"]:
        case "In":
            return value in expression["values"]
        case "NotIn":
            return value not in expression["values"]
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    raise ValueError(f"{expression['operator']} isn't an operator of selectors")
