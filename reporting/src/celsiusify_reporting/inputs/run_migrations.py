"""Migrations of run.json: the steps from each older format to that of this version."""

from collections.abc import Callable
from typing import Any, Literal

RUN_FORMAT: Literal[3] = 3

Json = dict[str, Any]

# The limits by which runs of format 2, which don't record them, were judged.
LIMITS = {"generator_cpu_percent": 80, "generator_lag_ms": 5, "delivered_percent": 99}
GENERATOR = ("processes", "cores", "client", "cpu_limit_cores", "workers")
OF_PROFILE = (
    *("users", "spawn_rate_per_s", "run_time_s", "think_time_s", "fahrenheit"),
    *("warm_up_s", "cool_down_s"),
)
OF_LOAD = ("model", "rate_rps", "connection", "seed")
OF_PLAN = ("warm_up_s", "cool_down_s", "rounds", "order")


def migrate_run(run: Json) -> Json:
    """Return a parsed run.json of format 2 or later in the form of this version.

    Raises:
        KeyError: If the format is unknown, or a part that every version wrote is missing.
    """
    while run["format"] != RUN_FORMAT:
        run = STEPS[run["format"]](run)
    return run


def unite_load(run: Json) -> Json:
    """Unite profile, load and plan as the load's specification, apart from what made it."""
    profile, load, plan = run["profile"], run.get("load", {}), run.get("plan", {})
    kept = {key: run[key] for key in run if key not in ("profile", "load", "plan")}
    return {
        **kept,
        "format": 3,
        "load": {
            "profile": profile["name"],
            **_part(profile, OF_PROFILE),
            **_part(load, OF_LOAD),
            **_part(plan, OF_PLAN),
            "steps": _steps(profile.get("steps")),
            "limits": {"max_in_flight": load.get("max_in_flight"), **LIMITS},
        },
        "generator": _part(load, GENERATOR),
        "sequence": plan.get("sequence", []),
    }


def _part(values: Json, names: tuple[str, ...]) -> Json:
    return {name: values[name] for name in names if name in values}


def _steps(steps: list[Json] | None) -> list[Json] | None:
    if steps is None:
        return None
    return [{"duration_s": step["for_s"], "fraction": step["share"]} for step in steps]


# The step from each format to the next.
STEPS: dict[int, Callable[[Json], Json]] = {2: unite_load}
