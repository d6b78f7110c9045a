"""Equal pods are given equal arguments: their number says which part each of them plays."""

import pytest

from celsiusify_load_tests.cli.main import main, parser
from celsiusify_load_tests.cli.member import part
from celsiusify_load_tests.exit_codes import ExitCode
from support.workspace import Workspace

RUN = ["run", "one", "--users=4", "--warm-up=0", "--run-time=1s", "--no-calibration"]


def part_of(index: int, *command: str) -> list[str]:
    """What the pod of a number has to do."""
    top = parser()
    given = ["member", f"--index={index}", "--leader=run-1-0.pods", "--", *command]
    return part(top.parse_args(given), top)


def test_the_first_leads() -> None:
    assert part_of(0, *RUN) == RUN


@pytest.mark.parametrize("index", [1, 7])
def test_the_others_work_for_it(index: int) -> None:
    assert part_of(index, *RUN)[:2] == ["worker", "--leader=run-1-0.pods"]


def test_the_last_of_an_option_wins() -> None:
    """So that whoever starts a job can change it by adding to its arguments."""
    command = part_of(0, *RUN, "--users=9", "--users=12")
    assert parser().parse_args(command).users == 12


def test_the_leader_does_what_it_is_told_in_its_own_process(workspace: "Workspace") -> None:
    run = workspace.command("member", "--index=0", "--leader=here", "--", *RUN)
    assert (run.code, run.stderr) == (ExitCode.OK, "")
    assert run.manifest["command"] == " ".join(["celsiusify-load-tests", *RUN])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--index=-1", "--leader=h", "--", *RUN], "expected a whole number from 0, got '-1'"),
        (["--leader=h", "--", *RUN], "the following arguments are required: --index"),
        (["--index=3", "--leader=h", "--", "run", "--users=x"], "argument --users: expected"),
        (["--index=0", "--leader=h"], "the following arguments are required: VERB"),
    ],
)
def test_mistakes_are_told_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    """By the workers as well: their leader will have ended."""
    with pytest.raises(SystemExit) as end:
        main(["member", *arguments])
    printed = capsys.readouterr().err
    assert end.value.code == ExitCode.USAGE
    assert complaint in printed
    assert printed.count("\n") == 1
