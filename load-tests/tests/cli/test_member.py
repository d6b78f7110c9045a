"""Equal pods are given equal arguments: their number says which part each of them plays."""

import pytest

from celsiusify_load_tests.cli import run
from celsiusify_load_tests.cli.main import main
from celsiusify_load_tests.cli.member import role
from celsiusify_load_tests.exit_codes import ExitCode
from support.workspace import Workspace

RUN = ["run", "one", "--users=4", "--warm-up=0", "--run-time=1s", "--no-calibration"]


def part_of(index: int, *command: str) -> list[str]:
    """What the pod of a number has to do."""
    return role(index, "run-1-0.pods", command)


def test_the_first_leads() -> None:
    assert part_of(0, *RUN) == RUN


@pytest.mark.parametrize("index", [1, 7])
def test_the_others_work_for_it(index: int) -> None:
    assert part_of(index, *RUN)[:2] == ["worker", "--leader=run-1-0.pods"]


def test_the_last_of_an_option_wins() -> None:
    """So that whoever starts a job can change it by adding to its arguments."""
    name, *arguments = part_of(0, *RUN, "--users=9", "--users=12")
    assert name == "run"
    assert run.command.make_context(name, arguments).params["users"] == 12


def test_the_leader_does_what_it_is_told_in_its_own_process(workspace: Workspace) -> None:
    done = workspace.command("member", "--index=0", "--leader=here", "--", *RUN)
    assert (done.code, done.stderr) == (ExitCode.OK, "")
    assert done.manifest["command"] == " ".join(["celsiusify-load-tests", *RUN])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ["--index=-1", "--leader=h", "--", *RUN],
            "-1 is not in the range x>=0.",
        ),
        (["--leader=h", "--", *RUN], "Missing option '--index'"),
        (
            ["--index=3", "--leader=h", "--", "run", "--users=x"],
            "'--users': 'x' is not a valid",
        ),
        (["--index=0", "--leader=h"], "nothing after --; expected run"),
    ],
)
def test_mistakes_are_told_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    """By the workers as well: their leader will have ended."""
    code = main(["member", *arguments])
    printed = capsys.readouterr().err
    assert code == ExitCode.USAGE
    assert complaint in printed
    assert printed.count("\n") == 1
