"""Middleware that accepts `X-Forwarded-*` headers from trusted proxies only."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


Network = IPv4Network | IPv6Network
KNOWN_PEERS = 1024
HEADERS = frozenset(
    f"HTTP_X_FORWARDED_{name}" for name in ("FOR", "PROTO", "HOST", "PORT", "PREFIX")
)


class TrustedProxies:
    """WSGI middleware that hands a trusted peer's requests to werkzeug's `ProxyFix`.

    From the last entry of each header it sets the client's address, the scheme, host and port, and
    the prefix that the proxy serves the app under: in links, redirects and the access log.

    Args:
        app: The application.
        trusted: The networks that proxies connect from.
    """

    def __init__(self, app: "WSGIApplication", trusted: Iterable[Network]) -> None:
        self.app = app
        self.behind_proxy = ProxyFix(app, x_for=1, x_proto=1, x_host=1, x_port=1, x_prefix=1)
        self.trusted = tuple(trusted)
        self.trusts = lru_cache(KNOWN_PEERS)(self._trusts)

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self.trusted)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Serve a request."""
        forwarded = not environ.keys().isdisjoint(HEADERS)
        believed = forwarded and self.trusts(environ.get("REMOTE_ADDR", ""))
        return (self.behind_proxy if believed else self.app)(environ, start_response)
