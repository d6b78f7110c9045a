"""The package's own user, whose answers httptools parses; all else is the same work."""

import httptools

from celsiusify_load_tests.client.http1 import client
from celsiusify_load_tests.client.http1.response import ClosedError, More, Response
from celsiusify_load_tests.generator.locustfile import *  # noqa: F403


class _Answer:
    """The callbacks of httptools' parser."""

    def __init__(self) -> None:
        self.body: list[bytes] = []
        self.is_complete = False
        self.is_reusable = False
        self.parser = httptools.HttpResponseParser(self)

    def on_headers_complete(self) -> None:
        """Note whether the connection is kept; later the parser has forgotten the fields."""
        self.is_reusable = self.parser.should_keep_alive()

    def on_body(self, piece: bytes) -> None:
        """Keep a piece of the body."""
        self.body.append(piece)

    def on_message_complete(self) -> None:
        """Note the end of the answer."""
        self.is_complete = True


def read_response(more: More, head_only: bool = False) -> Response:
    """Read one response as `http1.response.read_response` does."""
    answer = _Answer()
    while not answer.is_complete:
        data = more()
        if not data:
            raise ClosedError
        answer.parser.feed_data(data)
    status = answer.parser.get_status_code()
    return Response(status, b"".join(answer.body), answer.is_reusable)


setattr(client, "read_response", read_response)  # noqa: B010  # mypy knows no such export
