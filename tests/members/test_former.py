"""A part of a profile that was saved comes back to the letter, for ten minutes and not longer."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.db import models

from kring.core.errors import Invalid, NotFound
from kring.core.undoing import UNDO_WITHIN
from kring.media import files
from kring.media.models import Image
from kring.media.services import clean_up, take_in
from kring.members.former import change_part, undo_change, wipe_former
from kring.members.models import FormerPart, Identity, Section, SectionAudience
from kring.members.portrait import remove_portrait, set_portrait
from kring.members.sections import SECTIONS
from kring.members.services import create_person, delete_identity, update_profile
from tests.media.pictures import picture
from tests.worlds import NOON, event_kinds

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(minutes=1)
OTHERWISE = {
    "card": {"name": "Ada Vos", "headline": "Baker"},
    "personal": {"city": "Delft", "pronouns": ""},
    "about": {"about": "I *sing*."},
    "use": {"uses_network_for": ""},
    "positions": {"positions": []},
    "education": {"education": [{"school_name": "Mill", "year": 1999}]},
    "skills": {"skills": ["counting", "Singing"]},
    "languages": {"languages": []},
    "links": {"links": [("Shop", "https://shop.example")]},
}


@pytest.fixture
def mill(db):
    return create_person(name="Mill", handle="mill", now=NOON)


@pytest.fixture
def ada(mill):
    """Somebody whose profile says something in each part."""
    made = create_person(name="Ada", handle="ada", now=NOON)
    update_profile(
        identity=made, now=NOON, shown_to={"skills": "public", "about": "connections"},
        headline="Miller", city="Leiden", pronouns="she", about="I **count**.",
        uses_network_for="Flour", skills=["Singing", "b", "a"],
        positions=[
            {"title": "Boss", "organisation_id": mill.pk, "from_year": 2020},
            {"title": "Hand", "organisation_name": "Field", "from_year": 2010, "to_year": 2020},
        ],
        education=[{"school_id": mill.pk, "degree": "Milling", "year": 2009}],
        languages=[("nl", "native"), ("en", "")], links=[("Home", "https://a.example")],
    )  # fmt: skip
    return made


def whole(identity: Identity) -> dict:
    """All that the database says of a profile, without the numbers of its rows."""
    said = Identity.objects.filter(pk=identity.pk).values().get()
    rows = {
        name: [
            {column: value for column, value in row.items() if column != "id"}
            for row in getattr(identity, name).order_by("pk").values()
        ]
        for name in SECTIONS
    }
    return said | rows | {"to": set(SectionAudience.objects.values_list("section", "shown_to"))}


def save(identity, section, now=SOON, to="members", **fields):
    return change_part(
        identity=identity, section=section, now=now,
        change=lambda: update_profile(identity=identity, now=now, shown_to={section: to}, **fields)
        and None,
    )  # fmt: skip


@pytest.mark.parametrize("section", Section.values)
def test_each_part_comes_back_to_the_letter(ada, mill, section):
    before = whole(ada)
    update_profile(identity=mill, now=NOON, name="Mill of today")
    assert save(ada, section, **OTHERWISE[section])
    assert whole(ada) != before
    undo_change(identity=ada, section=section, now=SOON)
    assert whole(ada) == before
    assert event_kinds()[-1] == "ProfileChanged"
    with pytest.raises(NotFound):
        undo_change(identity=ada, section=section, now=SOON)
    assert Identity.objects.get(pk=ada.pk).name == ada.name


def test_what_changed_nothing_or_did_not_fit_cannot_be_undone(ada):
    before = whole(ada)
    assert not save(ada, "skills", to="public", skills=["Singing", "b", "a"])
    with pytest.raises(Invalid):
        save(ada, "skills", skills=["x" * 61])
    assert not FormerPart.objects.exists()
    with pytest.raises(NotFound):
        undo_change(identity=ada, section="skills", now=SOON)
    assert whole(ada) == before


def test_only_the_last_save_of_a_part_is_undone_and_parts_stand_apart(ada):
    save(ada, "skills", skills=["one"])
    save(ada, "skills", skills=["two"])
    save(ada, "use", uses_network_for="Bread")
    undo_change(identity=ada, section="skills", now=SOON)
    assert [one.name for one in ada.skills.all()] == ["one"]
    assert Identity.objects.get(pk=ada.pk).uses_network_for == "Bread"


def test_after_ten_minutes_it_is_gone_from_the_disk(ada):
    save(ada, "about", about="Something else.")
    late = SOON + UNDO_WITHIN
    with pytest.raises(NotFound):
        undo_change(identity=ada, section="about", now=late)
    assert wipe_former(late - timedelta(seconds=1)) == 0
    assert wipe_former(late) == 1
    assert not FormerPart.objects.exists()


def portrait_of(identity) -> int | None:
    return Identity.objects.values_list("portrait_id", flat=True).get(pk=identity.pk)


def sent(by) -> Image:
    return take_in(io.BytesIO(picture()), by=by.pk, purpose="portrait", now=NOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("to", ["another", "none"])
def test_a_portrait_comes_back_and_no_file_is_left_behind(ada, to):
    old, new = sent(ada), sent(ada)
    set_portrait(identity=ada, image_id=old.pk, sent_by=ada.pk, now=NOON)

    def change():
        if to == "another":
            set_portrait(identity=ada, image_id=new.pk, sent_by=ada.pk, now=SOON)
        else:
            remove_portrait(identity=ada, now=SOON)

    for undone in (True, False):
        assert change_part(identity=ada, section="card", now=SOON, change=change)
        assert portrait_of(ada) == (new.pk if to == "another" else None)
        clean_up(NOON + timedelta(days=9))
        assert files.read(old.pk, old.sizes[0])
        if undone:
            undo_change(identity=ada, section="card", now=SOON)
            assert portrait_of(ada) == old.pk
            assert all(files.read(old.pk, size) for size in old.sizes)
            assert files.read(new.pk, new.sizes[0]) is None
            new = sent(ada)
    wipe_former(SOON + UNDO_WITHIN)
    assert files.read(old.pk, old.sizes[0]) is None
    assert not Image.objects.filter(pk=old.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_whoever_goes_leaves_nothing_of_it(ada):
    old = sent(ada)
    set_portrait(identity=ada, image_id=old.pk, sent_by=ada.pk, now=NOON)
    save(ada, "about", about="Else.")
    change_part(
        identity=ada, section="card", now=SOON,
        change=lambda: remove_portrait(identity=ada, now=SOON),
    )  # fmt: skip
    delete_identity(identity=ada, now=SOON)
    assert not FormerPart.objects.exists()
    assert not Image.objects.exists()
    assert files.read(old.pk, old.sizes[0]) is None


def test_every_field_of_a_profile_is_kept_by_some_part():
    """A column that is added to Identity must say to which part it belongs, or that to none."""
    of_no_part = {
        "id", "kind", "handle", "domain", "account", "uri", "inbox_uri", "public_key",
        "private_key", "external_id", "is_sample", "hide_from_search_engines", "created_at",
        "suspended_at", "limited_at", "deleted_at",
    }  # fmt: skip
    from kring.members.former import _TEXTS

    kept = {name for names in _TEXTS.values() for name in names} | {"portrait"}
    columns = {one.name for one in Identity._meta.get_fields() if isinstance(one, models.Field)}
    assert columns - of_no_part == kept
