"""Refuses request bodies that no request of this API needs."""

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

MAX_BODY_BYTES = 16 * 1024


def refuse_large_body() -> None:
    """Answer 413 to a request that announces a large body; gunicorn's worker bounds the others' time."""
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise RequestEntityTooLarge(f"The body may have up to {MAX_BODY_BYTES} bytes.")


def init_app(app: Flask) -> None:
    """Limit the bodies of all requests to an app."""
    app.before_request(refuse_large_body)
