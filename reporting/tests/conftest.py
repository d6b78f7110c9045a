"""Fixtures that make runs to report."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# pytest's importlib mode doesn't put a test's folder on the path; the builder of runs is there.
sys.path.insert(0, str(Path(__file__).parent))

from celsiusify_reporting.document.report import Report
from celsiusify_reporting.run_folder import measure_run
from support.runs import Load, make_run


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder for runs."""
    return tmp_path / "results"


@pytest.fixture
def report_of(results: Path) -> Callable[[dict[str, Load]], Report]:
    """Make a run of some loads and draw up its report."""

    def draw_up(loads: dict[str, Load]) -> Report:
        return measure_run(make_run(results / "20261124T061500Z-quick", loads))[0]

    return draw_up
