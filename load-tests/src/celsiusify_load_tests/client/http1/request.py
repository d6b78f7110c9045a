"""Encode an HTTP/1.1 request."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from celsiusify_load_tests.errors import LoadTestError

_IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}  # RFC 9110, section 9.2.2
_PLACEHOLDER = b"$fahrenheit"


@dataclass(frozen=True, slots=True)
class Origin:
    """The server of an address; `prefix` goes before each request's own path."""

    host: str
    port: int
    authority: str
    prefix: str


def parse_origin(url: str, scheme: str) -> Origin:
    """Parse a server's address.

    Raises:
        LoadTestError: If the address isn't `SCHEME://HOST[:PORT][/PREFIX]`.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or 80
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme != scheme or not parts.hostname or parts.query or parts.fragment:
        raise LoadTestError(f"expected a host like {scheme}://HOST[:PORT][/PREFIX], got {url!r}")
    authority = parts.netloc.rpartition("@")[2]
    return Origin(parts.hostname, port, authority, parts.path.rstrip("/"))


class RequestTemplate:
    """A request with `$fahrenheit` in its path or body to be filled in.

    Raises:
        LoadTestError: If the method or path isn't valid in a request line.
    """

    def __init__(self, method: str, path: str, body: str | None, origin: Origin) -> None:
        self.name = path
        """The name of the requests in statistics."""
        self.method = method
        self.is_idempotent = method in _IDEMPOTENT
        self.is_head = method == "HEAD"
        line = f"{method} {origin.prefix}{path} HTTP/1.1"
        if len(line.split(" ")) != 3 or not (line.isascii() and line.isprintable()):
            raise LoadTestError(f"expected a method and a path, escaped for a URL, got {line!r}")
        fields = [
            f"Host: {origin.authority}",
            "User-Agent: celsiusify-load-tests",
            "Accept: application/json",
            "Accept-Encoding: identity",
        ]
        if body is not None:
            fields += ["Content-Type: application/json", "Content-Length: "]
        self._head = "\r\n".join([line, *fields]).encode()
        self._body = None if body is None else body.encode()

    def fill(self, fahrenheit: float) -> bytes:
        """Return the request for a temperature in °F; six decimals bound its length."""
        text = b"%.6f" % fahrenheit
        head = self._head.replace(_PLACEHOLDER, text)
        if self._body is None:
            return head + b"\r\n\r\n"
        body = self._body.replace(_PLACEHOLDER, text)
        return b"%b%d\r\n\r\n%b" % (head, len(body), body)
