"""The protocols in which targets are asked. A new one is one class and one entry here.

What speaks gRPC is imported once that is spoken: no other load waits for protobuf and HPACK.
"""

from collections.abc import Callable
from dataclasses import dataclass

from celsiusify_load_tests.client.base import Answer, Client, Request, Timeouts
from celsiusify_load_tests.client.http1.client import HttpClient
from celsiusify_load_tests.client.http1.null_replies import http_replies
from celsiusify_load_tests.client.http1.request import Origin

Replies = Callable[[bytes], bytes]
"""One connection of a server that only answers: given what was received, it returns what to send,
which is nothing until a request is whole."""


@dataclass(frozen=True)
class SpokenProtocol:
    """A protocol as the load generator speaks it.

    Attributes:
        scheme: How the addresses of its servers begin.
        description: How connections are made and kept, for a report's reader.
        client: Makes a client of a request, where its answer holds what, a server and the timeouts.
        replies: Makes of an answer's body what a server that does nothing says on a connection.
    """

    scheme: str
    description: str
    client: Callable[[Request, Answer, Origin, Timeouts], Client]
    replies: Callable[[bytes], Replies]


def _grpc_client(request: Request, answer: Answer, origin: Origin, timeouts: Timeouts) -> Client:
    from celsiusify_load_tests.client.grpc.client import GrpcClient

    return GrpcClient(request, answer, origin, timeouts)


def _grpc_replies(body: bytes) -> Replies:
    from celsiusify_load_tests.client.grpc.null_replies import grpc_replies

    return grpc_replies(body)


PROTOCOLS = {
    "HTTP/1.1": SpokenProtocol(
        scheme="http",
        description="HTTP/1.1 on gevent sockets, one connection a user",
        client=HttpClient,
        replies=http_replies,
    ),
    "gRPC": SpokenProtocol(
        scheme="grpc",
        description="gRPC over HTTP/2 on gevent sockets, one connection a user, one call at a time",
        client=_grpc_client,
        replies=_grpc_replies,
    ),
}
