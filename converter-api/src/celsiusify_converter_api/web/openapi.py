"""`/openapi.json`: the API's OpenAPI 3.1 description."""

from functools import cache
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, json, jsonify, request

from celsiusify_converter_api import __version__

blueprint = Blueprint("openapi", __name__)


@cache
def description() -> dict[str, Any]:
    """Read `openapi.json`, and fill in this package's version."""
    document: dict[str, Any] = json.loads(files(__package__).joinpath("openapi.json").read_text())
    return document | {"info": document["info"] | {"version": __version__}}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Answer with the description; its server is the prefix that the client used."""
    return jsonify(description() | {"servers": [{"url": request.script_root or "/"}]})
