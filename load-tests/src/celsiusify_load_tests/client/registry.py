"""Register the protocols of targets; a new protocol is one class and one entry.

The gRPC client is imported on first use: no other load waits for protobuf and HPACK.
"""

from collections.abc import Callable
from dataclasses import dataclass

from celsiusify_load_tests.client.base import Answer, Client, Request, Timeouts
from celsiusify_load_tests.client.http1.client import HttpClient
from celsiusify_load_tests.client.http1.null_replies import http_replies
from celsiusify_load_tests.client.http1.request import Origin

Replies = Callable[[bytes], bytes]
"""One connection of a null server: a function from received bytes to the bytes to send.

The function returns no bytes until a request is complete.
"""


@dataclass(frozen=True)
class ProtocolEntry:
    """A protocol of the load generator.

    Attributes:
        scheme: The scheme of its servers' addresses.
        description: The handling of connections, for readers of a report.
        client: The factory of clients, from a request, the answer's paths, a server and timeouts.
        replies: The factory of a null server's replies on a connection, from an answer's body.
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
    "HTTP/1.1": ProtocolEntry(
        scheme="http",
        description="HTTP/1.1 on gevent sockets, one connection a user",
        client=HttpClient,
        replies=http_replies,
    ),
    "gRPC": ProtocolEntry(
        scheme="grpc",
        description="gRPC over HTTP/2 on gevent sockets, one connection a user, one call at a time",
        client=_grpc_client,
        replies=_grpc_replies,
    ),
}
