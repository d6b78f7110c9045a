"""Fixtures of all tests: a made-up machine, and the models of the recorded answers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .support import golden_models
from .support.embedded_server import QUIET
from .support.machine import Machine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without any server, for this process and its children."""
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(machine.bin))
    for name in ("CELSIUSIFY_ENGINE", "CELSIUSIFY_IMAGE", "CELSIUSIFY_BATCHING", "VERSION"):
        monkeypatch.delenv(name, raising=False)
    return machine


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    # In a new process, TensorFlow's functions get the numbers that recorded messages name.
    command = [sys.executable, golden_models.__file__, str(folder)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **QUIET})
    return folder
