"""The chart's values.schema.json: its leaves, its levels, and values that it refuses."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from .scenarios import CHART, SERVERS

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


def chart_schema() -> Schema:
    """Return the values.schema.json as it is."""
    content: Schema = json.loads((CHART / "values.schema.json").read_text())
    return content


def resolved_schema() -> Schema:
    """Return the schema with its references to `default` replaced by what they refer to."""
    whole = chart_schema()
    return _resolved(whole, whole)


def _resolved(schema: Schema, whole: Schema) -> Schema:
    if "$ref" in schema:
        for key in schema["$ref"].removeprefix("#/").split("/"):
            whole = whole[key]
        return whole
    properties = schema.get("properties", {})
    below = {key: _resolved(value, whole) for key, value in properties.items()}
    return schema | ({"properties": below} if below else {})


def block_schema(block: str) -> Schema:
    """Return the schema of a block of values, without references."""
    schema: Schema = resolved_schema()["properties"][block]
    return schema


def chart_values() -> dict[str, Any]:
    """Return the values.yaml, with all values of each server in its block."""
    values: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    shared = {key: value for key, value in values["default"].items() if key != "target"}
    return values | {server: merged(shared, values[server]) for server in SERVERS}


def block_values(block: str) -> dict[str, Any]:
    """Return all default values of a block."""
    values: dict[str, Any] = chart_values()[block]
    return values


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
