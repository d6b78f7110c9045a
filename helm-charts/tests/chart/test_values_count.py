"""Every value changes something of what is rendered: a key that does nothing misleads."""

from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest

from .helm import Helm, RefusedError
from .scenarios import CHART, alone
from .strategies import KNOWN
from .values_schema import (
    Keys,
    Schema,
    block_schema,
    block_values,
    leaves,
    merged,
    types,
    with_value,
)

OFF = {"enabled": False}
ON = {"enabled": True}
ROUTE = {"enabled": True, "parentRefs": [{"name": "gateway"}]}
SERVER = {"ingress": ON, "httpRoute": ROUTE, "metrics": {"serviceMonitor": ON}}
MODEL = {"grpcRoute": ROUTE, "model": {"source": "pvc", "claimName": "existing-models"}}
UI = {"mode": "ui"}
SERVED = {"servers": {"release": "other"}}
# A further server has no values but those of `default`.
FURTHER = {"converter-api": OFF, "tf-serving": OFF, "load-tests": SERVED, "targets": {"one": {}}}
# Where a value counts, by block: it must in one of these at least.
WHERE: dict[str, list[dict[str, Any]]] = {
    "converter-api": [SERVER],
    "default": [
        {},
        {"target": {"request": {"path": "/"}}},
        {"target": {"request": {"path": "/"}, "ports": {"grpc": 9000}}},
        {"target": {"metrics": {"path": "/metrics", "counter": "requests"}}},
    ],
    "tf-serving": [SERVER | MODEL, {"autoscaling": OFF}, {"autoscaling": {"engine": "keda"}}],
    "load-tests": [
        {"load": {"model": "poisson"}, "results": {"persistence": ON}},
        {"load": {"model": "closed"}, "workers": 1},
        UI | {"ui": {"autoscaling": ON}},
        UI,
    ],
}
MORE: dict[str, list[Any]] = {
    "affinity": [{"nodeAffinity": {}}],
    "claimName": ["existing-other"],
    "claim": ["existing-claim"],
    "health": ["/other"],
    "path": ["/other"],
    "targetPort": [9000],
    "targets": [{"tfserving": {"enabled": False}}],
}


@pytest.mark.parametrize("block", WHERE)
def test_every_value_counts(helm: Helm, block: str) -> None:
    idle = [
        ".".join(keys)
        for keys, schema in own_leaves(block)
        if not any(_changes(helm, block, keys, schema))
    ]
    assert idle == []


def own_leaves(block: str) -> list[tuple[Keys, Schema]]:
    """A block's values; converter-api's own only, as its templates are tf-serving's otherwise."""
    shared = {keys for keys, _ in leaves(block_schema("tf-serving"))}
    elsewhere = set() if block in {"tf-serving", "load-tests"} else shared
    return [
        (keys, sections[-1])
        for keys, sections in leaves(block_schema(block))
        if keys not in elsewhere | {("enabled",)}
    ]


def _changes(helm: Helm, block: str, keys: Keys, schema: Schema) -> Iterator[bool]:
    """Whether another value makes a difference, in each place where it may."""
    for values in WHERE[block]:
        before = _rendered(helm, block, values)
        now = reduce(lambda inner, key: inner[key], keys, merged(block_values(block), values))
        for other in _others(keys, schema):
            if other != now:
                yield _rendered(helm, block, with_value(values, keys, other)) != before


def _rendered(helm: Helm, block: str, values: dict[str, Any]) -> str:
    """What helm renders, or the sentence with which it refuses: that is a difference, too."""
    whole = alone(block, values) if block != "default" else FURTHER | {"default": values}
    try:
        return helm.template(CHART, values=whole)
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
