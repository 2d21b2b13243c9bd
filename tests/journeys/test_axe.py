"""Every page in Chromium: 0 axe violations, nothing cut off at any size, nothing refused."""

from __future__ import annotations

from importlib import resources
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.contracts.test_routes import NO, ROUTES
from tests.journeys.conftest import come_in
from tests.journeys.every_page import (
    JOINED_SEE,
    MEMBERS_SEE,
    NO_PAGE,
    NOBODY_SEES,
    OWNERS_SEE,
    address,
    names,
    places_of_a_member,
    places_of_an_owner,
    public_places,
    way_in,
)

pytestmark = [pytest.mark.browser, pytest.mark.process]

AXE = (resources.files("axe_playwright_python") / "axe.min.js").read_text()
# Targets of 24 pixels are WCAG 2.2 AA, which axe asks only when told to.
THEMES = {
    "light": "rules: {'target-size': {enabled: true}}",
    "dark": "runOnly: ['color-contrast']",
}
OPENED = {".why > summary": 3, ".composer details > summary": 3}
# Six cards stand for all twenty, which would take axe five times as long.
PART = "{include: [['html']], exclude: [['.feed > .post:nth-child(n+7)']]}"
# A phone, a laptop at 200 %, and one at 400 % (WCAG 1.4.4 and 1.4.10).
SIZES = ((1280, 900), (640, 512), (390, 844), (320, 512))
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
# Words in a box that hides what does not fit into it.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((box) => {
    const hides = /hidden|clip/.test(getComputedStyle(box).overflowX);
    return hides && box.clientWidth > 1 && box.scrollWidth > box.clientWidth + 1
      && box.checkVisibility() && box.innerText?.trim() && !box.closest(".vh, .act-word, .av");
  }).map((box) => box.innerText.slice(0, 60))"""
# What covers a control that is scrolled as far into sight as it can be.
COVERED = """() => [...document.querySelectorAll("main a, main button, main summary, main input")]
  .slice(-6).filter((control) => {
    if (!control.checkVisibility() || control.closest("details:not([open]) > :not(summary)")
        || getComputedStyle(control).position === "absolute") return false;
    control.scrollIntoView({ block: "end" });
    const { x, y, width, height } = control.getClientRects()[0] ?? {};
    const above = document.elementFromPoint(x + width / 2, y + height / 2);
    return !above || !(control.contains(above) || above.contains(control)
      || above.closest("label")?.contains(control));
  }).map((control) => control.outerHTML.slice(0, 200))"""


def problems(page: Page, part: str = PART) -> list[str]:
    """What axe finds in each theme, and what sticks out of the screen."""
    found = []
    page.evaluate(AXE)
    # Only colours depend on the theme; everything else is asked once.
    for theme, only in THEMES.items():
        page.emulate_media(color_scheme=theme)
        result = page.evaluate(f"axe.run({part}, {{resultTypes: ['violations'], {only}}})")
        for rule in result["violations"]:
            node = rule["nodes"][0]
            found.append(f"{page.url} {theme} {rule['id']} {node['html'][:200]}")
    wide = page.evaluate(TOO_WIDE)
    return [*found, f"{page.url} is {wide} px too wide"] if wide > 0 else found


def squeezed(page: Page) -> list[str]:
    """What is too wide, cut off or covered at any size; the page is left at its own."""
    found, own = [], page.viewport_size
    # What lies over a page for as long as a menu is open is no fault of the page.
    page.keyboard.press("Escape")
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        wide = page.evaluate(TOO_WIDE)
        found += [f"{wide} px too wide"] if wide > 0 else []
        found += [f"{words!r} is cut off" for words in page.evaluate(CUT_OFF)]
        found += [f"{it} is covered" for it in page.evaluate(COVERED)] if width == 390 else []
        found = [it if " at " in it else f"{page.url} at {width}: {it}" for it in found]
    page.set_viewport_size(own)
    return found


def looked_at(page: Page, visits: tuple[str, ...], places) -> list[str]:
    found = []
    for visit in visits:
        page.goto(address(visit, places))
        for opens, most in OPENED.items():
            for summary in page.locator(opens).all()[:most]:
                summary.click()
        for panel in page.locator(".why[open] .why__panel").all():
            panel.locator(".contrib").wait_for()
        found += problems(page)
        found += in_a_menu(page)
        found += squeezed(page)
    return found


def in_a_menu(page: Page) -> list[str]:
    """What is wrong in the first menu, which lies over the page while it is open."""
    menu = page.locator("details.menu > summary")
    if not menu.count():
        return []
    menu.first.click()
    return problems(page, "{include: [['details.menu[open]']]}")


def in_both_languages(page: Page, *addresses: str) -> list[str]:
    """As `looked_at`, of pages that only who has set something up may see."""
    found = []
    for language in ("nl", "en"):
        cookie = {"name": "language", "value": language, "url": page.url}
        page.context.add_cookies([cookie])
        for wanted in addresses:
            page.goto(wanted)
            assert urlsplit(page.url).path == wanted, (wanted, page.url)
            found += problems(page) + squeezed(page)
    return found


def test_every_page_is_visited():
    pages = {name for name, route in ROUTES.items() if (route.get, route.bob_get) != (NO, NO)}
    seen = names(NOBODY_SEES, MEMBERS_SEE, JOINED_SEE, OWNERS_SEE)
    assert seen.isdisjoint(NO_PAGE)
    assert seen | set(NO_PAGE) == pages


@pytest.fixture(params=[(1280, "en"), (390, "nl")], ids=["desktop-en", "phone-nl"])
def page(request, visit, demo) -> Page:
    width, language = request.param
    page = visit(viewport={"width": width, "height": 900}, locale=language)
    page.context.add_cookies([{"name": "language", "value": language, "url": demo}])
    page.goto("/welcome")
    assert page.locator("html").get_attribute("lang") == language
    return page


def test_no_public_page_is_in_anybody_s_way(page):
    found = looked_at(page, NOBODY_SEES, public_places(page))
    page.goto("/nothing-here")
    found += problems(page) + squeezed(page)
    assert found == [], "\n".join(found)


def test_no_page_of_members_is_in_anybody_s_way(page):
    found = looked_at(page, MEMBERS_SEE, places_of_a_member(page))
    assert found == [], "\n".join(found)


def test_no_page_of_who_joins_is_in_anybody_s_way(page, served):
    language = page.locator("html").get_attribute("lang")
    found = []
    for _pause in way_in(page, served.data / "mail", f"axe.{language}@example.org"):
        found += problems(page) + squeezed(page)
    me = page.locator(".me > a").get_attribute("href").removeprefix("/@")
    found += looked_at(page, JOINED_SEE, {"me": (me,)})
    assert found == [], "\n".join(found)


def test_no_page_of_owners_is_in_anybody_s_way(page):
    found = looked_at(page, OWNERS_SEE, places_of_an_owner(page))
    assert found == [], "\n".join(found)


def test_a_refused_post_is_in_nobody_s_way(visit):
    page = visit(viewport={"width": 390, "height": 844})
    come_in(page, 4)
    page.goto("/?order=time")
    page.get_by_label("Your post").fill("Refused")
    page.get_by_text("Add a link").click()
    page.get_by_label("Address of the page").fill("ftp://files.example/")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    found = problems(page)
    assert found == [], "\n".join(found)
