"""What a check of a run found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """Something that a check found.

    Attributes:
        kind: `incomplete`, `lossy`, `generator-bound`, `late`, `non-stationary`,
            `unaccounted time`, `not equivalent`, `clock`, `versions`, or, of warnings, `unknown`
            too.
        target: The target's name, or None where it is of the whole run.
        invalid: Whether nothing may be concluded from the run.
    """

    kind: str
    target: str | None
    text: str
    invalid: bool = True
