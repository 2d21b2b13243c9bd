"""The pictures of the documentation, taken anew from the demo community: `scripts/screenshots`."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys.conftest import CHROMIUM, QUIET
from tests.processes import ROOT, Kring, free_port

FOLDER = ROOT / "docs" / "screenshots"
MEMBERS = 300
NEWCOMER, BUSY, OWNER = range(3)


@dataclass(frozen=True, slots=True)
class Picture:
    """visitor: which of the three that the front door offers, None for nobody; press: a selector"""

    name: str
    path: str
    visitor: int | None = BUSY
    width: int = 1280
    height: int = 900
    theme: str = "light"
    language: str = "en"
    press: str = ""


PICTURES = (
    Picture("home", "/", height=1400, press=".why > summary"),
    Picture("home-phone-dark", "/", width=390, height=844, theme="dark", language="nl"),
    Picture("front-door", "/", visitor=None),
    Picture("first-morning", "/", visitor=NEWCOMER),
    Picture("topics", "/topics", theme="dark"),
    Picture("people", "/people?q=pensioen"),
    Picture("profile", "profile"),
    Picture("community", "/desk/community", visitor=OWNER),
)


def take(browser: Browser, url: str, picture: Picture) -> Path:
    window = browser.new_context(
        base_url=url,
        viewport={"width": picture.width, "height": picture.height},
        color_scheme=picture.theme,
        reduced_motion="reduce",
    )
    window.add_cookies([{"name": "language", "value": picture.language, "url": url}])
    page = window.new_page()
    if picture.visitor is not None:
        page.goto("/")
        page.locator(".guides button").nth(picture.visitor).click()
        page.locator(".rail").wait_for()
    page.goto(_address(page, picture.path), wait_until="networkidle")
    if picture.press:
        page.locator(picture.press).first.click()
        page.wait_for_timeout(300)
    path = FOLDER / f"{picture.name}.png"
    page.screenshot(path=path)
    window.close()
    # Few colours are on a page, and a third of the bytes say them.
    with Image.open(path) as whole:
        few = whole.convert("RGB").quantize(
            256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    few.save(path, optimize=True)
    return path


def _address(page: Page, path: str) -> str:
    return page.locator(".me > a").get_attribute("href") or "/" if path == "profile" else path


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        kring = Kring(Path(folder) / "data")
        built = kring.run("demo", "--no-serve", "--members", str(MEMBERS), timeout=300)
        if built.returncode:
            raise SystemExit(built.stderr)
        port = free_port()
        try:
            kring.serve(port)
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET])
            for picture in PICTURES:
                path = take(browser, f"http://127.0.0.1:{port}", picture)
                print(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes")
            browser.close()
        finally:
            kring.stop()


if __name__ == "__main__":
    main()
