from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pymupdf
import pytest

from celsiusify_reporting.document.model import Document, Heading, Table
from celsiusify_reporting.render import pdf
from celsiusify_reporting.run_folder import measure_run, render
from support.runs import TITLES, Load, OpenLoad, edit_run, make_run

RATES = (200, 400, 800, 600, 500, 450, 475, 475, 475)
PHASES = (*["bracket"] * 3, *["bisect"] * 3, *["confirm"] * 3)
OBJECTIVE = {"percentile": 99, "latency_ms": 50, "failures_percent": 0.1}
ROUNDS = (1, 1.01, 0.99, 1.02, 0.98)
LATENCIES = np.random.default_rng(1).integers(1_000_000, 4_000_000, 5000)
SHAPES: dict[str, dict[str, Load]] = {
    "one target": {"tfserving": Load()},
    "two targets": {name: Load(users=20) for name in TITLES},
    "two targets, five rounds": {
        "tfserving": Load(LATENCIES, users=20, slowing=ROUNDS),
        "converter-api": Load(2 * LATENCIES, users=20, slowing=ROUNDS),
    },
    "three targets, five rounds": {
        "tfserving": Load(LATENCIES, users=20, slowing=ROUNDS),
        "converter-api": Load(2 * LATENCIES, users=20, slowing=ROUNDS),
        "third": Load(3 * LATENCIES, users=20, slowing=ROUNDS),
    },
    "failures": {
        "tfserving": Load(users=20, failing=1),
        "converter-api": Load(np.array([9]) * 10**6, users=20, failing=7),
    },
    "invalid": {name: Load(users=20, worker_cpu=0.95) for name in TITLES},
    "open load": {name: OpenLoad(LATENCIES, stalls=(2, 2.5), slowing=ROUNDS) for name in TITLES},
    "capacity": {
        name: OpenLoad(
            np.array([2_000_000]), slowing=(1,) * 9, rates=RATES, phases=PHASES, in_flight=1
        )
        for name in TITLES
    },
}
PLOTS = {
    "two targets, five rounds": 5,
    "three targets, five rounds": 5,
    "open load": 6,
    "capacity": 4,
}


@pytest.fixture(scope="module", params=SHAPES)
def shape(request: pytest.FixtureRequest) -> str:
    """A kind of run."""
    return str(request.param)


@pytest.fixture(scope="module")
def laid_out(shape: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[pymupdf.Document]:
    """The PDF of its report, with a caveat that is long."""
    folder = make_run(tmp_path_factory.mktemp("results") / "run", SHAPES[shape])
    if shape == "capacity":
        _make_search(folder)
    edit_run(folder, "targets", "tfserving", "engine", "caveat", value="Mind this well. " * 12)
    edit_run(folder, "command", value="celsiusify-load-tests run " + "tfserving " * 30)
    document = pymupdf.open(stream=render(*measure_run(folder))["report.pdf"], filetype="pdf")
    yield document
    document.close()


def _make_search(folder: Path) -> None:
    found = {"objective": OBJECTIVE, "rate_rps": 475, "limit": "objective"}
    edit_run(folder, "kind", value="capacity")
    edit_run(
        folder, "capacity", value={name: found | {"confirmations": [True] * 3} for name in TITLES}
    )


def test_pages_are_few_and_none_is_empty(laid_out: pymupdf.Document) -> None:
    """Each page has more than its foot."""
    assert 4 <= len(laid_out) <= 10
    assert all(len(page.get_text()) > 300 or page.get_images() for page in laid_out)


def test_first_page_has_what_matters(shape: str, laid_out: pymupdf.Document) -> None:
    """Verdict, conclusion, table, one plot and the caveat stand on page 1."""
    text = " ".join(laid_out[0].get_text().split())

    verdict = " INVALID. " if shape == "invalid" else " VALID. "
    for part in (verdict, "Requests a second", "p99 ms", "Mind this well."):
        assert part in text
    # Three pairs of targets and this long a caveat are more than a page holds.
    assert laid_out[0].get_image_info() or shape == "three targets, five rounds"


def test_every_plot_is_there(shape: str, laid_out: pymupdf.Document) -> None:
    """As many as there is data for, each in print resolution."""
    images = [image for page in laid_out for image in page.get_image_info()]

    assert len(images) == PLOTS.get(shape, 3)
    for image in images:
        left, _, right, _ = image["bbox"]
        assert image["width"] / ((right - left) / 72) >= 200


def test_nothing_sticks_out_of_a_page(laid_out: pymupdf.Document) -> None:
    """Words and pictures keep within the margins, also where a word is long."""
    for page in laid_out:
        inner = pymupdf.Rect(30, 30, page.rect.width - 30, page.rect.height - 20)
        boxes = [pymupdf.Rect(word[:4]) for word in page.get_text("words")]
        boxes += [pymupdf.Rect(image["bbox"]) for image in page.get_image_info()]
        assert all(box in inner for box in boxes)


def test_no_heading_ends_a_page(laid_out: pymupdf.Document) -> None:
    """What a heading is of follows on the same page."""
    headings = [title for _, title, _ in laid_out.get_toc()]
    assert "How to read it" in headings
    for page in laid_out:
        *lines, _foot = page.get_text().strip().splitlines()
        assert lines[-1].strip() not in headings


def test_pages_are_numbered(laid_out: pymupdf.Document) -> None:
    """The foot of each page names the run and counts."""
    feet = [page.get_text().strip().splitlines()[-1] for page in laid_out]

    assert feet[0] == f"Celsiusify · run run · page 1 of {len(laid_out)}"


@pytest.mark.parametrize(
    ("groups", "filled"),
    [
        ([], []),
        (["a"], ["a"]),
        (["aaa", "bbb", "ccc"], ["aaa\n\nbbb", "ccc"]),
        (["a" * 20, "b"], ["a" * 20, "b"]),
        (["a", "b" * 20, "c", "d"], ["a", "b" * 20, "c\n\nd"]),
    ],
)
def test_pages_are_filled_with_whole_groups(groups: list[str], filled: list[str]) -> None:
    """A group that doesn't fit goes to the next page; one that fits none has its own."""
    assert pdf.pages(groups, lambda text: len(text) <= 8) == filled


def test_long_tables_run_over_pages_whole() -> None:
    """The rows of a table that fills more than a page are all there."""
    names = [f"row-{number:03}" for number in range(120)]
    table = Table(("Name", "Value"), tuple((name, "1") for name in names))
    laid_out = pdf.render(Document("Title", ((Heading("Title", 1), table),)), {}, "foot")
    with pymupdf.open(stream=laid_out) as document:
        text = "".join(page.get_text() for page in document)

    assert [name for name in names if name not in text] == []


def test_long_words_do_not_widen_a_table(tmp_path: Path) -> None:
    """A fingerprint in a setting leaves the other column its room."""
    folder = make_run(tmp_path / "run", {name: Load() for name in TITLES})
    fingerprint = "sha256:" + "0123456789abcdef" * 4
    value = {"fingerprint": fingerprint}
    edit_run(folder, "targets", "tfserving", "engine", "settings", value=value)
    with pymupdf.open(stream=render(*measure_run(folder))["report.pdf"]) as document:
        page = next(page for page in document if page.search_for("What served"))
        left, right = (page.search_for(title)[-1].x0 for title in TITLES.values())

    assert right - left > 150
