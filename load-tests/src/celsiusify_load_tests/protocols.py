"""The protocols in which targets are asked. A new one is one class and one entry here."""

from collections.abc import Callable
from dataclasses import dataclass

from celsiusify_load_tests import grpc_client, http1
from celsiusify_load_tests.exchange import Answer, Client, Request, Timeouts
from celsiusify_load_tests.grpc_client import GrpcClient
from celsiusify_load_tests.http_client import HttpClient
from celsiusify_load_tests.replies import Replies, grpc_replies, http_replies


@dataclass(frozen=True)
class SpokenProtocol:
    """A protocol as the load generator speaks it.

    Attributes:
        scheme: How the addresses of its servers begin.
        description: How connections are made and kept, for a report's reader.
        client: Makes a client of a request, where its answer holds what, a URL and the timeouts.
        replies: Makes of an answer's body what a server that does nothing says on a connection.
    """

    scheme: str
    description: str
    client: Callable[[Request, Answer, str, Timeouts], Client]
    replies: Callable[[bytes], Replies]


PROTOCOLS = {
    http1.PROTOCOL: SpokenProtocol(HttpClient.SCHEME, http1.DESCRIPTION, HttpClient, http_replies),
    grpc_client.PROTOCOL: SpokenProtocol(
        GrpcClient.SCHEME, grpc_client.DESCRIPTION, GrpcClient, grpc_replies
    ),
}
