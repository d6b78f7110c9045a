"""Check that each form of a report says what follows from the rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pymupdf
from markdown_it import MarkdownIt

from celsiusify_reporting.audit.checks import Check, check
from celsiusify_reporting.document.report import to_json
from celsiusify_reporting.render.pdf import FOOTER_PT, MARGIN_PT
from celsiusify_reporting.run_folder import HTML, MARKDOWN, PDF, REPORT, measure_run

SILENT = {"head", "script", "style", "nav", "footer", "noscript"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Fall silent in what isn't shown, or isn't of the main part."""
        self._silent += tag in SILENT

    def handle_endtag(self, tag: str) -> None:
        """Speak again."""
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.words += [] if self._silent else data.split()


def of_html(page: str) -> str:
    """The words that a page shows in its main part."""
    reader = _Words()
    reader.feed(page)
    return " ".join(reader.words)


def of_markdown(text: str) -> str:
    """The words of a text without Markdown's own signs."""
    return of_html(MarkdownIt("commonmark").enable("table").render(text))


def of_pdf(content: bytes, foot_pt: float) -> str:
    """The words of all pages, but for so many points at the foot of each."""
    with pymupdf.open(stream=content, filetype="pdf") as document:
        return " ".join(page.get_text(clip=_above(page.rect, foot_pt)) for page in document)


def _above(page: pymupdf.Rect, foot_pt: float) -> pymupdf.Rect:
    return pymupdf.Rect(page.x0, page.y0, page.x1, page.y1 - foot_pt)


NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
# How pages show what report.json holds in another unit.
SCALES = {"memory_bytes": 2**-30, "think_time_s": 1000}


def numbers(text: str) -> list[str]:
    """Every number in a text, as it is written there."""
    return NUMBER.findall(text)


def strays(text: str, report: Any) -> list[str]:
    """Numbers of a text that a `report.json` doesn't hold, rounded or in a text of its own."""
    values = sorted(abs(one) for one in leaves(report) if isinstance(one, int | float))
    texts = " ".join(str(one) for one in leaves(report) if isinstance(one, str))
    return [one for one in numbers(text) if one not in texts and not _rounded(one, values)]


def leaves(part: Any, name: str = "") -> Iterator[Any]:
    """Keys and values in a JSON document, in the units of the pages too."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield from leaves(value, key)
            yield key
    elif isinstance(part, list):
        for value in part:
            yield from leaves(value, name)
    else:
        yield part
        if (scale := SCALES.get(name)) and part is not None:
            yield part * scale


def _rounded(number: str, values: list[float]) -> bool:
    """Whether a text is one of the values, rounded to the digits that it shows."""
    _, _, decimals = number.partition(".")
    shown = float(number.replace(",", ""))
    room = 0.5000001 / float(10 ** len(decimals))
    return any(abs(shown - value) <= room for value in values)


READERS: dict[str, Callable[[bytes], str]] = {
    MARKDOWN: lambda content: of_markdown(content.decode()),
    HTML: lambda content: of_html(content.decode()),
    PDF: lambda content: of_pdf(content, foot_pt=MARGIN_PT + FOOTER_PT),
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
