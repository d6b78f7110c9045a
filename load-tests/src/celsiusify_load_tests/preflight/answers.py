"""Check before any timing that all targets answer the same requests correctly."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from celsiusify_load_tests.client.base import Client, ConnectionCounts, ExchangeError
from celsiusify_load_tests.client.check import TOLERANCE, WrongAnswerError, celsius_of, is_right
from celsiusify_load_tests.config.targets import Target
from celsiusify_load_tests.errors import LoadTestError, NotEquivalentError, ServingError
from celsiusify_load_tests.preflight import phases
from celsiusify_load_tests.run.manifest import Manifest
from celsiusify_load_tests.run.plan import Plan, RunContext
from celsiusify_load_tests.run.result import TargetResult
from celsiusify_load_tests.run.round import reachable

POINTS = 64
"""The number of temperatures requested from each target."""
RANGE = (-459.67, 10_000.0)
"""The range of random temperatures in °F, from absolute zero on."""


@dataclass(frozen=True)
class Answers:
    """A target's answers in the preflight; `results/README.md` describes the fields.

    Attributes:
        asked: The number of requested temperatures.
        wrong: The number of wrong or missing answers.
        worst_error: The largest |answer - formula| / max(1, |°C|) of all answers.
        worst_fahrenheit: The temperature with the largest error.
        problem: The first wrong answer; None if all are correct.
    """

    asked: int
    wrong: int
    worst_error: float | None
    worst_fahrenheit: float | None
    problem: str | None


def reference_points(path: Path) -> list[float]:
    """Read the temperatures of reference-points.csv, in °F.

    Raises:
        LoadTestError: If the file is absent or has another format.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [float(row["fahrenheit"]) for row in csv.DictReader(file)]
    except OSError as problem:
        raise LoadTestError(f"can't read {path}: {problem.strerror}") from problem
    except (KeyError, TypeError, ValueError) as problem:
        raise LoadTestError(f"{path}: expected numbers in a column `fahrenheit`") from problem


def grid(reference: Sequence[float], seed: int) -> list[float]:
    """Return the reference points and random temperatures, `POINTS` in all, in °F."""
    choices = Random(f"equivalence/{seed}")
    missing = max(0, POINTS - len(reference))
    return [*reference, *(choices.uniform(*RANGE) for _ in range(missing))]


def check_answers(client: Client, temperatures: Iterable[float]) -> Answers:
    """Request each temperature on one connection, and check the answers.

    Args:
        client: The target's client.
        temperatures: The temperatures in °F.
    """
    connection = client.connect(ConnectionCounts())
    points = list(temperatures)
    errors: list[tuple[float, float]] = []
    problems: list[str] = []
    try:
        for fahrenheit in points:
            expected = celsius_of(fahrenheit)
            try:
                celsius = client.read(connection.exchange(client.fill(fahrenheit)))
            except (ExchangeError, WrongAnswerError) as fault:
                problems.append(_problem(fahrenheit, str(fault), expected))
                continue
            errors.append((abs(celsius - expected) / max(1.0, abs(expected)), fahrenheit))
            if not is_right(celsius, fahrenheit):
                problems.append(_problem(fahrenheit, f"{celsius:g} °C", expected))
    finally:
        connection.close()
    worst_error, worst_fahrenheit = max(errors, default=(None, None))
    problem = problems[0] if problems else None
    return Answers(len(points), len(problems), worst_error, worst_fahrenheit, problem)


def _problem(fahrenheit: float, answer: str, expected: float) -> str:
    return f"answer for {fahrenheit:g} °F: {answer}; expected {expected:g} °C"


def content(answers: dict[str, Answers]) -> dict[str, object]:
    """Return the entry of run.json for the preflight."""
    points = max((target_answers.asked for target_answers in answers.values()), default=0)
    return {"tolerance": TOLERANCE, "points": points, "targets": answers}


REFERENCE_POINTS = "reference-points.csv"
"""The file of reference points in the folder of targets.yaml."""
PHASED_REQUESTS = 300


def questions(plan: Plan) -> list[float]:
    """Return the temperatures to request from all targets, in °F.

    Raises:
        LoadTestError: If there are no reference points.
    """
    points = reference_points(plan.targets_file.resolve().parent / REFERENCE_POINTS)
    return grid(points, plan.load.seed)


def check(context: RunContext, manifest: Manifest, temperatures: list[float]) -> dict[str, str]:
    """Send all targets the same requests, and write the result to the manifest.

    Args:
        context: The run.
        manifest: The run's manifest.
        temperatures: The temperatures of the requests; see `questions`.

    Returns:
        The reasons why targets can't be served, by name; all other targets are checked.

    Raises:
        NotEquivalentError: If a target answers wrongly.
        Interrupted: If a stop was requested.
    """
    answers: dict[str, Answers] = {}
    unserved: dict[str, str] = {}
    for target in context.plan.targets:
        measured = manifest.measured[target.name]
        try:
            answers[target.name] = _check_target(target, context, measured, temperatures)
        except ServingError as problem:
            unserved[target.name] = str(problem)
    manifest.content["equivalence"] = content(answers)
    manifest.save()
    for name, target_answers in answers.items():
        if target_answers.problem:
            wrong = f"{target_answers.wrong} of {target_answers.asked} answers are wrong"
            raise NotEquivalentError(f"{name}: {target_answers.problem} ({wrong})")
    return unserved


def _check_target(
    target: Target, context: RunContext, measured: TargetResult, temperatures: list[float]
) -> Answers:
    """Serve a target and check its answers; if all are correct, measure the phases."""
    with reachable(target, context, measured) as server:
        client = target.client(server.url)
        answers = check_answers(client, temperatures)
        if answers.problem is None:
            _measure_phases(client, context, measured)
    return answers


def _measure_phases(client: Client, context: RunContext, measured: TargetResult) -> None:
    low, high = context.plan.load.fahrenheit
    choices = Random(f"phases/{context.plan.load.seed}")
    temperatures = [choices.uniform(low, high) for _ in range(PHASED_REQUESTS)]
    try:
        measured.request_bytes = phases.request_bytes(client, temperatures[0])
        measured.phases_us = phases.measure(client, temperatures)
    except (ExchangeError, WrongAnswerError):
        return  # the load reports the same fault
