"""The documentation page, as a visitor's browser shows it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, Request, expect, sync_playwright

from ..support.servers import PATIENCE_S, Server

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
OPERATION = "#operations-conversion-convert"


@pytest.fixture
def page() -> Iterator[Page]:
    """Give a page of a headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        page.set_default_timeout(PATIENCE_S * 1000)
        yield page
        browser.close()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on the PATH")
def test_visitor_converts_in_the_browser(server: Server, page: Page, tmp_path: Path) -> None:
    """A visitor fills in 451, presses Execute and reads the answer; no other host hears of it."""
    asked: list[Request] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"http://127.0.0.1:{server.port}/")
    operation = page.locator(OPERATION)
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_placeholder("fahrenheit").fill("451")
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response").first
    expect(answer.locator(".response-col_status").first).to_contain_text("200")
    expect(answer).to_contain_text('"celsius": "232.777778"')
    page.screenshot(path=tmp_path / "docs.png", full_page=True)

    expect(page.locator(".servers option")).to_have_count(1)
    assert complaints == []
    hosts = {
        urlsplit(request.url).netloc for request in asked if not request.url.startswith("data:")
    }
    assert hosts == {f"127.0.0.1:{server.port}"}
    answers = [request.response() for request in asked if not request.url.startswith("data:")]
    assert all(answer and answer.status < 400 for answer in answers)


def test_page_may_load_nothing_from_elsewhere(client: FlaskClient) -> None:
    """The page's policy keeps browsers from any other host, and its own addresses are relative."""
    answer = client.get("/docs/")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert 'src="./swagger-ui-bundle.js"' in answer.text
    assert '"url": "../openapi.json"' in answer.text
