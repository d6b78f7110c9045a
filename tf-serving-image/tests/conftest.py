"""What the tests of the command share."""

from pathlib import Path

import pytest

from .support.machine import Machine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without any server, for this process and for those that it starts."""
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(machine.bin))
    for name in ("CELSIUSIFY_ENGINE", "CELSIUSIFY_IMAGE", "CELSIUSIFY_BATCHING", "VERSION"):
        monkeypatch.delenv(name, raising=False)
    return machine
