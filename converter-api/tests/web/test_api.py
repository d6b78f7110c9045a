"""What the app answers, without a server."""

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ..support.servers import reference_points

IDENTIFIER = re.compile(r"[A-Z0-9]{8}(-[A-Z0-9]{8}){3}")


def problem(answer: TestResponse) -> dict[str, object]:
    """Read an answer's problem, which must name its own status."""
    assert answer.content_type == "application/problem+json"
    body: dict[str, object] = answer.get_json(force=True)
    assert body["status"] == answer.status_code
    assert {"type", "title", "detail"} <= body.keys()
    return body


@pytest.mark.parametrize(("fahrenheit", "celsius"), reference_points())
def test_convert_answers_reference_points(
    client: FlaskClient, fahrenheit: str, celsius: str
) -> None:
    """The answer has the temperature as a string, and an identifier, and nothing else."""
    answer = client.get("/convert/", query_string={"fahrenheit": fahrenheit})
    assert answer.status_code == 200
    assert answer.json
    assert list(answer.json) == ["celsius", "app_identifier"]
    assert answer.json["celsius"] == celsius
    assert IDENTIFIER.fullmatch(answer.json["app_identifier"])


def test_convert_answers_largest_double(client: FlaskClient) -> None:
    """A temperature that would overflow when multiplied is converted."""
    answer = client.get("/convert/?fahrenheit=1e308")
    assert answer.json
    assert float(answer.json["celsius"]) == pytest.approx(1e308 / 1.8)


@pytest.mark.parametrize(
    ("query", "received", "reason"),
    [
        ("", [], "is missing"),
        ("celsius=1", [], "is missing"),
        ("Fahrenheit=1", [], "is missing"),
        ("fahrenheit=1&fahrenheit=1", ["1", "1"], "came 2 times"),
        ("fahrenheit=", [""], "'' is not a decimal number"),
        ("fahrenheit=%20", [" "], "' ' is not a decimal number"),
        ("fahrenheit=hot", ["hot"], "'hot' is not a decimal number"),
        ("fahrenheit=NaN", ["NaN"], "'NaN' is not a decimal number"),
        ("fahrenheit=-inf", ["-inf"], "'-inf' is not a decimal number"),
        ("fahrenheit=1e309", ["1e309"], "'1e309' is too large for a double"),
        ("fahrenheit=%FF", ["%FF"], "'%FF' is not a decimal number"),
        ("fahrenheit=%0A", ["\n"], r"'\n' is not a decimal number"),
    ],
)
def test_convert_refuses_unusable_fahrenheit(
    client: FlaskClient, query: str, received: list[str], reason: str
) -> None:
    """The problem says which parameter it was, what came and what was expected."""
    answer = client.get(f"/convert/?{query}")
    body = problem(answer)
    assert answer.status_code == 422
    assert body["parameter"] == "fahrenheit"
    assert body["received"] == received
    assert body["expected"] == "one finite decimal number, such as 451 or -40.5"
    assert body["detail"] == f"fahrenheit: {reason}; expected {body['expected']}."


@pytest.mark.parametrize("path", ["/nope", "/convert/451", "/docs/nope.js", "/docs/../app.py"])
def test_unknown_path_answers_404(client: FlaskClient, path: str) -> None:
    """An unknown path is a problem in JSON."""
    answer = client.get(path)
    assert answer.status_code == 404
    problem(answer)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "BREW"])
@pytest.mark.parametrize("path", ["/convert/", "/metrics", "/docs/", "/healthz"])
def test_wrong_method_answers_405(client: FlaskClient, method: str, path: str) -> None:
    """A wrong method is a problem in JSON, and `Allow` lists the right ones."""
    answer = client.open(path, method=method)
    assert answer.status_code == 405
    problem(answer)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_large_body_answers_413(client: FlaskClient) -> None:
    """A body that no request needs is refused, a small one is ignored."""
    query = {"fahrenheit": "451"}
    assert client.get("/convert/", query_string=query, data=b"x" * 1024).status_code == 200
    answer = client.get("/convert/", query_string=query, data=b"x" * 65536)
    assert answer.status_code == 413
    problem(answer)


def test_unforeseen_error_answers_500_without_details(client: FlaskClient) -> None:
    """A fault of our own is a problem in JSON that gives nothing away."""
    client.application.add_url_rule("/fault", view_func=lambda: str(1 / 0))
    client.application.testing = False
    answer = client.get("/fault")
    assert answer.status_code == 500
    problem(answer)
    assert "division" not in answer.text


def test_head_answers_like_get_without_body(client: FlaskClient) -> None:
    """HEAD has the headers of GET."""
    answer = client.head("/convert/?fahrenheit=451")
    assert (answer.status_code, answer.content_type, answer.data) == (200, "application/json", b"")
    assert client.head("/convert/").status_code == 422


def test_options_answers_what_is_allowed(client: FlaskClient) -> None:
    """OPTIONS lists the methods."""
    answer = client.options("/convert/")
    assert answer.status_code == 200
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", "/docs/"),
        ("/docs", "/docs/"),
        ("/convert?fahrenheit=451", "/convert/?fahrenheit=451"),
        ("/favicon.ico", "/docs/favicon-32x32.png"),
    ],
)
def test_visitors_are_led_on(client: FlaskClient, path: str, target: str) -> None:
    """An address that a person would try leads to the page that they meant."""
    answer = client.get(path)
    assert answer.status_code in {302, 308}
    assert answer.location.removeprefix("http://localhost") == target
    assert client.get(target, buffered=True).status_code == 200
