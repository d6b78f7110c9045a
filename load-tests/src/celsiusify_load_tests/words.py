"""The sentences and the table that a run prints."""

from math import isfinite

from celsiusify_load_tests.cores import Split
from celsiusify_load_tests.measured import Measured
from celsiusify_load_tests.plan import Plan
from celsiusify_load_tests.profiles import Profile
from celsiusify_load_tests.summary import Steady

NEAR = 0.85  # of the load's ceiling: from here on the throughput tells of the load, not the server


def load(plan: Plan, split: Split) -> list[str]:
    """What the load is and what it can't show, before it starts."""
    profile = plan.profile
    shortest, longest = (1000 * seconds for seconds in profile.think_time_s)
    made_by = _plural(plan.processes, "process", "processes")
    lines = [
        f"{profile.name}: {profile.users:,} users, think time {shortest:g} to {longest:g} ms, "
        f"{profile.run_time_s} s, by {made_by} {_where(split)}"
    ]
    if isfinite(profile.ceiling_rps):
        lines.append(
            f"no server can show more than {profile.ceiling_rps:,.0f} requests/s under this load: "
            f"{profile.users:,} users / {sum(profile.think_time_s) / 2 * 1000:g} ms of thinking"
        )
    return lines


def ending(name: str, measured: Measured, steady: Steady, profile: Profile) -> list[str]:
    """What is to be said of a target's figures after its load."""
    lines = []
    started, server = measured.counts["started"], measured.counts["server"]
    if server is not None and server != started:
        lines.append(f"{name}: the server counted {server:,} requests, the load {started:,}")
    if steady.rate_rps > NEAR * profile.ceiling_rps:
        lines.append(
            f"{name}: {steady.rate_rps:,.0f}/s is {steady.rate_rps / profile.ceiling_rps:.0%} of "
            f"what this load can show: the load's limit, not the server's"
        )
    return lines


def row(name: str, measured: Measured, steady: Steady) -> dict[str, str]:
    """A target's line in the last table: counts of the whole run, rate and latency when steady."""
    counts = measured.counts
    return {
        "target": name,
        "requests": _number(counts["started"]),
        "failed": _number(counts["failed"]),
        "aborted": _number(counts["aborted"]),
        "counted": _number(counts["server"]),
        "requests/s": _number(steady.rate_rps),
        "p50 ms": _number(steady.p50_ms, 3),
        "p99 ms": _number(steady.p99_ms, 3),
    }


def _number(value: float | None, digits: int = 0) -> str:
    return "–" if value is None or not isfinite(value) else f"{value:,.{digits}f}"


def _where(split: Split) -> str:
    if split.generator is None:
        return "sharing all cores with the server"
    apart = f", the server on {_cores(split.target)}" if split.target else ""
    return f"on {_cores(split.generator)}{apart}"


def _cores(numbers: list[int]) -> str:
    return ("core " if len(numbers) == 1 else "cores ") + ", ".join(map(str, numbers))


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
