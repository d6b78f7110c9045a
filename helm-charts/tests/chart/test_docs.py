"""What the charts say of themselves: tables of values, and the notes after an installation."""

import subprocess
import sys
from pathlib import Path

import pytest

from .helm import NAMESPACE, RELEASE, Helm
from .scenarios import CHART, scenario_files

METRICS_API = "the cluster has no metrics API"
BY_TAG = "is named by its tag alone"


def test_schemas_and_tables_are_what_values_say() -> None:
    """`python helm-charts/docs/values.py` would change nothing."""
    command = [sys.executable, str(CHART / "docs" / "values.py"), "--check"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("scenario", "said", "unsaid"),
    [
        ("default", ["service/celsiusify-converter-api", METRICS_API, BY_TAG, "/convert/"], []),
        ("default", ["celsiusify-tf-serving-headless.celsiusify:8500", "[451]"], ["all zeros"]),
        ("default", ["create job", "cronjob/celsiusify-load-tests-"], ["8089"]),
        ("minimal", ["celsiusify-converter-api"], ["tf-serving", METRICS_API, "create job"]),
        ("tf-serving-only", ["celsiusify-tf-serving"], ["converter-api", "create job"]),
        ("ui", ["8089"], ["create job"]),
        ("values-production", ["all zeros"], [BY_TAG]),
        ("hpa-metrics", [METRICS_API], []),
    ],
)
def test_notes_tell_the_next_commands(
    helm: Helm, scenario: str, said: list[str], unsaid: list[str]
) -> None:
    notes = helm.notes(CHART, scenario_files()[scenario])
    assert [text for text in said if text not in notes] == []
    assert [text for text in unsaid if text in notes] == []


def test_notes_are_of_this_release(helm: Helm, scenario: Path) -> None:
    """Commands can be copied as they stand."""
    notes = helm.notes(CHART, scenario)
    lines = [line.strip() for line in notes.splitlines()]
    commands = [line for line in lines if line.startswith(("kubectl ", "helm "))]
    assert [line for line in commands if f"-n {NAMESPACE}" not in line] == []
    place = f"NAMESPACE={NAMESPACE} RELEASE={RELEASE}"
    assert [line for line in lines if line.startswith("make ") and place not in line] == []
    assert RELEASE in notes
    assert "<no value>" not in notes
    assert "%!" not in notes
