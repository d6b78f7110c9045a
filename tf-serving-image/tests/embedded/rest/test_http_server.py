"""The HTTP server, for any client."""

import gzip
import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from ...support.embedded_server import Server

BODY = b'{"instances": [[212.0]]}'
ANSWER = b'{\n    "predictions": [[100.000008]\n    ]\n}'
PREDICT = "/v1/models/f2c:predict"
HEAD = b"POST /v1/models/f2c:predict HTTP/1.1\r\nHost: x\r\n"


def talk(server: Server, *parts: bytes) -> bytes:
    """Send bytes and return all bytes that the server sends until it closes."""
    with socket.create_connection(("127.0.0.1", server.rest_port), timeout=10) as connection:
        for part in parts:
            connection.sendall(part)
        received = b""
        while data := connection.recv(65536):
            received += data
        return received


def test_requests_on_one_connection_are_answered_in_order(golden_server: Server) -> None:
    """Pipelined requests are answered in order."""
    good = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    bad = HEAD + b"Content-Length: 1\r\nConnection: close\r\n\r\n{"
    received = talk(golden_server, good + good + bad)
    assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"200", b"200", b"400"]
    assert b"server:" not in received.lower()


def test_a_body_may_come_in_chunks(golden_server: Server) -> None:
    """Chunked bodies and those announced by Expect are read."""
    chunked = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert talk(golden_server, chunked, b"18\r\n", BODY, b"\r\n0\r\n\r\n").endswith(ANSWER)
    expecting = HEAD + b"Content-Length: 24\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    received = talk(golden_server, expecting, BODY)
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n")
    assert received.endswith(ANSWER)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET /v1/models/\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /v1/models/%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (HEAD + b"Content-Length: x\r\n\r\n", 400),
        (b"BREW /v1/models/f2c HTTP/1.1\r\nHost: x\r\n\r\n", 501),
        (b"PROPFIND /v1/models/f2c HTTP/1.1\r\nHost: x\r\n\r\n", 501),
    ],
)
def test_a_malformed_request_gets_a_page_and_a_closed_connection(
    golden_server: Server, head: bytes, status: int
) -> None:
    """The page is libevent's."""
    received = talk(golden_server, head)
    assert received.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close\r\n" in received
    assert b"<HTML><HEAD>\n<TITLE>%d " % status in received


def test_gzip_bodies_are_decompressed(golden_server: Server) -> None:
    """A gzip body is decompressed; a broken or truncated body counts as empty."""
    zipped = gzip.compress(BODY)
    gzipped = {"Content-Encoding": "gzip"}
    assert golden_server.request("POST", PREDICT, zipped, gzipped).body == ANSWER
    cut = golden_server.request("POST", PREDICT, zipped[:-9], gzipped)
    assert cut.error == "JSON Parse error: The document is empty"


def test_every_request_is_counted(golden_server: Server) -> None:
    """The Prometheus page counts answers by model and code, and times successful answers."""

    def count(pattern: str) -> int:
        page = golden_server.request("GET", "/monitoring/prometheus/metrics").body.decode()
        match = re.search(rf"^:tensorflow:serving:{pattern} (\d+)$", page, re.MULTILINE)
        return int(match[1]) if match else 0

    good = r'request_count\{model_name="f2c",status="OK"\}'
    bad = r'request_count\{model_name="f2c",status="INVALID_ARGUMENT"\}'
    timed = r'request_latency_count\{model_name="f2c",API="predict",entrypoint="REST"\}'
    before = count(good), count(bad), count(timed)
    golden_server.request("POST", PREDICT, BODY)
    golden_server.request("POST", PREDICT, b"{")
    assert (count(good), count(bad), count(timed)) == tuple(number + 1 for number in before)


def test_each_of_many_clients_gets_its_own_answer(golden_server: Server) -> None:
    """Values of concurrent requests, some of them wrong, aren't mixed up."""

    def predict(number: int) -> object:
        value = "x" if number % 10 == 9 else float(number)
        answer = golden_server.predict("f2c", signature_name="flat", instances=[value])
        return answer.status if answer.status != 200 else answer.json["predictions"][0]

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(predict, range(400)))
    for number, answer in enumerate(answers):
        expected = (
            400 if number % 10 == 9 else pytest.approx((number - 32) * 5 / 9, rel=1e-5, abs=1e-5)
        )
        assert answer == expected


def test_values_are_written_as_recorded_whatever_the_form(golden_server: Server) -> None:
    """Classify and regress answer with scores and values."""
    body = json.dumps({"signature_name": "classify_x_to_y", "examples": [{"x": 1.0}, {"x": 2.0}]})
    classified = golden_server.request("POST", "/v1/models/hp2:classify", body.encode())
    assert classified.body == b'{\n    "results": [[["", 2.5]], [["", 3.0]]\n    ]\n}'
    body = body.replace("classify", "regress").replace('"x": 2.0', '"x": [2.0]')
    regressed = golden_server.request("POST", "/v1/models/hp2:regress", body.encode())
    assert regressed.body == b'{\n    "results": [2.5, 3.0]\n}'
