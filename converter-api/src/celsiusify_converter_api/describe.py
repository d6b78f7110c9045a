"""A description of the server for a run's metadata: versions, worker class, settings."""

import platform
from importlib.metadata import version
from typing import Any

from celsiusify_converter_api.config import Settings

REASONS = {
    "gevent": "gevent workers, because slow clients can hold all threads of a gthread worker",
    "gthread": "gthread workers, because CELSIUSIFY_WORKER_CLASS asks for them",
    "sync": "sync workers, because CELSIUSIFY_WORKER_CLASS asks for them",
}
"""The reason for each worker class; benchmarks/worker_classes.py compares the classes."""


def describe(settings: Settings) -> dict[str, Any]:
    """Describe what `serve` starts with these settings."""
    versions = [f"{name} {version(name)}" for name in ("gunicorn", "gevent", "flask")]
    return {
        "engine": "gunicorn",
        "version": ", ".join([*versions, f"Python {platform.python_version()}"]),
        "reason": f"{REASONS[settings.worker_class]}; "
        "one worker per CPU, because requests only compute",
        "caveat": None,
        "settings": settings.model_dump(mode="json") | {"threads": settings.worker_threads},
    }
