"""The REST API's routes, matched against path and query together."""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from celsiusify_tf_serving.embedded.errors import invalid
from celsiusify_tf_serving.embedded.models.model_config import ModelSpec
from celsiusify_tf_serving.embedded.models.versions import MAX_VERSION

_MODEL = r"(?i)/v1/models/([^/:]+)(?:(?:/versions/([0-9]+))|(?:/labels/([^/:]+)))?"
POST_ROUTE = re.compile(rf"{_MODEL}:(classify|regress|predict)")
GET_ROUTE = re.compile(rf"{_MODEL.replace('/([^/:]+)(?', '(?:/([^/:]+))?(?', 1)}(?:/(metadata))?")
POST_ACTIONS = ("classify", "regress", "predict")


class VersionTooBigError(Exception):
    """A version number that no version can have."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a request asks of which model: a verb of POST_ACTIONS, `metadata` or `status`."""

    action: str
    spec: ModelSpec


def match_route(method: str, target: str) -> Route:
    """Find the route of a request.

    Args:
        method: GET, POST, …
        target: Path and query as sent, escapes and all.

    Raises:
        ServingError: If there's none.
        VersionTooBigError: If there is one, but for the version's size.
    """
    pattern = {"POST": POST_ROUTE, "GET": GET_ROUTE}.get(method)
    match = pattern.fullmatch(target) if pattern else None
    if not match:
        raise _malformed(method, target)
    name, version, label, action = match.groups()
    if method == "POST" and action not in POST_ACTIONS:
        raise _malformed(method, target)
    if name is None:
        raise invalid("Missing model name in request.")
    return Route(_get_action(action) if method == "GET" else action, _spec(name, version, label))


def _get_action(action: str | None) -> str:
    return "metadata" if action else "status"


def _spec(name: str, version: str | None, label: str | None) -> ModelSpec:
    number = None if version is None else int(version)
    if number is not None and number > MAX_VERSION:
        raise VersionTooBigError
    return ModelSpec(_unescape(name), number, None if label is None else _unescape(label))


def _unescape(text: str) -> str:
    return unquote_to_bytes(text).decode(errors="surrogateescape") if "%" in text else text


def _malformed(method: str, target: str) -> Exception:
    return invalid(f"Malformed request: {method} {target}")
