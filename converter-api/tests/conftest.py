"""What the tests share: the app without a server, and real servers."""

import signal
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from celsiusify_converter_api.app import create_app
from celsiusify_converter_api.config import Settings

from .support.servers import PATIENCE_S, Server, StartServer


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """Start servers, with settings as keywords; they are stopped when the tests are over."""
    folder = tmp_path_factory.mktemp("servers")
    started: list[Server] = []

    def start(**settings: str | int) -> Server:
        defaults: dict[str, str | int] = {"workers": 2, "drain_s": 0}
        named = {f"CELSIUSIFY_{k.upper()}": str(v) for k, v in (defaults | settings).items()}
        started.append(Server(folder, named))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGINT)
    for server in started:
        server.process.wait(PATIENCE_S)


@pytest.fixture(scope="session")
def server(servers: StartServer) -> Server:
    """Give a server that no test may stop or disturb."""
    return servers()


@pytest.fixture
def client() -> FlaskClient:
    """Give a client of the app, without a server."""
    return create_app(Settings()).test_client()
