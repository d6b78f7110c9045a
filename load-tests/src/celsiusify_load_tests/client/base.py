"""A request and its answer, whatever the protocol: what everything that loads a target works with.

A protocol is a `Client` and its `Connection`; `protocols` has all of them.
"""

from dataclasses import dataclass
from typing import Protocol

from pydantic.dataclasses import dataclass as checked_dataclass

from celsiusify_load_tests.client.transport import MakeTransport
from celsiusify_load_tests.config.connection_policy import ConnectionLifetime
from celsiusify_load_tests.config.validation import STRICT


class ExchangeError(Exception):
    """A request that got no whole answer. Its text is the same for equal faults."""


@checked_dataclass(frozen=True, config=STRICT)
class Request:
    """The request that is timed; `$fahrenheit` in it stands for the temperature in °F.

    Attributes:
        method: The HTTP method.
        path: The path, with its query.
        body: The text of the body; JSON, or the JSON form of a protobuf message.
        protocol: A name in `protocols.PROTOCOLS`.
        port: The name of the port that takes it.
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
    """Where an answer holds its values: keys, fields and indices joined by dots."""

    celsius: str
    instance: str | None = None


@dataclass(slots=True)
class ConnectionCounts:
    """What the connections of a process went through."""

    opened: int = 0
    resent: int = 0
    """Requests that went out twice: see `connection.KeptConnection`."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a connection may take to open, and a whole answer to come, in seconds."""

    connect_s: float = 5.0
    read_s: float = 30.0


class Reply(Protocol):
    """A whole answer: its HTTP status, its body, and what its head says went wrong, if anything."""

    @property
    def status(self) -> int: ...  # noqa: D102 - the class tells

    @property
    def body(self) -> bytes: ...  # noqa: D102

    @property
    def problem(self) -> str | None: ...  # noqa: D102


class Connection(Protocol):
    """A connection that opens when it is first needed, and again after it was closed."""

    received_ns: int
    """When the last byte of the last whole answer was read."""
    sent_bytes: int
    """How long the last request that was answered was, with its head, as it went out."""
    make_transport: MakeTransport
    """Makes a transport of a connected socket; to watch what goes over it, replace this."""

    def exchange(self, request: bytes) -> Reply:
        """Send what `Client.fill` made, and return the answer.

        Raises:
            ExchangeError: If no whole answer came, or none in time.
        """

    def close(self) -> None:
        """Close the connection; the next request opens another."""


class Client(Protocol):
    """What is asked of a target over a protocol, and what is right; one serves all users."""

    method: str
    name: str
    """How statistics call all these requests."""

    def fill(self, fahrenheit: float) -> bytes:
        """Return the request for a temperature in °F."""

    def connect(
        self, counts: ConnectionCounts, lifetime: ConnectionLifetime | None = None
    ) -> Connection:
        """Return a connection for one more user, who keeps it unless a lifetime says otherwise."""

    def judge(self, reply: Reply, fahrenheit: float) -> str | None:
        """Check an answer; return the identifier of the instance that gave it, if it tells.

        Raises:
            WrongAnswerError: If it is an error, or isn't the temperature in °C.
        """

    def read(self, reply: Reply) -> float:
        """Return the temperature that an answer holds, in °C, right or not.

        Raises:
            WrongAnswerError: If it is an error, or holds none.
        """

    def right_answer(self, fahrenheit: float) -> bytes:
        """Return the body of an answer that `judge` takes for right."""
