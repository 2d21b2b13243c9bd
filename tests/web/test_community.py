"""The community's face: an owner sets it, everybody sees it, nobody else changes it."""

from __future__ import annotations

import io

import pytest
from django.test import Client
from PIL import Image as Pillow

from kring.core import clock
from kring.members.community import Face, set_face
from kring.members.models import Account, Community, Role
from kring.posts.services import Draft, comment
from tests.web.html import look
from tests.web.visits import account_of, sign_in, stored

pytestmark = pytest.mark.django_db
FIELDS = {
    "name": "The Guild",
    "tagline": "We print what others post.",
    "rules": "Say who you are.\n\n  Ask   before you pass it on. ",
    "own_colour": "on",
    "accent": "#7A2E8E",
    "shows_talk": "on",
}


def png(size=(200, 200)) -> io.BytesIO:
    file = io.BytesIO()
    Pillow.new("RGB", size, "#7a2e8e").save(file, "PNG")
    file.name = "logo.png"
    file.seek(0)
    return file


@pytest.fixture
def owner(square) -> Client:
    account = account_of(square.town.ada)
    Account.objects.filter(pk=account.pk).update(role=Role.OWNER)
    return sign_in(square.town.ada)


def test_an_owner_sets_it_and_everybody_sees_it(owner):
    assert owner.post("/desk/community", FIELDS | {"logo": png()}).status_code == 303
    row = Community.objects.get(pk=1)
    assert row.rules == "Say who you are.\nAsk before you pass it on."
    page = look(Client(), "/")
    assert "The Guild" in page.words
    assert "We print what others post." in page.words
    assert page.words.index("Say who you are.") < page.words.index("Ask before you pass it on.")
    assert "/community/colours/7a2e8e.css" in page.html
    logo = f"/media/{row.logo_id}/64.webp"
    assert logo in page.html
    assert Client().get(logo).status_code == 200
    assert "/desk" in look(owner, "/settings/").addresses
    assert "/desk/community" in look(owner, "/desk").addresses
    form = look(owner, "/desk/community").form("/desk/community")
    assert form.fields["name"] == "The Guild"
    assert form.fields["accent"] == "#7a2e8e"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.MODERATOR])
def test_nobody_else_may_see_the_form_or_send_it(square, role):
    account = account_of(square.town.bob)
    Account.objects.filter(pk=account.pk).update(role=role)
    bob = sign_in(square.town.bob)
    assert "/desk" not in look(bob, "/settings/language").addresses
    before = stored()
    assert bob.get("/desk/community").status_code == 403
    assert bob.post("/desk/community", FIELDS | {"logo": png()}).status_code == 403
    assert bob.post("/desk/community/logo/remove").status_code == 403
    assert stored() == before


@pytest.mark.parametrize(
    ("field", "wrong", "says"),
    [
        ("name", " ", "needs a name"),
        ("name", "x" * 81, "longer than 80"),
        ("tagline", "x" * 241, "longer than 240"),
        ("rules", "\n".join("abcdefghijklm"), "Twelve rules"),
        ("rules", "x" * 2001, "longer than 2000"),
        ("accent", "#ffff00", "too pale"),
        ("accent", "javascript:", "six digits"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_typed_is_lost(
    owner, field, wrong, says
):
    before = stored()
    answer = owner.post("/desk/community", FIELDS | {field: wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page.replace("2,000", "2000")
    assert "We print what others post." in page or field == "tagline"
    assert stored() == before


def test_a_picture_that_is_none_is_refused_and_changes_nothing(owner):
    before = stored()
    fake = io.BytesIO(b"<svg onload=alert(1)>")
    fake.name = "logo.svg"
    assert owner.post("/desk/community", FIELDS | {"logo": fake}).status_code == 422
    assert stored() == before


def test_another_logo_takes_the_place_of_the_first_and_none_gives_the_ring_back(owner):
    owner.post("/desk/community", FIELDS | {"logo": png()})
    first = Community.objects.get(pk=1).logo_id
    owner.post("/desk/community", FIELDS | {"logo": png((300, 300))})
    second = Community.objects.get(pk=1).logo_id
    assert second != first
    assert Client().get(f"/media/{first}/64.webp").status_code == 404
    owner.post("/desk/community", FIELDS)
    assert Community.objects.get(pk=1).logo_id == second
    assert owner.post("/desk/community/logo/remove").status_code == 303
    assert Community.objects.get(pk=1).logo_id is None
    assert Client().get(f"/media/{second}/64.webp").status_code == 404


def test_without_a_colour_of_its_own_it_has_that_of_kring(owner):
    owner.post("/desk/community", FIELDS)
    owner.post("/desk/community", {k: v for k, v in FIELDS.items() if k != "own_colour"})
    assert "/community/colours/" not in look(Client(), "/").html


def test_the_front_door_is_silent_about_talk_if_the_community_wants_that(square, owner):
    for person in (square.town.dan, square.town.cleo):
        comment(author=person, in_reply_to=square.public.pk, draft=Draft(text="So it is."),
                now=clock.utc_now())  # fmt: skip
    assert "Tomatoes on the square." in look(Client(), "/").words
    set_face(Face("The Guild", shows_talk=False))
    assert "Tomatoes" not in look(Client(), "/").words
    assert "The Guild" in look(owner, "/welcome").words


def test_the_style_sheet_of_a_colour_never_changes_and_takes_no_other_words(db):
    answer = Client().get("/community/colours/7a2e8e.css")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/css")
    assert "immutable" in answer["Cache-Control"]
    words = answer.content.decode()
    assert words.count("--accent:#") == 3
    assert words.count("{") == words.count("}")
    for wrong in ("ffff00", "7A2E8E", "7a2e8", "red", "7a2e8e}", "%00", "x" * 500):
        assert Client().get(f"/community/colours/{wrong}.css").status_code == 404
