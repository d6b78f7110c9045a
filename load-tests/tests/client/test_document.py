from typing import Any

import pytest

from celsiusify_load_tests.client.check import JsonPath, document_with


@pytest.mark.parametrize(
    ("values", "document"),
    [
        ({"celsius": 37.0}, {"celsius": 37.0}),
        ({"predictions.0": 37.0}, {"predictions": [37.0]}),
        ({"a.1.b": 1, "a.0.b": 2}, {"a": [{"b": 2}, {"b": 1}]}),
        ({"a.2": 1}, {"a": [1, 1, 1]}),
        ({"0": 1}, [1]),
        ({"a.b": 1, "a.c.d": "x", "e": None}, {"a": {"b": 1, "c": {"d": "x"}}, "e": None}),
    ],
)
def test_each_value_stands_in_its_place(values: dict[str, Any], document: Any) -> None:
    """What is put there is found there."""
    assert document_with(values) == document
    assert {path: JsonPath(path).find(document) for path in values} == values
