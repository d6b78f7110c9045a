"""Before anything is timed: start each target once, see that it answers rightly, take it apart."""

from random import Random

from celsiusify_load_tests import equivalence, phases
from celsiusify_load_tests.check import WrongAnswerError
from celsiusify_load_tests.equivalence import Answers
from celsiusify_load_tests.errors import NotEquivalentError, ServingError
from celsiusify_load_tests.exchange import Client, ExchangeError
from celsiusify_load_tests.manifest import Manifest
from celsiusify_load_tests.measure import reachable
from celsiusify_load_tests.measured import Measured
from celsiusify_load_tests.plan import Plan, Stage
from celsiusify_load_tests.targets import Target

REFERENCE_POINTS = "reference-points.csv"
"""Beside targets.yaml."""
PHASED_REQUESTS = 300


def questions(plan: Plan) -> list[float]:
    """The temperatures that all targets are asked for, in °F.

    Raises:
        LoadTestError: If there are no reference points.
    """
    points = equivalence.reference_points(plan.targets_file.resolve().parent / REFERENCE_POINTS)
    return equivalence.grid(points, plan.seed)


def check(stage: Stage, manifest: Manifest, temperatures: list[float]) -> dict[str, str]:
    """Ask all targets the same, and note in the manifest how they answered.

    Args:
        stage: The run.
        manifest: Of the run.
        temperatures: What to ask; see `questions`.

    Returns:
        Why targets can't be served, by their names; the others are asked all the same.

    Raises:
        NotEquivalentError: If one answers wrongly.
        Interrupted: If a stop was asked for.
    """
    answers: dict[str, Answers] = {}
    unserved: dict[str, str] = {}
    for target in stage.plan.targets:
        measured = manifest.measured[target.name]
        try:
            answers[target.name] = _examine(target, stage, measured, temperatures)
        except ServingError as problem:
            unserved[target.name] = str(problem)
    manifest.content["equivalence"] = equivalence.content(answers)
    manifest.save()
    for name, found in answers.items():
        if found.problem:
            share = f"{found.wrong} of {found.asked} answers are wrong"
            raise NotEquivalentError(f"{name} is not equivalent: {found.problem} ({share})")
    return unserved


def _examine(
    target: Target, stage: Stage, measured: Measured, temperatures: list[float]
) -> Answers:
    """Serve a target and ask it; if it answers rightly, measure where the time goes."""
    with reachable(target, stage, measured) as server:
        client = target.client(server.url)
        found = equivalence.ask(client, temperatures)
        if found.problem is None:
            _take_apart(client, stage, measured)
    return found


def _take_apart(client: Client, stage: Stage, measured: Measured) -> None:
    low, high = stage.plan.profile.fahrenheit
    choices = Random(f"phases/{stage.plan.seed}")
    temperatures = [choices.uniform(low, high) for _ in range(PHASED_REQUESTS)]
    try:
        measured.request_bytes = phases.request_bytes(client, temperatures[0])
        measured.phases_us = phases.measure(client, temperatures)
    except (ExchangeError, WrongAnswerError):
        return  # the load will tell of it
