"""Steering one's feed in a browser, with and without a script: each change is on the next page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import come_in

pytestmark = [pytest.mark.browser, pytest.mark.process]
# People whom the other journeys leave alone.
WITH_SCRIPT, WITHOUT = 3, 4


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def somebody(request, visit) -> tuple[Page, bool]:
    page = visit(viewport={"width": 1280, "height": 900}, java_script_enabled=request.param)
    come_in(page, WITH_SCRIPT if request.param else WITHOUT)
    return page, request.param


def test_a_mix_is_looked_at_saved_and_taken_back(somebody):
    page, scripted = somebody
    page.goto("/your-feed")
    page.get_by_role("radio", name="Wide window").check(force=True)
    slider = page.get_by_role("slider", name="Familiar or new")
    if not scripted:
        page.get_by_role("button", name="Look first").click()
    expect(page.get_by_role("heading", name="Your feed would start with")).to_be_visible()
    expect(page.get_by_text("Not saved yet.")).to_be_visible()
    expect(slider).to_have_value("2")
    if scripted:
        slider.press("ArrowLeft")
        expect(page.get_by_role("radio", name="My own mix")).to_be_checked()
        page.get_by_role("radio", name="Wide window").check(force=True)
        expect(slider).to_have_value("2")
    page.get_by_role("button", name="Save this mix").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_role("radio", name="Wide window")).to_be_checked()
    page.get_by_role("button", name=re.compile("Undo.*How your feed is mixed")).click()
    expect(page.get_by_role("radio", name=re.compile("^Balanced"))).to_be_checked()


def test_a_topic_is_filtered_by_muted_and_brought_back(somebody):
    page, _scripted = somebody
    page.goto("/?order=time")
    chip = page.locator(".chips a.chip").first
    name = chip.inner_text().strip()
    chip.click()
    cards = page.locator(".feed > .post")
    expect(page.locator(".chip[aria-current]")).to_contain_text(name)
    # One's own posts have no such item.
    card = cards.filter(has=page.locator("button", has_text=f"Mute {name}")).first
    card.locator("details.menu--end > summary").click()
    card.get_by_role("button", name=f"Mute {name}", exact=True).click()
    expect(page.get_by_text("stay out of your feed").first).to_be_visible()
    page.goto("/your-feed")
    page.get_by_role("button", name=re.compile(f"Undo.*{re.escape(name)}")).click()
    expect(page.get_by_text("The topic is back.")).to_be_visible()


def test_more_like_this_leaves_the_card_and_says_so(somebody):
    page, scripted = somebody
    page.goto("/?order=ranked")
    card = page.locator(".feed > .post").first
    menu = card.locator("details.menu--end")
    menu.locator("summary").click()
    card.get_by_role("button", name="More like this").click()
    toast = page.locator(".toast")
    expect(toast).to_contain_text("You will see more of this author")
    expect(card.get_by_role("link", name="Reply")).to_be_visible()
    if scripted:
        expect(menu).not_to_have_attribute("open", "")
    toast.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.", exact=True)).to_be_visible()
