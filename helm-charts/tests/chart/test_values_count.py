"""Every value changes something of what is rendered: a key that does nothing misleads."""

from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pytest

from .helm import Helm, RefusedError
from .scenarios import UMBRELLA
from .strategies import KNOWN
from .values_schema import Keys, Schema, leaves, merged, schema_of, types, values_of, with_value

OFF = {"enabled": False}
ON = {"enabled": True}
ROUTE = {"enabled": True, "parentRefs": [{"name": "gateway"}]}
SERVER = {"ingress": ON, "httpRoute": ROUTE, "metrics": {"serviceMonitor": ON}}
MODEL = {"grpcRoute": ROUTE, "model": {"source": "pvc", "claimName": "existing-models"}}
UI = {"mode": "ui"}
# Where a value counts, by chart: it must in one of these at least.
WHERE: dict[str, list[dict[str, Any]]] = {
    "converter-api": [SERVER],
    "tf-serving": [SERVER | MODEL, {"autoscaling": OFF}, {"autoscaling": {"engine": "keda"}}],
    "load-tests": [
        {"load": {"model": "poisson"}, "results": {"persistence": ON}},
        {"load": {"model": "closed"}, "workers": 1},
        UI | {"ui": {"autoscaling": ON}},
        UI,
    ],
}
FROM_HELM = {"enabled", "global"}
MORE: dict[str, list[Any]] = {
    "affinity": [{"nodeAffinity": {}}],
    "claimName": ["existing-other"],
    "claim": ["existing-claim"],
    "targetPort": [9000],
}


@pytest.mark.parametrize("chart", WHERE)
def test_every_value_counts(helm: Helm, chart: str) -> None:
    idle = [
        ".".join(keys)
        for keys, schema in own_leaves(chart)
        if not any(_changes(helm, UMBRELLA / "charts" / chart, keys, schema))
    ]
    assert idle == []


def own_leaves(chart: str) -> list[tuple[Keys, Schema]]:
    """A chart's values; converter-api's own only, as its templates are tf-serving's otherwise."""
    served = {keys for keys, _ in leaves(schema_of(UMBRELLA / "charts" / "tf-serving"))}
    elsewhere = served if chart == "converter-api" else set()
    return [
        (keys, sections[-1])
        for keys, sections in leaves(schema_of(UMBRELLA / "charts" / chart))
        if keys[0] not in FROM_HELM and keys not in elsewhere
    ]


def _changes(helm: Helm, chart: Path, keys: Keys, schema: Schema) -> Iterator[bool]:
    """Whether another value makes a difference, in each place where it may."""
    for values in WHERE[chart.name]:
        before = helm.template(chart, values=values)
        now = reduce(lambda inner, key: inner[key], keys, merged(values_of(chart), values))
        for other in _others(keys, schema):
            if other != now:
                yield _rendered(helm, chart, with_value(values, keys, other)) != before


def _rendered(helm: Helm, chart: Path, values: dict[str, Any]) -> str:
    """What helm renders, or the sentence with which it refuses: that is a difference, too."""
    try:
        return helm.template(chart, values=values)
    except RefusedError as refusal:
        if "execution error" not in str(refusal):
            raise
        return str(refusal)


def _others(keys: Keys, schema: Schema) -> list[Any]:
    """Some values that a schema allows."""
    for known in (MORE, KNOWN):
        if keys[-1] in known:
            return known[keys[-1]]
    if "enum" in schema:
        return list(schema["enum"])
    number = schema.get("minimum", 0) + 3
    item: Any = "a" if schema.get("items", {}).get("type") == "string" else {"name": "a"}
    some = {
        "array": [item],
        "boolean": True,
        "integer": number,
        "null": None,
        "number": number,
        "object": {"key": "a"},
        "string": "a",
    }
    return [some[kind] for kind in sorted(types(schema))] + (
        [False] if "boolean" in types(schema) else []
    )
