"""One's own profile in a browser: edited in place with and without a script, and on paper."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import come_in
from tests.journeys.test_axe import problems

pytestmark = [pytest.mark.browser, pytest.mark.process]
# People whom the other journeys leave alone.
WITH_SCRIPT, WITHOUT, LOOKED_AT = 5, 6, 7
# What has more in it than it shows: on paper nobody can scroll.
CUT = """() => [...document.querySelectorAll("main *")]
  .filter((box) => getComputedStyle(box).overflowY !== "visible" && !box.closest(".vh, .av, svg")
    && box.scrollHeight > box.clientHeight + 1).map((box) => box.className)"""


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def own(request, visit) -> tuple[Page, bool]:
    page = visit(viewport={"width": 390, "height": 844}, java_script_enabled=request.param)
    come_in(page, WITH_SCRIPT if request.param else WITHOUT)
    page.goto(page.locator(".rail .me a").first.get_attribute("href"))
    return page, request.param


def test_skills_come_go_move_and_are_kept(own):
    page, scripted = own
    at = page.url
    edit = page.locator("#edit-skills")
    edit.click()
    form = page.locator("#skills form")
    first = form.locator("input[name=name-0]")
    expect(first).to_be_focused()
    known = first.input_value()
    rows = form.locator(".formrow").count()
    form.get_by_role("button", name="Add one more").click()
    expect(form.locator(f"input[name=name-{rows}]")).to_be_focused()
    form.locator(f"input[name=name-{rows}]").fill("Juggling")
    form.locator("button[value=remove-0]").click()
    back = form.get_by_role("button", name="Put it back")
    expect(back).to_be_focused()
    back.click()
    expect(form.locator("input[name=name-0]")).to_have_value(known)
    form.locator(f"button[value=up-{rows}]").click()
    expect(form.locator(f"input[name=name-{rows - 1}]")).to_have_value("Juggling")
    form.get_by_label("Who sees this").select_option("connections")
    if scripted:
        # What was typed is not sent before it is asked for, nor the page left.
        assert page.url == at
    form.locator(".btn--primary").click()
    expect(page.locator("#skills .tag").filter(has_text="Juggling")).to_be_visible()
    expect(page.locator("#skills .part__who")).to_contain_text("My connections")
    expect(page.get_by_text("Saved.")).to_be_visible()
    if scripted:
        expect(page.locator("#edit-skills")).to_be_focused()
    page.goto(f"{at.partition('#')[0]}?as=member")
    expect(page.get_by_text("Juggling")).to_have_count(0)
    page.get_by_role("link", name="A connection").click()
    expect(page.get_by_text("Juggling")).to_be_visible()


def test_what_does_not_fit_stays_typed_with_its_sentence(own):
    page, _scripted = own
    page.locator("#edit-positions").click()
    form = page.locator("#positions form")
    form.locator("input[name=from_year-0]").fill("long ago")
    form.locator("input[name=from_year-0]").press("Enter")
    field = form.locator("input[name=from_year-0]")
    expect(field).to_be_focused()
    expect(field).to_have_value("long ago")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_text("Type a year in four digits")).to_be_visible()
    form.get_by_role("link", name="Leave as it was").click()
    expect(page.locator("#edit-positions")).to_be_visible()
    expect(page.get_by_text("long ago")).to_have_count(0)


@pytest.mark.parametrize(("width", "language"), [(1280, "nl"), (390, "en")])
def test_no_form_is_in_anybody_s_way(visit, demo, width, language):
    page = visit(viewport={"width": width, "height": 900})
    page.context.add_cookies([{"name": "language", "value": language, "url": demo}])
    come_in(page, LOOKED_AT)
    me = page.locator(".rail .me a").first.get_attribute("href")
    found = []
    for path in ("?as=web", "?as=connection", "/cv", "", *(
        f"/edit/{part}" for part in ("card", "about", "positions", "languages", "links")
    )):  # fmt: skip
        page.goto(f"{me}{path}")
        found += problems(page)
    page.goto(f"{me}/edit/positions")
    page.locator("input[name=from_year-0]").fill("x")
    page.locator("#positions .btn--primary").click()
    expect(page.locator("#positions .error")).to_be_visible()
    found += problems(page)
    page.goto(f"{me}/edit/skills")
    page.locator("button[value=remove-0]").click()
    page.locator("button[value=restore-0]").wait_for()
    found += problems(page)
    assert found == [], "\n".join(found)


def test_a_profile_prints_as_a_sheet_of_its_own(visit):
    # A low window: nothing of what is printed may depend on how much of it is in sight.
    page = visit(viewport={"width": 1280, "height": 400})
    come_in(page, LOOKED_AT)
    me = page.locator(".rail .me a").first.get_attribute("href")
    page.goto(me)
    told = page.locator("#positions li, #education li, #skills li").all_inner_texts()
    for path, name in ((f"{me}/cv", ".paper h1"), (me, "#card h2")):
        page.goto(path)
        page.emulate_media(media="print")
        expect(page.locator(name)).to_be_visible()
        printed = " ".join(page.locator("main").inner_text().split())
        assert len(told) > 3
        for words in told:
            assert " ".join(words.removesuffix("·").split()) in printed
        for away in (".rail", ".noprint", "#notices", ".aside", ".switch", ".feed", ".skip"):
            for it in page.locator(away).all():
                expect(it).to_be_hidden()
        assert page.locator("button:visible, main .btn:visible, nav:visible").count() == 0
        assert page.evaluate(CUT) == []
        assert re.search(rb"/Type\s*/Page\b", page.pdf(format="A4"))
        page.emulate_media(media="screen")
