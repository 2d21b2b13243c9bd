"""Single keys and new posts in Chromium: where the focus goes, and what stays where it was."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from kring.web.keys import SHEET
from tests.journeys.conftest import come_in, post_anyway

pytestmark = [pytest.mark.browser, pytest.mark.process]
BUSY = 1
FOCUSED = "document.activeElement?.closest('.post')?.id ?? document.activeElement?.tagName"


@pytest.fixture
def page(visit):
    page = visit(viewport={"width": 1280, "height": 900})
    come_in(page, BUSY)
    page.wait_for_load_state()
    return page


def posts(page) -> list[str]:
    return [card.get_attribute("id") for card in page.locator(".feed > .post").all()[:3]]


def test_keys_walk_from_post_to_post_and_act_on_the_one_in_focus(page):
    first, second, _third = posts(page)
    for key, card in (("j", first), ("j", second), ("k", first)):
        page.keyboard.press(key)
        expect(page.locator(f"#{card}")).to_be_focused()
    page.keyboard.press("m")
    expect(page.locator(f"#{first} .why")).to_have_attribute("open", "")
    kept = page.locator(f"#{first} [data-act=bookmark]")
    before = kept.get_attribute("aria-pressed")
    page.keyboard.press("b")
    expect(kept).not_to_have_attribute("aria-pressed", before)
    expect(page.locator("#said")).to_have_text("Kept under Bookmarks. Only you see that.")
    expect(kept).to_be_focused()
    page.keyboard.press("b")
    expect(kept).to_have_attribute("aria-pressed", before)
    page.keyboard.press("o")
    page.wait_for_url(f"**{first.replace('card-', '/posts/')}")


def held_back(page, address) -> list:
    """The requests for an address, none of which gets its answer until it is continued."""
    held = []
    page.route(address, lambda route: held.append(route))
    return held


def test_the_focus_comes_back_though_another_answer_comes_first(page):
    card = page.locator(f"#{posts(page)[0]}")
    kept = card.locator("[data-act=bookmark]")
    before = kept.get_attribute("aria-pressed")
    why, bookmark = held_back(page, "**/why?*"), held_back(page, "**/*bookmark")
    page.keyboard.press("j")
    with page.expect_request("**/why?*"):
        page.keyboard.press("m")
    with page.expect_request("**/*bookmark"):
        page.keyboard.press("b")
    why.pop().continue_()
    expect(card.locator(".why .contrib")).to_have_count(1)
    expect(card).to_be_focused()
    bookmark.pop().continue_()
    expect(kept).not_to_have_attribute("aria-pressed", before)
    expect(kept).to_be_focused()


def test_whoever_has_gone_on_is_not_called_back_by_an_answer(page):
    first, second, _third = posts(page)
    kept = page.locator(f"#{first} [data-act=bookmark]")
    before = kept.get_attribute("aria-pressed")
    bookmark = held_back(page, "**/*bookmark")
    page.keyboard.press("j")
    with page.expect_request("**/*bookmark"):
        page.keyboard.press("b")
    page.keyboard.press("j")
    bookmark.pop().continue_()
    expect(kept).not_to_have_attribute("aria-pressed", before)
    expect(page.locator(f"#{second}")).to_be_focused()


def test_keys_lead_to_places_and_never_act_while_one_types(page):
    page.keyboard.press("n")
    expect(page.locator("#compose textarea")).to_be_focused()
    page.keyboard.type("jog? b gh")
    assert page.url.endswith(("/", "/?order=ranked"))
    expect(page.locator("#compose textarea")).to_have_value("jog? b gh")
    page.locator("#compose textarea").fill("")
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/topics")


def test_the_sheet_opens_holds_the_focus_and_gives_it_back(page):
    page.keyboard.press("j")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    expect(sheet).to_be_visible()
    for _title, keys in SHEET:
        for key in keys:
            expect(sheet.get_by_text(str(key.does), exact=True)).to_be_visible()
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert page.evaluate(FOCUSED) == posts(page)[0]


def test_whoever_switches_keys_off_has_none(page):
    page.goto("/settings/appearance")
    page.get_by_label("Single keys do something").uncheck()
    page.get_by_role("button", name="Save").click()
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert page.evaluate(FOCUSED) == "BODY"
    assert page.get_by_role("dialog").count() == 0
    page.goto("/settings/appearance")
    page.get_by_label("Single keys do something").check()
    page.get_by_role("button", name="Save").click()


def test_new_posts_are_offered_and_nothing_moves_until_one_asks(visit):
    reader = visit(viewport={"width": 1280, "height": 900})
    reader.clock.install()
    come_in(reader, BUSY)
    reader.goto("/")
    handle = reader.locator(".me > a").get_attribute("href").removeprefix("/")
    writer = visit()
    come_in(writer, 3)
    writer.get_by_label("Your post").fill(f"A new rule today. {handle}, seen it?")
    writer.get_by_role("button", name="Post", exact=True).click()
    post_anyway(writer)
    writer.locator(".feed").wait_for()
    reader.mouse.wheel(0, 600)
    reader.keyboard.press("j")
    focused, scrolled = reader.evaluate(FOCUSED), reader.evaluate("scrollY")
    with reader.expect_response("**/news?*") as answer:
        reader.clock.run_for(31_000)
    assert answer.value.status == 200
    button = reader.get_by_role("status").get_by_role("button", name="Show 1 new post")
    expect(button).to_be_visible()
    assert (reader.evaluate(FOCUSED), reader.evaluate("scrollY")) == (focused, scrolled)
    reader.keyboard.press(".")
    new = reader.locator(".feed--new > .post")
    expect(new).to_contain_text("A new rule today.")
    expect(new).to_be_focused()
    expect(button).to_have_count(0)
    new.locator("[data-act=bookmark]").click()
    expect(new.locator("[data-act=bookmark]")).to_have_attribute("aria-pressed", "true")
