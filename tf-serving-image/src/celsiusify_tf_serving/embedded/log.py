"""The server's log: lines on stderr, and the lines that scripts wait for."""

import sys
from datetime import datetime


def log(message: str) -> None:
    """Write one line, with the time."""
    print(f"{datetime.now():%Y-%m-%d %H:%M:%S.%f}: {message}", file=sys.stderr, flush=True)  # noqa: T201 - it's the log
