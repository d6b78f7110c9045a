"""The chart, rendered by the real helm: each scenario once."""

from functools import cache
from pathlib import Path

import pytest

from ..support.helm import Helm
from ..support.manifests import Manifest, read_manifests
from ..support.scenarios import BLOCKS, CHART, scenario_files

SCENARIOS = scenario_files()


@pytest.fixture(params=list(SCENARIOS.values()), ids=list(SCENARIOS))
def scenario(request: pytest.FixtureRequest) -> Path:
    """The file of values of each scenario in ci/."""
    return Path(request.param)


@pytest.fixture
def release(helm: Helm, scenario: Path) -> list[Manifest]:
    """What a scenario installs; not to be changed, since tests share it."""
    return _read(helm.template(CHART, scenario))


@pytest.fixture
def default(helm: Helm) -> list[Manifest]:
    """What the chart installs with its own values."""
    return _read(helm.template(CHART))


@pytest.fixture(params=BLOCKS)
def block(request: pytest.FixtureRequest) -> str:
    """The key of a block of values."""
    return str(request.param)


@cache
def _read(text: str) -> list[Manifest]:
    return read_manifests(text)
