"""Write the sentences and the table that a run prints."""

from collections.abc import Sequence
from math import isfinite

import numpy as np

from celsiusify_load_tests.config.load_spec import Limits, LoadSpec, Objective
from celsiusify_load_tests.host.cpu_affinity import Split
from celsiusify_load_tests.preflight.generator_capacity import GeneratorCapacity
from celsiusify_load_tests.run.capacity_search import Capacity, Limit, Step, Verdict
from celsiusify_load_tests.run.plan import Plan
from celsiusify_load_tests.run.result import Round, TargetResult, WindowFigures

NEAR = 0.85  # of the load's ceiling: from here on the throughput tells of the load, not the server


def load(plan: Plan, split: Split) -> list[str]:
    """Return the lines about the load, and about its limits, before it starts."""
    spec = plan.load
    rounds = f"{spec.rounds} rounds of " if spec.rounds > 1 else ""
    lines = [
        f"{spec.profile}: {_describe(spec)}, "
        f"{rounds}{spec.run_time_s:g} s after {spec.warm_up_s:g} s of warm-up, "
        f"by {_made_by(plan, split)}; {spec.policy.describe()}"
    ]
    if isfinite(spec.ceiling_rps):
        lines.append(
            f"no server can show more than {spec.ceiling_rps:,.0f} requests/s under this load: "
            f"{spec.users:,} users / {sum(spec.think_time_s) / 2 * 1000:g} ms of thinking"
        )
    return lines


def _describe(spec: LoadSpec) -> str:
    if not spec.is_open:
        shortest_ms, longest_ms = (1000 * seconds for seconds in spec.think_time_s)
        return f"{spec.users:,} users, think time {shortest_ms:g} to {longest_ms:g} ms"
    return (
        f"{spec.model} arrivals, {_rates(spec)}, whatever the answers, at most "
        f"{spec.limits.max_in_flight:,} in flight"
    )


def _rates(spec: LoadSpec) -> str:
    if spec.search is not None:
        return f"from {spec.search.start_rps:,g} a second"
    rate_rps = spec.rate_rps or 0
    if not spec.steps:
        return f"{rate_rps:,g} a second"
    steps = [
        f"{step.fraction * rate_rps:,g} a second for {step.duration_s:g} s" for step in spec.steps
    ]
    return ", then ".join(steps)


def describe_profile(spec: LoadSpec) -> str:
    """Return a profile in one line."""
    if spec.steps:
        parts = ", ".join(f"{step.fraction:.0%} for {step.duration_s:g} s" for step in spec.steps)
        return f"arrivals in steps: {parts} of {spec.rate_rps or 0:,g} a second"
    low_s, high_s = spec.think_time_s
    return (
        f"{spec.users} users, {spec.spawn_rate_per_s:g} more a second, "
        f"think time {low_s:g} to {high_s:g} s, for {spec.run_time_s:g} s"
    )


def headroom(protocol: str, capacity: GeneratorCapacity, plan: Plan) -> str:
    """Return the line about the load generator's capacity, against what the load demands."""
    line = (
        f"{protocol}: the load generator makes up to {capacity.rate_rps:,.0f} requests/s and sees "
        f"{capacity.floor_p50_ms:.3f} ms (p50) of a server that does nothing"
    )
    demand_rps = plan.load.demand_rps
    if not isfinite(demand_rps):
        return line
    return f"{line}: {capacity.rate_rps / demand_rps:.1f} times what this load can ask"


def round_lines(name: str, entry: Round, figures: WindowFigures, plan: Plan) -> list[str]:
    """Return the lines about a target's figures after a load."""
    lines = []
    if plan.load.rounds > 1:
        lines.append(
            f"{name}: round {entry.round + 1} of {plan.load.rounds}: "
            f"{_number(figures.rate_rps)}/s, p50 {_number(figures.p50_ms, 3)} ms, "
            f"p99 {_number(figures.p99_ms, 3)} ms"
        )
    started, server = entry.counts["started"], entry.counts["server"]
    if server is not None and server != started:
        lines.append(f"{name}: the server counted {server:,} requests, the load {started:,}")
    ceiling_rps = plan.load.ceiling_rps
    if figures.rate_rps > NEAR * ceiling_rps and entry.round == 0:
        lines.append(
            f"{name}: {figures.rate_rps:,.0f}/s is {figures.rate_rps / ceiling_rps:.0%} of "
            f"what this load can show: the load's limit, not the server's"
        )
    return lines


def row(name: str, measured: TargetResult, rounds: Sequence[WindowFigures]) -> dict[str, str]:
    """Return a target's row of the final table: total counts, medians of the rounds."""
    return {
        "target": name,
        "requests": _number(_sum(measured, "started")),
        "failed": _number(_sum(measured, "failed")),
        "aborted": _number(_sum(measured, "aborted")),
        "counted": _number(_sum(measured, "server")),
        "requests/s": _number(_median([figures.rate_rps for figures in rounds])),
        "p50 ms": _number(_median([figures.p50_ms for figures in rounds]), 3),
        "p99 ms": _number(_median([figures.p99_ms for figures in rounds]), 3),
    }


def step(
    rate_rps: float, step: Step, verdict: Verdict, objective: Objective, limits: Limits
) -> str:
    """Return the result of one rate of a search."""
    why = f" ({step.generator_problem(limits)})" if verdict is Verdict.GENERATOR else ""
    return (
        f"{rate_rps:,g}/s: p{objective.percentile:g} {_number(step.latency_ms, 3)} ms, "
        f"{step.failures_percent:.2f} % failed: {verdict}{why}"
    )


def capacity(result: Capacity, objective: Objective) -> str:
    """Return the result of a search as a sentence."""
    condition = (
        f"p{objective.percentile:g} ≤ {objective.latency_ms:g} ms, "
        f"failures < {objective.failures_percent:g} %"
    )
    if result.rate_rps is None:
        return f"not even the lowest rate holds {condition}"
    if result.limit is Limit.GENERATOR:
        return f"at least {result.rate_rps:,g} requests/s (the generator's limit) hold {condition}"
    return f"up to {result.rate_rps:,g} requests/s hold {condition}"


def capacity_row(name: str, steps: int, result: Capacity | None) -> dict[str, str]:
    """Return a target's row of the final table of a search."""
    rate_rps = result and result.rate_rps
    at_least = "≥ " if result and result.limit is Limit.GENERATOR else ""
    confirmations = result.confirmations if result else []
    return {
        "target": name,
        "requests/s": at_least + _number(rate_rps) if rate_rps else "–",
        "limit": str(result.limit) if result else "–",
        "confirmed": f"{sum(confirmations)} of {len(confirmations)}" if confirmations else "–",
        "steps": str(steps),
    }


def _sum(measured: TargetResult, name: str) -> int | None:
    counts = [entry.counts[name] for entry in measured.rounds if entry.started_ns is not None]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) > 0 else None


def _median(values: Sequence[float]) -> float | None:
    finite = [value for value in values if isfinite(value)]
    return float(np.median(finite)) if finite else None


def _number(value: float | None, digits: int = 0) -> str:
    return "–" if value is None or not isfinite(value) else f"{value:,.{digits}f}"


def _made_by(plan: Plan, split: Split) -> str:
    processes = _plural(plan.processes, "process", "processes")
    if plan.distribution is None:
        return f"{processes} {_where(split)}"
    workers = _plural(plan.distribution.workers, "worker", "workers")
    return workers if plan.distribution.processes == 1 else f"{processes} of {workers}"


def _where(split: Split) -> str:
    if split.generator is None:
        return "sharing all cores with the server"
    apart = f", the server on {_cores(split.target)}" if split.target else ""
    return f"on {_cores(split.generator)}{apart}"


def _cores(numbers: list[int]) -> str:
    return ("core " if len(numbers) == 1 else "cores ") + ", ".join(map(str, numbers))


def _plural(count: int, singular: str, plural: str) -> str:
    return f"{count} {singular if count == 1 else plural}"
