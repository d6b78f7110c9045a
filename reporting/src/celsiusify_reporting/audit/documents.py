"""Checks of a report against its rows, and of the numbers on its pages."""

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
from celsiusify_reporting.inputs.migrations import REPORT_FORMAT
from celsiusify_reporting.inputs.report_json import REPORT, load_report
from celsiusify_reporting.render.pdf import FOOTER_PT, MARGIN_PT
from celsiusify_reporting.run_folder import HTML, MARKDOWN, PDF, measure_run

SKIPPED = {"head", "script", "style", "nav", "footer", "noscript"}


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Skip what isn't shown or isn't in the main part."""
        self._skipped += tag in SKIPPED

    def handle_endtag(self, tag: str) -> None:
        """End a skipped element."""
        self._skipped -= tag in SKIPPED

    def handle_data(self, data: str) -> None:
        """Collect words."""
        self.words += [] if self._skipped else data.split()


def of_html(page: str) -> str:
    """Return the words of the main part of an HTML page."""
    reader = _Words()
    reader.feed(page)
    return " ".join(reader.words)


def of_markdown(text: str) -> str:
    """Return the words of a Markdown text without its markup."""
    return of_html(MarkdownIt("commonmark").enable("table").render(text))


def of_pdf(content: bytes, foot_pt: float) -> str:
    """Return the words of a PDF's pages without their footers, `foot_pt` high."""
    with pymupdf.open(stream=content, filetype="pdf") as document:
        return " ".join(page.get_text(clip=_above(page.rect, foot_pt)) for page in document)


def _above(page: pymupdf.Rect, foot_pt: float) -> pymupdf.Rect:
    return pymupdf.Rect(page.x0, page.y0, page.x1, page.y1 - foot_pt)


NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?")
# The factors of units that pages show and report.json doesn't have.
SCALES = {"memory_bytes": 2**-30, "think_time_s": 1000}


def numbers(text: str) -> list[str]:
    """Return every number in a text, as written."""
    return NUMBER.findall(text)


def strays(text: str, report: Any) -> list[str]:
    """Return the numbers of a text that a report.json lacks, both rounded and in its own texts."""
    values = sorted(abs(leaf) for leaf in leaves(report) if isinstance(leaf, int | float))
    texts = " ".join(str(leaf) for leaf in leaves(report) if isinstance(leaf, str))
    return [
        number
        for number in numbers(text)
        if number not in texts and not _is_rounded(number, values)
    ]


def leaves(part: Any, name: str = "") -> Iterator[Any]:
    """Yield the keys and values of a JSON document, also in the units of the pages."""
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


def _is_rounded(number: str, values: list[float]) -> bool:
    """Return True if a number is one of the values, rounded to the digits that it shows."""
    _, _, decimals = number.partition(".")
    shown = float(number.replace(",", ""))
    tolerance = 0.5000001 / float(10 ** len(decimals))
    return any(abs(shown - value) <= tolerance for value in values)


READERS: dict[str, Callable[[bytes], str]] = {
    MARKDOWN: lambda content: of_markdown(content.decode()),
    HTML: lambda content: of_html(content.decode()),
    PDF: lambda content: of_pdf(content, foot_pt=MARGIN_PT + FOOTER_PT),
}


def audit_recomputed(folder: Path) -> Check:
    """Check that a report made again from the rows is the same."""
    what, path = f"{REPORT} follows from the rows", folder / REPORT
    stored = load_report(path)
    written = json.loads(path.read_text(encoding="utf-8"))["format"]
    if written != REPORT_FORMAT:
        # The sentences of an older format have no figures to compare.
        return Check(
            what, "not checkable", f"format {written}; report it again for {REPORT_FORMAT}"
        )
    again = json.loads(to_json(measure_run(folder)[0]))
    places = list(differing(stored, again))
    return check(what, [f"{place} differs" for place in places])


def differing(old: Any, new: Any, place: str = "") -> Iterator[str]:
    """Yield the places where two JSON documents differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            yield from differing(old.get(key), new.get(key), f"{place}.{key}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, parts in enumerate(zip(old, new, strict=True)):
            yield from differing(*parts, f"{place}.{index}")
    elif old != new:
        yield place


def audit_pages(folder: Path) -> Iterator[Check]:
    """Check each page's numbers against report.json, and against those of report.md."""
    report = load_report(folder / REPORT)
    texts = {
        name: read((folder / name).read_bytes())
        for name, read in READERS.items()
        if (folder / name).exists()
    }
    for name, page in texts.items():
        yield check(f"every number of {name} is in {REPORT}", sorted(set(strays(page, report))))
    for name in (name for name in texts if MARKDOWN in texts and name != MARKDOWN):
        actual, expected = Counter(numbers(texts[name])), Counter(numbers(texts[MARKDOWN]))
        different = [*(actual - expected), *(expected - actual)]
        yield check(f"{name} has the numbers of {MARKDOWN}", different)
    for name in sorted(READERS.keys() - texts.keys()):
        yield Check(f"the numbers of {name}", "not checkable", "there is no such file")
