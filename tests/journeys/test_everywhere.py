"""A post by the keyboard alone, and a day in Dutch."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import come_in

pytestmark = [pytest.mark.browser, pytest.mark.process]

PHONE = {"width": 390, "height": 844}
ONE_OF_THE_CAST = 3


@pytest.fixture
def inside(visit) -> Page:
    """Somebody who came in on a phone, in English."""
    page = visit(viewport=PHONE)
    come_in(page, ONE_OF_THE_CAST)
    return page


def test_every_control_of_a_post_is_reached_by_keyboard_and_shows_it(inside):
    first = inside.locator(".feed > .post").first
    first.evaluate("post => { post.tabIndex = -1; post.focus(); }")
    controls = first.evaluate(
        """post => [...post.querySelectorAll("a, button, summary, input:not([type=hidden])")]
          .filter((it) => it.checkVisibility()
            && !it.closest("details:not([open]) > :not(summary)"))
          .length"""
    )
    assert controls > 8
    reached = []
    for _press in range(controls):
        inside.keyboard.press("Tab")
        reached.append(
            inside.evaluate(
                """() => { const it = document.activeElement, style = getComputedStyle(it);
                return [it.closest(".post")?.id, it.innerText.trim() || it.ariaLabel,
                        style.outlineStyle !== "none" || style.boxShadow !== "none"] }"""
            )
        )
    assert {place for place, _words, _shown in reached} == {first.get_attribute("id")}
    assert all(words for _place, words, _shown in reached)
    assert all(shown for _place, _words, shown in reached), reached


def test_a_day_in_dutch(visit):
    page = visit(viewport=PHONE, locale="nl-NL")
    come_in_dutch(page)
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    card = page.locator(".feed > .post").filter(has=page.locator("[data-act=helped]")).first
    card.locator(".why > summary").click()
    expect(card.locator(".why__panel")).to_contain_text("Dit bericht staat")
    card.locator("[data-act=bookmark]").click()
    expect(card.locator("[data-act=bookmark]")).to_have_attribute("aria-pressed", "true")
    name = card.get_attribute("id")
    page.goto("/bookmarks")
    expect(page.locator(f"#{name}")).to_be_visible()
    page.goto("/?order=time")
    page.locator("#compose textarea").fill("Wie heeft hier ervaring mee?")
    page.locator("#compose button.btn--primary").click()
    expect(page.get_by_role("status").first).not_to_contain_text("Your post")
    expect(page.locator(".feed > .post").first).to_contain_text("Wie heeft hier ervaring mee?")
    page.goto("/nergens")
    expect(page.locator("h1")).not_to_have_text("Not here")


def come_in_dutch(page: Page) -> None:
    page.goto("/")
    page.locator(".cast button").nth(ONE_OF_THE_CAST + 1).click()
    page.locator(".feed").wait_for()
