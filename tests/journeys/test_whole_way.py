"""The whole way of somebody new, in Chromium: from the sign-up form to a feed they steer.

Each language on a phone and on a desktop, each with a script or without; every step is told by what
the person sees, in their own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import come_in
from tests.journeys.every_page import PHRASE, link_in, mail_to
from tests.media.pictures import picture

pytestmark = [pytest.mark.browser, pytest.mark.process]

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
NAME = "Noor Özdemir"
# People whom the other journeys leave alone, and what tells two walks in one language apart.
READERS = {True: 9, False: 10}
WORDS = {
    "en": {
        "join": "Join", "look": "Look in your mail", "subject": "Confirm your address",
        "is it": "Is {} yours?", "confirm": "Yes, confirm", "choose": "Choose a password",
        "set": "Your password is saved.", "welcome": f"Welcome, {NAME}", "save": "Save",
        "ask line": "One line under your name", "saved": "Saved.", "since": "2024 – now",
        "headline": "Writes letters people understand", "work": "Letter writer",
        "pictures": "Add pictures", "text": "Does this drawing help you, {}? Seen by {}.",
        "alt": "A drawing of two barns", "posted": "Your post is there.",
        "helped": "Helped me", "helped by": "You reacted: This helped me",
        "share": "Share", "comment": "Worth a look before you draw one yourself, says {}.",
        "shared": "Shared. Replies go to the original's author.", "by": "shared a post by",
        "original": "Original post. Replies go to its author.",
        "lead": "Here is everything that put it there.", "people": "People",
        "less": "Less like this",
        "less said": "You will see less of this author for a while. Nobody is told.",
        "undo": "Undo", "undone": "Undone.", "follow": "Follow", "followed": "You follow",
    },
    "nl": {
        "join": "Lid worden", "look": "Kijk in je mail", "subject": "Bevestig je adres",
        "is it": "Is {} van jou?", "confirm": "Ja, bevestigen", "choose": "Kies een wachtwoord",
        "set": "Je wachtwoord is bewaard.", "welcome": f"Welkom, {NAME}", "save": "Opslaan",
        "ask line": "Eén regel onder je naam", "saved": "Bewaard.", "since": "2024 – nu",
        "headline": "Schrijft brieven die mensen begrijpen", "work": "Brievenschrijver",
        "pictures": "Foto's erbij", "text": "Helpt deze tekening je, {}? Gezien door {}.",
        "alt": "Een tekening van twee schuren", "posted": "Je bericht staat er.",
        "helped": "Hielp mij", "helped by": "Je reageerde: Dit hielp mij",
        "share": "Delen", "comment": "Kijk hier eerst naar voor je zelf tekent, zegt {}.",
        "shared": "Gedeeld.", "by": "deelde een bericht van",
        "original": "Het oorspronkelijke bericht. Antwoorden gaan naar de schrijver.",
        "lead": "Hier is alles wat het daar bracht.", "people": "Mensen",
        "less": "Minder hiervan",
        "less said": "Je ziet een tijd lang minder van deze schrijver. Niemand hoort het.",
        "undo": "Ongedaan maken", "undone": "Teruggedraaid.", "follow": "Volgen",
        "followed": "Je volgt",
    },
}  # fmt: skip


@dataclass
class Walk:
    """Somebody new and somebody who is here already, each in a browser of their own."""

    new: Page
    other: Page
    other_name: str
    other_handle: str
    language: str
    mail: Path
    scripted: bool

    def says(self, what: str, *words: str) -> str:
        return WORDS[self.language][what].format(*words)

    @property
    def mark(self) -> str:
        return f"{self.language}-{'script' if self.scripted else 'plain'}"

    @property
    def email(self) -> str:
        return f"noor.{self.mark}@example.org"

    @property
    def text(self) -> str:
        return self.says("text", f"@{self.other_handle}", self.mark)

    @property
    def comment(self) -> str:
        return self.says("comment", self.mark)


WALKS = [
    pytest.param(("en", DESKTOP, True), id="en-desktop-script"),
    pytest.param(("nl", PHONE, False), id="nl-phone-plain"),
    pytest.param(("nl", DESKTOP, True), id="nl-desktop-script"),
    pytest.param(("en", PHONE, False), id="en-phone-plain"),
]


@pytest.fixture(params=WALKS)
def walk(request, visit, served) -> Walk:
    language, size, scripted = request.param
    pages = []
    for _person in range(2):
        page = visit(viewport=size, java_script_enabled=scripted, locale=language)
        page.context.add_cookies([{"name": "language", "value": language, "url": served.url}])
        pages.append(page)
    new, other = pages
    name = come_in(other, READERS[scripted])
    other.context.add_cookies([{"name": "language", "value": language, "url": served.url}])
    handle = other.locator(".me > a").get_attribute("href").removeprefix("/@")
    return Walk(new, other, name, handle, language, served.data / "mail", scripted)


def test_from_the_sign_up_form_to_a_feed_one_steers(walk):
    join(walk)
    fill_in_the_profile(walk)
    post_a_picture(walk)
    read_react_and_share(walk)
    see_who_shared_it(walk)


def join(walk: Walk) -> None:
    page = walk.new
    page.goto("/accounts/signup/")
    page.locator("[name=name]").fill(NAME)
    page.locator("[name=email]").fill(walk.email)
    page.get_by_role("button", name=walk.says("join")).click()
    expect(page.locator("h1")).to_have_text(walk.says("look"))
    sent = mail_to(walk.email, walk.mail)
    assert walk.says("subject") in sent["Subject"]
    page.goto(link_in(sent))
    expect(page.locator("main")).to_contain_text(walk.says("is it", walk.email))
    page.get_by_role("button", name=walk.says("confirm")).click()
    expect(page.locator("h1")).to_have_text(walk.says("choose"))
    for field in ("password1", "password2"):
        page.locator(f"[name={field}]").fill(PHRASE)
    page.get_by_role("button", name=walk.says("save")).click()
    expect(page.locator("#notices")).to_contain_text(walk.says("set"))
    expect(page.locator("#steps")).to_have_text(walk.says("welcome"))


def fill_in_the_profile(walk: Walk) -> None:
    page = walk.new
    page.goto(page.locator(".me > a").get_attribute("href"))
    card = page.locator("#card")
    expect(card).to_contain_text(walk.says("ask line"))
    page.locator("#edit-card").click()
    card.locator("[name=headline]").fill(walk.says("headline"))
    card.get_by_role("button", name=walk.says("save")).click()
    expect(page.locator("#notices")).to_contain_text(walk.says("saved"))
    expect(card).to_contain_text(walk.says("headline"))
    expect(card).not_to_contain_text(walk.says("ask line"))
    page.locator("#edit-positions").click()
    work = page.locator("#positions")
    work.locator("[name=title-0]").fill(walk.says("work"))
    work.locator("[name=organisation_name-0]").fill("Maasoever")
    work.locator("[name=from_year-0]").fill("2024")
    work.get_by_role("button", name=walk.says("save")).click()
    expect(work).to_contain_text(walk.says("work"))
    expect(work).to_contain_text("Maasoever")
    expect(work).to_contain_text(walk.says("since"))


def post_a_picture(walk: Walk) -> None:
    page = walk.new
    page.goto("/")
    page.locator("#compose").get_by_text(walk.says("pictures"), exact=True).click()
    file = {"name": "barns.png", "mimeType": "image/png", "buffer": picture("PNG")}
    page.locator("#image1").set_input_files(file)
    if walk.scripted:
        page.locator(".slot img").wait_for()
    page.locator("#alt1").fill(walk.says("alt"))
    page.locator("#compose-text").fill(walk.text)
    page.locator(".composer__foot .btn--primary").click()
    expect(page.locator("#notices")).to_contain_text(walk.says("posted"))
    page.goto("/?order=time")
    card = page.locator(".feed > .post", has_text=walk.mark)
    expect(card.get_by_role("img", name=walk.says("alt"))).to_be_visible()
    expect(card.get_by_role("link", name=f"@{walk.other_handle}")).to_be_visible()


def read_react_and_share(walk: Walk) -> None:
    """The one who was named does it all; a page they just had does not keep it from them."""
    page = walk.other
    page.goto("/")
    card = page.locator(".feed > .post", has_text=walk.mark)
    expect(card.locator(".name")).to_have_text(NAME)
    expect(card).to_contain_text(walk.says("headline"))
    expect(card.get_by_role("img", name=walk.says("alt"))).to_be_visible()
    helped = card.locator("[data-act=helped]")
    expect(helped).to_contain_text(walk.says("helped"))
    helped.click()
    expect(helped).to_have_attribute("aria-pressed", "true")
    if walk.scripted:
        expect(page.locator("#said")).to_have_text(walk.says("helped by"))
        expect(helped).to_be_focused()
    card.get_by_role("link", name=walk.says("share")).click()
    expect(page.locator("main")).to_contain_text(NAME)
    page.locator("#text").fill(walk.comment)
    share = page.locator("main form .btn--primary").filter(has_text=walk.says("share"))
    share.click()
    anyway = page.locator("#advised .btn--primary")
    expect(page.locator("#notices .toast").or_(anyway).first).to_be_visible()
    if anyway.count():
        anyway.click()
    expect(page.locator("#notices")).to_contain_text(walk.says("shared"))


def see_who_shared_it(walk: Walk) -> None:
    page = walk.new
    page.goto(f"/@{walk.other_handle}")
    page.get_by_role("button", name=walk.says("follow")).first.click()
    expect(page.locator("#notices")).to_contain_text(walk.says("followed"))
    page.goto("/?order=ranked")
    card = shared(walk)
    expect(card.locator(".post__head").first).to_contain_text(walk.other_name)
    expect(card.locator(".post__head").first).to_contain_text(f"{walk.says('by')} {NAME}")
    expect(card.locator(".orig")).to_contain_text(walk.says("original"))
    expect(card.locator(".orig")).to_contain_text(walk.mark)
    panel = ask_why(walk, card)
    panel.get_by_role("button", name=walk.says("less"), exact=True).click()
    gone = page.locator(".gone, #notices").filter(has_text=walk.says("less said"))
    expect(gone).to_be_visible()
    if walk.scripted:
        expect(card).to_have_count(0)
        expect(gone).to_be_focused()
    gone.get_by_role("button", name=walk.says("undo")).click()
    expect(page.locator("#notices")).to_contain_text(walk.says("undone"))
    page.goto("/")
    expect(shared(walk)).to_be_visible()


def shared(walk: Walk) -> Locator:
    return walk.new.locator(".feed > .post", has_text=walk.comment)


def ask_why(walk: Walk, card: Locator) -> Locator:
    """The panel that says it, which has a page of its own where there is no script."""
    card.locator(".why > summary").click()
    panel = card.locator(".why__panel")
    if not walk.scripted:
        panel.get_by_role("link").click()
        panel = walk.new.locator(".why__panel")
    expect(panel).to_contain_text(walk.says("lead"))
    expect(panel).to_contain_text(walk.says("people"))
    return panel
