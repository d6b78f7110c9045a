"""The limit of a request body; no request of this API needs a large one."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.exceptions import RequestEntityTooLarge

from celsiusify_converter_api.web.errors import problem

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


MAX_BODY_BYTES = 16 * 1024


def limit_body(app: "WSGIApplication") -> "WSGIApplication":
    """Wrap an app so that a request that announces a large body is answered with 413.

    The time for a body is bounded by gunicorn.
    """

    def limited(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if int(environ.get("CONTENT_LENGTH") or 0) <= MAX_BODY_BYTES:
            return app(environ, start_response)
        error = RequestEntityTooLarge(f"The body may have up to {MAX_BODY_BYTES} bytes.")
        return problem(error)(environ, start_response)

    return limited


def init_app(app: Flask) -> None:
    """Limit the bodies of all requests to an app."""
    app.wsgi_app = limit_body(app.wsgi_app)  # type: ignore[assignment,method-assign]
