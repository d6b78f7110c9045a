"""Ask over HTTP/1.1, for answers in JSON."""

import orjson

from celsiusify_load_tests.check import AnswerCheck, Place, WrongAnswerError, celsius_of
from celsiusify_load_tests.connection import Endpoint
from celsiusify_load_tests.document import document_with
from celsiusify_load_tests.exchange import Answer, ConnectionCounts, Reply, Request, Timeouts
from celsiusify_load_tests.http_connection import HttpConnection
from celsiusify_load_tests.request import RequestTemplate, parse_origin


class HttpClient:
    """The client of a target that speaks HTTP/1.1; see `exchange.Client`.

    Args:
        request: What to ask.
        answer: Where its answer holds what.
        url: The server, as `http://host:port`.
        timeouts: How long what may take.

    Raises:
        LoadTestError: If the URL or the request makes no sense.
    """

    def __init__(self, request: Request, answer: Answer, url: str, timeouts: Timeouts) -> None:
        origin = parse_origin(url, "http")
        self.method, self.name = request.method, request.path
        self._template = RequestTemplate(request.method, request.path, request.body, origin)
        self._endpoint = Endpoint(origin.host, origin.port, timeouts.connect_s, timeouts.read_s)
        self._answer = answer
        self._check = AnswerCheck(
            Place(answer.celsius), None if answer.instance is None else Place(answer.instance)
        )
        self.fill = self._template.fill

    def connect(self, counts: ConnectionCounts) -> HttpConnection:
        """Return a connection for one more user."""
        template = self._template
        return HttpConnection(
            self._endpoint, counts, idempotent=template.is_idempotent, head_only=template.is_head
        )

    def judge(self, reply: Reply, fahrenheit: float) -> str | None:
        """Check status and body; see `check.AnswerCheck`."""
        if reply.problem:
            raise WrongAnswerError(reply.problem)
        return self._check.judge(reply.body, fahrenheit)

    def read(self, reply: Reply) -> float:
        """Read the temperature; see `check.AnswerCheck`."""
        if reply.problem:
            raise WrongAnswerError(reply.problem)
        return self._check.read(reply.body)

    def right_answer(self, fahrenheit: float) -> bytes:
        """Return a JSON document that has the temperature, and an instance, in their places."""
        values: dict[str, object] = {self._answer.celsius: celsius_of(fahrenheit)}
        if self._answer.instance is not None:
            values[self._answer.instance] = "responder"
        return orjson.dumps(document_with(values))
