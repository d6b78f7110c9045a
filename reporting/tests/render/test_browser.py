"""The page in a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, sync_playwright

from celsiusify_reporting.run_folder import measure_run, render
from support.runs import TITLES, Load, make_run

pytestmark = pytest.mark.browser
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class Visit:
    """A page that is open, and what the browser said and asked for meanwhile."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(address)
        page.wait_for_selector("html[data-plots=shown]")

    def plot(self, name: str) -> Locator:
        """The plot of that name, in view."""
        plot = self.page.locator(f"[data-plot={name}]")
        plot.scroll_into_view_if_needed()
        return plot


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the page of a run with two targets and three rounds is."""
    loads = {name: Load(slowing=(1, 1.01, 0.99)) for name in TITLES}
    folder = make_run(tmp_path_factory.mktemp("results") / "run", loads)
    page = folder / "report.html"
    page.write_bytes(render(*measure_run(folder))["report.html"])
    return page.as_uri()


@pytest.fixture(scope="module")
def browser_path() -> Path:
    """The browser of this machine."""
    found = [path for name in BROWSERS if (path := shutil.which(name))]
    if not found:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    return Path(found[0])


@pytest.fixture(scope="module", params=[1280, 390], ids=["desktop", "phone"])
def visit(request: pytest.FixtureRequest, address: str, browser_path: Path) -> Iterator[Visit]:
    """A visit to the page, in a window of that width."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox"], timeout=60_000
        )
        yield Visit(browser.new_page(viewport={"width": request.param, "height": 900}), address)
        browser.close()


def test_browser_has_no_complaint(visit: Visit) -> None:
    """No error, no warning, no breach of the page's own policy."""
    assert visit.complaints == []


def test_page_asks_for_nothing_but_itself(visit: Visit, address: str) -> None:
    """Not even for a favicon."""
    assert visit.requests == [address]


def test_every_plot_is_drawn(visit: Visit) -> None:
    """Each place for a plot holds lines."""
    plots = visit.page.locator("[data-plot]").all()

    assert len(plots) == 5
    assert all(plot.locator("path.js-line, path.point").count() for plot in plots)


def test_page_offers_to_send_nothing_away(visit: Visit) -> None:
    """Plotly's button that uploads a plot to its cloud isn't there."""
    titles = [
        button.get_attribute("data-title") for button in visit.page.locator(".modebar-btn").all()
    ]

    assert "Reset axes" in titles
    assert [title for title in titles if title and "hare" in title] == []


def test_page_fits_the_window(visit: Visit) -> None:
    """Wide tables scroll within themselves, not the page."""
    width = visit.page.evaluate("document.documentElement.scrollWidth - innerWidth")

    assert width <= 0


def test_point_tells_its_values(visit: Visit) -> None:
    """The label under the pointer names the target and what was measured."""
    plot = visit.plot("distribution")
    plot.locator(".points path.point").first.hover(force=True)
    label = visit.page.locator("[data-plot=distribution] .hoverlayer .hovertext")
    label.first.wait_for()

    text = " ".join(label.all_text_contents())
    assert "ms" in text
    assert any(title in text for title in TITLES.values())


def test_zoomed_axis_keeps_its_labels(visit: Visit) -> None:
    """A logarithmic axis between 2.1 and 4.9 has labels, though none of 1, 2, 5 lies there."""
    labels = "[data-plot=distribution] .xtick text"
    zoom = "Plotly.relayout(document.querySelector('[data-plot=distribution]'), {})"
    visit.page.evaluate(zoom.format({"xaxis.range[0]": 0.32, "xaxis.range[1]": 0.69}))
    visit.page.wait_for_function(f"document.querySelectorAll('{labels}').length > 2")
    visit.page.evaluate(zoom.format({"xaxis.autorange": "true"}))


def test_drag_zooms_and_double_click_goes_back(visit: Visit) -> None:
    """The range of the axis shrinks to what was dragged over, and grows again."""
    plot = visit.plot("over-time")
    before = _range(visit.page)
    box = plot.locator(".nsewdrag").first.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    visit.page.mouse.move(box["x"] + 0.4 * box["width"], middle)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 0.6 * box["width"], middle, steps=5)
    visit.page.mouse.up()
    visit.page.wait_for_function(f"{RANGE}[1] - {RANGE}[0] < {0.5 * (before[1] - before[0])}")
    zoomed = _range(visit.page)
    visit.page.mouse.dblclick(box["x"] + 0.5 * box["width"], middle)
    visit.page.wait_for_function(f"{RANGE}[1] - {RANGE}[0] > {0.9 * (before[1] - before[0])}")

    assert before[0] < zoomed[0] < zoomed[1] < before[1]
    assert _range(visit.page) == pytest.approx(before)


RANGE = "document.querySelector('[data-plot=over-time]')._fullLayout.xaxis.range"


def _range(page: Page) -> list[float]:
    return [float(end) for end in page.evaluate(RANGE)]
