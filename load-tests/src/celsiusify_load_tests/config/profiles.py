"""Read load profiles and complete a specification with the values of its profile."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from celsiusify_load_tests.config.load_spec import LoadSpec
from celsiusify_load_tests.config.validation import checked, read_yaml
from celsiusify_load_tests.errors import LoadTestError

PROFILES_FILE = Path(__file__).with_name("profiles.yaml")
DEFAULT_PROFILE = "reference"
MAX_IN_FLIGHT = 1000
"""The cap on the requests in flight of an open load that names none."""

_REQUIRED = [name for name, field in LoadSpec.model_fields.items() if field.is_required()]
_DEFINING = [*_REQUIRED, "steps"]
"""The values that a profile is known by; a load with others isn't called by its name."""

Values = Mapping[str, Any]


@cache
def read_profiles(path: Path = PROFILES_FILE) -> dict[str, dict[str, Any]]:
    """Read the values of every profile, by name."""
    profiles: dict[str, dict[str, Any]] = read_yaml(path)
    return profiles


def read_spec(path: Path) -> dict[str, Any]:
    """Read a specification's values, which needn't be complete.

    Raises:
        LoadTestError: If the file can't be read or holds no mapping.
    """
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise LoadTestError(f"{path}: {type(values).__name__}; expected a mapping of load values")
    return values


def resolve(values: Values, where: str = "load") -> LoadSpec:
    """Complete a specification with the values of its profile.

    Where a value differs from the profile's, the load is called `<profile>-changed`.

    Args:
        values: The values that are given.
        where: The file that an error names.

    Raises:
        LoadTestError: If there is no such profile, or a value makes no sense.
    """
    name = values.get("profile", DEFAULT_PROFILE)
    profile = _profile(name, values)
    merged = {**profile, **values}
    steps = merged.get("steps")
    merged.setdefault("model", "poisson" if steps else "closed")
    if merged["model"] == "closed" and steps:
        raise LoadTestError(f"{where}: profile {name} is an open load: --load poisson or constant")
    if steps:
        merged |= _scaled(steps, values.get("run_time_s"))
    elif merged["model"] == "closed" and "rate_rps" not in values:
        merged.pop("rate_rps", None)
    spec = checked(LoadSpec, merged, where)
    return _named(_bounded(spec), profile)


def is_complete(values: Values) -> bool:
    """Return True if a specification needs no profile."""
    return all(required in values for required in _REQUIRED)


def _profile(name: object, values: Values) -> dict[str, Any]:
    """Return the values of a profile; a complete specification needs none."""
    profiles = read_profiles()
    if isinstance(name, str) and name in profiles:
        return profiles[name]
    if is_complete(values):
        return {}
    raise LoadTestError(f"no profile {name!r}; there are {', '.join(profiles)}")


def _scaled(steps: Any, run_time_s: Any) -> dict[str, Any]:
    """Return steps that together take the run time; their own sum if there is none."""
    try:
        total_s = sum(step["duration_s"] for step in steps)
        factor = (run_time_s or total_s) / total_s
        scaled = [{**step, "duration_s": step["duration_s"] * factor} for step in steps]
    except (KeyError, TypeError, ZeroDivisionError):
        return {}  # the model says what is wrong with the steps
    return {"run_time_s": run_time_s or total_s, "steps": steps if factor == 1 else scaled}


def _bounded(spec: LoadSpec) -> LoadSpec:
    """Give an open load its cap on requests in flight."""
    if not spec.is_open or spec.limits.max_in_flight is not None:
        return spec
    limits = spec.limits.model_copy(update={"max_in_flight": MAX_IN_FLIGHT})
    return spec.model_copy(update={"limits": limits})


def _named(spec: LoadSpec, profile: Values) -> LoadSpec:
    """Return a load that differs from its profile under another name."""
    if not profile:
        return spec
    defining = {name: profile.get(name) for name in _DEFINING}
    if steps := profile.get("steps"):
        defining |= _scaled(steps, None)
    original = checked(LoadSpec, {**spec.model_dump(), **defining}, f"profile {spec.profile}")
    if all(getattr(spec, name) == getattr(original, name) for name in _DEFINING):
        return spec
    return spec.model_copy(update={"profile": f"{spec.profile}-changed"})


def schema() -> dict[str, Any]:
    """Return the JSON Schema of a specification, in which every value may be left out."""
    content = _untitled(LoadSpec.model_json_schema())
    del content["required"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Celsiusify load specification",
        **content,
    }


def _untitled(value: Any) -> Any:
    """Remove the titles, which only repeat the names of values."""
    if not isinstance(value, dict):
        return value
    return {
        key: _untitled(part)
        for key, part in value.items()
        if key != "title" or not isinstance(part, str)
    }
