"""Check that all targets answer the same questions correctly, before anything is timed."""

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
"""How many temperatures are asked of each target."""
RANGE = (-459.67, 10_000.0)
"""Of random temperatures, in °F: from absolute zero on."""


@dataclass(frozen=True)
class Answers:
    """How a target answered the gate's questions; `results/README.md` describes the fields.

    Attributes:
        worst_error: The largest |answer - formula| / max(1, |°C|) of all that was answered.
        worst_fahrenheit: Where that was.
        problem: The first answer that isn't right, None if all are.
    """

    asked: int
    wrong: int
    worst_error: float | None
    worst_fahrenheit: float | None
    problem: str | None


def reference_points(path: Path) -> list[float]:
    """Read the temperatures of reference-points.csv, in °F.

    Raises:
        LoadTestError: If the file isn't there or has another form.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [float(row["fahrenheit"]) for row in csv.DictReader(file)]
    except OSError as problem:
        raise LoadTestError(f"can't read {path}: {problem.strerror}") from problem
    except (KeyError, TypeError, ValueError) as problem:
        raise LoadTestError(f"{path}: expected numbers in a column `fahrenheit`") from problem


def grid(reference: Sequence[float], seed: int) -> list[float]:
    """The temperatures to ask, in °F: the reference points, then random ones up to `POINTS`."""
    choices = Random(f"equivalence/{seed}")
    more = max(0, POINTS - len(reference))
    return [*reference, *(choices.uniform(*RANGE) for _ in range(more))]


def ask(client: Client, temperatures: Iterable[float]) -> Answers:
    """Ask for each temperature in turn, on one connection, and judge the answers.

    Args:
        client: The target's own.
        temperatures: In °F.
    """
    connection = client.connect(ConnectionCounts())
    asked = list(temperatures)
    errors: list[tuple[float, float]] = []
    problems: list[str] = []
    try:
        for fahrenheit in asked:
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
    return Answers(len(asked), len(problems), worst_error, worst_fahrenheit, problem)


def _problem(fahrenheit: float, came: str, expected: float) -> str:
    return f"asked for {fahrenheit:g} °F it answered {came}; expected {expected:g} °C"


def content(answers: dict[str, Answers]) -> dict[str, object]:
    """What run.json says of the gate."""
    points = max((found.asked for found in answers.values()), default=0)
    return {"tolerance": TOLERANCE, "points": points, "targets": answers}


REFERENCE_POINTS = "reference-points.csv"
"""Beside targets.yaml."""
PHASED_REQUESTS = 300


def questions(plan: Plan) -> list[float]:
    """The temperatures that all targets are asked for, in °F.

    Raises:
        LoadTestError: If there are no reference points.
    """
    points = reference_points(plan.targets_file.resolve().parent / REFERENCE_POINTS)
    return grid(points, plan.load.seed)


def check(context: RunContext, manifest: Manifest, temperatures: list[float]) -> dict[str, str]:
    """Ask all targets the same, and note in the manifest how they answered.

    Args:
        context: The run.
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
    for target in context.plan.targets:
        measured = manifest.measured[target.name]
        try:
            answers[target.name] = _examine(target, context, measured, temperatures)
        except ServingError as problem:
            unserved[target.name] = str(problem)
    manifest.content["equivalence"] = content(answers)
    manifest.save()
    for name, found in answers.items():
        if found.problem:
            share = f"{found.wrong} of {found.asked} answers are wrong"
            raise NotEquivalentError(f"{name} is not equivalent: {found.problem} ({share})")
    return unserved


def _examine(
    target: Target, context: RunContext, measured: TargetResult, temperatures: list[float]
) -> Answers:
    """Serve a target and ask it; if it answers rightly, measure where the time goes."""
    with reachable(target, context, measured) as server:
        client = target.client(server.url)
        found = ask(client, temperatures)
        if found.problem is None:
            _take_apart(client, context, measured)
    return found


def _take_apart(client: Client, context: RunContext, measured: TargetResult) -> None:
    low, high = context.plan.load.fahrenheit
    choices = Random(f"phases/{context.plan.load.seed}")
    temperatures = [choices.uniform(low, high) for _ in range(PHASED_REQUESTS)]
    try:
        measured.request_bytes = phases.request_bytes(client, temperatures[0])
        measured.phases_us = phases.measure(client, temperatures)
    except (ExchangeError, WrongAnswerError):
        return  # the load will tell of it
