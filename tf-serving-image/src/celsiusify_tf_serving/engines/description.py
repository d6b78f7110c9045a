"""Tell what serves: for a run's metadata, and so for its report."""

from typing import Any

from celsiusify_tf_serving.engines import Engine
from celsiusify_tf_serving.exported_model import describe_model
from celsiusify_tf_serving.settings import BATCHING, Settings


def describe(engine: Engine, reason: str, settings: Settings) -> dict[str, Any]:
    """Put together what a reader of a measurement has to know of the server.

    Args:
        engine: What serves.
        reason: Why it is that one.
        settings: What it serves.

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
