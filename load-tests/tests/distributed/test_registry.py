from dataclasses import dataclass
from itertools import count

import pytest

from celsiusify_load_tests.distributed.clock_sync import Offset
from celsiusify_load_tests.distributed.protocol import SILENCE_S, Briefing, Joining, Order, Report
from celsiusify_load_tests.distributed.registry import Crew, RefusedError

VERSIONS = {"celsiusify-load-tests": "0.1.0", "locust": "2.47.0", "python": "3.11.7"}
BRIEFING = Briefing(0, 1, 5557, "targets: {}")


@dataclass
class Time:
    """A clock that stands still until it is told otherwise."""

    now_s: float = 100.0

    def __call__(self) -> float:
        """What it shows."""
        return self.now_s


@pytest.fixture
def now() -> Time:
    return Time()


def crew_of(size: int, now: Time) -> Crew:
    return Crew(size, VERSIONS, BRIEFING, now)


tokens = count()


def joining(name: str = "pod", **versions: str) -> Joining:
    return Joining(str(next(tokens)), name, {**VERSIONS, "numpy": "1", **versions})


def test_workers_are_numbered_and_named_as_they_come(now: Time) -> None:
    crew = crew_of(3, now)
    briefings = [crew.join(joining("a")), crew.join(joining("a")), crew.join(joining("b"))]
    assert [briefing.worker for briefing in briefings] == [0, 1, 2]
    assert [member.name for member in crew.members] == ["a", "a-2", "b"]


def test_no_two_workers_have_one_name(now: Time) -> None:
    """Even if a machine is called what another one would be called with its number."""
    crew = crew_of(4, now)
    for name in ("a", "a-2", "a", "a"):
        crew.join(joining(name))
    assert [member.name for member in crew.members] == ["a", "a-2", "a-3", "a-4"]


def test_a_worker_that_did_not_hear_the_answer_joins_again(now: Time) -> None:
    crew, same = crew_of(2, now), joining()
    assert crew.join(same) == crew.join(same)
    assert len(crew.members) == 1


def test_one_worker_too_many_is_refused(now: Time) -> None:
    crew = crew_of(1, now)
    crew.join(joining())
    with pytest.raises(RefusedError, match="the run has its 1 workers already"):
        crew.join(joining())
    with pytest.raises(RefusedError, match="the run has its 1 workers already"):
        crew.join(joining(locust="0"))
    assert crew.refused is None


@pytest.mark.parametrize("name", ["celsiusify-load-tests", "locust", "python"])
def test_other_versions_are_refused_by_name(now: Time, name: str) -> None:
    crew = crew_of(1, now)
    with pytest.raises(RefusedError) as refusal:
        crew.join(joining("pod-1", **{name: "0"}))
    assert str(refusal.value) == f"worker pod-1 has {name} 0 in place of {VERSIONS[name]}"
    assert crew.refused == str(refusal.value)


def test_a_crew_is_ready_once_all_have_compared_their_clocks(now: Time) -> None:
    crew = crew_of(2, now)
    crew.join(joining())
    crew.take(0, Report(before=Offset(1.0, 0.1)))
    states = [crew.ready]
    crew.join(joining())
    states.append(crew.ready)
    crew.take(1, Report(before=Offset(2.0, 0.1)))
    assert [*states, crew.ready] == [False, False, True]


def test_a_worker_that_is_not_heard_of_is_lost_for_good(now: Time) -> None:
    crew = crew_of(2, now)
    crew.join(joining("a"))
    crew.join(joining("b"))
    now.now_s += SILENCE_S - 1
    crew.hear(0)
    now.now_s += 2
    assert crew.lost() == "nothing was heard of worker b for 5 s"
    with pytest.raises(RefusedError, match="the leader heard nothing of this worker for 5 s"):
        crew.hear(1)
    assert crew.problem(1) == "nothing was heard of worker b for 5 s"


def test_a_job_is_done_when_all_have_handed_it_in(now: Time) -> None:
    """Those who are lost aren't waited for."""
    crew = crew_of(2, now)
    crew.join(joining())
    crew.join(joining())
    crew.order(Order("load", 7))
    assert crew.take(0, Report(7, done=True)) == Order("load", 7)
    crew.take(1, Report(6, done=True))
    assert not crew.done(7)
    now.now_s += SILENCE_S + 1
    crew.lost()
    assert crew.done(7)


def test_a_report_that_was_overtaken_changes_nothing(now: Time) -> None:
    """One that was sent twice, since no answer came in time, may arrive after those that follow."""
    crew = crew_of(1, now)
    crew.join(joining("a"))
    crew.take(0, Report(7, problem="it broke"))
    crew.take(0, Report(7, done=True))
    crew.take(0, Report(7, problem="it broke"))
    assert (crew.done(7), crew.problem(7)) == (True, None)
    crew.take(0, Report(8, done=True))
    crew.take(0, Report(7, done=True))
    assert crew.done(8)


def test_problems_are_those_of_the_job(now: Time) -> None:
    crew = crew_of(2, now)
    crew.join(joining("a"))
    crew.join(joining("b"))
    crew.take(0, Report(1, problem="it broke"))
    crew.take(1, Report(2, problem="it bent"))
    assert crew.problem(1) == "worker a: it broke"
    assert crew.problem(3) is None


def test_workers_are_dismissed_once_they_have_heard_it(now: Time) -> None:
    crew = crew_of(2, now)
    crew.join(joining())
    crew.join(joining())
    crew.order(Order("end"))
    crew.hear(0)
    crew.take(1, Report())
    before = crew.dismissed
    crew.take(0, Report())
    now.now_s += SILENCE_S + 1
    assert (before, crew.dismissed, crew.lost()) == (False, True, None)


def test_a_stranger_is_refused(now: Time) -> None:
    with pytest.raises(RefusedError, match="none of the run's"):
        crew_of(1, now).hear(0)
