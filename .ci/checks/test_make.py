"""What make takes from whom."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def make(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *words], cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("verb", "option"), [("loadtest", "--host"), ("capacity", "--host"), ("cluster", "--name")]
)
def test_names_of_the_machine_are_not_taken_for_options(verb: str, option: str) -> None:
    """Conda has a HOST and WSL a NAME in the environment, which nobody gave to make."""
    asked = (verb, "--dry-run", "DOCKER=true")
    assert "Box" not in make(*asked, HOST="Box", NAME="Box").stdout
    assert f"{option}=Box" in make(*asked, "HOST=Box", "NAME=Box").stdout


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("WHERE=moon",), "make: WHERE is here or cluster, not moon\n"),
        (("WORKERS=2",), "make: WORKERS=2 is for loads inside a cluster: add WHERE=cluster\n"),
        (
            ("WHERE=cluster", "HOST=http://x"),
            "make: HOST=http://x is for loads from here; WHERE=cluster loads what was deployed\n",
        ),
    ],
)
def test_variable_of_another_place_is_refused_in_one_line(
    words: tuple[str, ...], problem: str
) -> None:
    """Nothing is set up before that is said."""
    done = make("loadtest", "TARGET=tfserving", *words)
    assert (done.returncode, done.stdout) == (2, problem)
