"""Values reach the manifests: each has an effect, and text stays text."""

from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest

from ..support.helm import Helm, RefusedError
from ..support.kubernetes import invalid, versions
from ..support.manifests import name, read_manifests
from ..support.rules.scope import templates_left_nothing_behind
from ..support.scenarios import CHART, alone
from ..support.strategies import KNOWN, WORDS
from ..support.values_schema import (
    Keys,
    Schema,
    block_schema,
    block_values,
    leaves,
    merged,
    types,
    with_value,
)

# What is switched on, so that its text is rendered.
SERVER = {
    "ingress": {"enabled": True},
    "httpRoute": {"enabled": True, "parentRefs": [{"name": "gateway"}]},
    "metrics": {"serviceMonitor": {"enabled": True}},
}
LOAD = {
    "files": {"existingLocustfileConfigMap": "mine"},
    "results": {"persistence": {"enabled": True}},
}
CASES = [
    pytest.param("converter-api", SERVER, id="converter-api"),
    pytest.param("tf-serving", SERVER, id="tf-serving"),
    pytest.param("load-tests", LOAD, id="load-tests"),
    pytest.param("load-tests", LOAD | {"mode": "ui"}, id="load-tests, ui"),
]
NEWEST = versions()[-1]
MILLION = 1_000_000
# Values that are more than text, or exclude others.
NAMES = {"repository", "targetPort", "claimName", "existingClaim", "locustfile"}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("block", "values"), CASES)
def test_text_stays_text(helm: Helm, block: str, values: dict[str, Any], word: str) -> None:
    """The same word stands wherever text may."""
    for keys, sections in leaves(block_schema(block)):
        if (value := text(keys, sections[-1], word)) is not None:
            values = with_value(values, keys, value)

    release = read_manifests(helm.template(CHART, values=alone(block, values)))

    faults = [f"{name(one)}: {fault}" for one in release for fault in invalid(one, NEWEST)]
    assert faults == []
    assert list(templates_left_nothing_behind(release)) == []


def test_large_numbers_stay_whole(helm: Helm) -> None:
    """Templates write a million as 1e+06, which no server takes for a number of connections."""
    values = {
        "converter-api": {"server": {"connections": MILLION}},
        "load-tests": {"job": {"ttlSeconds": MILLION}, "load": {"users": MILLION}},
    }
    text = helm.template(CHART, values=values)
    assert "1e+06" not in text
    for written in ('value: "{}"', '"users": {}', "ttlSecondsAfterFinished: {}"):
        assert written.format(MILLION) in text


def text(keys: Keys, schema: Schema, word: str) -> Any:
    """The word as a value of a schema, or None where it may not stand."""
    if keys[-1] in KNOWN.keys() | NAMES or schema.keys() & {"enum", "pattern"}:
        return None
    if "string" in types(schema):
        return word
    if types(schema) == {"object"} and keys[-1] != "affinity":
        return {"key": word}
    if schema.get("items", {}).get("type") == "string":
        return [word]
    return None


OFF = {"enabled": False}
ON = {"enabled": True}
ROUTE = {"enabled": True, "parentRefs": [{"name": "gateway"}]}
WITH_ROUTES = {"ingress": ON, "httpRoute": ROUTE, "metrics": {"serviceMonitor": ON}}
MODEL = {"grpcRoute": ROUTE, "model": {"source": "pvc", "claimName": "existing-models"}}
UI = {"mode": "ui"}
SERVED = {"servers": {"release": "other"}}
# A further server has no values but those of `default`.
FURTHER = {"converter-api": OFF, "tf-serving": OFF, "load-tests": SERVED, "targets": {"one": {}}}
# Where a value counts, by block: it must in one of these at least.
WHERE: dict[str, list[dict[str, Any]]] = {
    "converter-api": [WITH_ROUTES],
    "default": [
        {},
        {"target": {"request": {"path": "/"}}},
        {"target": {"request": {"path": "/"}, "ports": {"grpc": 9000}}},
        {"target": {"metrics": {"path": "/metrics", "counter": "requests"}}},
    ],
    "tf-serving": [WITH_ROUTES | MODEL, {"autoscaling": OFF}, {"autoscaling": {"engine": "keda"}}],
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


@pytest.mark.slow
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
