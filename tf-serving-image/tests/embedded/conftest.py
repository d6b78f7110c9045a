"""Fixtures of the embedded server and the models that it serves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ..support.embedded_server import MODELS_CONFIG, ForkServer, Server, Start


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    server = ForkServer()
    yield server
    server.close()


@pytest.fixture
def start(tmp_path: Path, fork_server: ForkServer) -> Iterator[Start]:
    servers: list[Server] = []

    def start_server(*flags: str) -> Server:
        servers.append(Server(tmp_path, *flags, launch=fork_server.launch))
        return servers[-1]

    yield start_server
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def golden_server(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    config, monitoring = folder / "models.config", folder / "monitoring.config"
    config.write_text(MODELS_CONFIG.format(models=models))
    monitoring.write_text("prometheus_config { enable: true }")
    server = Server(
        folder,
        f"--model_config_file={config}",
        "--model_config_file_poll_wait_seconds=1",
        "--rest_api_timeout_in_ms=3000",
        "--allow_version_labels_for_unavailable_models",
        f"--monitoring_config_file={monitoring}",
    )
    server.wait_until_ready()
    yield server
    assert server.stop() == 0
