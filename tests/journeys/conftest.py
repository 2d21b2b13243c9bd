"""A demo community served by real processes, and Chromium to walk about in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Response,
    expect,
    sync_playwright,
)

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
def served(once, tmp_path_factory) -> Iterator[Served]:
    """The demo community with two web processes and a worker."""
    data = tmp_path_factory.mktemp("journeys") / "data"
    shutil.copytree(once("demo", build_demo), data)
    kring = Kring(data)
    port = free_port()
    try:
        process = kring.serve(port, "--workers", "2")
        url = f"http://127.0.0.1:{port}"
        yield Served(url, port, lambda: kring.output(process), kring.data)
    finally:
        kring.stop()


@contextmanager
def empty_site(
    data: Path, migrated: Path, host: str, **settings: str
) -> Iterator[tuple[str, Path]]:
    """A Kring where nobody is yet and anybody may join: its address, and the folder of its mail."""
    shutil.copytree(migrated, data)
    kring, port = Kring(data), free_port()
    plain, url = kring.environ, f"http://{host}:{port}"
    kring.environ = lambda **more: plain(KRING_URL=url, **settings, **more)
    try:
        kring.serve(port)
        yield url, data / "mail"
    finally:
        kring.stop()


def build_demo(folder: Path) -> None:
    built = Kring(folder).run("demo", "--no-serve", "--members", "121", timeout=300)
    assert built.returncode == 0, built.stderr


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
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET])
        yield browser
        browser.close()


@contextmanager
def windows(chromium: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """Opens browser windows of their own; at the end, nothing may have been refused or broken."""
    opened, complaints = [], []

    def visit(**options) -> Page:
        # Without motion no colour is seen half-way between two themes.
        window = chromium.new_context(base_url=url, reduced_motion="reduce", **options)
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


@pytest.fixture
def visit(chromium, demo) -> Iterator[Callable[..., Page]]:
    """Windows on the demo community."""
    with windows(chromium, demo) as visit:
        yield visit


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


def post_anyway(page: Page) -> None:
    """Having read the advice, if there is any."""
    page.locator("#advised .btn--primary, #notices .toast").first.wait_for()
    anyway = page.locator("#advised .btn--primary")
    if anyway.count():
        anyway.click()
        page.locator("#notices .toast").first.wait_for()
