"""The pages beside the daily walk: no axe violation, nothing too wide, nothing out of reach."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import come_in
from tests.journeys.test_axe import PUBLIC, private_pages, problems

pytestmark = [pytest.mark.browser, pytest.mark.process]

PHONE = {"width": 390, "height": 844}
ONE_OF_THE_CAST = 3
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
TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def inside(visit) -> Page:
    """Somebody who came in on a phone, in English."""
    page = visit(viewport=PHONE)
    come_in(page, ONE_OF_THE_CAST)
    return page


def rest_of_the_pages(page: Page) -> list[str]:
    """One page of each sort that the daily walk does not ask axe about."""
    page.goto("/topics")
    topic = page.locator(".topiclist a").first.get_attribute("href")
    page.goto("/?order=time")
    page.get_by_label("Your post").fill("A post to look at from every side.")
    page.get_by_role("button", name="Post", exact=True).click()
    mine = page.locator(".feed > .post").first.get_attribute("id").replace("card-", "/posts/")
    page.goto(f"{mine}/edit")
    page.get_by_role("textbox").first.fill("A post to look at from *every* side.")
    page.locator("main form").get_by_role("button").first.click()
    me = page.locator(".nav--1 a").nth(3).get_attribute("href")
    page.goto(me)
    # Something to undo: the list of what one told the feed, and a blocked person's page.
    page.goto("/@wim")
    page.get_by_role("button", name="Block").click()
    page.goto(me)
    work = page.locator(".cv a[href^='/@']").first
    organisation = work.get_attribute("href") if work.count() else me
    return [
        "/your-feed", "/@wim", "/?order=time", topic, me, organisation, mine,
        f"{mine}/edit", f"{mine}/delete",
        f"{mine}/history", "/how-the-feed-works", "/accounts/email/", "/posts/1",
    ]  # fmt: skip


def test_the_other_pages_are_in_nobody_s_way_either(inside):
    found = []
    for path in rest_of_the_pages(inside):
        inside.goto(path)
        for menu in inside.locator("details.menu > summary").all()[:1]:
            menu.click()
        found += problems(inside)
    inside.goto("/?order=time")
    inside.get_by_label("Your post").fill("Refused")
    inside.get_by_text("Add a link").click()
    inside.get_by_label("Address of the page").fill("ftp://files.example/")
    inside.get_by_role("button", name="Post", exact=True).click()
    expect(inside.get_by_role("alert")).to_be_visible()
    found += problems(inside)
    assert found == [], "\n".join(found)


def test_nothing_is_wider_than_the_screen_or_under_the_bar_in_either_language(inside, demo):
    found = []
    paths = [*private_pages(inside), *rest_of_the_pages(inside), *PUBLIC[1:]]
    for language in ("en", "nl"):
        inside.context.add_cookies([{"name": "language", "value": language, "url": demo}])
        for path in paths:
            inside.goto(path)
            for width in (320, 390, 768, 1280):
                inside.set_viewport_size({"width": width, "height": 844})
                wide = inside.evaluate(TOO_WIDE)
                if wide > 0:
                    found.append(f"{language} {path} at {width}: {wide} px too wide")
                if width == PHONE["width"]:
                    found += [f"{language} {path}: {it}" for it in inside.evaluate(COVERED)]
    assert found == [], "\n".join(found)


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
