"""What an audit found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "failed", "not checkable"]


@dataclass(frozen=True)
class Check:
    """Something that must hold of a run's folder, and whether it does.

    Attributes:
        what: What was checked.
        detail: What was found; empty where there is nothing to add.
    """

    what: str
    outcome: Outcome
    detail: str = ""


def check(what: str, problems: Sequence[str], found: str = "") -> Check:
    """A check that holds unless there are problems, of which the first few are told."""
    if not problems:
        return Check(what, "ok", found)
    more = f" (and {len(problems) - 3} more)" if len(problems) > 3 else ""
    return Check(what, "failed", "; ".join(problems[:3]) + more)
