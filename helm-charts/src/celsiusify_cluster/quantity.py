"""Kubernetes' quantities: `250m` of a core, `512Mi` of memory."""

import re

SUFFIXES = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
}
FORM = re.compile(r"([+-]?[\d.]+(?:[eE][+-]?\d+)?)(\D*)")


def quantity(text: str) -> float:
    """Read a quantity, in cores or bytes.

    Raises:
        ValueError: If it isn't one.
    """
    found = FORM.fullmatch(text)
    if not found or found[2] not in SUFFIXES:
        raise ValueError(f"expected a quantity like 250m or 512Mi, got {text!r}")
    return float(found[1]) * SUFFIXES[found[2]]
