import h11
import pytest

from celsiusify_load_tests.client.http1.request import RequestTemplate, parse_origin
from celsiusify_load_tests.errors import LoadTestError

BODY = '{"instances": [$fahrenheit]}'


def parse(request: bytes) -> tuple[h11.Request, bytes]:
    """Read a request as a server would."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(request)
    head = connection.next_event()
    assert isinstance(head, h11.Request)
    body = b""
    while isinstance(event := connection.next_event(), h11.Data):
        body += event.data
    assert isinstance(event, h11.EndOfMessage)
    assert connection.trailing_data == (b"", False)
    return head, body


def test_get_has_the_temperature_in_its_path() -> None:
    """A request without body ends with its head."""
    template = RequestTemplate(
        "GET", "/c/?f=$fahrenheit", None, parse_origin("http://h:8080", "http")
    )
    head, body = parse(template.fill(-459.67))

    assert (head.method, head.target, body) == (b"GET", b"/c/?f=-459.670000", b"")
    assert dict(head.headers)[b"host"] == b"h:8080"
    assert template.is_idempotent


def test_post_has_the_temperature_in_its_body() -> None:
    """A body is as long as its head says, and JSON."""
    template = RequestTemplate("POST", "/v1:predict", BODY, parse_origin("http://h/api/", "http"))
    head, body = parse(template.fill(451.1234567))

    assert (head.method, head.target) == (b"POST", b"/api/v1:predict")
    assert body == b'{"instances": [451.123457]}'
    assert dict(head.headers)[b"content-type"] == b"application/json"
    assert not template.is_idempotent


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost", ("localhost", 80, "localhost", "")),
        ("http://127.0.0.1:8501/", ("127.0.0.1", 8501, "127.0.0.1:8501", "")),
        ("http://[::1]:8501/a/b/", ("::1", 8501, "[::1]:8501", "/a/b")),
        ("http://me:secret@host:1", ("host", 1, "host:1", "")),
    ],
)
def test_addresses_are_taken_apart(url: str, expected: tuple[str, int, str, str]) -> None:
    """Host, port, what goes into the Host field, and the path's beginning."""
    origin = parse_origin(url, "http")
    assert (origin.host, origin.port, origin.authority, origin.prefix) == expected


@pytest.mark.parametrize("url", ["", "localhost:80", "https://host", "http://", "http://h:x", "h"])
def test_other_addresses_are_refused(url: str) -> None:
    """The message shows what was expected and what came."""
    with pytest.raises(LoadTestError) as raised:
        parse_origin(url, "http")
    assert str(raised.value) == f"expected a host like http://HOST[:PORT][/PREFIX], got {url!r}"


@pytest.mark.parametrize("path", ["/a b", "/a\r\nX: 1", "/°F"])
def test_paths_that_would_break_the_request_are_refused(path: str) -> None:
    """A path is escaped, or it is an error."""
    with pytest.raises(LoadTestError, match="escaped for a URL"):
        RequestTemplate("GET", path, None, parse_origin("http://h", "http"))
