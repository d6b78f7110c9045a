"""Label and field selectors, as in `kubectl get -l app=x,tier in (a,b) --field-selector a.b=c`."""

import re
from typing import Any

from .resources import Object

TERM = re.compile(r"[^,(]+(?:\([^)]*\))?")
SET = re.compile(r"(\S+)\s+(in|notin)\s+\(([^)]*)\)")


def matches(content: Object, labels: str, fields: str) -> bool:
    """Do both selectors choose this object?"""
    has = content["metadata"].get("labels") or {}
    return all(_label(has, term.strip()) for term in TERM.findall(labels)) and all(
        _field(content, term) for term in fields.split(",") if term
    )


def _label(has: dict[str, str], term: str) -> bool:
    if chosen := SET.fullmatch(term):
        key, how, values = chosen.groups()
        return (has.get(key) in [value.strip() for value in values.split(",")]) == (how == "in")
    if "!=" in term:
        key, _, value = term.partition("!=")
        return has.get(key) != value
    if "=" in term:
        key, _, value = term.replace("==", "=").partition("=")
        return has.get(key) == value
    return term.removeprefix("!") not in has if term.startswith("!") else term in has


def _field(content: Object, term: str) -> bool:
    path, _, value = term.replace("==", "=").partition("=")
    negated = path.endswith("!")
    found: Any = content
    for key in path.removesuffix("!").split("."):
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return ((found or "") == value) != negated
