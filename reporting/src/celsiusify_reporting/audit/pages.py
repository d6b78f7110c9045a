"""Whether a report says what follows from its rows, the same in every form."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from celsiusify_reporting.audit import text
from celsiusify_reporting.audit.check import Check, check
from celsiusify_reporting.audit.numbers import numbers, strays
from celsiusify_reporting.folder import HTML, MARKDOWN, PDF, REPORT, measure_run
from celsiusify_reporting.pdf import FOOTER_PT, MARGIN_PT
from celsiusify_reporting.report import to_json

READERS: dict[str, Callable[[bytes], str]] = {
    MARKDOWN: lambda content: text.of_markdown(content.decode()),
    HTML: lambda content: text.of_html(content.decode()),
    PDF: lambda content: text.of_pdf(content, foot_pt=MARGIN_PT + FOOTER_PT),
}


def audit_recomputed(folder: Path) -> Check:
    """Make the report's figures from the rows again; they must be those that it has."""
    stored = json.loads((folder / REPORT).read_bytes())
    again = json.loads(to_json(measure_run(folder)[0]))
    places = list(differing(stored, again))
    return check(f"{REPORT} follows from the rows", [f"{one} differs" for one in places])


def differing(old: Any, new: Any, place: str = "") -> Iterator[str]:
    """Where two JSON documents differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            yield from differing(old.get(key), new.get(key), f"{place}.{key}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differing(one, other, f"{place}.{index}")
    elif old != new:
        yield place


def audit_pages(folder: Path) -> Iterator[Check]:
    """Hold each page's numbers against `report.json` and against each other."""
    report = json.loads((folder / REPORT).read_bytes())
    said = {
        name: read((folder / name).read_bytes())
        for name, read in READERS.items()
        if (folder / name).exists()
    }
    for name, words in said.items():
        yield check(f"every number of {name} is in {REPORT}", sorted(set(strays(words, report))))
    for name in (name for name in said if MARKDOWN in said and name != MARKDOWN):
        found, expected = Counter(numbers(said[name])), Counter(numbers(said[MARKDOWN]))
        unlike = [*(found - expected), *(expected - found)]
        yield check(f"{name} has the numbers of {MARKDOWN}", unlike)
    for name in sorted(READERS.keys() - said.keys()):
        yield Check(f"the numbers of {name}", "not checkable", "there is no such file")
