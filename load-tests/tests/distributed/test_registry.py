from dataclasses import dataclass
from itertools import count

import pytest

from celsiusify_load_tests.distributed.clock_sync import Offset
from celsiusify_load_tests.distributed.protocol import (
    SILENCE_TIMEOUT_S,
    Command,
    RegisterRequest,
    RunConfig,
    Status,
)
from celsiusify_load_tests.distributed.registry import RefusedError, WorkerRegistry

VERSIONS = {"celsiusify-load-tests": "0.1.0", "locust": "2.47.0", "python": "3.11.7"}
RUN_CONFIG = RunConfig(0, 1, 5557, "targets: {}")


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


def registry_of(size: int, now: Time) -> WorkerRegistry:
    return WorkerRegistry(size, VERSIONS, RUN_CONFIG, now)


tokens = count()


def registration(name: str = "pod", **versions: str) -> RegisterRequest:
    return RegisterRequest(str(next(tokens)), name, {**VERSIONS, "numpy": "1", **versions})


def test_workers_are_numbered_and_named_as_they_come(now: Time) -> None:
    registry = registry_of(3, now)
    run_configs = [
        registry.register(registration("a")),
        registry.register(registration("a")),
        registry.register(registration("b")),
    ]
    assert [run_config.worker for run_config in run_configs] == [0, 1, 2]
    assert [worker.name for worker in registry.workers] == ["a", "a-2", "b"]


def test_no_two_workers_have_one_name(now: Time) -> None:
    """Even if a machine is called what another one would be called with its number."""
    registry = registry_of(4, now)
    for name in ("a", "a-2", "a", "a"):
        registry.register(registration(name))
    assert [worker.name for worker in registry.workers] == ["a", "a-2", "a-3", "a-4"]


def test_a_worker_that_did_not_hear_the_answer_joins_again(now: Time) -> None:
    registry, same = registry_of(2, now), registration()
    assert registry.register(same) == registry.register(same)
    assert len(registry.workers) == 1


def test_one_worker_too_many_is_refused(now: Time) -> None:
    registry = registry_of(1, now)
    registry.register(registration())
    with pytest.raises(RefusedError, match="too many workers: the run already has 1"):
        registry.register(registration())
    with pytest.raises(RefusedError, match="too many workers: the run already has 1"):
        registry.register(registration(locust="0"))
    assert registry.refused is None


@pytest.mark.parametrize("name", ["celsiusify-load-tests", "locust", "python"])
def test_other_versions_are_refused_by_name(now: Time, name: str) -> None:
    registry = registry_of(1, now)
    with pytest.raises(RefusedError) as refusal:
        registry.register(registration("pod-1", **{name: "0"}))
    assert str(refusal.value) == f"worker pod-1 has {name} 0 instead of {VERSIONS[name]}"
    assert registry.refused == str(refusal.value)


def test_a_crew_is_ready_once_all_have_compared_their_clocks(now: Time) -> None:
    registry = registry_of(2, now)
    registry.register(registration())
    registry.update(0, Status(before=Offset(1.0, 0.1)))
    states = [registry.ready]
    registry.register(registration())
    states.append(registry.ready)
    registry.update(1, Status(before=Offset(2.0, 0.1)))
    assert [*states, registry.ready] == [False, False, True]


def test_a_worker_that_is_not_heard_of_is_lost_for_good(now: Time) -> None:
    registry = registry_of(2, now)
    registry.register(registration("a"))
    registry.register(registration("b"))
    now.now_s += SILENCE_TIMEOUT_S - 1
    registry.heartbeat(0)
    now.now_s += 2
    assert registry.lost() == "no heartbeat from worker b for 5 s"
    with pytest.raises(RefusedError, match="the leader got no heartbeat from this worker for 5 s"):
        registry.heartbeat(1)
    assert registry.problem(1) == "no heartbeat from worker b for 5 s"


def test_a_job_is_done_when_all_have_handed_it_in(now: Time) -> None:
    """Those who are lost aren't waited for."""
    registry = registry_of(2, now)
    registry.register(registration())
    registry.register(registration())
    registry.issue(Command("load", 7))
    assert registry.update(0, Status(7, done=True)) == Command("load", 7)
    registry.update(1, Status(6, done=True))
    assert not registry.done(7)
    now.now_s += SILENCE_TIMEOUT_S + 1
    registry.lost()
    assert registry.done(7)


def test_a_report_that_was_overtaken_changes_nothing(now: Time) -> None:
    """One that was sent twice, since no answer came in time, may arrive after those that follow."""
    registry = registry_of(1, now)
    registry.register(registration("a"))
    registry.update(0, Status(7, problem="it broke"))
    registry.update(0, Status(7, done=True))
    registry.update(0, Status(7, problem="it broke"))
    assert (registry.done(7), registry.problem(7)) == (True, None)
    registry.update(0, Status(8, done=True))
    registry.update(0, Status(7, done=True))
    assert registry.done(8)


def test_problems_are_those_of_the_job(now: Time) -> None:
    registry = registry_of(2, now)
    registry.register(registration("a"))
    registry.register(registration("b"))
    registry.update(0, Status(1, problem="it broke"))
    registry.update(1, Status(2, problem="it bent"))
    assert registry.problem(1) == "worker a: it broke"
    assert registry.problem(3) is None


def test_workers_are_dismissed_once_they_have_heard_it(now: Time) -> None:
    registry = registry_of(2, now)
    registry.register(registration())
    registry.register(registration())
    registry.issue(Command("end"))
    registry.heartbeat(0)
    registry.update(1, Status())
    before = registry.dismissed
    registry.update(0, Status())
    now.now_s += SILENCE_TIMEOUT_S + 1
    assert (before, registry.dismissed, registry.lost()) == (False, True, None)


def test_a_stranger_is_refused(now: Time) -> None:
    with pytest.raises(RefusedError, match="isn't registered for the run"):
        registry_of(1, now).heartbeat(0)
