"""Describe the machine, the versions and the checkout of a run."""

import os
import platform
import re
import subprocess
from contextlib import suppress
from importlib.metadata import requires, version
from pathlib import Path
from typing import Any

import psutil

DISTRIBUTION = "celsiusify-load-tests"
TIMEOUT_S = 10.0
REVISION, DIRTY = "CELSIUSIFY_REVISION", "-dirty"  # set in an image, in the form of `git describe`


def machine() -> dict[str, Any]:
    """Return the properties of this machine that affect a measurement."""
    return {
        "cpu_model": cpu_model(),
        "cores": usable_cores(),
        "memory_bytes": psutil.virtual_memory().total,
        "os": operating_system(),
        "container": in_container(),
        "python": platform.python_version(),
    }


def usable_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_model() -> str | None:
    """Return the processor's name, None if it is unknown."""
    with suppress(OSError):
        cpuinfo = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        if match := re.search(r"^(?:model name|Model)\s*:\s*(.+)$", cpuinfo, re.MULTILINE):
            return match[1]
    brand = _output("sysctl", "-n", "machdep.cpu.brand_string")
    return brand or platform.processor() or platform.machine() or None


def operating_system() -> str:
    """Return the system's name and the kernel's release."""
    with suppress(OSError):
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}"
    return platform.platform()


def in_container() -> bool:
    """Return True if this process runs in a container, by the container engine's files."""
    files = ("/.dockerenv", "/run/.containerenv")
    return any(map(os.path.exists, files)) or "KUBERNETES_SERVICE_HOST" in os.environ


def versions() -> dict[str, str]:
    """Return the versions of this distribution and of its requirements."""
    required = [line for line in requires(DISTRIBUTION) or [] if "extra ==" not in line]
    named = [re.split(r"[^\w.-]", line)[0] for line in required]
    return {name: version(name) for name in (DISTRIBUTION, *named)}


def git(folder: Path) -> dict[str, Any] | None:
    """Return the commit of the checkout in `folder`, or of this image.

    Returns:
        `{"commit": …, "dirty": …}`, where dirty is true if a file was changed. None if neither the
        environment nor git names a commit.
    """
    if revision := os.environ.get(REVISION):
        return {"commit": revision.removesuffix(DIRTY), "dirty": revision.endswith(DIRTY)}
    commit = _output("git", "-C", str(folder), "rev-parse", "HEAD")
    changes = _output("git", "-C", str(folder), "status", "--porcelain", "-uno")
    return {"commit": commit, "dirty": bool(changes)} if commit else None


def _output(*command: str) -> str | None:
    try:
        finished = subprocess.run(
            command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return finished.stdout.strip()
