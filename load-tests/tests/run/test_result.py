import pytest

from celsiusify_load_tests.run.result import UNFINISHED, Round, TargetResult


def measured(*rounds: tuple[str, str | None]) -> TargetResult:
    entries = [
        Round(number, state=state, problem=problem)
        for number, (state, problem) in enumerate(rounds)
    ]
    return TargetResult("A title", "http://127.0.0.1:1", "GET /", "HTTP/1.1", rounds=entries)


@pytest.mark.parametrize(
    ("rounds", "state", "problem"),
    [
        ([("complete", None)], "complete", None),
        ([("failed", "gone")], "failed", "gone"),
        ([("complete", None), ("failed", "gone")], "failed", "round 2: gone"),
        ([("interrupted", "late"), ("failed", "gone")], "failed", "round 2: gone"),
        ([("complete", None), ("interrupted", "late")], "interrupted", "round 2: late"),
        ([("failed", "no model"), ("failed", "no model")], "failed", "no model"),
        ([], "interrupted", UNFINISHED),
    ],
)
def test_a_target_is_as_good_as_its_worst_round(
    rounds: list[tuple[str, str | None]], state: str, problem: str | None
) -> None:
    content = measured(*rounds).content()
    assert (content["state"], content["problem"]) == (state, problem)


def test_closing_leaves_what_was_loaded() -> None:
    entry = measured(("complete", None), ("failed", "lost"), ("interrupted", UNFINISHED))
    entry.close("failed", "no port")
    assert [found.problem for found in entry.rounds] == [None, "lost", "no port"]
    assert [found.state for found in entry.rounds] == ["complete", "failed", "failed"]
