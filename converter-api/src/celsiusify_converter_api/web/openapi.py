"""`/openapi.json`: the description of the API, OpenAPI 3.1."""

from functools import cache
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, json, jsonify, request

from celsiusify_converter_api import __version__

blueprint = Blueprint("openapi", __name__)


@cache
def description() -> dict[str, Any]:
    """Read the description that stands in `openapi.json`, with this version filled in."""
    document: dict[str, Any] = json.loads(files(__package__).joinpath("openapi.json").read_text())
    return document | {"info": document["info"] | {"version": __version__}}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Answer with the description, its server being the prefix that the client used."""
    return jsonify(description() | {"servers": [{"url": request.script_root or "/"}]})
