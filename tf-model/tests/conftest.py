"""What the tests share."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Before anything imports TensorFlow.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

from celsiusify_tf_model.points import Points, read_points

REFERENCE_POINTS = Path(__file__).parents[2] / "reference-points.csv"

Run = Callable[..., subprocess.CompletedProcess[str]]


def run_command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "celsiusify_tf_model", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs the command in a process of its own."""
    return run_command


@pytest.fixture(scope="session")
def reference_points() -> Points:
    """The workspace's table, in °F and °C."""
    return read_points(REFERENCE_POINTS)


@pytest.fixture(scope="session", params=["linear", "mlp"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A version's folder, exported by the command as a user gets it."""
    out = tmp_path_factory.mktemp(request.param)
    done = run_command("export", "--out", out, "--architecture", request.param)
    assert done.returncode == 0, done.stderr
    return out / "celsiusify" / "1"
