"""Gathers the workers of a run around their leader, and lets them go at its end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from celsiusify_load_tests.distributed.control import Control, application, listening, served
from celsiusify_load_tests.distributed.crew import Crew
from celsiusify_load_tests.distributed.intake import Intake
from celsiusify_load_tests.distributed.leader import Leader
from celsiusify_load_tests.distributed.talk import Briefing, Distribution
from celsiusify_load_tests.distributed.worker import versions
from celsiusify_load_tests.errors import LoadTestError
from celsiusify_load_tests.interruption import Interruption

STEP_S = 0.05

Say = Callable[[str], None]


@contextmanager
def leading(
    distribution: Distribution, targets: str, say: Say, stop_asked: Interruption
) -> Iterator[Leader]:
    """Lead workers as long as the context lasts, once all have come; at its end they end too.

    Args:
        distribution: How many there must be, and where they come to.
        targets: The text of targets.yaml.
        say: Tells the user.
        stop_asked: Ends the wait for them.

    Raises:
        LoadTestError: If they don't come in time, or can't take part, or a port is taken.
        Interrupted: If a stop was asked for before all were there.
    """
    listen = distribution.listen
    with listening(listen, distribution.locust_port):
        pass  # Locust's master will, once a load begins
    briefing = Briefing(0, distribution.processes, distribution.locust_port, targets)
    control = Control(Crew(distribution.workers, versions(), briefing), Intake())
    leader = Leader(distribution, control)
    with (
        listening(listen, distribution.control_port) as listener,
        served(application(control), listener),
        _dismissing(leader),
    ):
        _gather(control.crew, distribution, say, stop_asked)
        yield leader


def _gather(crew: Crew, distribution: Distribution, say: Say, stop_asked: Interruption) -> None:
    """Wait until all workers are there."""
    where = f"{distribution.listen}:{distribution.control_port}"
    say(f"waiting at {where} for workers, {distribution.workers} in all")
    here, deadline = 0, time.monotonic() + distribution.worker_timeout_s
    while not crew.ready or here < len(crew.members):
        stop_asked.check()
        if problem := crew.refused or crew.lost():
            raise LoadTestError(problem)
        if time.monotonic() > deadline:
            raise LoadTestError(
                f"{len(crew.members)} of {distribution.workers} workers came within "
                f"{distribution.worker_timeout_s:g} s; start each with "
                f"`celsiusify-load-tests worker --leader HOST:{distribution.control_port}`"
            )
        for member in crew.members[here:]:
            say(f"worker {member.name} has come")
            here += 1
        time.sleep(STEP_S)


@contextmanager
def _dismissing(leader: Leader) -> Iterator[None]:
    """Tell the workers at the end that the run is over, or why it was given up."""
    problem = None
    try:
        yield
    except LoadTestError as reason:
        problem = f"the leader gave up: {reason}"
        raise
    finally:
        leader.dismiss(problem)
