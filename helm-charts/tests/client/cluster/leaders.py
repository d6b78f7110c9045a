"""Leaders of loads that follow a script: they print frames, whole or damaged."""

import base64
import gzip
import hashlib
import time
from collections.abc import Callable, Mapping

from .containers import Container, Program

RUN = "20261124T093000Z-quick"
FILES = {"run.json": b'{"format": 2}\n' * 900, "parts/tfserving_usage.csv": b"round,time_ns\n"}
PIECE = 3000


def clock_line() -> str:
    """What a leader says of its clock, which is an hour slow."""
    return f"CELSIUSIFY CLOCK time_ns={time.time_ns() - HOUR_NS}"


HOUR_NS = 3_600_000_000_000


def frames(files: Mapping[str, bytes] = FILES, run: str = RUN) -> list[str]:
    """The lines that carry files, as results/README.md says."""
    lines = [f"CELSIUSIFY BEGIN {run} files={len(files)}"]
    listed = ""
    for name, content in files.items():
        sha256 = hashlib.sha256(content).hexdigest()
        listed += f"{name} {sha256}\n"
        packed = gzip.compress(content)
        lines.append(f"CELSIUSIFY FILE {name} bytes={len(content)} sha256={sha256}")
        lines += [
            f"CELSIUSIFY DATA {base64.b64encode(packed[place : place + PIECE]).decode()}"
            for place in range(0, len(packed), PIECE)
        ]
        lines.append(f"CELSIUSIFY DONE {name}")
    whole = hashlib.sha256(listed.encode()).hexdigest()
    return [*lines, f"CELSIUSIFY END {run} sha256={whole}"]


def leads(lines: list[str], code: int = 0, during: Callable[[], None] = lambda: None) -> Program:
    """A leader that says its time, loads while `during` lasts, and prints lines."""

    def program(container: Container) -> int:
        container.print(clock_line())
        container.print("quick: 100 users")
        during()
        for line in lines:
            container.print(line)
        container.print("recorded in /results")
        return code

    return program
