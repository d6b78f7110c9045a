"""Ask over gRPC, for answers in protobuf."""

from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.message import DecodeError

from celsiusify_load_tests.check import AnswerCheck, WrongAnswerError
from celsiusify_load_tests.connection import Endpoint
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.exchange import Answer, ConnectionCounts, Request, Timeouts
from celsiusify_load_tests.grpc_connection import GrpcConnection
from celsiusify_load_tests.grpc_message import CONTENT_TYPE, framed, timeout_field, unframed
from celsiusify_load_tests.message_template import MessagePlace, MessageTemplate
from celsiusify_load_tests.messages import RPCS, types_of
from celsiusify_load_tests.policy import Habit
from celsiusify_load_tests.request import Origin


class GrpcClient:
    """The client of a target that speaks gRPC; see `exchange.Client`.

    Args:
        request: What to ask: its path names the call, its body is the message in protobuf's JSON.
        answer: Where its answer holds what: fields, keys and indices of the message.
        origin: The server.
        timeouts: How long what may take; the server is told how long a call may.

    Raises:
        LoadTestError: If the request makes no sense.
    """

    def __init__(
        self, request: Request, answer: Answer, origin: Origin, timeouts: Timeouts
    ) -> None:
        if request.path not in RPCS:
            raise LoadTestError(f"no call {request.path!r} is known; there is {', '.join(RPCS)}")
        if request.method != "POST":
            raise LoadTestError(f"expected the method POST, as gRPC has it, got {request.method!r}")
        asked, self._answered = types_of(RPCS[request.path])
        self.method, self.name = request.method, request.path
        self.fill = MessageTemplate(asked, request.body or "{}", framed).fill
        self._endpoint = Endpoint(origin.host, origin.port, timeouts.connect_s, timeouts.read_s)
        self._fields = [
            (":method", request.method),
            (":scheme", "http"),
            (":path", origin.prefix + request.path),
            (":authority", origin.authority),
            ("te", "trailers"),
            ("grpc-timeout", timeout_field(timeouts.read_s)),
            ("content-type", CONTENT_TYPE),
            ("user-agent", "celsiusify-load-tests"),
        ]
        self._check = AnswerCheck(
            self._place(answer.celsius),
            None if answer.instance is None else self._place(answer.instance),
            self._decode,
        )
        self.judge, self.read = self._check.judge, self._check.read

    def connect(self, counts: ConnectionCounts, habit: Habit | None = None) -> GrpcConnection:
        """Return a connection for one more user."""
        return GrpcConnection(self._endpoint, counts, habit or Habit(), self._fields)

    def right_answer(self, fahrenheit: float) -> bytes:
        """Return a framed message that has the temperature, and an instance, in their places."""
        document = self._check.right_document(fahrenheit)
        return framed(ParseDict(document, self._answered()).SerializeToString())

    def _place(self, path: str) -> MessagePlace:
        return MessagePlace(self._answered, path)

    def _decode(self, body: bytes) -> Any:
        try:
            return self._answered.FromString(unframed(body))
        except DecodeError:
            raise WrongAnswerError(f"answer isn't a {self._answered.DESCRIPTOR.name}") from None
