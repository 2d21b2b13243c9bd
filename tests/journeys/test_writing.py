"""Writing a post in Chromium: names complete, words survive, advice comes first, later is later."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import come_in
from tests.media.pictures import picture

pytestmark = pytest.mark.process

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
WORDS = {
    "en": {"kept": "Your draft was kept", "offline": "Not sent", "bait": "applause",
           "there": "Your post is there.", "back": "It is back."},
    "nl": {"kept": "Je concept is", "offline": "Niet verstuurd", "bait": "applaus",
           "there": "Je bericht staat er.", "back": "Het is er weer."},
}  # fmt: skip
# A text of its own for each way: what one has posted stays, and others see it.
BAIT = {
    "en": "Like and share if you agree! Comment YES below!",
    "nl": "Like en deel als je het eens bent! Reageer met JA!",
    "no script": "Like if you have been to our barn! Tag a friend below!",
}
BY_PLACE = [(DESKTOP, "en"), (PHONE, "nl")]


def _post(page: Page) -> None:
    page.locator(".composer__foot .btn--primary").click()


@pytest.mark.parametrize(("size", "language"), BY_PLACE)
def test_a_post_from_the_first_word_to_taking_it_back(visit, size, language):
    words, bait = WORDS[language], BAIT[language]
    page = visit(viewport=size, locale=language, timezone_id="Europe/Amsterdam")
    come_in(page, 0)
    # Another journey may have left this person speaking another language.
    page.context.add_cookies([{"name": "language", "value": language, "url": page.url}])
    page.goto("/")
    area = page.locator("#compose-text")

    area.press_sequentially("Hello @mar")
    options = page.locator("#suggestions [role=option]")
    options.first.wait_for()
    expect(page.locator("#suggestions-said")).to_have_text(re.compile(r"^\d+ "))
    area.press("ArrowDown")
    expect(area).to_have_attribute("aria-activedescendant", "suggestion-0")
    area.press("Enter")
    expect(area).to_have_value(re.compile(r"^Hello @[a-z0-9_]+ $"))
    expect(page.locator("#suggestions")).to_be_hidden()

    area.fill(bait)
    expect(page.locator("#advice")).to_contain_text(words["bait"])
    page.wait_for_function("Object.keys(localStorage).length > 0")
    page.goto("/topics")
    page.goto("/")
    expect(area).to_have_value(bait)
    expect(page.locator(".kept")).to_contain_text(words["kept"])

    # Chromium itself would complain of a network that is cut.
    page.evaluate("() => { window.there = fetch; window.fetch = () => Promise.reject(); }")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else 0)
    _post(page)
    expect(page.locator(".kept[role=alert]")).to_contain_text(words["offline"])
    assert not [url for url in sent if url.endswith("/posts/new")]
    page.evaluate("() => { window.fetch = window.there; }")

    _post(page)
    expect(page.locator("#advised")).to_be_focused()
    page.locator("#advised .btn--primary").click()
    expect(page.locator("#notices")).to_contain_text(words["there"])
    expect(area).to_have_value("")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    expect(page.locator("article", has_text=bait)).to_have_count(1)
    page.locator("#notices form button").first.click()
    expect(page.locator("article", has_text=bait)).to_have_count(0)
    page.locator("#notices form button").first.click()
    expect(page.locator("article", has_text=bait)).to_have_count(1)
    expect(page.locator("#notices")).to_contain_text(words["back"])


@pytest.mark.parametrize(("size", "language"), BY_PLACE)
def test_a_picture_is_seen_and_described_before_it_waits_for_its_day(visit, size, language):
    page = visit(viewport=size, locale=language, timezone_id="Europe/Amsterdam")
    come_in(page, 1)
    page.locator(".composer__pictures summary").click()
    expect(page.locator(".slot:visible")).to_have_count(1)
    file = {"name": "barn.png", "mimeType": "image/png", "buffer": picture(size=(600, 400))}
    page.locator("#image1").set_input_files(file)
    page.locator(".slot img").wait_for()
    expect(page.locator(".slot:visible")).to_have_count(2)
    expect(page.locator("#alt1")).to_be_focused()
    expect(page.locator(".slot__remind").first).to_be_visible()
    page.locator("#alt1").fill("A barn")
    expect(page.locator(".slot__remind").first).to_be_hidden()
    page.locator(".composer__later summary").click()
    page.locator("#publish_at").fill("2027-01-04T09:00")
    page.locator("#compose-text").fill(f"Waiting in {language}")
    _post(page)
    page.wait_for_url("**/scheduled")
    expect(page.locator(".waiting")).to_contain_text(f"Waiting in {language}")
    page.locator(".waiting a").first.click()
    expect(page.locator(".slot img")).to_have_count(1)
    expect(page.locator("#publish_at")).to_have_value("2027-01-04T09:00")


def test_the_zone_beside_a_time_is_the_one_it_is_read_in(visit):
    page = visit(viewport=DESKTOP, locale="en", timezone_id="Asia/Tokyo")
    come_in(page, -1)
    page.locator(".composer__later summary").click()
    expect(page.locator("label[for=publish_at]")).to_contain_text("Asia/Tokyo")
    page.locator("#publish_at").fill("2027-01-04T09:00")
    page.locator("#compose-text").fill("Good morning from the other side")
    _post(page)
    page.wait_for_url("**/scheduled")
    expect(page.locator(".waiting h2")).to_contain_text("9:00")
    expect(page.locator("#time_zone")).to_have_value("Asia/Tokyo")


def test_without_javascript_a_form_does_it_all(visit):
    page = visit(java_script_enabled=False, viewport=PHONE, locale="en")
    come_in(page, 2)
    page.locator(".composer__pictures summary").click()
    file = {"name": "barn.png", "mimeType": "image/png", "buffer": picture(size=(600, 400))}
    page.locator("#image1").set_input_files(file)
    page.locator("#alt1").fill("A barn without a script")
    page.locator("#compose-text").fill(BAIT["no script"])
    _post(page)
    page.locator("#advised .btn--primary").click()
    expect(page.locator("#notices")).to_contain_text("Your post is there.")
    expect(page.locator("img[alt='A barn without a script']").first).to_be_visible()
