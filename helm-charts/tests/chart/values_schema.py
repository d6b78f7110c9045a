"""Each chart's values.schema.json: its leaves, its levels, and how to break them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

Schema = dict[str, Any]
Keys = tuple[str, ...]
Sections = tuple[Schema, ...]

# A value of each type, none of which is of another but integers, which are numbers too.
SAMPLES: dict[str, Any] = {
    "array": [[]],
    "boolean": True,
    "integer": 7,
    "null": None,
    "number": 0.5,
    "object": {"a": {}},
    "string": "text",
}


def schema_of(chart: Path) -> Schema:
    content: Schema = json.loads((chart / "values.schema.json").read_text())
    return content


def values_of(chart: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((chart / "values.yaml").read_text())
    return content


def is_embedded(schema: Schema) -> bool:
    """Return True if a schema is another subproject's, which tests it."""
    return "$comment" in schema


def levels(schema: Schema, keys: Keys = ()) -> Iterator[tuple[Keys, Schema]]:
    """Every schema of a mapping, with the keys that lead to it."""
    if "object" in types(schema) and not is_embedded(schema):
        yield keys, schema
        for key, below in schema.get("properties", {}).items():
            yield from levels(below, (*keys, key))


def leaves(
    schema: Schema, keys: Keys = (), above: Sections = ()
) -> Iterator[tuple[Keys, Sections]]:
    """The keys of each leaf, with the schemas of its sections and, last, its own."""
    for key, below in schema.get("properties", {}).items():
        if below.get("properties") and not is_embedded(below):
            yield from leaves(below, (*keys, key), (*above, below))
        else:
            yield (*keys, key), (*above, below)


def types(schema: Schema) -> set[str]:
    """The types that a schema allows."""
    if "enum" in schema and "type" not in schema:
        return {"string"}
    said = schema["type"]
    return {said} if isinstance(said, str) else set(said)


def wrong_values(schema: Schema) -> Iterator[Any]:
    """A value of every type that the schema doesn't allow."""
    allowed = types(schema) | ({"integer"} if "number" in types(schema) else set())
    yield from (value for kind, value in SAMPLES.items() if kind not in allowed)


def with_value(values: dict[str, Any], keys: Sequence[str], value: Any) -> dict[str, Any]:
    """A copy of values in which something else stands at some keys."""
    first, *rest = keys
    return values | {first: with_value(values.get(first) or {}, rest, value) if rest else value}


def nested(keys: Keys, value: Any) -> dict[str, Any]:
    """Values that say one thing only."""
    return with_value({}, keys, value)


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Values with others over them, as helm lays files of values over each other."""
    both = dict(below)
    for key, value in above.items():
        inner = both.get(key)
        if isinstance(value, dict) and isinstance(inner, dict):
            both[key] = merged(inner, value)
        else:
            both[key] = value
    return both
