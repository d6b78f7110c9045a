"""How long a client may take: apart from the sockets, so that the master needs no gevent."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How long a client may take, in seconds.

    Attributes:
        idle_s: Between an answer and the first byte of the next request.
        request_s: From a request's first byte, or the connection's start, to its last byte.
        response_s: To receive an answer.
    """

    idle_s: float
    request_s: float
    response_s: float
