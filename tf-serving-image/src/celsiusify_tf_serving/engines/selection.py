"""Choose the engine that serves, and describe it."""

from typing import Any

from celsiusify_tf_serving.engines.container import Container
from celsiusify_tf_serving.engines.engine import Engine, EngineClass
from celsiusify_tf_serving.engines.process import Binary, Embedded
from celsiusify_tf_serving.exported_model import describe_model
from celsiusify_tf_serving.settings import BATCHING, Settings, StartError

AUTO = "auto"
ENGINES: dict[str, EngineClass] = {
    "binary": Binary,
    "container": Container,
    "embedded": Embedded,
}
"""The engines by the value of `--engine`, in the order of preference."""


def choose(option: str, settings: Settings) -> tuple[Engine, str]:
    """Choose the requested engine, or the first that this machine has.

    Args:
        option: `auto`, or a key of `ENGINES`.
        settings: The settings to serve with.

    Returns:
        The engine, and the reason for the choice.

    Raises:
        StartError: If this machine doesn't have the requested engine.
    """
    if option != AUTO:
        return _requested(option, settings)
    reasons = []
    for make in ENGINES.values():
        engine = make(settings)
        availability = engine.find()
        reasons.append(availability.reason)
        if availability.is_available:
            return engine, "; ".join(reasons)
    raise StartError("; ".join(reasons))


def _requested(option: str, settings: Settings) -> tuple[Engine, str]:
    engine = ENGINES[option](settings)
    availability = engine.find()
    if not availability.is_available:
        raise StartError(f"--engine={option} can't serve: {availability.reason}")
    return engine, f"requested by --engine={option}; {availability.reason}"


def describe(engine: Engine, reason: str, settings: Settings) -> dict[str, Any]:
    """Describe the server for a run's metadata and its report.

    Args:
        engine: The engine that serves.
        reason: Why this engine was chosen.
        settings: The settings that it serves with.

    Returns:
        `engine`, `version`, `reason`, `caveat` (or None) and `settings`, a flat table.
    """
    return {
        "engine": engine.name,
        "version": engine.version(),
        "reason": reason,
        "caveat": engine.caveat,
        "settings": {
            "model": settings.model_dir.name,
            **describe_model(settings.model_dir),
            "batching": BATCHING if settings.batching else "off, as TensorFlow Serving's default",
            "further_flags": " ".join(settings.flags) or "none",
        },
    }
