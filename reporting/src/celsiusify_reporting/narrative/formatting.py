"""Format figures and lists."""

import math
from collections.abc import Sequence

UNKNOWN = "n/a"
NOT_RECORDED = "not recorded"
# Keeps a value and its unit on one line.
SPACE = "\N{NO-BREAK SPACE}"


def figure(value: float | None, digits: int = 3) -> str:
    """Return a value with some significant digits and no exponent."""
    if value is None:
        return UNKNOWN
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{value:,.{max(0, decimals)}f}".replace("-", "−")


def whole(value: int | None) -> str:
    """Return a count, thousands grouped."""
    return UNKNOWN if value is None else f"{value:,}".replace("-", "−")


def setting(value: float) -> str:
    """Return a chosen value in full."""
    return f"{value:,g}".replace("-", "−")


def rate(value: float | None) -> str:
    """Return a schedule's rate in full, without the rest of a division."""
    return UNKNOWN if value is None else setting(round(value, 3))


def percent(value: float | None) -> str:
    """Return a measured share in percent."""
    return UNKNOWN if value is None else f"{figure(value)}{SPACE}%"


def limit(value: float) -> str:
    """Return a chosen share in percent."""
    return f"{setting(value)}{SPACE}%"


def milliseconds(value: float | None) -> str:
    """Return a time in milliseconds with its unit."""
    return UNKNOWN if value is None else f"{figure(value)}{SPACE}ms"


def shortened(text: str, word: int = 36, whole_text: int = 400) -> str:
    """Return a foreign text, with its words and itself cut to the width of a column."""
    words = [part if len(part) <= word else f"{part[: word - 1]}…" for part in text.split()]
    short = " ".join(words)
    return short if len(short) <= whole_text else f"{short[: whole_text - 1]}…"


def tail(path: str, most: int) -> str:
    """Return a path or name, cut at its front: its end tells it from others."""
    return path if len(path) <= most else f"…{path[len(path) - most + 1 :]}"


def listing(items: Sequence[str]) -> str:
    """Return a list of items as text: a, b and c."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
