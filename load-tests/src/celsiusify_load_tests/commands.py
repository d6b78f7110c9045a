"""The commands of targets.yaml: made ready to run, and asked what would serve."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

import orjson

from celsiusify_load_tests.errors import ServingError
from celsiusify_load_tests.targets import Serve, Target

DESCRIBE_TIMEOUT_S = 60.0


def arguments(
    command: str, values: Mapping[str, object], folder: Path, target: Target
) -> list[str]:
    """Fill in a command of targets.yaml and split it; its program is found from `folder`.

    Raises:
        ServingError: If the program isn't installed.
    """
    program, *rest = shlex.split(Template(command).safe_substitute(values))
    found = shutil.which(folder / program if "/" in program else program)
    if found is None:
        made_by = f"tox run -e {target.environment} --notest`, or all by `make setup"
        way_out = f"; it is made by `{made_by}`" if target.environment else ""
        raise ServingError(f"{program} is not installed{way_out}")
    return [found, *rest]


def environment(serve: Serve, values: Mapping[str, object]) -> dict[str, str]:
    """What a target's `serve` adds to the environment, filled in."""
    return {name: Template(text).safe_substitute(values) for name, text in serve.env.items()}


def describe(target: Target, folder: Path) -> dict[str, Any] | None:
    """Ask the target what would serve, and why: what its `describe` prints as JSON.

    It is asked in the environment that it is served in.

    Raises:
        ServingError: If the command fails or prints something else.
    """
    if target.describe is None:
        return None
    command = arguments(target.describe, target.ports, folder, target)
    env = environment(target.serve, target.ports) if target.serve else {}
    try:
        finished = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **env},
            capture_output=True,
            timeout=DESCRIBE_TIMEOUT_S,
            check=True,
            start_new_session=True,
        )
        described: dict[str, Any] = orjson.loads(finished.stdout)
    except subprocess.CalledProcessError as problem:
        said = " | ".join(problem.stderr.decode(errors="replace").strip().splitlines()[-3:])
        raise ServingError(f"`{target.describe}` failed: {said}") from problem
    except subprocess.TimeoutExpired as problem:
        raise ServingError(f"`{target.describe}` took over {DESCRIBE_TIMEOUT_S:.0f} s") from problem
    except orjson.JSONDecodeError as problem:
        raise ServingError(f"`{target.describe}` printed no JSON") from problem
    return described
