from pathlib import Path
from typing import Any

import pytest

from celsiusify_reporting.folder import measure_run
from runs import Load, edit_run, make_run

TFS = ("targets", "tfserving")


def caveats(folder: Path) -> str:
    report, _ = measure_run(folder)
    return "\n".join(report.caveats).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("engine", "caveat"), "Not the real one.", "TensorFlow Serving (REST): Not the real one."),
        (("engine",), None, "What served TensorFlow Serving (REST) isn't known"),
        (("cores",), None, "No cores were kept for TensorFlow Serving (REST)"),
        (("cores",), [0, 1, 2], "TensorFlow Serving (REST) had 3 and Flask under gunicorn had 1"),
        (("state",), "interrupted", "was interrupted: it is not recorded why"),
        (("counts", "started"), 7, "the counts don't agree"),
        (("counts", "server"), 7, "the target itself counted 7 requests"),
        (("steady_until_ns",), None, "no statistics: it has no steady window"),
    ],
)
def test_what_limits_a_run_is_said(
    results: Path, path: tuple[str, ...], value: Any, says: str
) -> None:
    """Each departure from a clean run has its sentence."""
    folder = make_run(results / "run", {"tfserving": Load(), "converter-api": Load()})
    edit_run(folder, *TFS, *path, value=value)

    assert says in caveats(folder)


def test_clean_run_of_two_targets_has_only_the_caveat_of_one_run(results: Path) -> None:
    """Nothing is wrong with it but that it was made once."""
    folder = make_run(results / "run", {"tfserving": Load(), "converter-api": Load()})

    assert caveats(folder).splitlines() == [
        "Each target was loaded once: a difference between the targets can't be told "
        "from the difference that a second run would show."
    ]


def test_clean_run_of_one_target_has_no_caveat(results: Path) -> None:
    """There is nothing to compare, and nothing wrong."""
    assert caveats(make_run(results / "run", {"tfserving": Load()})) == ""


def test_generator_at_its_limit_is_said(results: Path) -> None:
    """A worker at 90 % of a core delays what it measures."""
    folder = make_run(results / "run", {"tfserving": Load(worker_cpu=0.9)})

    assert "its busiest process used 90.0 % of a core, over 80 %" in caveats(folder)


def test_users_at_rest_are_said(results: Path) -> None:
    """Where the profile says 20 users and 10 ran, the law doesn't hold."""
    folder = make_run(results / "run", {"tfserving": Load()})
    edit_run(folder, "profile", "users", value=20)

    assert "is neither think time nor waiting for an answer (over 2 %)" in caveats(folder)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("tfserving_usage.csv", "no CPU time and no memory: there is no tfserving_usage.csv"),
        ("tfserving_users.csv", "no users over time: there is no tfserving_users.csv"),
    ],
)
def test_missing_samples_are_said(results: Path, name: str, says: str) -> None:
    """A report without a file says which, and what it lacks therefore."""
    folder = make_run(results / "run", {"tfserving": Load()})
    (folder / name).unlink()

    assert says in caveats(folder)


def test_late_generator_is_said(results: Path) -> None:
    """Users who think for 50 ms where 40 were asked for make less load than the profile says."""
    folder = make_run(results / "run", {"tfserving": Load()})
    edit_run(folder, "profile", "think_time_s", value=[0.03, 0.05])

    assert "users thought 10.0 ms longer than asked for (25.0 %, over 5 %)" in caveats(folder)
