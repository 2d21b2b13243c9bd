"""A day on Kring, as somebody in a browser lives it: each act changes the next page.

The same with and without JavaScript; only what happens before the next page differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect
from selectolax.lexbor import LexborHTMLParser

from tests.journeys.conftest import come_in, post_anyway, windows

pytestmark = [pytest.mark.browser, pytest.mark.process]

# Which of the people on the front door: each of them has a day of their own.
WITH_SCRIPT, WITHOUT, AGAIN = 0, 1, 2
RANKED, BY_TIME = "/?order=ranked", "/?order=time"


@pytest.fixture(scope="module", params=[True, False], ids=["script", "no script"])
def whole_day(request, chromium, demo) -> Iterator[Page]:
    """The window of one of the sample people, who came in with one click."""
    with windows(chromium, demo) as visit:
        page = visit(viewport={"width": 1280, "height": 900}, java_script_enabled=request.param)
        page.scripted = request.param
        page.day_of = come_in(page, WITH_SCRIPT if page.scripted else WITHOUT)
        yield page


@pytest.fixture
def day(whole_day) -> Page:
    whole_day.goto(RANKED)
    return whole_day


def cards(page: Page) -> Locator:
    return page.locator(".feed > .post")


def card_ids(page: Page) -> list[str]:
    return [card.get_attribute("id") for card in cards(page).all()]


def by_others(page: Page) -> Locator:
    """Posts by others that stand in nobody else's share."""
    return cards(page).filter(has=page.locator(".acts [data-act=helped]")).filter(
        has_not=page.locator(".orig")
    )  # fmt: skip


def fixed(page: Page, card: Locator) -> Locator:
    """This very card, wherever it stands after the page has changed."""
    return page.locator(f"#{card.get_attribute('id')}")


def open_why(card: Locator) -> Locator:
    """The panel with all reasons: in the card, and without a script on a page of its own."""
    card.locator(".why > summary").click()
    if not card.page.scripted:
        card.locator(".why__panel a").click()
        return card.page.locator(".why > .why__panel").filter(has=card.page.locator(".contrib"))
    return card.locator(".why__panel")


def number(text: str) -> int:
    return int(text.replace("−", "-").replace("+", ""))


def test_the_feed_says_why(day):
    expect(day.locator(".switch [aria-current]")).to_have_text("For you")
    first = cards(day).first
    expect(first.locator(".why__panel")).to_be_hidden()
    expect(day.locator(".why__panel .contrib")).to_have_count(0)  # nothing of it is there yet
    panel = open_why(first)
    expect(panel).to_contain_text("This post is first in your feed.")
    numbers = panel.locator(".contrib > li > .num").all_inner_texts()
    points = [number(text) for text in numbers if text[0] in "+−"]  # the others are factors
    assert sum(points) == number(panel.locator(".why__sum .num").inner_text())
    assert sum(point for point in points if point > 0) == pytest.approx(100, abs=2)  # rounded
    assert all(panel.locator(".contrib > li > b").all_inner_texts())
    expect(panel.locator(".ranklist dd").first).to_have_text("1st")
    assert panel.locator(".ranklist > div").count() == 3
    assert panel.locator(".bar i").first.bounding_box()["width"] > 20  # drawn, not only said
    if day.scripted:
        expect(first.locator(".why > summary")).to_be_focused()
        expect(panel).not_to_have_attribute("aria-busy", "true")
        first.locator(".why > summary").press("Enter")
        expect(panel).to_be_hidden()
        first.locator(".why > summary").press("Enter")
        expect(panel.locator(".contrib")).to_have_count(1)
    else:
        day.get_by_role("link", name="Back to your feed").click()
    expect(day.locator(".done h2")).to_contain_text("worth your time")


def test_by_time_is_remembered(day):
    day.get_by_role("link", name="By time", exact=True).click()
    expect(day).to_have_url(re.compile(r"order=time"))
    ids = [int(name.removeprefix("card-")) for name in card_ids(day)]
    assert ids == sorted(ids, reverse=True)
    day.goto("/topics")
    day.get_by_role("link", name="Home").first.click()
    expect(day.locator(".switch [aria-current]")).to_have_text("By time")
    assert day.locator(".why").count() == 0
    day.get_by_role("link", name="Older").click()
    older = [int(name.removeprefix("card-")) for name in card_ids(day)]
    assert older
    assert max(older) < min(ids)
    day.get_by_role("link", name="For you").click()
    expect(day.locator(".why").first).to_be_visible()


def test_a_reaction_stays_and_is_taken_back(day):
    card = fixed(day, by_others(day).first)
    helped = card.locator("[data-act=helped]")
    was = helped.get_attribute("aria-pressed")
    for now in ("false", "true") if was == "true" else ("true", "false"):
        helped.click()
        expect(helped).to_have_attribute("aria-pressed", now)
        if day.scripted:
            expect(helped).to_be_focused()
        day.goto(RANKED)
        expect(helped).to_have_attribute("aria-pressed", now)
    card.locator("details.menu > summary").first.click()
    card.get_by_role("button", name="Curious").click()
    expect(card.locator("details.menu > summary").first).to_contain_text("Curious")
    day.goto(card_address(card))
    expect(card.locator("details.menu > summary").first).to_contain_text("Curious")


def card_address(card: Locator) -> str:
    return f"/posts/{card.get_attribute('id').removeprefix('card-')}"


def test_what_one_writes_is_there(day):
    words = f"Who keeps a list of plain words? ({'s' if day.scripted else 'n'})"
    day.goto(BY_TIME)
    day.get_by_label("Your post").fill(f"{words} #plainwords")
    day.get_by_label("Ask for feedback").check()
    day.get_by_role("button", name="Post", exact=True).click()
    post_anyway(day)
    expect(day.get_by_role("status").first).to_contain_text("Your post is there.")
    mine = fixed(day, cards(day).first)
    expect(mine).to_contain_text(words)
    expect(mine.locator(".goalmark")).to_have_text("Feedback")
    mine.locator(".topics").get_by_role("link", name="#plainwords").click()
    expect(day.locator("h1")).to_have_text("#plainwords")
    expect(cards(day).first).to_contain_text(words)
    day.goto(f"{card_address(mine)}/delete")
    day.get_by_role("button", name="Delete").click()
    expect(day.get_by_role("status").first).to_contain_text("Removed.")
    day.goto(BY_TIME)
    assert words not in day.locator("main").inner_text()


def test_a_refused_post_comes_back_with_its_words(day):
    day.goto(BY_TIME)
    before = card_ids(day)
    day.get_by_label("Find someone").check()
    day.get_by_label("Your post").fill("A link that is none")
    day.get_by_text("Add a link").click()
    # What a browser lets through and Kring does not.
    day.get_by_label("Address of the page").fill("ftp://files.example/list")
    day.get_by_role("button", name="Post", exact=True).click()
    expect(day.get_by_role("alert")).to_be_visible()
    expect(day.get_by_label("Your post")).to_have_value("A link that is none")
    expect(day.get_by_label("Find someone")).to_be_checked()
    day.goto(BY_TIME)
    assert card_ids(day) == before


def test_a_comment_is_there_for_everybody(day, visit):
    card = fixed(day, by_others(day).first)
    card.get_by_role("link", name="Reply").click()
    words = f"We did this in {'spring' if day.scripted else 'autumn'}, and it held."
    day.locator("#reply-text").fill(words)
    day.locator("#reply").get_by_role("button", name="Reply").click()
    mine = day.locator(".comment", has_text=words)
    expect(mine).to_contain_text(day.day_of)
    address = day.url.partition("#")[0]
    stranger = visit()
    stranger.goto(address)
    expect(stranger.locator(".comment", has_text=words)).to_be_visible()
    assert stranger.locator("form[action$='/comment'], [formaction$='/react']").count() == 0
    # An answer to the answer stands below it.
    mine.get_by_role("link", name="Reply").click()
    day.locator("#reply-text").fill("And a footnote to that.")
    day.locator("#reply").get_by_role("button", name="Reply").click()
    expect(mine.locator(".replies")).to_contain_text("And a footnote to that.")


def test_a_share_keeps_the_original_whole(day):
    card = fixed(day, by_others(day).filter(has=day.get_by_role("link", name="Share")).first)
    author = card.locator(".post__head .name").first.inner_text()
    said = card.locator(".post__body > .say p").first.inner_text()
    card.get_by_role("link", name="Share").click()
    day.get_by_label("Your words").fill("This is for the whole department.")
    day.get_by_role("button", name="Share").click()
    post_anyway(day)
    expect(day.get_by_role("status").first).to_contain_text("Replies go to the original's author.")
    day.goto(BY_TIME)
    share = cards(day).first
    expect(share).to_contain_text("This is for the whole department.")
    expect(share.locator(".orig .name")).to_have_text(author)
    expect(share.locator(".orig .say p").first).to_have_text(said)
    expect(share.locator(".orig")).to_contain_text("Replies go to its author.")
    share.get_by_role("link", name="Reply").click()
    expect(day.locator("#reply")).to_contain_text(f"Reply to {author}")


def newest_by_a_stranger(day: Page) -> tuple[str, str]:
    """A post's name, and the topic it stands under: so new that the feed has a place for it."""
    day.goto("/topics")
    found = {}
    for address in [link.get_attribute("href") for link in day.locator(".topiclist a").all()]:
        answer = LexborHTMLParser(day.request.get(address).text())
        for card in answer.css(".feed > .post:has([data-act=helped]):not(:has(.orig))"):
            if not re.search("1st|you follow", card.text()):
                found[card.id] = address
    newest = max(found, key=lambda name: int(name.removeprefix("card-")))
    return newest, found[newest]


def test_following_somebody_brings_their_posts(day):
    newest, address = newest_by_a_stranger(day)
    day.goto(address)
    post = day.locator(f"#{newest}")
    name = post.locator(".post__head .name").inner_text()
    post.locator(".post__head .name").click()
    expect(day.locator("h1")).to_have_text(name)
    day.get_by_role("button", name="Follow", exact=True).click()
    expect(day.get_by_role("status").first).to_contain_text(f"You follow {name}.")
    day.goto(RANKED)
    expect(post).to_contain_text("you follow")
    day.goto(address)
    expect(post).to_contain_text("you follow")
    post.locator(".post__head .name").click()
    day.get_by_role("button", name="Following").click()
    day.goto(address)
    expect(post).not_to_contain_text("you follow")


def test_a_hidden_post_is_gone_until_undone(day):
    card = fixed(day, by_others(day).nth(2))
    hide(card)
    if day.scripted:
        expect(card.locator(".gone")).to_be_focused()
    day.get_by_role("button", name="Undo").click()
    expect(day.get_by_role("status").first).to_contain_text("It is back.")
    day.goto(RANKED)
    hide(card)
    expect(day.get_by_text("Nobody is told.").first).to_be_visible()
    for address in (RANKED, BY_TIME):
        day.goto(address)
        expect(cards(day).first).to_be_visible()
        expect(card).to_have_count(0)


def hide(card: Locator) -> None:
    card.locator("details.menu--end > summary").click()
    card.get_by_role("button", name="Hide this post").click()


def test_less_like_this_lowers_it_until_undone(day):
    before = card_ids(day)
    card = fixed(day, by_others(day).first)
    name = card.get_attribute("id")
    place = before.index(name)
    open_why(card).get_by_role("button", name="Less like this").click()
    expect(day.get_by_text("You will see less of this author for a while.")).to_be_visible()
    undo = day.get_by_role("button", name="Undo").first
    action = undo.locator("xpath=ancestor::form").get_attribute("action")
    assert action.endswith("/undo-less")
    undo.click()
    day.goto(RANKED)
    assert card_ids(day).index(name) == place
    open_why(card).get_by_role("button", name="Less like this").click()
    expect(day.get_by_text("You will see less of this author for a while.")).to_be_visible()
    day.goto(RANKED)
    after = card_ids(day)
    assert name not in after or after.index(name) > place


def test_language_is_remembered_on_this_account(day):
    day.get_by_role("button", name="Nederlands").first.click()
    expect(day.locator("html")).to_have_attribute("lang", "nl")
    expect(day.locator(".switch [aria-current]")).to_have_text(
        re.compile("Voor jou|Nieuwste eerst")
    )
    day.get_by_role("button", name="English").first.click()
    expect(day.locator("html")).to_have_attribute("lang", "en")


def test_by_keyboard_alone(visit):
    page = visit()
    come_in(page, AGAIN)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("j")
    expect(cards(page).first).to_be_focused()
    menu = cards(page).first.locator("details.menu > summary").first
    menu.focus()
    page.keyboard.press("Enter")
    expect(cards(page).first.locator("details.menu[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(cards(page).first.locator("details.menu[open]")).to_have_count(0)
    expect(menu).to_be_focused()
