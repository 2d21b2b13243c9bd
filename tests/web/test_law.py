"""Privacy, terms, contact; consent to measuring, and having what was measured deleted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from kring.core import clock
from kring.core.errors import Invalid
from kring.core.models import Delivery
from kring.feed import attention, serving
from kring.feed.log import pages, pseudonyms
from kring.feed.models import LoggedAct, LoggedPage, MeasureConsent, ReadPost, SeenPage
from kring.feed.queries import preferences_of
from kring.feed.world import ActKind
from kring.jobs.worker import drain
from kring.members.community import Face, set_face
from kring.members.imprint import Said, imprint, set_imprint
from kring.members.models import Account, Imprint
from kring.posts.services import Draft, publish, react
from tests.web.html import look
from tests.web.visits import account_of, sign_in

pytestmark = pytest.mark.django_db
PAGES = ("/privacy", "/terms", "/contact")
LEGAL = "/community/legal"


@pytest.fixture
def owner(square):
    cache.clear()
    Account.objects.filter(pk=account_of(square.town.ada).pk).update(role="owner")
    return sign_in(square.town.ada)


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("path", PAGES)
def test_each_page_is_there_for_everybody_and_linked_from_every_page(square, path, language):
    nobody, bob = Client(), sign_in(square.town.bob)
    for client in (nobody, bob):
        client.cookies["language"] = language
        page = look(client, path)
        assert page.lang == language
        assert {*PAGES, "/how-the-feed-works"} <= set(page.addresses)
    assert set(PAGES) <= set(look(bob, "/").addresses)


def test_owners_say_where_to_write_to_and_on_which_terms(owner):
    form = look(owner, LEGAL).form(LEGAL)
    said = {
        "name": "The Choir, Utrecht", "email": "info@choir.example", "languages": "Dutch, English",
        "address": "Brink 1", "terms": "## Sing\n\nBe kind. <script>alert(1)</script>",
    }  # fmt: skip
    assert owner.post(LEGAL, form.fields | said).status_code == 303
    told = look(Client(), "/contact")
    for text in ("The Choir, Utrecht", "info@choir.example", "Dutch, English", "Brink 1"):
        assert text in told.words
    terms = look(Client(), "/terms")
    assert "<h3>Sing</h3>" in terms.html or "<h2>Sing</h2>" in terms.html
    assert "<script>alert" not in terms.html
    assert "What we ask of you" not in terms.words


def test_nobody_else_says_it(square):
    bob = sign_in(square.town.bob)
    assert bob.post(LEGAL, {"name": "Mine"}).status_code == 403
    assert Client().post(LEGAL, {"name": "Mine"}).status_code == 302
    assert not Imprint.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"email": "nowhere"}, {"name": "a" * 151}, {"terms": "a" * 20_001}, {"languages": "a" * 101}],
)
def test_what_does_not_fit_changes_nothing(owner, fields):
    refused = owner.post(LEGAL, {"name": "Choir"} | fields)
    assert refused.status_code == 422
    assert imprint().name == ""
    with pytest.raises(Invalid):
        set_imprint(Said(**fields), now=clock.utc_now())


def test_the_terms_that_kring_comes_with_name_the_communitys_rules(square):
    set_face(Face(name="Choir", rules="Sing in tune."))
    assert "Sing in tune." in look(Client(), "/terms").words


def test_who_is_new_is_asked_once_and_may_say_no(square):
    bob = sign_in(square.town.bob)
    assert "May we measure" in look(bob, "/").words
    assert bob.post("/settings/privacy/answer", {"agreed": "no"}).status_code == 303
    assert "May we measure" not in look(bob, "/").words
    assert not preferences_of(square.town.bob.pk).measure
    [said] = MeasureConsent.objects.filter(identity=square.town.bob)
    assert (said.agreed, said.version) == (False, 1)
    assert clock.utc_now() - said.at < timedelta(minutes=1)
    assert "You said no to measuring" in look(bob, "/settings/privacy").words


def test_a_change_of_mind_is_kept_beside_the_first_answer(square):
    bob = sign_in(square.town.bob)
    bob.post("/settings/privacy/answer", {"agreed": "yes"})
    bob.post("/your-feed/switches", {"part": "privacy", "profile": "on"})
    answers = MeasureConsent.objects.filter(identity=square.town.bob).order_by("pk")
    assert list(answers.values_list("agreed", flat=True)) == [True, False]
    assert bob.post("/settings/privacy/answer", {"agreed": "maybe"}).status_code == 422
    assert answers.count() == 2


def measured(person) -> list[int]:
    """Somebody sees a page whole and reads its first post; how many rows each table has."""
    now = clock.utc_now()
    page = serving.home(person, now=now, limit=20)
    pages.flush()
    ids = [item.post_id for item in page.items]
    token = attention.page_token(person.pk, surface="home", post_ids=ids, page_id=page.page_id)
    looked = [attention.Item(ids[0], True, 60_000)]
    attention.report(by=person, page=token, items=looked, now=now + timedelta(minutes=2))
    Delivery.objects.update(due_at=now)
    drain()
    return how_many(person)


def how_many(person) -> list[int]:
    [own] = pseudonyms([person.pk]).values()
    kinds = ("PostsSeen", "PostRead")
    return [
        SeenPage.objects.filter(viewer=own).count(), ReadPost.objects.filter(viewer=own).count(),
        LoggedPage.objects.filter(viewer=own).count(),
        LoggedAct.objects.filter(actor=own, kind__in=kinds).count(),
    ]  # fmt: skip


def test_what_was_measured_is_deleted_and_what_one_did_stays(square):
    cleo, bob, now = square.town.cleo, square.town.bob, clock.utc_now()
    publish(author=square.town.ada, draft=Draft(text="Market day is on Saturday."), now=now)
    react(by=cleo, post_id=square.public.pk, kind="like", now=now)
    drain()
    assert measured(cleo) == [1, 1, 1, 2]
    others = measured(bob)
    with serving.server().index.reading() as world:
        assert len(world.exposures.of_person(world.people.find(cleo.pk)))
    assert sign_in(cleo).post("/settings/privacy/forget").status_code == 303
    drain()
    assert how_many(cleo) == [0, 0, 0, 0]
    assert how_many(bob) == others
    [own] = pseudonyms([cleo.pk]).values()
    assert LoggedAct.objects.filter(actor=own, kind="Reacted").exists()
    with serving.server().index.reading() as world:
        assert not len(world.exposures.of_person(world.people.find(cleo.pk)))
        kinds = set(world.acts_by(cleo.pk).kind.tolist())
    assert ActKind.REACT in kinds
    assert ActKind.READ not in kinds
