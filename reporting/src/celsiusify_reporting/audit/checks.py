"""The result of a check."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "failed", "not checkable"]


@dataclass(frozen=True)
class Check:
    """A property that a run's folder must have, and whether it has it.

    Attributes:
        what: The property.
        detail: What was seen; empty if there is nothing to add.
    """

    what: str
    outcome: Outcome
    detail: str = ""


def check(what: str, problems: Sequence[str], detail: str = "") -> Check:
    """Return a check that fails if there are problems, and names the first three."""
    if not problems:
        return Check(what, "ok", detail)
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    return Check(what, "failed", "; ".join(problems[:3]) + more)
