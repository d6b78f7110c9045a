from collections.abc import Callable, Iterator

import h11
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from celsiusify_load_tests.client.http1.response import (
    MAX_BODY_BYTES,
    MAX_HEAD_BYTES,
    ClosedError,
    ProtocolError,
    Response,
    read_response,
)

OK = b"HTTP/1.1 200 OK\r\n"


def feed(*pieces: bytes) -> Callable[[], bytes]:
    """Give the pieces one after the other, then the connection's end for ever."""
    rest: Iterator[bytes] = iter(pieces)
    return lambda: next(rest, b"")


RESPONSES = {
    "length": (OK + b"Content-Length: 2\r\n\r\nhi", Response(200, b"hi", True)),
    "empty body": (OK + b"content-length: 0\r\n\r\n", Response(200, b"", True)),
    "padded field": (OK + b"CONTENT-LENGTH: \t 2 \t\r\n\r\nhi", Response(200, b"hi", True)),
    "same length twice": (OK + b"Content-Length: 2, 2\r\n\r\nhi", Response(200, b"hi", True)),
    "no reason": (b"HTTP/1.1 503 \r\nContent-Length: 2\r\n\r\nhi", Response(503, b"hi", True)),
    "no reason, no space": (b"HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", Response(404, b"", True)),
    "chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0A \r\n0123456789\r\n0\r\n\r\n",
        Response(200, b"abc0123456789", True),
    ),
    "trailers": (
        OK + b"transfer-encoding: Chunked\r\n\r\n1\r\na\r\n0\r\nX: 1\r\nY: 2\r\n\r\n",
        Response(200, b"a", True),
    ),
    "chunks and length": (
        OK + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
        Response(200, b"a", False),
    ),
    "until the end": (OK + b"\r\nall of it", Response(200, b"all of it", False)),
    "unknown coding": (OK + b"Transfer-Encoding: gzip\r\n\r\nall", Response(200, b"all", False)),
    "close": (
        OK + b"Connection: x, Close\r\nContent-Length: 1\r\n\r\na",
        Response(200, b"a", False),
    ),
    "1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", Response(200, b"a", False)),
    "1.0 kept": (
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na",
        Response(200, b"a", True),
    ),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", Response(204, b"", True)),
    "not modified": (b"HTTP/1.1 304 NM\r\nContent-Length: 7\r\n\r\n", Response(304, b"", True)),
    "interim": (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 EH\r\nLink: x\r\n\r\n"
        + OK
        + b"Content-Length: 1\r\n\r\na",
        Response(200, b"a", True),
    ),
}
each_response = pytest.mark.parametrize(
    ("wire", "expected"), RESPONSES.values(), ids=RESPONSES.keys()
)


@each_response
def test_responses_are_read_however_they_are_split(wire: bytes, expected: Response) -> None:
    """Split at every byte, or into single bytes, a response is the same."""
    for cut in range(1, len(wire)):
        assert read_response(feed(wire[:cut], wire[cut:])) == expected
    assert read_response(feed(*(wire[i : i + 1] for i in range(len(wire))))) == expected
    assert read_response(feed(wire)) == expected


@pytest.mark.parametrize("name", sorted(RESPONSES.keys() - {"until the end", "unknown coding"}))
def test_responses_that_are_cut_off_are_noticed(name: str) -> None:
    """At no byte does the connection's end pass for that of a response which tells its length."""
    wire, _ = RESPONSES[name]
    for cut in range(len(wire)):
        with pytest.raises(ClosedError):
            read_response(feed(wire[:cut]))


def test_head_request_is_answered_without_a_body() -> None:
    """The fields of an answer to HEAD tell of a body that doesn't come."""
    wire = OK + b"Content-Length: 99\r\n\r\n"
    assert read_response(feed(wire), head_only=True) == Response(200, b"", True)


def test_bytes_beyond_the_response_spoil_the_connection() -> None:
    """What comes after an answer was not asked for."""
    wire = OK + b"Content-Length: 1\r\n\r\naHTTP/1.1 500 Oops\r\n\r\n"
    assert read_response(feed(wire)) == Response(200, b"a", False)


@pytest.mark.parametrize(
    ("wire", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "malformed status line"),
        (b"HTTP/2 200 OK\r\n\r\n", "malformed status line"),
        (b"HTTP/1.1 20 OK\r\n\r\n", "malformed status line"),
        (b"HTTP/1.1 999 OK\r\n\r\n", "malformed status line"),
        (b"\r\n\r\n", "malformed status line"),
        (OK + b"no colon\r\n\r\n", "malformed header field"),
        (OK + b"Content-Length : 2\r\n\r\nhi", "malformed header field"),
        (OK + b"A: 1\r\n folded\r\n\r\n", "malformed header field"),
        (OK + b"A: 1\nB: 2\r\n\r\n", "malformed header field"),
        (OK + b"Content-Length: -1\r\n\r\n", "malformed Content-Length"),
        (OK + b"Content-Length: 0x2\r\n\r\nhi", "malformed Content-Length"),
        (OK + b"Content-Length:\r\n\r\nhi", "malformed Content-Length"),
        (OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nhi", "malformed Content-Length"),
        (OK + b"Content-Length: 99999999999\r\n\r\n", f"body of over {MAX_BODY_BYTES} bytes"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n", "malformed chunk size"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc", "malformed chunk"),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
            f"body of over {MAX_BODY_BYTES} bytes",
        ),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"A: 1\r\n" * 200,
            "over 100 trailers",
        ),
        (OK + b"A: " + b"a" * MAX_HEAD_BYTES, f"head of over {MAX_HEAD_BYTES} bytes"),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"a" * MAX_HEAD_BYTES,
            f"line of over {MAX_HEAD_BYTES} bytes",
        ),
        (OK + b"\r\n" + b"a" * (MAX_BODY_BYTES + 1), f"body of over {MAX_BODY_BYTES} bytes"),
        (b"HTTP/1.1 101 Switching Protocols\r\n\r\n", "unrequested switch of protocols"),
    ],
)
def test_what_is_not_http_is_refused(wire: bytes, reason: str) -> None:
    """A malformed or boundless response ends with the reason, not with memory."""
    pieces = [wire[i : i + 16384] for i in range(0, len(wire), 16384)]
    with pytest.raises(ProtocolError) as raised:
        read_response(feed(*pieces))
    assert str(raised.value) == reason


@st.composite
def exchanges(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """A response as h11, a server's implementation, writes it, and the pieces that it comes in."""
    server = h11.Connection(h11.SERVER)
    server.receive_data(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    while server.their_state is not h11.DONE:
        server.next_event()
    bodies = draw(st.lists(st.binary(max_size=300), max_size=5))
    fields = [(b"X-Name", draw(st.text("abc ,;", max_size=20)).strip().encode())]
    if draw(st.booleans()):
        fields.append((b"Content-Length", b"%d" % sum(map(len, bodies))))
    status = draw(st.integers(200, 599).filter(lambda code: code not in (204, 304)))
    events: list[h11.Event] = [h11.Response(status_code=status, headers=fields)]
    events += [h11.Data(data=body) for body in bodies]
    wire = b"".join(server.send(event) or b"" for event in [*events, h11.EndOfMessage()])
    cuts = sorted(draw(st.sets(st.integers(1, len(wire) - 1), max_size=20)))
    pieces = [wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True)]
    return b"%d %b" % (status, b"".join(bodies)), pieces


@settings(deadline=None)  # a busy machine is no fault of the reader
@given(exchanges())
def test_what_another_implementation_writes_is_read(exchange: tuple[bytes, list[bytes]]) -> None:
    """Status and body survive, with a length or in chunks, in any pieces."""
    expected, pieces = exchange
    response = read_response(feed(*pieces))
    assert b"%d %b" % (response.status, response.body) == expected
    assert response.reusable


fragments = st.sampled_from(
    [
        *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 ", b"100 ", b"\r\n", b"\r\n\r\n", b"\n", b"\0", b":"),
        *(b"Content-Length: ", b"Transfer-Encoding: chunked\r\n", b"0", b"5", b"f", b";", b" "),
    ]
)


@settings(deadline=None)
@given(st.lists(fragments | st.binary(min_size=1, max_size=4), max_size=30))
def test_no_bytes_whatever_break_the_reader(pieces: list[bytes]) -> None:
    """Anything is a response, not one, or too short for one."""
    try:
        response = read_response(feed(*pieces))
    except (ProtocolError, ClosedError):
        return
    assert 200 <= response.status <= 599
