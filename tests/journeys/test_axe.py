"""Every page in Chromium: 0 axe violations, nothing wider than the screen, nothing refused."""

from __future__ import annotations

from importlib import resources

import pytest

from tests.journeys.conftest import come_in

pytestmark = [pytest.mark.browser, pytest.mark.process]

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
THEMES = {"light": "", "dark": "runOnly: ['color-contrast']"}
# Six cards stand for all twenty, which would take axe five times as long.
PART = "{include: [['html']], exclude: [['.feed > .post:nth-child(n+7)']]}"
PUBLIC = [
    "/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/",
    "/how-the-feed-works", "/nothing-here",
]  # fmt: skip


def problems(page) -> list[str]:
    """What axe finds in each theme, and what sticks out of the screen."""
    found = []
    page.evaluate(AXE)
    # Only colours depend on the theme; everything else is asked once.
    for theme, only in THEMES.items():
        page.emulate_media(color_scheme=theme)
        result = page.evaluate(f"axe.run({PART}, {{resultTypes: ['violations'], {only}}})")
        for rule in result["violations"]:
            node = rule["nodes"][0]
            found.append(f"{page.url} {theme} {rule['id']} {node['html'][:200]}")
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, f"{page.url} is {wide} px too wide"] if wide > 0 else found


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (390, "nl")])
def test_no_page_is_in_anybody_s_way(visit, demo, width, language):
    page = visit(viewport={"width": width, "height": 900})
    page.context.add_cookies([{"name": "language", "value": language, "url": demo}])
    found = []
    for path in PUBLIC:
        page.goto(path)
        found += problems(page)
    come_in(page)
    assert page.locator("html").get_attribute("lang") == language
    for path in private_pages(page):
        page.goto(path)
        for summary in page.locator(".why > summary, .composer details > summary").all()[:3]:
            summary.click()
        found += problems(page)
    assert found == [], "\n".join(found)


def private_pages(page) -> list[str]:
    """One page of each sort, found by following links from home."""
    page.goto("/?order=time")
    cards = page.locator(".feed > .post")
    card = cards.filter(has=page.locator(".peek")).first
    post = card.locator(".post__head .meta a[href^='/posts/']").last.get_attribute("href")
    who = card.locator(".post__head a.name").get_attribute("href")
    return [
        "/?order=ranked", post, f"{post}/share", who, "/bookmarks", "/topics", "/your-feed",
        "/your-feed?preset=window", "/?topic=nothing",
    ]  # fmt: skip
