"""The description of the API is valid, and true."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from werkzeug.test import TestResponse

from celsiusify_converter_api.app import create_app
from celsiusify_converter_api.config import Settings

UNDOCUMENTED = {"/", "/favicon.ico", "/docs/", "/docs/<path:path>"}
"""What is there for browsers."""

app_client = create_app(Settings()).test_client()
document: dict[str, Any] = app_client.get("/openapi.json").get_json()
numbers = st.floats(allow_nan=False, allow_infinity=False).map(repr)


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference within the description."""
    while "$ref" in part:
        found: Any = document
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        part = found
    return part


def check(answer: TestResponse, path: str) -> None:
    """Check that an answer to GET is one that the description has for a path."""
    described = resolve(document["paths"][path]["get"]["responses"][str(answer.status_code)])
    assert answer.mimetype in described["content"]
    for header in described.get("headers", {}):
        assert header in answer.headers
    if str(answer.mimetype).endswith("json"):
        schema = described["content"][answer.mimetype]["schema"]
        whole = {"$defs": {}, "components": document["components"], **schema}
        Draft202012Validator(whole).validate(json.loads(answer.data))


def test_description_is_valid_openapi() -> None:
    """It follows the OpenAPI 3.1 specification."""
    assert document["openapi"].startswith("3.1.")
    validate(document)


def test_description_has_every_route() -> None:
    """Its paths are the app's routes, but for what is there for browsers."""
    routes = {rule.rule for rule in app_client.application.url_map.iter_rules()}
    assert document["paths"].keys() == routes - UNDOCUMENTED


@pytest.mark.parametrize("path", [path for path in document["paths"] if path != "/convert/"])
def test_described_paths_answer_as_described(client: FlaskClient, path: str) -> None:
    """Each path answers 200 with the content that is described."""
    answer = client.get(path)
    assert answer.status_code == 200
    check(answer, path)


@pytest.mark.parametrize("path", document["paths"])
def test_described_paths_refuse_as_described(client: FlaskClient, path: str) -> None:
    """Each path answers a wrong method and a large body with the problem that is described."""
    check(client.post(path), path)
    check(client.get(path, data=b"x" * 65536), path)


def test_described_examples_are_answered(client: FlaskClient) -> None:
    """Each example of the parameter is converted."""
    (parameter,) = document["paths"]["/convert/"]["get"]["parameters"]
    for example in parameter["examples"].values():
        answer = client.get("/convert/", query_string={parameter["name"]: example["value"]})
        assert answer.status_code == 200


@given(st.lists(st.tuples(st.just("fahrenheit") | st.text(), numbers | st.text()), max_size=3))
def test_any_query_is_answered_as_described(query: list[tuple[str, str]]) -> None:
    """Whatever the query, the answer is one of those described, and right about which."""
    answer = app_client.get(f"/convert/?{urlencode(query, errors='replace')}")
    assert answer.status_code in {200, 422}
    check(answer, "/convert/")


@given(numbers)
def test_any_number_is_converted(number: str) -> None:
    """Whatever the schema allows is answered with 200."""
    answer = app_client.get("/convert/", query_string={"fahrenheit": number})
    assert answer.status_code == 200
    check(answer, "/convert/")
