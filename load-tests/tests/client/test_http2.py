"""Our end of an HTTP/2 connection against h2's, and against rules that are broken."""

import struct
from collections.abc import Callable

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    Event,
    PingAckReceived,
    RequestReceived,
    SettingsAcknowledged,
    StreamEnded,
)
from h2.settings import SettingCodes
from hpack import Encoder
from hypothesis import given
from hypothesis import strategies as st

from celsiusify_load_tests.client.grpc import http2, http2_frames, http2_stream
from celsiusify_load_tests.client.grpc.http2 import Http2
from celsiusify_load_tests.client.grpc.http2_frames import ErrorCode, FrameError, Setting

FIELDS = [
    (":method", "POST"),
    (":scheme", "http"),
    (":path", "/service/Call"),
    (":authority", "host:8500"),
    ("te", "trailers"),
    ("content-type", "application/grpc"),
]
HEAD = [(":status", "200"), ("content-type", "application/grpc"), ("server", "a test")]
TRAILERS = [("grpc-status", "0"), ("grpc-message", "")]
END = http2_frames.END_STREAM
WHOLE = http2_frames.END_HEADERS


class Server:
    """h2's end of a connection with a client of ours; h2 knows the rules and minds them all."""

    def __init__(self, settings: dict[SettingCodes | int, int] | None = None) -> None:
        self.client = Http2(FIELDS)
        self.h2 = H2Connection(H2Configuration(client_side=False))
        self.h2.initiate_connection()
        if settings:
            self.h2.update_settings(settings)
        self.events: list[Event] = []

    def hear(self, data: bytes) -> None:
        """Take what the client sends."""
        if data:
            self.events += self.h2.receive_data(data)

    def settle(self) -> None:
        """Pass to and fro what either end has to say, until both are silent."""
        while data := self.h2.data_to_send():
            self.hear(self.client.receive(data))

    def answer(self, body: bytes = b"answer") -> bytes:
        """Return a whole answer to the latest request."""
        stream = self.client.stream.number
        self.h2.send_headers(stream, HEAD)
        for begin in range(0, len(body), http2_frames.MAX_PAYLOAD_BYTES):
            self.h2.send_data(stream, body[begin : begin + http2_frames.MAX_PAYLOAD_BYTES])
        self.h2.send_headers(stream, TRAILERS, end_stream=True)
        return self.h2.data_to_send()

    def exchange(self, request: bytes, answer: bytes = b"answer") -> None:
        """Let the client ask, and answer it."""
        self.hear(self.client.request(request))
        self.settle()
        self.hear(self.client.receive(self.answer(answer)))

    @property
    def received(self) -> bytes:
        """The bodies that came."""
        return b"".join(event.data for event in self.events if isinstance(event, DataReceived))


def test_a_request_arrives_as_it_was_meant() -> None:
    server = Server()
    server.exchange(b"question")

    (asked,) = (event for event in server.events if isinstance(event, RequestReceived))
    assert [(name.decode(), value.decode()) for name, value in asked.headers] == FIELDS
    assert server.received == b"question"
    assert any(isinstance(event, StreamEnded) for event in server.events)
    assert any(isinstance(event, SettingsAcknowledged) for event in server.events)


def test_an_answer_is_taken_apart() -> None:
    server = Server()
    server.exchange(b"question")
    stream = server.client.stream

    assert status(server.client) == b"200"
    assert (stream.trailers or {})[b"grpc-status"] == b"0"
    assert b"".join(stream.body) == b"answer"
    assert stream.is_ended
    assert server.client.is_reusable


def test_requests_follow_each_other() -> None:
    """After the first they are short, as both ends know the fields; each is a new stream."""
    server = Server()
    sizes = []
    for number in range(1, 100):
        request = server.client.request(b"question")
        sizes.append(len(request))
        server.hear(request)
        server.settle()
        server.hear(server.client.receive(server.answer(b"%d" % number)))
        assert server.client.stream.number == 2 * number - 1
        assert b"".join(server.client.stream.body) == b"%d" % number
    assert len(set(sizes[1:])) == 1
    assert sizes[1] < sizes[0]
    assert server.received == b"question" * 99


def status(client: Http2) -> bytes | None:
    """The status of the latest answer, once its head is there."""
    return (client.stream.head or {}).get(b":status")


def answer_in_pieces(cut: Callable[[bytes], list[bytes]]) -> None:
    server = Server()
    server.hear(server.client.request(b"question"))
    data = server.h2.data_to_send() + server.answer(b"answer" * 50)
    for piece in cut(data):
        assert not server.client.stream.is_ended
        server.client.receive(piece)
    assert b"".join(server.client.stream.body) == b"answer" * 50
    assert server.client.stream.is_ended


def test_an_answer_may_come_byte_by_byte() -> None:
    answer_in_pieces(lambda data: [data[at : at + 1] for at in range(len(data))])


@pytest.mark.parametrize("part", range(1, 8))
def test_an_answer_may_be_cut_anywhere(part: int) -> None:
    """Each place falls within a head, a payload or between frames."""
    for at in range(part, 400, 7):
        answer_in_pieces(lambda data, at=at: [data[:at], data[at:]])  # type: ignore[misc]


@pytest.mark.parametrize("size", [1, 16_384, 16_385, 65_535, 65_536, 300_000])
def test_a_request_goes_as_far_as_the_windows_are_open(size: int) -> None:
    """h2 would complain of a byte too many; what is left follows as it makes room."""
    server = Server()
    server.hear(server.client.request(b"x" * size))
    assert len(server.received) == min(size, 65_535)
    granted = 0
    while len(server.received) < size:
        arrived = len(server.received) - granted
        server.h2.acknowledge_received_data(arrived, server.client.stream.number)
        granted += arrived
        server.settle()
    server.hear(server.client.receive(server.answer()))
    assert server.client.is_reusable


def test_the_server_may_choose_a_small_window_and_change_it() -> None:
    """The change counts for the request under way (RFC 9113, section 6.9.2)."""
    server = Server({SettingCodes.INITIAL_WINDOW_SIZE: 10})
    server.exchange(b"short")
    server.hear(server.client.request(b"y" * 50))
    assert server.received == b"short" + b"y" * 10
    server.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 30})
    server.settle()
    assert server.received == b"short" + b"y" * 30
    server.h2.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 50})
    server.settle()
    assert server.received == b"short" + b"y" * 50


def test_the_server_may_take_larger_frames() -> None:
    server = Server({SettingCodes.MAX_FRAME_SIZE: 40_000})
    server.exchange(b"short")
    server.exchange(b"x" * 40_000)
    sizes = [len(event.data) for event in server.events if isinstance(event, DataReceived)]
    assert sizes == [5, 40_000]


@pytest.mark.parametrize("table_bytes", [0, 40, 100, 100_000])
def test_the_server_may_keep_a_table_of_any_size(table_bytes: int) -> None:
    """Where it doesn't remember the fields, they are sent again each time."""
    server = Server({SettingCodes.HEADER_TABLE_SIZE: table_bytes})
    for _ in range(4):
        server.exchange(b"question")
    asked = [event.headers for event in server.events if isinstance(event, RequestReceived)]
    assert len(asked) == 4
    assert all(headers == asked[0] for headers in asked)


def test_pings_are_answered() -> None:
    server = Server()
    server.hear(server.client.request(b"question"))
    server.h2.ping(b"12345678")
    server.settle()
    assert any(isinstance(event, PingAckReceived) for event in server.events)


def test_an_answer_may_be_nothing_but_its_end() -> None:
    """A call that fails at once is answered by trailers only."""
    server = Server()
    server.hear(server.client.request(b"question"))
    server.h2.send_headers(1, [*HEAD, ("grpc-status", "5")], end_stream=True)
    server.client.receive(server.h2.data_to_send())
    assert server.client.stream.is_ended
    assert server.client.stream.head == server.client.stream.trailers


def test_interim_answers_are_passed_over() -> None:
    server = Server()
    server.hear(server.client.request(b"question"))
    server.h2.send_headers(1, [(":status", "103")])
    server.client.receive(server.h2.data_to_send())
    assert status(server.client) is None
    server.client.receive(server.answer())
    assert status(server.client) == b"200"


def test_an_answer_that_comes_before_the_request_is_whole_ends_the_connection() -> None:
    """What is left of the request has nowhere to go."""
    server = Server()
    server.hear(server.client.request(b"x" * 100_000))
    server.client.receive(server.answer())
    assert server.client.stream.is_ended
    assert not server.client.is_reusable


@pytest.mark.parametrize("code", [ErrorCodes.REFUSED_STREAM, ErrorCodes.CANCEL, 99])
def test_a_reset_ends_the_request(code: int) -> None:
    """Whether it was refused decides whether it may be sent again (RFC 9113, section 8.7)."""
    client = begun()
    client.receive(http2_frames.frame(http2_frames.RST_STREAM, 0, 1, struct.pack(">L", code)))
    assert client.stream.is_ended
    assert client.stream.is_refused == (code == ErrorCodes.REFUSED_STREAM)
    assert client.stream.reset == ErrorCode(code)


def test_a_reset_after_the_answer_changes_nothing() -> None:
    """A server says so that it wants no more of the request (RFC 9113, section 8.1)."""
    server = Server()
    server.exchange(b"question")
    server.client.receive(http2_frames.frame(http2_frames.RST_STREAM, 0, 1, bytes(4)))
    assert server.client.stream.reset is None
    assert server.client.is_reusable


def goaway(last: int, code: int = 0) -> bytes:
    return http2_frames.frame(http2_frames.GOAWAY, 0, 0, struct.pack(">LL", last, code) + b"reason")


@pytest.mark.parametrize(("last", "is_refused"), [(0, True), (1, False), (2**31 - 1, False)])
def test_a_farewell_tells_which_requests_are_still_answered(last: int, is_refused: bool) -> None:
    server = Server()
    server.hear(server.client.request(b"question"))
    server.settle()
    server.client.receive(goaway(last))
    assert server.client.stream.is_refused == is_refused
    if not is_refused:
        server.client.receive(server.answer())
        assert b"".join(server.client.stream.body) == b"answer"
    assert not server.client.is_reusable


def test_a_farewell_after_the_answer_refuses_nothing() -> None:
    server = Server()
    server.exchange(b"question")
    server.client.receive(goaway(1))
    assert not server.client.stream.is_refused
    assert not server.client.is_reusable


def test_large_answers_are_given_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """The window that all answers share is opened again as they are read."""
    monkeypatch.setattr(http2, "_REPLENISH_BYTES", 50_000)
    server = Server()
    for _ in range(5):
        server.exchange(b"question", b"z" * 30_000)
    assert server.h2.outbound_flow_control_window > 2**31 - 1 - 50_000
    assert server.client.stream.body_bytes == 30_000


def begun() -> Http2:
    """A client whose first request is out, and whose server has sent its settings."""
    client = Http2(FIELDS)
    client.request(b"question")
    client.receive(http2_frames.settings({}))
    return client


def head(*fields: tuple[str, str]) -> bytes:
    return bytes(Encoder().encode(fields or HEAD))


def test_padding_and_priority_are_taken_off() -> None:
    client = begun()
    block = head()
    padded = b"\x03" + bytes(5) + block + bytes(3)
    flags = http2_frames.PADDED | http2_frames.PRIORITISED | WHOLE
    client.receive(http2_frames.frame(http2_frames.HEADERS, flags, 1, padded))
    client.receive(
        http2_frames.frame(http2_frames.DATA, http2_frames.PADDED | END, 1, b"\x02answer\0\0")
    )
    assert (client.stream.head or {})[b"server"] == b"a test"
    assert client.stream.body == [b"answer"]


def test_fields_may_be_continued() -> None:
    client = begun()
    block = head()
    client.receive(http2_frames.frame(http2_frames.HEADERS, 0, 1, block[:3]))
    client.receive(http2_frames.frame(http2_frames.CONTINUATION, 0, 1, block[3:5]))
    client.receive(http2_frames.frame(http2_frames.CONTINUATION, WHOLE, 1, block[5:]))
    assert status(client) == b"200"


def test_frames_without_meaning_here_are_passed_over() -> None:
    """Extensions and priorities are no fault (RFC 9113, section 5.5)."""
    client = begun()
    for kind in (http2_frames.PRIORITY, 10, 12, 99):
        assert client.receive(http2_frames.frame(kind, 0, 1, bytes(5))) == b""
    assert client.receive(http2_frames.settings({Setting.MAX_FRAME_SIZE: 99_999}))


RESET = struct.pack(">L", 0)


@pytest.mark.parametrize(
    ("received", "fault"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", "frame of over 16384 bytes"),
        (http2_frames.frame(http2_frames.DATA, 0, 1, b"x"), "DATA before HEADERS"),
        (http2_frames.frame(http2_frames.DATA, 0, 3, b"x"), "answer without a request"),
        (
            http2_frames.frame(http2_frames.HEADERS, WHOLE, 2, head()),
            "answer without a request",
        ),
        (
            http2_frames.frame(http2_frames.HEADERS, WHOLE, 1, b"\xff\xff\xff"),
            "malformed header fields",
        ),
        (
            http2_frames.frame(http2_frames.HEADERS, WHOLE, 1, head(("a", "b"))),
            "answer without :status",
        ),
        (
            http2_frames.frame(http2_frames.HEADERS, WHOLE, 1, head((":status", "2x0"))),
            "answer without :status",
        ),
        (
            2 * http2_frames.frame(http2_frames.HEADERS, WHOLE, 1, head()),
            "trailers without END_STREAM",
        ),
        (
            http2_frames.frame(http2_frames.HEADERS, http2_frames.PADDED, 1, b"\x05ab"),
            "more padding than payload",
        ),
        (
            http2_frames.frame(http2_frames.HEADERS, http2_frames.PADDED, 1, b""),
            "more padding than payload",
        ),
        (
            http2_frames.frame(http2_frames.HEADERS, 0, 1, b"")
            + http2_frames.frame(http2_frames.PING, 0, 0, bytes(8)),
            "frame within a header block",
        ),
        (
            http2_frames.frame(http2_frames.HEADERS, 0, 1, b"")
            + http2_frames.frame(http2_frames.CONTINUATION, 0, 3, b""),
            "CONTINUATION without HEADERS",
        ),
        (
            http2_frames.frame(http2_frames.CONTINUATION, 0, 1, b""),
            "CONTINUATION without HEADERS",
        ),
        (
            http2_frames.frame(http2_frames.HEADERS, 0, 1, b"")
            + 5 * http2_frames.frame(http2_frames.CONTINUATION, 0, 1, bytes(16_384)),
            "header fields of over 65536 bytes",
        ),
        (
            http2_frames.frame(http2_frames.RST_STREAM, 0, 0, RESET),
            "frame of an unknown stream",
        ),
        (
            http2_frames.frame(http2_frames.RST_STREAM, 0, 3, RESET),
            "frame of an unknown stream",
        ),
        (http2_frames.frame(http2_frames.RST_STREAM, 0, 1, b""), "frame of a wrong size"),
        (http2_frames.frame(http2_frames.SETTINGS, 0, 1, b""), "SETTINGS of a stream"),
        (http2_frames.frame(http2_frames.SETTINGS, 0, 0, b"x"), "frame of a wrong size"),
        (http2_frames.settings({Setting.INITIAL_WINDOW_SIZE: 2**31}), "window too large"),
        (http2_frames.frame(http2_frames.GOAWAY, 0, 0, b"1234"), "frame of a wrong size"),
        (http2_frames.window_update(0, 0), "invalid window increment"),
        (http2_frames.window_update(0, 2**31 - 1), "invalid window increment"),
        (http2_frames.window_update(1, 2**31 - 1), "invalid window increment"),
        (
            http2_frames.frame(http2_frames.PUSH_PROMISE, WHOLE, 1, struct.pack(">L", 2)),
            "PUSH_PROMISE, which is disabled",
        ),
    ],
)
def test_what_breaks_the_rules_is_a_fault_with_a_name(received: bytes, fault: str) -> None:
    with pytest.raises(FrameError) as raised:
        begun().receive(received)
    assert str(raised.value) == fault


def test_settings_come_first() -> None:
    """Whatever else comes at first isn't from a server that speaks HTTP/2."""
    client = Http2(FIELDS)
    assert client.open().startswith(http2_frames.PREFACE)
    with pytest.raises(FrameError, match=r"^first frame isn't SETTINGS$"):
        client.receive(http2_frames.frame(http2_frames.PING, 0, 0, bytes(8)))


def test_an_endless_answer_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http2_stream, "MAX_BODY_BYTES", 30)
    client = begun()
    client.receive(http2_frames.frame(http2_frames.HEADERS, WHOLE, 1, head()))
    client.receive(http2_frames.frame(http2_frames.DATA, 0, 1, bytes(30)))
    with pytest.raises(FrameError, match="body of over 30 bytes"):
        client.receive(http2_frames.frame(http2_frames.DATA, 0, 1, b"x"))


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_noise_is_a_fault_or_nothing(pieces: list[bytes]) -> None:
    """Whatever comes, nothing but a fault is raised."""
    client = begun()
    try:
        for piece in pieces:
            client.receive(piece)
    except FrameError:
        pass


any_frame = st.builds(
    http2_frames.frame,
    st.integers(0, 10),
    st.integers(0, 255),
    st.integers(0, 5),
    st.one_of(st.binary(max_size=40), st.just(head()), st.just(bytes(4)), st.just(bytes(8))),
)


@given(st.lists(any_frame, max_size=12))
def test_frames_in_any_order_are_a_fault_or_an_answer(sent: list[bytes]) -> None:
    client = begun()
    try:
        for one in sent:
            client.receive(one)
    except FrameError:
        return
    assert client.stream.number == 1
