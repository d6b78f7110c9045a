import pytest

from celsiusify_load_tests.config.profiles import (
    Segment,
    Step,
    at,
    lasting,
    placed,
    read,
    stretches,
    written,
)

STEPS = (Step(60, 0.2), Step(180, 1), Step(240, 0.25))


def test_a_load_warms_up_at_the_rate_of_its_first_step() -> None:
    assert stretches(STEPS, 1000, 5) == [
        Segment(65, 200),
        Segment(180, 1000),
        Segment(240, 250),
    ]


def test_steps_follow_each_other() -> None:
    begin_ns = 1_800_000_000_000_000_000
    second_ns = begin_ns + 60_000_000_000
    assert placed(STEPS[:2], 1000, begin_ns) == [
        {"from_ns": begin_ns, "until_ns": second_ns, "rate_rps": 200},
        {"from_ns": second_ns, "until_ns": second_ns + 180_000_000_000, "rate_rps": 1000},
    ]


@pytest.mark.parametrize(
    ("elapsed_s", "number"), [(-5, 0), (0, 0), (59.9, 0), (60, 1), (239.9, 1), (240, 2), (999, 2)]
)
def test_the_step_of_a_moment_is_known(elapsed_s: float, number: int) -> None:
    assert at(STEPS, elapsed_s) == number


def test_steps_can_be_made_longer_together() -> None:
    assert lasting(STEPS, 960) == (Step(120, 0.2), Step(360, 1), Step(480, 0.25))


@pytest.mark.parametrize("steps", [(), STEPS[:1], STEPS, lasting(STEPS, 7)])
def test_steps_that_were_written_are_read_again(steps: tuple[Step, ...]) -> None:
    assert read(written(steps)) == steps


@pytest.mark.parametrize(
    "text", ["60", "60:", ":1", "60:0", "0:1", "60:-1", "60:nan", "a:b", "1:2:3"]
)
def test_what_is_no_step_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whatever the words: the caller has its own
        read(text)
