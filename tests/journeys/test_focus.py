"""Where the focus is after each thing that changes a page in place, and what is read out."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import come_in

pytestmark = [pytest.mark.browser, pytest.mark.process]

READER = 8
# The act, whether it stands in a menu, and what has the focus afterwards within the card.
ACTS = [
    ("react", "[data-act=helped]", "[data-act=helped]"),
    ("react", "[data-act=insightful], [data-act=like]", "details.menu:not(.menu--end) > summary"),
    ("bookmark", "[data-act=bookmark]", "[data-act=bookmark]"),
    ("more", ".menu--end [formaction$='/more']", ".menu--end > summary"),
    ("less", ".menu--end [formaction$='/less']", ".gone"),
    ("hide", ".menu--end [formaction$='/hide']", ".gone"),
    ("mute-thread", ".menu--end [formaction$='/mute-thread']", ".gone"),
    ("mute", ".menu--end [formaction^='/topics/']", ".gone"),
]
TO_ITS_MENU = """(item) => {
  const summary = item.closest("details.menu")?.querySelector("summary");
  summary?.focus();
  return Boolean(summary);
}"""
SAID = "#said, #notices, .gone[role=status]"


@pytest.fixture
def page(visit) -> Page:
    page = visit(viewport={"width": 1280, "height": 900})
    come_in(page, READER)
    return page


def test_every_button_that_changes_a_card_is_here(page):
    page.goto("/?order=ranked")
    acts = page.evaluate(
        "[...document.querySelectorAll('.acts [hx-post]')].map((it) => it.getAttribute('hx-post'))"
    )
    kinds = {re.split("[/?]", act)[-1].removeprefix("un") for act in acts}
    assert kinds == {kind for kind, _button, _after in ACTS}


@pytest.mark.parametrize(("kind", "button", "after"), ACTS, ids=[act[0] for act in ACTS])
def test_the_focus_stays_with_what_one_did_and_it_is_said(page, kind, button, after):
    page.goto("/?order=ranked")
    card = page.locator(".feed > .post").filter(has=page.locator(button)).first
    # Once it is gone it has no such button any more.
    card = page.locator(f"#{card.get_attribute('id')}")
    pressed = card.locator(button).first
    if pressed.evaluate(TO_ITS_MENU):
        page.keyboard.press("Enter")
    words = page.locator(SAID).all_inner_texts()
    pressed.press("Enter")
    expect(card.locator(after)).to_be_focused()
    page.wait_for_function(
        "([said, words]) => [...document.querySelectorAll(said)]"
        ".some((it, at) => it.innerText && it.innerText !== words[at])",
        arg=[SAID, words],
    )


def test_a_panel_opens_under_the_summary_one_pressed(page):
    page.goto("/?order=ranked")
    why = page.locator(".why[hx-get]").first
    why.locator("summary").press("Enter")
    why.locator(".contrib").wait_for()
    expect(why.locator("summary")).to_be_focused()
    # What a bar shows is said beside it in a number and in words.
    for group in why.locator(".contrib > li").all():
        assert re.search(r"[+−×]\s?\d", group.locator(".num").inner_text())
    why.locator(".contrib a, .why__steer button").first.wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.why') !== null")
