"""What serves the API: its versions and settings, for a run's metadata."""

import platform
from importlib.metadata import version
from typing import Any

from .config import Settings

REASON = (
    "gevent workers, because slow clients can hold all threads of a gthread worker; "
    "one worker per CPU, because requests only compute"
)


def describe(settings: Settings) -> dict[str, Any]:
    """Describe what `serve` starts with these settings."""
    versions = [f"{name} {version(name)}" for name in ("gunicorn", "gevent", "flask")]
    return {
        "engine": "gunicorn",
        "version": ", ".join([*versions, f"Python {platform.python_version()}"]),
        "reason": REASON,
        "caveat": None,
        "settings": {
            "worker_class": "gevent",
            "threads": 1,
            **settings.model_dump(mode="json"),
        },
    }
