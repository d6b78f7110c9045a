"""What the workspace's checks read."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECTS = sorted(path.parent.name for path in ROOT.glob("*/pyproject.toml"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each check that names a `project` of every subproject."""
    if "project" in metafunc.fixturenames:
        metafunc.parametrize("project", PROJECTS)


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def versions() -> dict[str, str]:
    lines = (ROOT / "versions.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


@pytest.fixture
def targets() -> dict[str, dict]:
    return yaml.safe_load((ROOT / "targets.yaml").read_text())["targets"]
