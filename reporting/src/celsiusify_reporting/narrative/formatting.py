"""How figures and lists are written."""

import math
from collections.abc import Sequence

UNKNOWN = "n/a"
NOT_RECORDED = "not recorded"
# Keeps a value and its unit on one line.
SPACE = "\N{NO-BREAK SPACE}"


def figure(value: float | None, digits: int = 3) -> str:
    """A value with so many significant digits, thousands grouped, never as an exponent."""
    if value is None:
        return UNKNOWN
    if value == 0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{value:,.{max(0, decimals)}f}".replace("-", "−")


def whole(value: int | None) -> str:
    """A count, thousands grouped."""
    return UNKNOWN if value is None else f"{value:,}".replace("-", "−")


def setting(value: float) -> str:
    """A value that someone chose, in full and no longer."""
    return f"{value:,g}".replace("-", "−")


def rate(value: float | None) -> str:
    """Requests a second that a schedule asks for, in full but for what is left of divisions."""
    return UNKNOWN if value is None else setting(round(value, 3))


def percent(value: float | None) -> str:
    """A share that was measured, given in percent."""
    return UNKNOWN if value is None else f"{figure(value)}{SPACE}%"


def limit(value: float) -> str:
    """A share that someone chose, given in percent."""
    return f"{setting(value)}{SPACE}%"


def milliseconds(value: float | None) -> str:
    """A time with its unit."""
    return UNKNOWN if value is None else f"{figure(value)}{SPACE}ms"


def shortened(text: str, word: int = 36, whole_text: int = 400) -> str:
    """A foreign text, it and its words cut to a length that a table's column holds."""
    words = [one if len(one) <= word else f"{one[: word - 1]}…" for one in text.split()]
    short = " ".join(words)
    return short if len(short) <= whole_text else f"{short[: whole_text - 1]}…"


def tail(path: str, most: int) -> str:
    """A path or name cut at its front to so many letters: its end tells it from others."""
    return path if len(path) <= most else f"…{path[len(path) - most + 1 :]}"


def listing(items: Sequence[str]) -> str:
    """Items as one speaks them: a, b and c."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)
