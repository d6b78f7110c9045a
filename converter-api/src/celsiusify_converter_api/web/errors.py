"""Errors as problem documents: RFC 9457, `application/problem+json`."""

import json
from http import HTTPStatus
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException, UnprocessableEntity

MEDIA_TYPE = "application/problem+json"


class InvalidParameter(UnprocessableEntity):
    """An invalid query parameter, answered with 422.

    Args:
        parameter: Its name.
        received: What came, every value of it.
        expected: What would have been right.
        reason: What is wrong with what came.
    """

    def __init__(self, parameter: str, received: list[str], expected: str, reason: str) -> None:
        super().__init__(f"{parameter}: {reason}; expected {expected}.")
        self.members = {"parameter": parameter, "received": received, "expected": expected}


def problem(error: HTTPException) -> Response:
    """Answer an error with a problem document, and keep headers such as `Allow`."""
    status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    members: dict[str, Any] = getattr(error, "members", {})
    body = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status,
        "detail": error.description,
    }
    response = Response(json.dumps(body | members), status)
    response.headers.extend(
        (name, value) for name, value in error.get_headers() if name != "Content-Type"
    )
    response.content_type = MEDIA_TYPE
    return response


def init_app(app: Flask) -> None:
    """Answer all errors of an app with problem documents; log unexpected ones, and answer 500."""
    app.register_error_handler(HTTPException, problem)
