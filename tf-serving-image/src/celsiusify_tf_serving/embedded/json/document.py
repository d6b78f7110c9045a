"""Parses the body of a request: by a fast parser where it agrees with RapidJSON, else slowly."""

import json
from collections.abc import Sequence
from typing import Any

import orjson

from celsiusify_tf_serving.embedded.errors import invalid
from celsiusify_tf_serving.embedded.rapidjson.numbers import read_double
from celsiusify_tf_serving.embedded.rapidjson.scanner import JsonScanError, scan
from celsiusify_tf_serving.embedded.rapidjson.writer import quote


def parse_object(body: bytes) -> dict[str, Any]:
    """Parse a request's body.

    Raises:
        ServingError: If it isn't JSON, or not an object.
    """
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    document = _parse(body)
    if not isinstance(document, dict):
        raise value_error(document, "Is not object")
    return document


def reparse_doubles(body: bytes) -> dict[str, Any]:
    """Parse a body again that `parse_object` took, with doubles as RapidJSON reads them."""
    try:
        document: dict[str, Any] = json.loads(
            body,
            object_pairs_hook=_first_of_each,
            parse_int=_integer,
            parse_float=read_double,
        )
    except (ValueError, RecursionError):
        document = _scan(body)
    return document


def value_error(value: Any, what: str) -> Exception:
    """The error that quotes a JSON value and says what is wrong with it."""
    return invalid(f"JSON Value: {quote(value)} {what}")


def _parse(body: bytes) -> Any:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _scan(body)
    if body.count(b":") == _count_names(document):
        return document
    # A name may stand twice, of which this parser takes the last and RapidJSON the first.
    return json.loads(body, object_pairs_hook=_first_of_each, parse_int=_integer)


def _scan(body: bytes) -> Any:
    try:
        return scan(body)
    except JsonScanError as error:
        raise invalid(f"JSON Parse error: {error}") from error


def _count_names(document: Any) -> int:
    """Count the names where requests have them: at the top, and in the objects of a list there."""
    if type(document) is not dict:
        return 0
    names = len(document)
    for value in document.values():
        if type(value) is list and value and type(value[0]) is dict:
            names += sum(len(element) for element in value if type(element) is dict)
    return names


def _first_of_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    return dict(reversed(pairs)) if len(dict(pairs)) < len(pairs) else dict(pairs)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 19 or -(2**63) <= int(digits) < 2**64 else float(digits)
