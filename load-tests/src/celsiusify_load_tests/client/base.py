"""Define requests, answers, clients and connections for every protocol.

A protocol is a `Client` and its `Connection`; `registry` has all protocols.
"""

from dataclasses import dataclass
from typing import Protocol

from pydantic.dataclasses import dataclass as checked_dataclass

from celsiusify_load_tests.client.transport import MakeTransport
from celsiusify_load_tests.config.connection_policy import ConnectionLifetime
from celsiusify_load_tests.config.validation import STRICT


class ExchangeError(Exception):
    """A request without a complete answer; equal faults have equal messages."""


@checked_dataclass(frozen=True, config=STRICT)
class Request:
    """The timed request; `$fahrenheit` is the placeholder of the temperature in °F.

    Attributes:
        method: The HTTP method.
        path: The path, with its query.
        body: The text of the body; JSON, or the JSON form of a protobuf message.
        protocol: A name in `registry.PROTOCOLS`.
        port: The name of the server's port for the request.
    """

    method: str
    path: str
    body: str | None = None
    protocol: str = "HTTP/1.1"
    port: str = "http"

    def __str__(self) -> str:
        return f"{self.method} {self.path.partition('?')[0]}"


@checked_dataclass(frozen=True, config=STRICT)
class Answer:
    """The paths of an answer's values: keys, fields and indices joined by dots."""

    celsius: str
    instance: str | None = None


@dataclass(slots=True)
class ConnectionCounts:
    """The numbers of opened connections and resent requests of a process."""

    opened: int = 0
    resent: int = 0
    """The number of requests sent twice: see `connection.KeptConnection`."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The time limits for opening a connection and for a complete answer, in seconds."""

    connect_s: float = 5.0
    read_s: float = 30.0


class Reply(Protocol):
    """A complete answer: its HTTP status, its body, and the problem its head reports."""

    @property
    def status(self) -> int: ...  # noqa: D102 - the class describes its properties

    @property
    def body(self) -> bytes: ...  # noqa: D102

    @property
    def problem(self) -> str | None: ...  # noqa: D102


class Connection(Protocol):
    """A connection that opens on the first request, and again after it was closed."""

    received_ns: int
    """The time when the last byte of the last complete answer was read."""
    sent_bytes: int
    """The size of the last answered request with its head, in bytes."""
    make_transport: MakeTransport
    """The factory of transports; a caller may replace it to observe the traffic."""

    def exchange(self, request: bytes) -> Reply:
        """Send a request of `Client.fill` and return the answer.

        Raises:
            ExchangeError: If no complete answer arrives in time.
        """

    def close(self) -> None:
        """Close the connection; the next request opens another."""


class Client(Protocol):
    """A target's requests and the check of its answers; all users share one client."""

    method: str
    name: str
    """The name of the requests in statistics."""

    def fill(self, fahrenheit: float) -> bytes:
        """Return the request for a temperature in °F."""

    def connect(
        self, counts: ConnectionCounts, lifetime: ConnectionLifetime | None = None
    ) -> Connection:
        """Return a connection for one user, kept open unless a lifetime limits it."""

    def judge(self, reply: Reply, fahrenheit: float) -> str | None:
        """Check an answer; return the identifier of the answering instance, if known.

        Raises:
            WrongAnswerError: If the answer is an error or a wrong temperature.
        """

    def read(self, reply: Reply) -> float:
        """Return the temperature of an answer in °C, correct or not.

        Raises:
            WrongAnswerError: If the answer is an error or has no temperature.
        """

    def right_answer(self, fahrenheit: float) -> bytes:
        """Return the body of an answer that `judge` accepts."""
