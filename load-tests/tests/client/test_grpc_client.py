"""Calls over real connections: to gRPC's own server, and to servers that misbehave."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import gevent
import grpc
import psutil
import pytest

from celsiusify_load_tests.client.base import Answer, ConnectionCounts, ExchangeError, Timeouts
from celsiusify_load_tests.client.check import WrongAnswerError
from celsiusify_load_tests.client.grpc import http2_frames
from celsiusify_load_tests.client.grpc.client import GrpcClient, GrpcConnection
from celsiusify_load_tests.client.grpc.framing import GrpcReply, framed
from celsiusify_load_tests.client.grpc.http2_frames import ErrorCode
from celsiusify_load_tests.client.grpc.null_replies import grpc_replies
from celsiusify_load_tests.client.grpc.predict_pb2 import PredictRequest, PredictResponse
from celsiusify_load_tests.client.http1.request import parse_origin
from celsiusify_load_tests.client.transport import Transport
from celsiusify_load_tests.config.connection_policy import ConnectionLifetime, ConnectionPolicy
from celsiusify_load_tests.config.targets import find_target
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.preflight.phases import TimedTransport, Timestamps
from celsiusify_load_tests.recording.clock import now_ns
from support.servers import Script, ScriptedServer, Serve

WORKSPACE_TARGETS = Path(__file__).parents[3] / "targets.yaml"
TARGET = find_target(WORKSPACE_TARGETS, "tfserving-grpc")
RPC = TARGET.request.path
TIMEOUT_S = 0.5
PATIENCE_S = 60.0  # a guard against hanging, no claim about speed


@dataclass
class Api:
    """gRPC's own server with a Predict that does what is asked of it."""

    port: int
    asked: list[Any] = field(default_factory=list)
    metadata: list[dict[str, str]] = field(default_factory=list)
    left_s: list[float] = field(default_factory=list)
    peers: list[str] = field(default_factory=list)
    status: grpc.StatusCode | None = None
    details: str = ""
    floats: int = 1
    released: threading.Event = field(default_factory=threading.Event)
    delay_s: float = 0.0

    def predict(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Answer a call."""
        self.asked.append(request)
        self.metadata.append({str(pair.key): str(pair.value) for pair in _metadata(context)})
        self.left_s.append(context.time_remaining())
        self.peers.append(context.peer())
        self.released.wait(self.delay_s)
        if self.status:
            context.abort(self.status, self.details)
        (fahrenheit,) = request.inputs["fahrenheit"].float_val
        response = PredictResponse()
        celsius = response.outputs["celsius"].float_val
        celsius.extend([(fahrenheit - 32) * 5 / 9] * self.floats)
        return response


def _metadata(context: Any) -> Any:
    return context.invocation_metadata()


def start(api: Api) -> grpc.Server:
    """Serve the API on its port; on any free one where that is 0."""
    server = grpc.server(ThreadPoolExecutor(4))
    handler = grpc.unary_unary_rpc_method_handler(
        api.predict, PredictRequest.FromString, PredictResponse.SerializeToString
    )
    service, _, method = RPC.strip("/").partition("/")
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {method: handler}),)
    )
    api.port = server.add_insecure_port(f"127.0.0.1:{api.port}")
    server.start()
    return server


@pytest.fixture
def api() -> Iterator[Api]:
    """A running API."""
    made = Api(0)
    server = start(made)
    yield made
    made.released.set()
    server.stop(None).wait()


class User:
    """A client, its connection, and the counts of that."""

    def __init__(
        self,
        port: int,
        timeout_s: float = PATIENCE_S,
        path: str = RPC,
        lifetime: ConnectionLifetime | None = None,
    ) -> None:
        origin = parse_origin(f"grpc://127.0.0.1:{port}", "grpc")
        timeouts = Timeouts(5.0, timeout_s)
        self.client = GrpcClient(TARGET.request, TARGET.answer, origin, timeouts)
        self.counts = ConnectionCounts()
        self.connection: GrpcConnection = self.client.connect(self.counts, lifetime)

    def call(self, fahrenheit: float = 451.0) -> GrpcReply:
        """Ask, and return the answer."""
        return self.connection.exchange(self.client.fill(fahrenheit))

    def ask(self, fahrenheit: float = 451.0) -> str | None:
        """Ask, and judge the answer."""
        return self.client.judge(self.call(fahrenheit), fahrenheit)


@pytest.fixture
def user_of() -> Iterator[Callable[..., User]]:
    """Makes users of ports."""
    users: list[User] = []

    def make(port: int, **options: Any) -> User:
        users.append(User(port, **options))
        return users[-1]

    yield make
    for user in users:
        user.connection.close()


UserOf = Callable[..., User]


def wait_for_goaway(user: User) -> None:
    """Wait until the server has announced the end of the idle connection."""
    connection = user.connection
    while connection._transport is not None and not connection._is_stale(connection._transport):
        gevent.sleep(0.01)


def test_calls_follow_each_other_on_one_connection(api: Api, user_of: UserOf) -> None:
    user = user_of(api.port)
    for fahrenheit in range(-50, 50):
        user.ask(fahrenheit)
    assert [request.inputs["fahrenheit"].float_val[0] for request in api.asked] == [*range(-50, 50)]
    assert {request.model_spec.name for request in api.asked} == {"celsiusify"}
    assert (user.counts.opened, user.counts.resent) == (1, 0)


@pytest.mark.parametrize(("requests", "opened"), [(1, 12), (5, 3), (100, 1)])
def test_a_connection_is_hung_up_after_as_many_calls_as_its_habit_says(
    api: Api, user_of: UserOf, requests: int, opened: int
) -> None:
    """The server sees as many callers as there were connections."""
    user = user_of(api.port, lifetime=ConnectionLifetime(ConnectionPolicy(requests), Random(0)))
    for _ in range(12):
        user.ask()
    assert (user.counts.opened, user.counts.resent) == (opened, 0)
    assert len(set(api.peers)) == opened


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="only Linux lists its sockets here")
def test_a_connection_that_is_hung_up_leaves_its_port_free(api: Api, user_of: UserOf) -> None:
    """With a connection for each call, those that linger for a minute would soon be all."""
    user = user_of(api.port, lifetime=ConnectionLifetime(ConnectionPolicy(1)))
    for _ in range(20):
        user.ask()
    lingering = [
        each
        for each in psutil.net_connections("tcp")
        if each.status == psutil.CONN_TIME_WAIT and each.raddr[1:] == (api.port,)
    ]
    assert lingering == []


def test_users_are_served_at_once(api: Api, user_of: UserOf) -> None:
    """Each on a connection of its own, as over HTTP/1.1."""
    users = [user_of(api.port) for _ in range(8)]
    jobs = [gevent.spawn(lambda user=user: [user.ask(f) for f in range(50)]) for user in users]
    gevent.joinall(jobs, timeout=PATIENCE_S, raise_error=True)
    assert len(api.asked) == 400
    assert [user.counts.opened for user in users] == [1] * 8


def test_the_server_is_told_who_asks_and_how_long_it_may_take(api: Api, user_of: UserOf) -> None:
    user_of(api.port, timeout_s=7.0).ask()
    assert api.metadata[0]["user-agent"] == "celsiusify-load-tests"
    assert 0 < api.left_s[0] <= 7.0


def test_a_large_answer_is_read_whole(api: Api, user_of: UserOf) -> None:
    api.floats = 500_000
    user = user_of(api.port)
    assert len(user.call().body) > 4 * api.floats
    user.ask()
    assert user.counts.opened == 1


def test_a_large_request_is_sent_whole(api: Api, user_of: UserOf) -> None:
    """It is larger than the windows that the server opens at first."""
    request = PredictRequest(output_filter=["x" * 3_000_000])
    request.inputs["fahrenheit"].float_val.append(451)
    user = user_of(api.port)
    reply = user.connection.exchange(framed(request.SerializeToString()))
    assert user.client.judge(reply, 451.0) is None
    assert len(api.asked[0].output_filter[0]) == 3_000_000


@pytest.mark.parametrize(
    ("status", "details", "problem"),
    [
        (
            grpc.StatusCode.NOT_FOUND,
            "Servable not found for request: Latest(nope)",
            "grpc status NOT_FOUND: Servable not found for request: Latest(nope)",
        ),
        (
            grpc.StatusCode.INVALID_ARGUMENT,
            "451.123456 and -4.5e-07 are too hot\nsaid 3 nodes",
            "grpc status INVALID_ARGUMENT: N and N are too hot",
        ),
        (grpc.StatusCode.INTERNAL, "", "grpc status INTERNAL"),
        (grpc.StatusCode.UNAVAILABLE, "°F % no", "grpc status UNAVAILABLE: °F % no"),
    ],
)
def test_errors_are_named_without_the_request_s_own_values(
    api: Api, user_of: UserOf, status: grpc.StatusCode, details: str, problem: str
) -> None:
    """The HTTP status is 200 all the same; the next call goes on."""
    api.status, api.details = status, details
    user = user_of(api.port)
    reply = user.call(451.123456)
    assert (reply.status, reply.problem) == (200, problem)
    with pytest.raises(WrongAnswerError) as raised:
        user.client.judge(reply, 451.123456)
    assert str(raised.value) == problem
    api.status = None
    user.ask()
    assert user.counts.opened == 1


def test_a_server_without_the_call_says_so(user_of: UserOf) -> None:
    server = grpc.server(ThreadPoolExecutor(1))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    assert (user_of(port).call().problem or "").startswith("grpc status UNIMPLEMENTED")
    server.stop(None).wait()


def test_a_call_that_takes_too_long_fails_and_the_next_goes_on(api: Api, user_of: UserOf) -> None:
    """Either end may notice first: the server was told the deadline."""
    api.delay_s = PATIENCE_S
    user = user_of(api.port, timeout_s=TIMEOUT_S)
    with suppress(ExchangeError):
        assert (user.call().problem or "").startswith("grpc status DEADLINE_EXCEEDED")
    api.delay_s = 0
    user.ask()


def test_a_server_that_restarts_costs_no_call(user_of: UserOf) -> None:
    """A stopped server sends GOAWAY; the next call opens a new connection."""
    again = Api(0)
    first = start(again)
    user = user_of(again.port)
    user.ask()
    stopped = first.stop(PATIENCE_S)
    wait_for_goaway(user)
    second = start(again)
    user.ask()
    assert stopped.wait(PATIENCE_S)
    second.stop(None).wait()
    assert (user.counts.opened, user.counts.resent) == (2, 0)


def test_a_wrong_temperature_is_no_answer(api: Api, user_of: UserOf) -> None:
    user = user_of(api.port)
    reply = user.call(451.0)
    with pytest.raises(WrongAnswerError, match=r"^wrong temperature at outputs\.celsius"):
        user.client.judge(reply, 452.0)
    assert user.client.read(reply) == pytest.approx(232.777778)


HEAD = http2_frames.frame(http2_frames.HEADERS, http2_frames.END_HEADERS, 1, b"\x88")  # :status 200
ENDS = http2_frames.END_HEADERS | http2_frames.END_STREAM
ENDING = http2_frames.frame(http2_frames.HEADERS, ENDS, 1, b"\x00\x0bgrpc-status\x010")
PONG = http2_frames.frame(http2_frames.PING, http2_frames.ACK, 0, b"are you?")
RIGHT = User(1).client.right_answer(451.0)


def listen(connection: socket.socket) -> bool:
    """Wait for a call; says whether one came before the connection's end."""
    data = b""
    while True:
        piece = connection.recv(65_536)
        data += piece
        begin = len(http2_frames.PREFACE) if data.startswith(b"PRI") else 0
        found, _ = http2_frames.split(data[begin:])
        if not piece or any(frame.kind == http2_frames.DATA for frame in found):
            return bool(piece)


def answer(calls: int) -> Script:
    """Answer so many calls as a server does that works."""

    def script(connection: socket.socket) -> None:
        replies = grpc_replies(RIGHT)
        answered = 0
        while answered < calls and (data := connection.recv(65_536)):
            reply = replies(data)
            connection.sendall(reply)
            answered += RIGHT in reply

    return script


def say(*sent: bytes, then_close: bool = False) -> Script:
    """Wait for a call, and send this."""

    def script(connection: socket.socket) -> None:
        connection.sendall(http2_frames.settings({}))
        listen(connection)
        connection.sendall(b"".join(sent))
        if then_close:
            connection.close()

    return script


def in_turn(*scripts: Script) -> Script:
    """Follow several scripts on one connection."""

    def sequence(connection: socket.socket) -> None:
        for script in scripts:
            script(connection)

    return sequence


def goaway(last: int, code: ErrorCode = ErrorCode.NO_ERROR) -> bytes:
    return http2_frames.frame(http2_frames.GOAWAY, 0, 0, struct.pack(">LL", last, code))


def reset(stream: int, code: ErrorCode) -> bytes:
    return http2_frames.frame(http2_frames.RST_STREAM, 0, stream, struct.pack(">L", code))


def port_of(server: ScriptedServer) -> int:
    return server.address[1]


@pytest.mark.parametrize(
    "refusal", [goaway(0), reset(1, ErrorCode.REFUSED_STREAM)], ids=["goaway", "reset"]
)
def test_a_call_that_was_not_processed_is_sent_again(
    serve: Serve, user_of: UserOf, refusal: bytes
) -> None:
    """RFC 9113, section 8.7: that is no failure; that it went out twice shows."""
    user = user_of(port_of(serve(say(refusal), answer(2))))
    user.ask()
    user.ask()
    assert (user.counts.opened, user.counts.resent) == (2, 1)


def test_a_call_that_is_refused_twice_has_failed(serve: Serve, user_of: UserOf) -> None:
    user = user_of(port_of(serve(say(goaway(0)), say(goaway(0)), answer(1))))
    with pytest.raises(ExchangeError, match=r"^call refused by the server$"):
        user.call()
    user.ask()
    assert (user.counts.opened, user.counts.resent) == (3, 1)


def test_a_request_is_as_long_as_what_goes_over_the_wire(api: Api, user_of: UserOf) -> None:
    """The head's fields are spelt out once a connection; then a few bytes stand for them."""
    user = user_of(api.port)
    sizes = []
    for _ in range(3):
        user.ask()
        sizes.append(user.connection.sent_bytes)
    message = len(user.client.fill(451.0))
    assert sizes[0] > sizes[1] >= sizes[2] > message + 2 * 9


def test_what_comes_before_an_answer_is_not_taken_for_it(serve: Serve, user_of: UserOf) -> None:
    """Settings and pings arrive at once; the wait for the answer's first bytes goes on."""
    answered_ns = []

    def script(connection: socket.socket) -> None:
        connection.sendall(http2_frames.settings({}))
        listen(connection)
        connection.sendall(http2_frames.frame(http2_frames.PING, 0, 0, bytes(8)))
        while not connection.recv(65_536).endswith(bytes(8)):
            pass
        answered_ns.append(now_ns())
        connection.sendall(
            HEAD + http2_frames.frame(http2_frames.DATA, http2_frames.END_STREAM, 1, RIGHT)
        )

    user, times = user_of(port_of(serve(script))), Timestamps()
    user.connection.make_transport = lambda connected, timeout_s: TimedTransport(
        connected, timeout_s, times
    )
    user.call()
    assert times.send_ns < times.sent_ns < answered_ns[0] <= times.first_ns
    assert times.first_ns <= user.connection.received_ns


class DeafWire(Transport):
    """A transport that is cut just before a pong goes out."""

    def push(self, data: bytes) -> None:
        """See `Transport`."""
        if data == PONG:
            raise BrokenPipeError
        super().push(data)


def test_an_answer_stands_whatever_becomes_of_its_connection(serve: Serve, user_of: UserOf) -> None:
    """A server may ping along with its answer, and hang up at once."""
    ping = http2_frames.frame(http2_frames.PING, 0, 0, b"are you?")
    data = http2_frames.frame(http2_frames.DATA, 0, 1, RIGHT)
    user = user_of(port_of(serve(say(HEAD, data, ENDING, ping), answer(1))))
    user.connection.make_transport = DeafWire
    user.ask()
    user.connection.close()
    user = user_of(port_of(serve(say(HEAD, ping))))
    user.connection.make_transport = DeafWire
    with pytest.raises(ExchangeError, match=r"^connection ended within the answer$"):
        user.ask()


def test_a_farewell_before_a_call_costs_nothing(serve: Serve, user_of: UserOf) -> None:
    def leave(connection: socket.socket) -> None:
        connection.sendall(goaway(1))

    user = user_of(port_of(serve(in_turn(answer(1), leave), answer(1))))
    user.ask()
    wait_for_goaway(user)
    user.ask()
    assert (user.counts.opened, user.counts.resent) == (2, 0)


def test_pings_between_calls_are_answered(serve: Serve, user_of: UserOf) -> None:
    """They don't cost the connection, unlike bytes that nobody asked for over HTTP/1.1."""
    heard = bytearray()

    def ping(connection: socket.socket) -> None:
        replies, answered = grpc_replies(RIGHT), 0
        while answered < 2:
            data = connection.recv(65_536)
            heard.extend(data)
            reply = replies(data)
            if RIGHT in reply:
                answered += 1
                reply += http2_frames.frame(http2_frames.PING, 0, 0, b"are you?")
            connection.sendall(reply)

    user = user_of(port_of(serve(ping)))
    user.ask()
    user.ask()
    assert PONG in heard
    assert user.counts.opened == 1


def http1(connection: socket.socket) -> None:
    """Speak another protocol."""
    connection.recv(65_536)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def hang_up(connection: socket.socket) -> None:
    """Close the connection at once."""
    connection.close()


def silent(connection: socket.socket) -> None:
    """Say nothing."""


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (say(then_close=True), "connection ended before the answer"),
        (say(HEAD, then_close=True), "connection ended within the answer"),
        (
            say(goaway(1, ErrorCode.ENHANCE_YOUR_CALM), then_close=True),
            "connection ended before the answer: ENHANCE_YOUR_CALM",
        ),
        (say(reset(1, ErrorCode.CANCEL)), "call reset by the server: CANCEL"),
        (say(reset(1, ErrorCode.NO_ERROR)), "call reset by the server: NO_ERROR"),
        (say(HEAD, HEAD), "not an HTTP/2 answer: trailers without END_STREAM"),
        (http1, "not an HTTP/2 answer: frame of over 16384 bytes"),
        (hang_up, "connection ended before the answer"),
        (silent, "no answer in 0.5 s"),
        (say(), "no answer in 0.5 s"),
        (say(HEAD), "no answer in 0.5 s"),
    ],
)
def test_faults_have_names_and_the_next_call_goes_on(
    serve: Serve, user_of: UserOf, script: Script, reason: str
) -> None:
    """A fault in an answer is one call's failure."""
    user = user_of(port_of(serve(script, answer(1))), timeout_s=TIMEOUT_S)
    with pytest.raises(ExchangeError) as raised:
        user.call()
    assert str(raised.value) == reason
    user.ask()
    assert (user.counts.opened, user.counts.resent) == (2, 0)


@pytest.mark.parametrize(
    ("sent", "status", "problem"),
    [
        (
            [http2_frames.frame(http2_frames.HEADERS, ENDS, 1, b"\x88")],
            200,
            "answer without grpc-status",
        ),
        ([http2_frames.frame(http2_frames.HEADERS, ENDS, 1, b"\x8d")], 404, "status 404"),
        (
            [HEAD, http2_frames.frame(http2_frames.DATA, http2_frames.END_STREAM, 1, RIGHT)],
            200,
            "answer without grpc-status",
        ),
        (
            [HEAD, http2_frames.frame(http2_frames.HEADERS, ENDS, 1, b"\x00\x0bgrpc-status\x0299")],
            200,
            "grpc status UNKNOWN",
        ),
    ],
)
def test_answers_that_are_not_grpc_are_problems(
    serve: Serve, user_of: UserOf, sent: list[bytes], status: int, problem: str
) -> None:
    reply = user_of(port_of(serve(say(*sent)))).call()
    assert (reply.status, reply.problem) == (status, problem)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "answer isn't one uncompressed gRPC message"),
        (RIGHT[:-1], "answer isn't one uncompressed gRPC message"),
        (RIGHT + RIGHT, "answer isn't one uncompressed gRPC message"),
        (b"\x01" + RIGHT[1:], "answer isn't one uncompressed gRPC message"),
        (framed(b"\x0a\xff"), "answer isn't a PredictResponse"),
        (framed(b""), "answer has no outputs.celsius.float_val.0"),
    ],
)
def test_bodies_that_are_no_message_are_wrong(body: bytes, problem: str) -> None:
    with pytest.raises(WrongAnswerError) as raised:
        User(1).client.judge(GrpcReply(200, body, None), 451.0)
    assert str(raised.value) == problem


def test_a_killed_user_leaves_no_connection_behind(serve: Serve, user_of: UserOf) -> None:
    """Whoever is stopped while waiting for an answer hangs up, and the server can give up too."""
    hung_up = threading.Event()

    def script(connection: socket.socket) -> None:
        connection.sendall(http2_frames.settings({}))
        assert listen(connection)
        assert not listen(connection)
        hung_up.set()

    user = user_of(port_of(serve(script)))
    greenlet = gevent.spawn(user.call)
    gevent.sleep(0.1)
    greenlet.kill()
    assert hung_up.wait(5)


@pytest.mark.parametrize(
    ("changes", "url", "complaint"),
    [
        ({}, "http://h:8500", r"expected a host like grpc://HOST"),
        ({"path": "/a.B/C"}, "grpc://h", "unknown call '/a.B/C'; expected /tensorflow.serving"),
        ({"method": "GET"}, "grpc://h", "method of a gRPC request: .GET.; expected POST"),
    ],
)
def test_targets_that_make_no_sense_are_refused(
    changes: dict[str, str], url: str, complaint: str
) -> None:
    target = replace(TARGET, request=replace(TARGET.request, **changes))
    with pytest.raises(LoadTestError, match=complaint):
        target.client(url)


def test_an_instance_is_found_where_the_target_says() -> None:
    """A message may tell who answered; so does the answer of a responder."""
    answer_at = Answer(TARGET.answer.celsius, instance="model_spec.name")
    client = replace(TARGET, answer=answer_at).client("grpc://h")
    assert client.judge(GrpcReply(200, client.right_answer(32.0), None), 32.0) == "responder"
