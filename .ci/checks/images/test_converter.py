"""The converter's image: converts, tells that it is healthy, and stops without losing a request."""

import json
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Engine

pytestmark = pytest.mark.docker

ASKING = Path(__file__).with_name("asking.py")
Image = Callable[[str], str]
Patiently = Callable[[Callable[[], bool], str], None]


def test_converter_converts_once_it_is_healthy(engine: Engine, image: Image) -> None:
    with engine.healthy("--publish=127.0.0.1::8080", image("converter-api")) as container:
        address = engine("port", container, "8080").splitlines()[0]
        url = f"http://{address}/convert/?fahrenheit=451"
        with urllib.request.urlopen(url, timeout=5) as answer:
            assert json.load(answer)["celsius"] == "232.777778"
        assert engine("exec", container, "id", "-u") == "65532"


def test_stop_under_load_loses_no_request(
    engine: Engine, image: Image, network: str, patiently: Patiently
) -> None:
    """Every request that was sent before or after SIGTERM is answered, and logged once."""
    name = image("converter-api")
    with engine.healthy(f"--network={network}", name) as converter:
        host = engine.inspect("container", converter)["Config"]["Hostname"]
        load = ("--entrypoint=python", name, "-c", ASKING.read_text())
        ask = (host, "8080", "/convert/?fahrenheit=451")
        with engine.running(f"--network={network}", *load, *ask) as client:
            patiently(lambda: "under load" in engine("logs", client), "the load's start")
            engine("stop", "--time=60", converter)
            assert engine("wait", client) == "0"
            told = json.loads(engine("logs", client).splitlines()[-1])
        assert engine.inspect("container", converter)["State"]["ExitCode"] == 0
        logged = engine("logs", converter).count('"/convert/"')
    assert told == {"answered": logged, "statuses": [200], "lost": []}
