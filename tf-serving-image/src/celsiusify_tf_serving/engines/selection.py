"""Choose the engine that serves."""

from celsiusify_tf_serving.engines import ENGINES, Engine
from celsiusify_tf_serving.errors import StartError
from celsiusify_tf_serving.settings import Settings

AUTO = "auto"


def choose(option: str, settings: Settings) -> tuple[Engine, str]:
    """Take the engine that is asked for, or the first that this machine has.

    Args:
        option: `auto`, or a key of `ENGINES`.
        settings: What it is to serve.

    Returns:
        The engine, and why it is that one.

    Raises:
        StartError: If this machine doesn't have the engine that is asked for.
    """
    if option != AUTO:
        return _forced(option, settings)
    reasons = []
    for make in ENGINES.values():
        engine = make(settings)
        finding = engine.find()
        reasons.append(finding.reason)
        if finding.available:
            return engine, "; ".join(reasons)
    raise StartError("; ".join(reasons))


def _forced(option: str, settings: Settings) -> tuple[Engine, str]:
    engine = ENGINES[option](settings)
    finding = engine.find()
    if not finding.available:
        raise StartError(f"--engine={option} can't serve: {finding.reason}")
    return engine, f"--engine={option} asks for it; {finding.reason}"
