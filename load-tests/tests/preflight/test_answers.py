import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from celsiusify_load_tests.client.base import Answer, Client, Request, Timeouts
from celsiusify_load_tests.client.http1.client import HttpClient
from celsiusify_load_tests.client.http1.request import parse_origin
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.preflight import phases
from celsiusify_load_tests.preflight.answers import POINTS, check_answers, grid, reference_points

REFERENCE_POINTS_CSV = Path(__file__).parents[3] / "reference-points.csv"


class Handler(BaseHTTPRequestHandler):
    """Answers `/FAHRENHEIT`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    delay_s = 0.0

    @staticmethod
    def convert(fahrenheit: float) -> float:
        """Tell the temperature in °C."""
        return (fahrenheit - 32) * 5 / 9

    def do_GET(self) -> None:
        """Answer after a while."""
        time.sleep(self.delay_s)
        body = json.dumps({"celsius": self.convert(float(self.path[1:]))}).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.wfile.write(head + body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A target that runs in a thread of this process."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.shutdown()


def client_of(port: int) -> Client:
    origin = parse_origin(f"http://127.0.0.1:{port}", "http")
    return HttpClient(Request("GET", "/$fahrenheit"), Answer("celsius"), origin, Timeouts())


@pytest.fixture
def client(server: ThreadingHTTPServer) -> Client:
    return client_of(server.server_port)


def test_a_right_target_passes_at_the_reference_points(client: Client) -> None:
    temperatures = grid(reference_points(REFERENCE_POINTS_CSV), seed=1)
    result = check_answers(client, temperatures)
    assert (result.asked, result.wrong, result.problem) == (POINTS, 0, None)
    assert result.worst_error is not None
    assert result.worst_error <= 1e-6
    assert result.worst_fahrenheit in temperatures


def test_one_that_forgets_to_scale_is_told_with_its_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-32 is right at 32 °F alone, where both scales meet at 0."""
    monkeypatch.setattr(Handler, "convert", staticmethod(lambda fahrenheit: fahrenheit - 32))
    result = check_answers(client, [32.0, 212.0, 50.0])
    assert (result.wrong, result.worst_fahrenheit) == (2, 212.0)
    assert result.problem == "answer for 212 °F: 180 °C; expected 100 °C"


def test_one_that_answers_nothing_is_wrong_everywhere() -> None:
    result = check_answers(client_of(port=1), [1.0, 2.0])
    assert (result.wrong, result.worst_error, result.worst_fahrenheit) == (2, None, None)
    assert result.problem is not None
    assert "no connection: Connection refused; expected" in result.problem


def test_random_temperatures_follow_from_the_seed() -> None:
    assert grid([1.0], seed=1) == grid([1.0], seed=1) != grid([1.0], seed=2)
    assert len(set(grid([1.0], seed=1))) == POINTS


@pytest.mark.parametrize("text", [None, "celsius\n1\n", "fahrenheit\nhot\n"])
def test_missing_reference_points_are_told_in_one_line(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "reference-points.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(LoadTestError, match=r"reference-points\.csv"):
        reference_points(path)


def test_the_phases_are_the_whole_request(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Phases sum to the total within 2 %, and a server that thinks 5 ms shows in `wait`."""
    monkeypatch.setattr(Handler, "delay_s", 0.005)
    result = phases.measure(client, [451.0] * 20)
    assert result.pop("requests") == 20
    total = result.pop("total")
    assert list(result) == list(phases.PHASES)
    assert min(result.values()) >= 0
    assert sum(result.values()) == pytest.approx(total, rel=0.02)
    assert result["wait"] > 5000
