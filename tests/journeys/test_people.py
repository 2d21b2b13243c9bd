"""Finding somebody in Chromium: mistyped, narrowed down and come to by the keyboard alone.

The same on a desktop in English and on a phone in Dutch, with and without JavaScript; only whether
answers come while one types differs.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import come_in
from tests.journeys.test_axe import problems

pytestmark = [pytest.mark.browser, pytest.mark.process]

SEEKER = 8
MISTYPED, MEANT = "plannign", "planning"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
WORDS = {
    "en": {
        "instead": f"Nobody wrote “{MISTYPED}”. Shown for {MEANT}.",
        "found": "found", "second": "Second degree, via", "nobody": "Nobody found for “qqzzx”",
    },
    "nl": {
        "instead": f"‘{MISTYPED}’", "found": "gevonden", "second": "Tweede graad, via",
        "nobody": "Niemand gevonden voor ‘qqzzx’",
    },
}  # fmt: skip


@dataclass
class Search:
    """The people page of somebody who uses no mouse."""

    page: Page
    language: str
    scripted: bool

    @property
    def people(self) -> Locator:
        return self.page.locator("#found .invite")

    def says(self, what: str) -> str:
        return WORDS[self.language][what]

    def go_to(self, selector: str) -> Locator:
        """Press Tab until the focus is there."""
        wanted = self.page.locator(selector).first
        for _ in range(60):
            if wanted.evaluate("it => it === document.activeElement"):
                return wanted
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not come to {selector}")

    def asked(self, part: str) -> None:
        """Wait for the answer to what was chosen, which a form without a script is sent for."""
        if not self.scripted:
            self.go_to("#search-people .btn--primary")
            self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"**{part}*")


@pytest.fixture(params=[(True, "en"), (False, "en"), (True, "nl"), (False, "nl")],
                ids=["script-en", "plain-en", "script-nl-phone", "plain-nl-phone"])  # fmt: skip
def search(request, visit, demo) -> Search:
    scripted, language = request.param
    page = visit(viewport=PHONE if language == "nl" else DESKTOP, java_script_enabled=scripted)
    come_in(page, SEEKER)
    page.context.add_cookies([{"name": "language", "value": language, "url": demo}])
    page.goto("/people")
    expect(page.locator("html")).to_have_attribute("lang", language)
    return Search(page, language, scripted)


def test_somebody_is_found_in_spite_of_a_slip_of_the_pen(search):
    page = search.page
    expect(search.people.first).to_be_visible()
    search.go_to("#people-q")
    page.keyboard.type(MISTYPED, delay=20)
    if not search.scripted:
        page.keyboard.press("Enter")
    page.wait_for_url(f"**q={MISTYPED}*")
    expect(page.locator("#found .notice")).to_contain_text(search.says("instead"))
    if search.scripted:
        expect(page.locator("#people-q")).to_be_focused()
        expect(page.locator("#found-status")).to_contain_text(search.says("found"))
    for person in search.people.all():
        expect(person.locator("mark").first).to_have_text(MEANT, ignore_case=True)
    many = search.people.count()

    city = search.go_to("#by-city")
    # With its letters, as lists are chosen from without a mouse.
    page.keyboard.type("Utrecht")
    search.asked("city=utrecht")
    expect(city).to_have_value("utrecht")
    expect(page.locator("#found .notice")).to_contain_text(search.says("instead"))
    if search.scripted:
        expect(city).to_be_focused()
        expect(page.locator("#by-skill option").nth(1)).to_contain_text("(")
    assert 0 < search.people.count() < many

    # Back to any city, which stands first in the list.
    search.go_to("#by-city")
    page.keyboard.press("Home")
    page.locator("#people-q").focus()
    search.go_to("input[name=d][value='2']")
    page.keyboard.press("Space")
    search.asked("d=2")
    expect(page.locator("input[name=d][value='2']")).to_be_checked()
    expect(search.people.first).to_contain_text(search.says("second"))
    assert all(person.locator(".context a").count() for person in search.people.all())

    way = search.people.first.locator(".context a").first
    known = way.inner_text()
    search.go_to("#found .invite .context a")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(known)
    page.go_back()
    expect(page.locator("#people-q")).to_have_value(MISTYPED)
    expect(search.people.first).to_contain_text(search.says("second"))


def test_what_was_typed_can_be_insisted_on_and_nobody_is_an_answer(search):
    page = search.page
    page.goto(f"/people?q={MISTYPED}")
    search.go_to("#found .notice a")
    page.keyboard.press("Enter")
    page.wait_for_url("**exact=1*")
    expect(search.people).to_have_count(0)
    page.goto("/people")
    search.go_to("#people-q")
    page.keyboard.type("qqzzx", delay=20)
    if not search.scripted:
        page.keyboard.press("Enter")
    expect(page.locator("#none-title")).to_have_text(search.says("nobody"))
    if search.scripted:
        expect(page.locator("#found-status")).to_have_text(search.says("nobody"))


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_answer_is_in_anybody_s_way(visit, demo, screen, language):
    page = visit(viewport=screen)
    come_in(page, SEEKER)
    page.context.add_cookies([{"name": "language", "value": language, "url": demo}])
    found = []
    for asked in ("", f"?q={MISTYPED}&d=1&d=2", "?q=qqzzx&city=utrecht", "?q=pensioen&page=2"):
        page.goto(f"/people{asked}")
        found += problems(page)
    page.goto("/people")
    page.locator("#people-q").press_sequentially(MISTYPED)
    expect(page.locator("#found .notice")).to_be_visible()
    found += problems(page)
    assert found == [], "\n".join(found)
