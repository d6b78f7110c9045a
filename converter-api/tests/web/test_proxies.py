"""Whose `X-Forwarded-*` headers are believed."""

from typing import Any

import pytest
from flask import Flask, request, url_for
from flask.testing import FlaskClient

from celsiusify_converter_api.app import create_app
from celsiusify_converter_api.config import Settings, parse_networks

FORWARDED = {
    "X-Forwarded-For": "6.6.6.6, 203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "api.example",
    "X-Forwarded-Prefix": "/v1",
}


@pytest.fixture
def client() -> FlaskClient:
    app = create_app(Settings(trusted_proxies=parse_networks("10.0.0.0/8,fd00::/8")))
    add_mirror(app)
    return app.test_client()


def add_mirror(app: Flask) -> None:
    """Add a route that tells what the app makes of a request."""

    def mirror() -> dict[str, Any]:
        link = url_for("api.convert", fahrenheit=451, _external=True)
        return {"client": request.remote_addr, "link": link}

    app.add_url_rule("/mirror", view_func=mirror)


@pytest.mark.parametrize("peer", ["10.1.2.3", "fd00::1"])
def test_trusted_peer_is_believed(client: FlaskClient, peer: str) -> None:
    """A trusted proxy says who asks and how the app is reached; what it passes on does not."""
    answer = client.get("/mirror", headers=FORWARDED, environ_base={"REMOTE_ADDR": peer})
    assert answer.json == {
        "client": "203.0.113.7",
        "link": "https://api.example/v1/convert/?fahrenheit=451",
    }


@pytest.mark.parametrize("peer", ["192.0.2.1", "2001:db8::1", "", "unix:"])
def test_other_peer_is_not_believed(client: FlaskClient, peer: str) -> None:
    """Anybody else's headers change nothing."""
    answer = client.get("/mirror", headers=FORWARDED, environ_base={"REMOTE_ADDR": peer})
    assert answer.json == {
        "client": peer,
        "link": "http://localhost/convert/?fahrenheit=451",
    }


@pytest.mark.parametrize(("peer", "url"), [("10.1.2.3", "/v1"), ("192.0.2.1", "/")])
def test_description_names_prefix_of_trusted_proxy(
    client: FlaskClient, peer: str, url: str
) -> None:
    """The description's server is the prefix that a trusted proxy serves the app under."""
    answer = client.get("/openapi.json", headers=FORWARDED, environ_base={"REMOTE_ADDR": peer})
    assert answer.json
    assert answer.json["servers"] == [{"url": url}]
