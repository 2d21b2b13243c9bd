"""Editing one's profile in place, as a browser without a script does it, and as htmx asks."""

from __future__ import annotations

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kring.core import clock
from kring.feed import load, serving
from kring.members.audience import Closeness
from kring.members.models import Identity, SectionAudience
from kring.members.queries import profile_of
from kring.members.services import update_profile
from tests.media.pictures import picture
from tests.members.test_lookalikes import SAID, worker
from tests.web.html import Page, look, press
from tests.web.visits import sign_in, stored

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def ada(square):
    return sign_in(square.town.ada)


def form_of(client, section):
    return look(client, f"/@ada/edit/{section}").form(f"/@ada/edit/{section}")


def own(square):
    return profile_of(Identity.objects.get(pk=square.town.ada.pk), Closeness.SELF)


def test_a_text_is_changed_where_it_stands(square, ada):
    page = look(ada, "/@ada")
    assert "/@ada/edit/about" in page.addresses
    form = form_of(ada, "about")
    answer = press(ada, form, "Save", about="I sing, **badly**.", shown_to="connections")
    assert answer.redirect_chain == [("/@ada#edit-about", 303)]
    assert "Saved." in Page(answer).words
    assert own(square).about_html == "<p>I sing, <strong>badly</strong>.</p>\n"
    assert "I sing" in look(sign_in(square.town.bob), "/@ada").words
    assert "I sing" not in look(sign_in(square.town.eve), "/@ada").words


def test_who_says_nothing_of_themselves_is_asked_for_a_line_and_nobody_else_sees_that(square, ada):
    asked = "One line under your name tells people why to answer you."
    for headline, mine in (("", True), ("Baker", False)):
        update_profile(identity=square.town.ada, now=clock.utc_now(), headline=headline)
        assert (asked in look(ada, "/@ada").words) == mine
        assert asked not in look(sign_in(square.town.bob), "/@ada").words


def test_rows_are_added_removed_put_back_and_kept_through_it(square, ada):
    page = Page(press(ada, form_of(ada, "skills"), "Add", **{"name-0": "Singing"}))
    form = page.form("/@ada/edit/skills")
    assert (form.fields["name-0"], form.fields["name-1"]) == ("Singing", "")
    page = Page(press(ada, form, "Remove: Singing", **{"name-1": "Counting"}))
    form = page.form("/@ada/edit/skills")
    assert form.fields["removed-0"] == "1"
    kept = Page(press(ada, form, "Put it back")).form("/@ada/edit/skills")
    assert "removed-0" not in kept.fields
    assert kept.fields["name-0"] == "Singing"
    assert not own(square).skills  # nothing was saved so far
    press(ada, form, "Save")
    assert [one.name for one in own(square).skills] == ["Counting"]


def test_rows_move_up_and_down(square, ada):
    update_profile(identity=square.town.ada, now=clock.utc_now(), skills=["a", "b", "c"])
    form = Page(press(ada, form_of(ada, "skills"), "Down: a")).form("/@ada/edit/skills")
    form = Page(press(ada, form, "Up: c")).form("/@ada/edit/skills")
    press(ada, form, "Save")
    assert [one.name for one in own(square).skills] == ["b", "c", "a"]


def test_what_does_not_fit_is_kept_with_a_sentence_at_each_field(square, ada):
    update_profile(identity=square.town.ada, now=clock.utc_now(), positions=[])
    form = form_of(ada, "positions")
    before = stored()
    wrong = {
        "title-0": "Baker", "organisation_name-0": "", "from_year-0": "soon",
        "title-1": "", "organisation_name-1": "Mill", "from_year-1": "2020", "to_year-1": "2010",
    }  # fmt: skip
    answer = press(ada, form, "Save", **wrong)
    page = Page(answer)
    assert answer.status_code == 422
    assert page.form("/@ada/edit/positions").fields["from_year-0"] == "soon"
    for name in ("organisation_name-0", "from_year-0", "to_year-1"):
        assert f'id="e-{name}"' in page.html
        assert f'aria-describedby="e-{name}"' in page.html
    assert page.html.count('aria-invalid="true"') == 3
    assert page.html.count(" autofocus") == 1
    assert stored() == before


def test_an_empty_row_is_no_mistake_and_a_mistake_after_it_stands_at_its_row(square, ada):
    rows = {"name-0": "", "name-1": " ", "name-2": "Singing"}
    press(ada, form_of(ada, "skills"), "Save", **rows)
    assert [one.name for one in own(square).skills] == ["Singing"]
    links = {"label-0": "", "url-0": "", "label-1": "Home", "url-1": "nowhere"}
    page = Page(press(ada, form_of(ada, "links"), "Save", **links))
    assert 'id="e-url-1"' in page.html


def test_more_rows_than_there_may_be_are_refused_and_not_read_for_ever(square, ada):
    rows = {f"label-{n}": "Home" for n in range(60)} | {
        f"url-{n}": "https://a.nl" for n in range(60)
    }
    answer = press(ada, form_of(ada, "links"), "Save", **rows)
    assert answer.status_code == 422
    assert "more than 10" in Page(answer).words
    assert not own(square).links
    full = {key: value for key, value in rows.items() if int(key.split("-")[1]) < 10}
    answer = press(ada, form_of(ada, "links"), "Add", **full)
    assert answer.status_code == 422
    assert "more than 10" in Page(answer).words


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "explode"}, {"do": "remove-7"}, {"do": "up--1"}, {"do": "remove-²"},
        {"do": f"remove-{'1' * 500}"}, {"do": "save", "shown_to": "the-moon", "name-0": "x"},
        {"do": "save", "name-0": "x" * 61, "shown_to": "members"}, {"do": "add-"},
    ],
)  # fmt: skip
def test_a_damaged_form_is_refused_in_a_sentence(ada, fields):
    before = stored()
    answer = ada.post("/@ada/edit/skills", fields)
    assert answer.status_code in (200, 422)
    assert stored() == before


def test_what_is_no_part_of_a_profile_is_not_there(ada):
    for section in ("shoes", "portrait", "%00", "CARD"):
        assert ada.get(f"/@ada/edit/{section}").status_code == 404


def test_a_script_gets_the_section_alone_and_its_focus(square, ada):
    form = ada.get("/@ada/edit/about", headers=HTMX).content.decode()
    assert form.lstrip().startswith('<section class="section section--near" id="about"')
    assert form.count(" autofocus") == 1
    assert "<html" not in form
    fields = {"do": "save", "about": "I sing.", "shown_to": "members"}
    saved = ada.post("/@ada/edit/about", fields, headers=HTMX).content.decode()
    assert saved.lstrip().startswith('<section class="section section--near" id="about"')
    link = saved[saved.index('id="edit-about"') :]
    assert " autofocus" in link[: link.index(">")]
    assert 'hx-swap-oob="innerHTML:#notices"' in saved
    read = ada.get("/@ada/edit/about?read", headers=HTMX).content.decode()
    assert "I sing." in read
    assert "Saved." not in read
    assert ada.get("/@ada/edit/about?read").headers["Location"] == "/@ada#edit-about"


def test_an_organisation_by_its_own_name_is_its_page(square, ada):
    rows = {"title-0": "Baker", "organisation_name-0": "the bakery", "from_year-0": "2020"}
    press(ada, form_of(ada, "positions"), "Save", **rows)
    job = own(square).positions[0]
    assert (job.organisation, job.organisation_name) == (square.town.bakery, "The Bakery")
    press(ada, form_of(ada, "positions"), "Save", **{"organisation_name-0": "Elsewhere"})
    assert own(square).positions[0].organisation is None


def company_in_the_feed(identity) -> int:
    with serving.server().index.reading() as world:
        return int(world.companies(world.people.find_many(np.array([identity.pk])))[0])


def test_the_feed_learns_at_once_where_somebody_works_unless_they_keep_it(square, ada):
    person, bakery = square.town.ada, square.town.bakery
    assert company_in_the_feed(person) == 0
    steps = [
        ({"organisation_name-0": "The Bakery"}, bakery.pk),
        ({"shown_to": "connections"}, 0),
        ({"shown_to": "members"}, bakery.pk),
        ({"to_year-0": "2022"}, 0),
    ]
    for fields, company in steps:
        press(ada, form_of(ada, "positions"), "Save", **fields)
        assert company_in_the_feed(person) == company, fields
        assert dict(load.current_companies(person.pk)).get(person.pk, 0) == company


def test_two_pages_of_one_name_are_not_guessed_between(square, ada):
    from kring.members.services import create_identity

    other = create_identity(kind="page", name="The Bakery", now=clock.utc_now())
    press(ada, form_of(ada, "positions"), "Save", **{"organisation_name-0": "The Bakery"})
    assert own(square).positions[0].organisation is None
    update_profile(
        identity=square.town.ada, now=clock.utc_now(), positions=[{"organisation_id": other.pk}]
    )
    press(ada, form_of(ada, "positions"), "Save", **{"title-0": "Baker"})
    assert own(square).positions[0].organisation == other


@pytest.mark.parametrize("language", ["en", "nl"])
def test_languages_are_written_as_one_says_them(square, ada, language):
    names = {"en": ("Frisian", "Dutch"), "nl": ("Fries", "Nederlands")}[language]
    ada.cookies["language"] = language
    ada.post("/language", {"language": language})
    rows = {"code-0": names[0].upper(), "code-1": "nl", "level-1": "mother tongue"}
    fields = {"do": "save", "shown_to": "members", **rows}
    assert ada.post("/@ada/edit/languages", fields).status_code == 303
    assert [one.code for one in own(square).languages] == ["fy", "nl"]
    form = form_of(ada, "languages")
    assert (form.fields["code-0"].split()[-1], form.fields["code-1"]) == names
    answer = ada.post("/@ada/edit/languages", fields | {"code-0": "Klingonesque"})
    assert answer.status_code == 422


def test_a_photo_comes_and_goes_with_the_card(square, ada):
    photo = SimpleUploadedFile("me.jpg", picture(), "image/jpeg")
    fields = {"do": "save", "name": "Ada", "headline": "Sings", "shown_to": "public"}
    assert ada.post("/@ada/edit/card", {**fields, "image": photo}).status_code == 303
    assert f"/media/{own(square).portrait_id}/" in look(ada, "/@ada").html
    broken = SimpleUploadedFile("me.jpg", b"<svg onload=alert(1)>", "image/jpeg")
    answer = ada.post("/@ada/edit/card", {**fields, "headline": "Dances", "image": broken})
    assert answer.status_code == 422
    page = Page(answer)
    assert 'id="e-image"' in page.html
    assert page.form("/@ada/edit/card").fields["headline"] == "Dances"
    assert own(square).headline == "Sings"
    ada.post("/@ada/edit/card", {**fields, "no_portrait": "1"})
    assert own(square).portrait_id is None


def test_nobody_edits_another_s_profile(square):
    fields = {"do": "save", "about": "I am a fool.", "shown_to": "public"}
    before = stored()
    for reader in (square.town.bob, square.town.eve, square.town.mallory):
        client = sign_in(reader)
        before = stored()
        assert client.post("/@ada/edit/about", fields).status_code in (403, 404)
        assert client.post("/@ada/search-engines", {"leave": "1"}).status_code in (403, 404)
        assert stored() == before
    assert not SectionAudience.objects.exists()


def test_words_that_colleagues_have_too_are_pointed_out_to_their_writer_alone(square, ada):
    update_profile(
        identity=square.town.ada, now=clock.utc_now(), about=SAID,
        positions=[{"organisation_name": "Bakery & Sons"}],
    )  # fmt: skip
    said = "Several colleagues say nearly the same"
    assert said not in look(ada, "/@ada/edit/about").words
    for name in ("Fay", "Gus"):
        worker(name)
    page = look(ada, "/@ada/edit/about")
    assert said in page.words
    assert "Fay" not in page.words
    for client, path in (
        (ada, "/@ada"), (ada, "/@ada/edit/skills"), (sign_in(square.town.bob), "/@ada"),
    ):  # fmt: skip
        assert said not in look(client, path).words


def test_search_engines_are_asked_by_a_button(square, ada):
    form = look(ada, "/@ada").form("/@ada/search-engines")
    page = Page(press(ada, form, "Ask them to leave it out"))
    assert Identity.objects.get(pk=square.town.ada.pk).hide_from_search_engines
    press(ada, page.form("/@ada/search-engines"), "Let them find it")
    assert not Identity.objects.get(pk=square.town.ada.pk).hide_from_search_engines


@pytest.mark.parametrize("scripted", [False, True])
def test_a_save_is_taken_back_from_its_notice(square, ada, scripted):
    update_profile(
        identity=square.town.ada, now=clock.utc_now(), skills=["b", "a"],
        shown_to={"skills": "connections"},
    )  # fmt: skip
    fields = {"do": "save", "name-0": "c", "shown_to": "public"}
    headers = HTMX if scripted else {}
    answer = ada.post("/@ada/edit/skills", fields, headers=headers, follow=True)
    undo = Page(answer).form("/@ada/edit/skills/undo")
    back = press(ada, undo, "Undo")
    assert back.redirect_chain == [("/@ada#edit-skills", 303)]
    assert "It is as it was." in Page(back).words
    assert [one.name for one in own(square).skills] == ["b", "a"]
    kept = SectionAudience.objects.get(identity=square.town.ada, section="skills")
    assert kept.shown_to == "connections"
    assert ada.post(undo.action).status_code == 404


def test_a_save_that_changes_nothing_offers_no_undo(square, ada):
    page = Page(press(ada, form_of(ada, "about"), "Save"))
    assert "Saved." in page.words
    assert not any("undo" in form.action for form in page.forms)


def test_nobody_else_takes_a_save_back(square, ada):
    press(ada, form_of(ada, "about"), "Save", about="I sing.")
    others = ((sign_in(square.town.bob), 403), (sign_in(square.town.mallory), 404))
    before = stored()
    for client, status in others:
        assert client.post("/@ada/edit/about/undo").status_code == status
    assert ada.post("/@ada/edit/shoes/undo").status_code == 404
    assert ada.post("/@ada/edit/skills/undo").status_code == 404
    assert stored() == before
