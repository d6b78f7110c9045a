"""The types of the command line's values."""

import re
from typing import Any

import click

_TIME = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")

POSITIVE = click.FloatRange(min=0, min_open=True)


class Time(click.ParamType[int]):
    """A time as Locust writes it: `90`, `90s`, `5m`, `1h30m`."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the time in seconds."""
        match = _TIME.fullmatch(str(value))
        if not match or not any(match.groups()):
            self.fail(f"{value!r}; expected a time like 30s, 5m or 1h30m", param, ctx)
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return 3600 * hours + 60 * minutes + seconds


TIME = Time()
