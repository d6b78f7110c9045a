"""Values that the schema allows, made up: a few keys of each block, the rest by default."""

from functools import reduce
from typing import Any

from hypothesis import strategies as st

from .values_schema import Keys, Schema, leaves, resolved_schema, types, with_value

# Text that YAML takes for something else unless it is quoted.
WORDS = ["a", "a-b", "1", "1.10", "1e3", "0x10", "true", "null", "on", "10-10", "007"]
# What is more than text or a number of any kind, by its last key.
KNOWN: dict[str, list[Any]] = {
    "accessMode": ["ReadWriteOnce", "ReadWriteMany"],
    "affinity": [{}],
    "basePath": ["/models/x", "/m"],
    "cpu": ["250m", "1", 1, 0.5, "2"],
    "digest": ["", f"sha256:{'0123456789abcdef' * 4}"],
    "ephemeral-storage": ["64Mi", "1Gi", 1073741824],
    "interval": ["5s", "1m"],
    "load": [{"profile": "quick", "users": 3}, {"connection": "per-request", "seed": 7}],
    "maxUnavailable": [1, 2, "50%"],
    "memory": ["256Mi", "1Gi", 1073741824],
    "profile": ["reference", "quick", "benchmark"],
    "repository": ["", "a", "a/b", "a/b/c"],
    "size": ["1Gi", 1073741824],
    "sizeLimit": ["1Gi", 1073741824],
    "target": ["converter-api", "tfserving", "tfserving-grpc"],
    "targets": [{}],
    "trustedProxies": ["127.0.0.1", "10.0.0.0/8,::1"],
}
MOST = 10_000
KEYS_AT_A_TIME = 4


def values() -> st.SearchStrategy[dict[str, Any]]:
    """Values in which a few keys have something else than their defaults."""
    keys = [(keys, sections[-1]) for keys, sections in leaves(resolved_schema())]
    some = st.lists(st.sampled_from(keys), max_size=KEYS_AT_A_TIME, unique_by=lambda key: key[0])
    return some.flatmap(_filled)


def _filled(keys: list[tuple[Keys, Schema]]) -> st.SearchStrategy[dict[str, Any]]:
    each = [st.tuples(st.just(path), _value(path, schema)) for path, schema in keys]
    nothing: dict[str, Any] = {}
    return st.tuples(*each).map(lambda pairs: reduce(_with_pair, pairs, nothing))


def _with_pair(values: dict[str, Any], pair: tuple[Keys, Any]) -> dict[str, Any]:
    return with_value(values, *pair)


def _value(keys: Keys, schema: Schema) -> st.SearchStrategy[Any]:
    if keys == ("load-tests", "targets"):
        return st.sampled_from([{}, {"tfserving": {"enabled": False}}])
    if keys == ("targets",):
        return st.sampled_from([{}, {"fastapi": {"target": {"ports": {"http": 8000}}}}])
    if keys[-1] in KNOWN:
        return st.sampled_from(KNOWN[keys[-1]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return st.one_of([_of_type(kind, schema) for kind in sorted(types(schema))])


def _of_type(kind: str, schema: Schema) -> st.SearchStrategy[Any]:
    least = schema.get("minimum", 0)
    match kind:
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(least, min(schema.get("maximum", MOST), MOST))
        case "number":
            return st.floats(least, MOST, allow_nan=False, width=16)
        case "null":
            return st.none()
        case "string":
            return _text(schema)
        case "array":
            return _list(schema)
    words = st.sampled_from(WORDS)
    return st.dictionaries(st.sampled_from(["key", "example.com/key"]), words)


def _text(schema: Schema) -> st.SearchStrategy[str]:
    if "pattern" in schema:
        return st.from_regex(
            schema["pattern"].replace("$", r"\Z"), alphabet=st.characters(codec="ascii")
        )
    return st.sampled_from([*WORDS, ""] if not schema.get("minLength") else WORDS)


def _list(schema: Schema) -> st.SearchStrategy[list[str]]:
    if schema.get("items", {}).get("type") == "string":
        return st.lists(st.sampled_from(WORDS), max_size=2, unique=True)
    return st.just([])
