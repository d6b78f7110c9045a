"""Ask over HTTP/1.1, for answers in JSON."""

import orjson

from celsiusify_load_tests.check import AnswerCheck, Place
from celsiusify_load_tests.connection import Endpoint
from celsiusify_load_tests.exchange import Answer, ConnectionCounts, Request, Timeouts
from celsiusify_load_tests.http_connection import HttpConnection
from celsiusify_load_tests.policy import Habit
from celsiusify_load_tests.request import Origin, RequestTemplate


class HttpClient:
    """The client of a target that speaks HTTP/1.1; see `exchange.Client`.

    Args:
        request: What to ask.
        answer: Where its answer holds what.
        origin: The server.
        timeouts: How long what may take.

    Raises:
        LoadTestError: If the request makes no sense.
    """

    def __init__(
        self, request: Request, answer: Answer, origin: Origin, timeouts: Timeouts
    ) -> None:
        self.method, self.name = request.method, request.path
        self._template = RequestTemplate(request.method, request.path, request.body, origin)
        self._endpoint = Endpoint(origin.host, origin.port, timeouts.connect_s, timeouts.read_s)
        self._check = AnswerCheck(
            Place(answer.celsius), None if answer.instance is None else Place(answer.instance)
        )
        self.fill = self._template.fill
        self.judge, self.read = self._check.judge, self._check.read

    def connect(self, counts: ConnectionCounts, habit: Habit | None = None) -> HttpConnection:
        """Return a connection for one more user."""
        template = self._template
        return HttpConnection(
            self._endpoint,
            counts,
            habit or Habit(),
            idempotent=template.is_idempotent,
            head_only=template.is_head,
        )

    def right_answer(self, fahrenheit: float) -> bytes:
        """Return a JSON document that has the temperature, and an instance, in their places."""
        return orjson.dumps(self._check.right_document(fahrenheit))
