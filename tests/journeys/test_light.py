"""Pages in Chromium: light to load, steady while they do, whole when enlarged, calm on request."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import come_in

pytestmark = [pytest.mark.browser, pytest.mark.process]

MOST_BYTES = 150_000
BUSY = 1  # of those the front door offers: the one with most on their page
# Everything the browser fetched but pictures, as it came over the wire.
WEIGHT = """() => {
  const all = [...performance.getEntriesByType("navigation"),
               ...performance.getEntriesByType("resource")];
  return all.filter((one) => !/\\.(webp|png|jpe?g|gif)$/.test(new URL(one.name).pathname))
    .map((one) => [new URL(one.name).pathname, one.transferSize]);
}"""
SHIFT = """() => new Promise((done) => {
  const seen = [];
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) {
      seen.push([shift.value, shift.hadRecentInput,
                 shift.sources.map((one) => one.node?.outerHTML?.slice(0, 120) ?? "")]);
    }
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(seen), 700);
})"""
MOVING = """() => document.getAnimations().filter((one) => one.playState === "running").length"""


@pytest.fixture
def kinds(visit):
    """A page, somebody signed in, and one address of each kind of page with much on it."""

    def opened(**options):
        page = visit(**options)
        come_in(page, BUSY)
        page.wait_for_load_state()
        card = page.locator(".feed > .post").first
        post = card.get_attribute("id").replace("card-", "/posts/")
        who = card.locator("a.name").first.get_attribute("href")
        return page, ["/", post, who, "/topics", "/people"]

    return opened


def test_home_with_twenty_cards_weighs_little(visit):
    page = visit(viewport={"width": 1280, "height": 900})
    come_in(page, BUSY)
    fresh = page.context.browser.new_context(
        base_url=page.url, storage_state=page.context.storage_state()
    )
    try:
        first = fresh.new_page()
        first.goto("/?order=time", wait_until="networkidle")
        cards = first.locator(".feed > .post").count()
        parts = first.evaluate(WEIGHT)
    finally:
        fresh.close()
    assert cards == 20
    assert {"/"} < {path for path, _size in parts}
    assert all(size > 0 for _path, size in parts), parts
    total = sum(size for _path, size in parts)
    heaviest = sorted(parts, key=lambda part: -part[1])
    assert total <= MOST_BYTES, f"{total} bytes: {heaviest}"


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_a_page_loads(kinds, width):
    page, paths = kinds(viewport={"width": width, "height": 844})
    moved = []
    for path in paths:
        page.goto(path, wait_until="load")
        page.mouse.wheel(0, 1500)
        for value, by_input, nodes in page.evaluate(SHIFT):
            if value > 0 and not by_input:
                moved.append(f"{path}: {value:.5f} {nodes}")
    assert moved == [], "\n".join(moved)


def test_at_twice_the_size_nothing_is_wider_than_the_screen(kinds):
    """200 % on a laptop leaves 640 pixels, 400 % leaves 320 (WCAG 1.4.4 and 1.4.10)."""
    page, paths = kinds(viewport={"width": 1280, "height": 900})
    wide = []
    for path in [*paths, "/keyboard", "/welcome", "/settings/appearance", "/your-feed"]:
        page.goto(path)
        for width in (640, 320):
            page.set_viewport_size({"width": width, "height": 512})
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wide.append(f"{path} at {width}: {over} px")
    assert wide == []


def test_who_wants_no_motion_sees_none(kinds):
    page, _paths = kinds(viewport={"width": 1280, "height": 900})
    page.goto("/")
    page.locator("[data-act=bookmark]").first.click()
    page.locator(".why > summary").first.click()
    assert page.evaluate(MOVING) == 0
