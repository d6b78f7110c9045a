"""Answers over HTTP: what every one of them carries."""

import http
from dataclasses import dataclass
from typing import Final

JSON: Final = b"application/json"
TEXT: Final = b"text/plain"
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status, body and headers beyond length and date."""

    status: int
    body: bytes
    headers: Headers


def plain_answer(status: int, body: bytes, content_type: bytes) -> HttpAnswer:
    """Return an answer with no headers but its type."""
    return HttpAnswer(status, body, [(b"content-type", content_type)])


def html_error(status: int) -> HttpAnswer:
    """Return the page with which libevent refuses a request; it closes the connection."""
    phrase = http.HTTPStatus(status).phrase
    page = (
        f"<HTML><HEAD>\n<TITLE>{status} {phrase}</TITLE>\n</HEAD><BODY>\n"
        f"<H1>{phrase}</H1>\n</BODY></HTML>\n"
    )
    return HttpAnswer(
        status, page.encode(), [(b"content-type", b"text/html"), (b"connection", b"close")]
    )
