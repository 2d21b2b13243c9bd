"""A demo community served by real processes, and Chromium to walk about in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from tests.processes import Kring, free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PATIENCE_MS = 10_000


@dataclass(frozen=True)
class Served:
    """The demo community where it is served, and what its processes said so far."""

    url: str
    port: int
    said: Callable[[], str]
    data: Path


@pytest.fixture(scope="session")
def served(tmp_path_factory) -> Iterator[Served]:
    """The demo community with two web processes and a worker."""
    kring = Kring(tmp_path_factory.mktemp("journeys"))
    built = kring.run("demo", "--no-serve", timeout=120)
    assert built.returncode == 0, built.stderr
    port = free_port()
    try:
        process = kring.serve(port, "--workers", "2")
        url = f"http://127.0.0.1:{port}"
        yield Served(url, port, lambda: kring.output(process), kring.data)
    finally:
        kring.stop()


@pytest.fixture(scope="session")
def demo(served) -> str:
    """Where the demo community is served."""
    return served.url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # Not for the session: while Playwright runs, Django takes this thread for an event loop's and
    # refuses the tests of other modules their database.
    if CHROMIUM is None:
        pytest.skip("no Chromium: run sudo apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, demo) -> Iterator:
    """Opens a browser window of its own; at the end, nothing may have been refused or broken."""
    opened, complaints = [], []

    def visit(**options) -> Page:
        # Without motion no colour is seen half-way between two themes.
        window = chromium.new_context(base_url=demo, reduced_motion="reduce", **options)
        window.set_default_timeout(PATIENCE_MS)
        opened.append(window)
        page = window.new_page()
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: complaints.extend(complaint(said)))
        page.on("response", lambda answer: complaints.extend(broken(answer)))
        return page

    yield visit
    for window in opened:
        window.close()
    assert complaints == []


def complaint(said: ConsoleMessage) -> list[str]:
    """What Chromium says of the page itself; that a page answers 404 or 422 is no complaint."""
    serious = said.type in ("error", "warning") and "the server responded with" not in said.text
    return [said.text] if serious else []


def broken(answer: Response) -> list[str]:
    missing = answer.status == 404 and "/static/" in answer.url
    return [f"{answer.url}: {answer.status}"] if answer.status >= 500 or missing else []


def come_in(page: Page, number: int = 0) -> str:
    """Choose the `number`-th person of the front door, with one click; returns their name."""
    page.goto("/")
    assert page.locator(".rail").count() == 0
    chosen = page.locator(".cast button").nth(number)
    name = chosen.locator("b").inner_text()
    chosen.click()
    page.locator("h1").filter(has_text="Home").wait_for()
    return name
