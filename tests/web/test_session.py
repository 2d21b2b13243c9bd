"""Language, where one comes back to, signing in as a sample person, and being suspended."""

from __future__ import annotations

import dataclasses

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from kring.core import clock
from kring.members.models import Account, Community, Identity
from kring.members.services import create_account, create_person, delete_identity, restore, suspend
from tests.web.html import Page, look, press
from tests.web.visits import ADVISED, account_of, sign_in, stored

pytestmark = pytest.mark.django_db

HOME = {"host": "127.0.0.1:8000"}


def test_the_language_chosen_is_kept_by_the_browser_and_by_the_account(square):
    nobody, bob = Client(), sign_in(square.town.bob)
    for client in (nobody, bob):
        page = look(client, "/topics")
        assert page.lang == "en"
        dutch = Page(press(client, page.form("/language"), "Nederlands"))
        assert dutch.lang == "nl"
        cookie = client.cookies["language"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert look(client, "/topics").lang == "nl"
    assert look(sign_in(square.town.bob), "/topics").lang == "nl"  # in another browser
    assert look(Client(headers={"accept-language": "nl-BE,nl;q=0.9"}), "/topics").lang == "nl"
    assert look(Client(headers={"accept-language": "xx,de;q=0.3,*;q=0.1"}), "/").lang == "en"


@pytest.mark.parametrize("language", ["", "de", "EN", "en-gb", "\x00", "../nl", "x" * 9000])
def test_a_language_that_kring_does_not_speak_is_refused(square, language):
    before = stored()
    for client in (Client(), sign_in(square.town.ada)):
        answer = client.post("/language", {"language": language})
        assert answer.status_code == 422
        assert "language" not in client.cookies
    assert stored(besides={"members.account", "members.identity"}).items() <= before.items()


def test_a_damaged_language_cookie_is_ignored(square):
    for damaged in ("xx", "../../etc/passwd", "é", '"\\000"', "n" * 3000):
        client = Client()
        client.cookies["language"] = damaged
        assert look(client, "/").lang == "en"


ELSEWHERE = [
    "//evil.example", "///evil.example", "https://evil.example", "https:evil.example",
    "http:///evil.example", "/\\evil.example", "\\/evil.example", "\\\\evil.example",
    "javascript:alert(1)", "data:text/html,x", "/\n/evil.example", "/\t/evil.example",
    "\t//evil.example", " //evil.example", "/%0d%0aSet-Cookie:%20x=y\r\nSet-Cookie: x=y", "evil",
    "/\u2028/evil.example", "//evil.example\\@testserver", "//testserver@evil.example",
    "/" + "a" * 5000, "", "\x00", "/\x00//evil.example", "///", "//", "https://testserver.evil.example",
    "http://testserver/topics", "/\u202e//evil.example", "/;@evil.example//", "mailto:a@b.example",
]  # fmt: skip


@pytest.mark.parametrize("away", ELSEWHERE)
def test_no_form_leads_to_another_site(square, away):
    bob, nobody = sign_in(square.town.bob), Client()
    post = square.public.pk
    for client, path, fields in (
        (nobody, "/language", {"language": "nl"}),
        (bob, reverse("bookmark", args=[post]), {}),
        (bob, reverse("hide", args=[post]), {}),
        (bob, "/@ada/follow", {}),
        (bob, "/posts/new", {"text": "Once", "client_key": "1" * 32, **ADVISED}),
    ):
        answer = client.post(path, {**fields, "next": away})
        assert answer.status_code == 303
        place = answer.headers["Location"].partition("#")[0].partition("?posted=")[0]
        assert place == "/" or (place.startswith("/;@") and away.startswith("/;@")), place
        assert set(client.cookies) <= {
            "sessionid",
            "language",
            "csrftoken",
            "messages",
            "order",
            "sent",
        }
    for path in (reverse("account_login"), reverse("account_signup")):
        page = nobody.get(path, {"next": away})
        assert page.status_code == 200
        assert not any("evil" in address for address in Page(page).addresses)


def test_a_way_in_leads_back_and_nowhere_else(square):
    create_account(email="hank@example.org", password="correct horse", name="Hank",
                   now=clock.utc_now())  # fmt: skip
    _confirm("hank@example.org")
    sent = {"login": "hank@example.org", "password": "correct horse"}
    answer = Client().post(reverse("account_login"), sent | {"next": "/bookmarks"})
    assert answer.headers["Location"] == "/bookmarks"
    for away in ELSEWHERE[:10]:
        answer = Client().post(reverse("account_login"), sent | {"next": away})
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/", away


def _confirm(email):
    from allauth.account.models import EmailAddress

    account = Account.objects.get(email=email)
    EmailAddress.objects.create(user=account, email=email, verified=True, primary=True)


def test_whoever_must_sign_in_comes_back_to_the_page_but_not_to_the_act(square):
    asked = Client().get("/bookmarks")
    assert asked.headers["Location"] == f"{reverse('account_login')}?next=/bookmarks"
    told = Client().post(reverse("hide", args=[square.public.pk]), {"next": "/topics"})
    assert told.headers["Location"] == f"{reverse('account_login')}?next=/topics"
    away = Client().post(reverse("hide", args=[square.public.pk]), {"next": "//evil.example"})
    assert away.headers["Location"] == f"{reverse('account_login')}?next=/"


# Signing in as a sample person


@pytest.fixture
def sample(square):
    """Sam is a sample person of this sample community, on this machine."""
    Community.objects.update_or_create(pk=1, defaults={"name": "Sample", "sample": "demo"})
    return create_person(name="Sam", handle="sam", is_sample=True, now=clock.utc_now())


def _enter(handle="sam", **options):
    client = Client(headers=options.pop("headers", HOME), **options)
    return client, client.post(reverse("demo_sign_in"), {"handle": handle})


def test_one_click_signs_in_as_a_sample_person(sample):
    client, answer = _enter()
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Sam" in look(client, "/").words
    account = Account.objects.get(identity=sample)
    assert not account.has_usable_password()
    assert account.role == "member"
    assert _enter("SAM")[1].status_code == 303
    assert Account.objects.filter(identity=sample).count() == 1
    front = look(Client(headers=HOME), "/")
    assert any(
        (it.name, it.value) == ("handle", "sam")
        for form in front.forms if form.action == reverse("demo_sign_in") for it in form.buttons
    )  # fmt: skip


def test_entering_as_somebody_else_leaves_nothing_of_the_session_before(sample):
    create_person(name="Kim", handle="kim", is_sample=True, now=clock.utc_now())
    client, _answer = _enter()
    before = client.session.session_key
    client.post(reverse("demo_sign_in"), {"handle": "kim"})
    assert client.session.session_key != before
    assert look(client, "/@kim").form("/language")
    assert not any(form.action == "/@kim/follow" for form in look(client, "/@kim").forms)


def _refused(**options):
    """Nobody is signed in, nothing is stored, and the front door offers no sample people."""
    before = stored()
    client, answer = _enter(**options)
    assert answer.status_code == 404
    assert "sessionid" not in client.cookies
    assert stored() == before
    headers = options.get("headers", HOME)
    page = Client(headers=headers, REMOTE_ADDR=options.get("REMOTE_ADDR", "127.0.0.1")).get("/")
    return [form for form in Page(page).forms if form.action == reverse("demo_sign_in")]


@pytest.mark.parametrize(
    "header",
    [
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "forwarded",
        "x-real-ip",
        "via",
        "cf-connecting-ip",
        "true-client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
    ],
)
def test_not_through_a_proxy(sample, header):
    for value in ("127.0.0.1", "", "for=127.0.0.1"):
        assert _refused(headers={**HOME, header: value}) == []


@pytest.mark.parametrize("host", ["testserver", "testserver:8000"])
def test_not_under_another_name(sample, host):
    assert _refused(headers={"host": host}) == []


@pytest.mark.parametrize(
    "address", ["192.0.2.7", "10.0.0.1", "", "evil", "::ffff:192.0.2.7", "0.0.0.0"]
)
def test_not_from_another_machine(sample, address):
    assert _refused(REMOTE_ADDR=address) == []


def test_from_this_machine_over_ipv6(sample):
    assert _enter(headers={"host": "[::1]:8000"}, REMOTE_ADDR="::1")[1].status_code == 303


@pytest.mark.parametrize(
    "change", [{"demo_sign_in": False}, {"url": "https://network.example"}], ids=str
)
def test_not_where_it_is_switched_off_or_the_site_is_public(sample, settings, change):
    settings.ENV = dataclasses.replace(django_settings.ENV, **change)
    assert _refused() == []


def test_not_where_the_data_is_real(sample):
    Community.objects.update(sample="")
    assert _refused() == []


@pytest.mark.parametrize(
    "handle", ["ada", "nobody", "", "bakery", "sam@evil.example", "\x00", "s" * 9999]
)
def test_not_as_somebody_who_is_no_sample(sample, handle):
    assert _refused(handle=handle)
    assert _enter()[1].status_code == 303


def test_not_as_a_sample_organisation_or_somebody_gone(sample):
    Identity.objects.filter(handle="bakery").update(is_sample=True)
    assert _refused(handle="bakery")
    suspend(identity=sample, now=clock.utc_now())
    assert _enter()[1].status_code == 404
    restore(identity=sample, now=clock.utc_now())
    assert _enter()[1].status_code == 303
    delete_identity(identity=sample, now=clock.utc_now())
    assert _enter()[1].status_code == 404


def test_not_into_an_account_that_has_a_password(sample):
    account_of(sample, password="somebody took this one")
    assert _refused()


# Suspended


def test_whoever_is_suspended_reads_why_and_acts_no_more(square):
    """What they may still do: tests/web/test_moderation.py."""
    bob = sign_in(square.town.bob)
    assert look(bob, "/bookmarks")
    suspend(identity=square.town.bob, now=clock.utc_now())
    before = stored()
    path = reverse("share", args=[square.public.pk])
    refused = bob.post(path, {"text": "Still here"})
    assert refused.status_code == 403
    assert "suspended" in Page(refused).words
    assert bob.get(path).headers["Location"] == reverse("decisions")
    assert "You are suspended" in look(bob, reverse("decisions")).words
    assert stored() == before
    restore(identity=square.town.bob, now=clock.utc_now())
    assert look(bob, "/bookmarks")


def test_an_account_that_was_switched_off_is_signed_out(square):
    bob = sign_in(square.town.bob)
    Account.objects.filter(pk=square.town.bob.account_id).update(is_active=False)
    assert bob.get("/bookmarks").status_code in (302, 403)
    assert bob.post(reverse("hide", args=[square.public.pk])).status_code in (302, 403)


def test_the_acting_identity_of_a_session_is_checked_each_time(square):
    """Cleo owns the bakery; a session that names it, or anybody else, acts only as it may."""
    from kring.network.services import leave
    from kring.posts.models import Post

    def act_as(client, identity_id):
        session = client.session
        session["identity_id"] = identity_id
        session.save()

    cleo = sign_in(square.town.cleo)
    act_as(cleo, square.town.bakery.pk)
    cleo.post("/posts/new", {"text": "Rolls"})
    assert Post.objects.latest("pk").author_id == square.town.bakery.pk
    leave(member=square.town.cleo, of=square.town.bakery, now=clock.utc_now())
    cleo.post("/posts/new", {"text": "Rolls again"})
    assert Post.objects.latest("pk").author_id == square.town.cleo.pk
    for other in (square.town.ada.pk, 0, -1, 2**70, None):
        act_as(cleo, other)
        assert cleo.get("/bookmarks").status_code == 200
        cleo.post("/posts/new", {"text": "As who?"})
        assert Post.objects.latest("pk").author_id == square.town.cleo.pk


def test_a_sample_person_cannot_be_made_an_account_of_ones_own(sample):
    client, _answer = _enter()
    before = stored()
    for name in ("account_set_password", "account_change_password", "account_email"):
        assert client.get(reverse(name)).status_code == 404
        assert client.post(reverse(name), {"email": "a@example.org"}).status_code == 404
    assert stored() == before
    assert client.post(reverse("account_logout")).status_code == 302
