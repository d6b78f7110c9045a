from pathlib import Path
from typing import Any

import pytest

from celsiusify_reporting.run_folder import measure_run
from support import sentences
from support.runs import Load, edit_run, make_run

TFS = ("targets", "tfserving")
ROUNDS = [1, 1.01, 0.99]


def caveats(folder: Path) -> str:
    return sentences.caveats(measure_run(folder)[0])


def two(results: Path, slowing: list[float]) -> Path:
    folder = make_run(
        results / "run",
        {name: Load(slowing=slowing) for name in ("tfserving", "converter-api")},
    )
    edit_run(folder, *TFS, "request", value="GET /same")
    return folder


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("engine", "caveat"), "Not the real one.", "(REST) [gunicorn]: Not the real one."),
        (("engine",), None, "What served TensorFlow Serving (REST) isn't known"),
        (("cores",), None, "No cores were reserved for TensorFlow Serving (REST)"),
        (
            ("cores",),
            [0, 1, 2],
            "Unequal CPU: the targets were given different numbers of cores: "
            "TensorFlow Serving (REST) had 3 and Flask under gunicorn had 1",
        ),
        (("protocol",), "gRPC", "Not equal between the targets: protocol (gRPC against HTTP/1.1)."),
    ],
)
def test_what_limits_a_run_is_reported(
    results: Path, path: tuple[str, ...], value: Any, says: str
) -> None:
    """Each departure from a fair run has its sentence."""
    folder = two(results, ROUNDS)
    edit_run(folder, *TFS, *path, value=value)

    assert says in caveats(folder)


@pytest.mark.parametrize(("slowing", "times"), [([1.0], "once"), ([1.0, 1.0], "2 times")])
def test_too_few_rounds_are_reported(results: Path, slowing: list[float], times: str) -> None:
    """A fair run of two targets has no other caveat."""
    assert caveats(two(results, slowing)).splitlines() == [
        f"Each target was loaded {times}: a difference between the targets can't be told "
        "from the difference that another run would show."
    ]


def test_fair_run_of_enough_rounds_has_no_caveat(results: Path) -> None:
    """A fair run of enough rounds has no caveat."""
    assert caveats(two(results, ROUNDS)) == ""


def test_clean_run_of_one_target_has_no_caveat(results: Path) -> None:
    """A run of one target has nothing to compare."""
    assert caveats(make_run(results / "run", {"tfserving": Load()})) == ""
