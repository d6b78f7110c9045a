"""The command line itself: help, version, and what a command costs."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from celsiusify_reporting.cli.main import SUMMARIES, main

FORMATS = Path(__file__).parents[1] / "formats"
HEAVY = (
    "{'fitz', 'markdown_pdf', 'matplotlib', 'numpy', 'pandas', 'plotly', 'pyarrow', 'pydantic',"
    " 'pymupdf', 'scipy'}"
)
Captured = pytest.CaptureFixture[str]


def imported(*arguments: str) -> str:
    """Return the exit code of a command, and the heavy packages that it imported."""
    code = (
        "import sys; from celsiusify_reporting.cli.main import main; "
        f"print(int(main(sys.argv[1:])), sorted({HEAVY} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, *arguments]
    process = subprocess.run(command, check=True, capture_output=True, text=True)
    return process.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["--version"], *([name, "--help"] for name in SUMMARIES)]
)
def test_help_imports_no_heavy_package(arguments: list[str]) -> None:
    """The packages that compute and draw take seconds of CPU to import."""
    assert imported(*arguments) == "0 []"


def test_comparison_of_reports_imports_nothing_that_draws() -> None:
    """NumPy, Pydantic and one function of SciPy are enough."""
    report = str(FORMATS / "3" / "report.json")

    assert imported("compare", "--baseline", report, report, "--max-regress", "p99:5%") == (
        "0 ['numpy', 'pydantic', 'scipy']"
    )


def test_help_lists_the_commands(capsys: Captured) -> None:
    """Each with its summary, and all exit codes."""
    assert main(["--help"]) == 0
    printed = capsys.readouterr().out
    assert all(f"{name:8} {summary}" in printed for name, summary in SUMMARIES.items())
    assert "141  the reader of the output closed it" in printed


@pytest.mark.parametrize("name", SUMMARIES)
def test_command_has_help(name: str, capsys: Captured) -> None:
    """Every command that the help lists is there."""
    assert main([name, "--help"]) == 0
    assert f"Usage: celsiusify-reporting {name}" in capsys.readouterr().out


def test_version_is_that_of_the_package(capsys: Captured) -> None:
    """The program's name and its version."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"celsiusify-reporting {version('celsiusify-reporting')}\n"
