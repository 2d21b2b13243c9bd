"""Every address, by name: who may come, with which method, and what a second person sees.

The table is complete by test: a new route fails until it is described here.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from kring.network.services import block
from kring.posts.models import Post
from tests.web.visits import account_of, sign_in, square, stored

pytestmark = pytest.mark.django_db

# Pages of django-allauth keep its manners, such as leading the way in by its own forms.
LIBRARY = ("account_", "mfa_", "socialaccount_", "openid_connect_")
WAY_IN = 302
NO = 405
HERE, MOVED, SENT = 200, 302, 303


@dataclass(frozen=True)
class Route:
    """What a plain request answers, to somebody anonymous and to Bob, without any fields.

    `hidden`: what a request about a post or person one may not see answers, by its own method.
    `others`: what it answers about somebody else's post, where only its author may.
    """

    get: int
    post: int
    bob_get: int
    bob_post: int
    hidden: int = 404
    others: int | None = None


def page(anonymous=HERE):
    return Route(anonymous, NO, HERE, NO)


def private_page():
    return Route(WAY_IN, NO, HERE, NO)


def act(answer=SENT, hidden=404):
    return Route(NO, WAY_IN, NO, answer, hidden)


def own(post_answer):
    return Route(WAY_IN, WAY_IN, HERE, post_answer, others=403)


ROUTES = {
    "health": page(),
    "ready": Route(503, NO, 503, NO),  # no worker runs in a test
    "metrics": Route(404, NO, 404, NO),  # no token is set in a test
    "home": page(),
    "feed_json": private_page(),
    # Only what a page of ours sends is heard: tests/web/test_attention.py.
    "attention": Route(NO, 403, NO, 403),
    # Nothing is new to a request that does not say since when: 204.
    "news": Route(WAY_IN, NO, 204, NO),
    "new_posts": private_page(),
    "policy": page(),
    "landing": page(),
    "keyboard": page(),
    "privacy": page(),
    "terms": page(),
    "contact": page(),
    "legal": Route(WAY_IN, WAY_IN, 403, 403),  # for owners: tests/web/test_law.py
    "answer_measuring": act(422),
    "forget_measured": act(),
    "join": Route(404, NO, SENT, NO),
    "joining_waiting": page(),
    # For owners: tests/web/test_joining.py.
    "desk": Route(WAY_IN, NO, 403, NO),
    "desk_members": Route(WAY_IN, NO, 403, NO),
    "desk_table": Route(WAY_IN, NO, 403, NO),
    **dict.fromkeys(
        (
            "desk_set_registration",
            "desk_decide",
            "desk_undo_decision",
            "desk_new_link",
            "desk_revoke_link",
            "desk_restore_link",
            "desk_set_roles",
            "desk_undo_roles",
            "desk_remind",
        ),
        act(403),
    ),
    "community": Route(WAY_IN, WAY_IN, 403, 403),  # for owners: tests/web/test_community.py
    "remove_logo": act(403),
    "community_colours": Route(404, NO, 404, NO),
    "set_language": Route(NO, 422, NO, 422),
    "demo_sign_in": Route(NO, 404, NO, 404),  # this community is no sample
    "send_image": act(422),
    "preview_link": act(422),
    "image": Route(404, NO, 404, NO),  # who sees which: tests/web/test_media.py
    "bookmarks": private_page(),
    "steering": private_page(),
    "mix_preview": private_page(),
    "set_mix": act(),
    "reset_mix": act(),
    "set_topics": act(),
    "add_topic": act(422),
    "set_switches": act(),
    "reset_everything": act(422),
    "people": private_page(),
    "suggest_people": private_page(),
    "suggest_topics": private_page(),
    "topics": page(),
    "topic": page(),
    "follow_topic": act(),
    "unfollow_topic": act(),
    "mute_topic": act(),
    "unmute_topic": act(),
    "want_topic": act(422),
    "compose": act(422),
    "advise": act(200),
    "scheduled": private_page(),
    "set_time_zone": act(422),
    # Nothing of Bob's waits: who may touch what does, tests/web/test_scheduled.py.
    "edit_scheduled": Route(WAY_IN, WAY_IN, 404, 404),
    "publish_scheduled": act(404),
    "cancel_scheduled": act(404),
    "undo_cancel": act(404),
    "post": page(),
    "comment": act(422),
    # Without a word of one's own there is advice first: tests/web/test_advice.py.
    "share": Route(WAY_IN, WAY_IN, HERE, HERE),
    "edit": own(422),
    "delete": own(SENT),
    "history": page(),
    "why": Route(WAY_IN, NO, 404, NO),  # of a page that was served: tests/web/test_why.py
    # Answers alike for what is not deleted, not one's own, and not there.
    "undo_delete": act(404),
    # Bob's own is a comment, and only whole threads are closed.
    "close_comments": replace(act(422), others=403),
    "open_comments": replace(act(422), others=403),
    "react": act(),
    "unreact": act(),
    "bookmark": act(),
    "unbookmark": act(),
    "hide": act(),
    # Undoing says nothing about what is there: it answers alike for everything.
    "unhide": act(hidden=SENT),
    "less": act(),
    "undo_less": act(hidden=SENT),
    "more": act(),
    "undo_more": act(hidden=SENT),
    "mute_thread": act(),
    "unmute_thread": act(),
    "profile": page(),
    "cv": page(),
    # Only one's own can be edited: what is asked here is about Bob's, below about others'.
    "edit_profile": Route(WAY_IN, WAY_IN, HERE, 422, others=403),
    "undo_edit": Route(NO, WAY_IN, NO, 404, others=403),
    "search_engines": Route(NO, WAY_IN, NO, SENT, others=403),
    "follow": act(),
    "unfollow": act(),
    "mute": act(),
    "unmute": act(),
    "block": act(),
    "unblock": act(),
    # Also for a visitor, about what is public: tests/web/test_report.py.
    "report_post": Route(HERE, 422, HERE, 422),
    "report_profile": Route(HERE, 422, HERE, 422),
    "reports_sent": private_page(),
    "decisions": private_page(),
    "decision": Route(WAY_IN, WAY_IN, 404, 404),
    # For moderators alone: tests/web/test_moderation.py.
    "moderation": Route(WAY_IN, NO, 404, NO),
    "audit_log": Route(WAY_IN, NO, 404, NO),
    "case": Route(WAY_IN, WAY_IN, 404, 404),
    "undo_decision": act(404),
    "answer_appeal": act(404),
    "account_login": Route(HERE, HERE, MOVED, MOVED),
    "account_logout": Route(MOVED, MOVED, HERE, MOVED),
    "account_inactive": Route(HERE, NO, HERE, NO),
    "account_signup": Route(HERE, HERE, MOVED, MOVED),
    # Whoever says once more who they are: tests/web/test_handle.py.
    "change_handle": Route(WAY_IN, WAY_IN, MOVED, MOVED),
    "undo_handle": Route(NO, WAY_IN, NO, MOVED),
    "settings": private_page(),
    "settings_account": private_page(),
    "settings_sessions": private_page(),
    "settings_language": private_page(),
    "settings_appearance": private_page(),
    "settings_privacy": private_page(),
    "settings_data": private_page(),
    # Who says once more who they are, and for the owner alone: tests/web/test_own_data.py.
    "export": Route(WAY_IN, WAY_IN, MOVED, MOVED),
    "export_file": Route(WAY_IN, NO, MOVED, NO),
    "erase": Route(WAY_IN, WAY_IN, MOVED, MOVED),
    "stay": Route(NO, WAY_IN, NO, 404),  # Bob is not leaving
    "sign_out_device": act(404),
    "sign_out_others": act(),
    "try_mail_again": act(),
    "set_appearance": act(422),
    "account_reauthenticate": Route(MOVED, MOVED, HERE, HERE),
    "account_email": Route(MOVED, MOVED, HERE, MOVED),
    "account_request_login_code": Route(HERE, HERE, MOVED, MOVED),
    # Who is not signed in is sent to the way in, who is must say once more who they are.
    "mfa_index": Route(MOVED, MOVED, MOVED, MOVED),
    "mfa_list_webauthn": Route(MOVED, MOVED, MOVED, MOVED),
    "mfa_authenticate": Route(MOVED, MOVED, MOVED, MOVED),
    "mfa_reauthenticate": Route(MOVED, MOVED, MOVED, MOVED),
    "mfa_reauthenticate_webauthn": Route(MOVED, MOVED, MOVED, MOVED),
    "mfa_activate_totp": Route(MOVED, MOVED, MOVED, MOVED),
    "mfa_deactivate_totp": Route(MOVED, MOVED, 404, 404),
    "mfa_view_recovery_codes": Route(MOVED, MOVED, 404, NO),
    "mfa_generate_recovery_codes": Route(MOVED, MOVED, MOVED, MOVED),
    "mfa_download_recovery_codes": Route(MOVED, MOVED, 404, 404),
    "mfa_add_webauthn": Route(MOVED, MOVED, MOVED, MOVED),
    "mfa_edit_webauthn": Route(MOVED, MOVED, MOVED, MOVED),
    "mfa_remove_webauthn": Route(MOVED, MOVED, MOVED, MOVED),
    "mfa_login_webauthn": Route(MOVED, MOVED, MOVED, MOVED),
    # No sign-in service is named here: tests/web/test_sign_in_service.py.
    "openid_connect_login": Route(404, 404, 404, 404),
    "openid_connect_callback": Route(404, 404, 404, 404),
    "socialaccount_connections": Route(MOVED, MOVED, HERE, HERE),
    "socialaccount_signup": Route(MOVED, MOVED, MOVED, MOVED),
    "socialaccount_login_cancelled": Route(HERE, NO, HERE, NO),
    "socialaccount_login_error": Route(401, NO, 401, NO),
    "account_email_verification_sent": Route(HERE, NO, HERE, NO),
    "account_change_password": Route(MOVED, MOVED, HERE, HERE),
    "account_set_password": Route(MOVED, MOVED, MOVED, MOVED),
    "account_reset_password": Route(HERE, HERE, HERE, HERE),
    "account_confirm_login_code": Route(MOVED, MOVED, MOVED, MOVED),
    "account_confirm_email": Route(HERE, 404, HERE, 404),
    "account_reset_password_from_key_done": Route(HERE, NO, HERE, NO),
    "account_reset_password_from_key": Route(HERE, HERE, HERE, HERE),
    "account_reset_password_done": Route(HERE, NO, HERE, NO),
}
ON_POSTS = [name for name in ROUTES if name in (
    "post", "comment", "share", "edit", "delete", "history", "react", "unreact", "bookmark",
    "unbookmark", "hide", "unhide", "less", "undo_less", "more", "undo_more", "mute_thread",
    "unmute_thread", "undo_delete", "close_comments", "open_comments",
    "why", "report_post",
)]  # fmt: skip
ON_TOPICS = [
    "topic", "follow_topic", "unfollow_topic", "mute_topic", "unmute_topic", "want_topic",
]  # fmt: skip
# What an address names that is there for nobody.
NAMING = {
    "community_colours": ["ffff00"], "image": [1, 480], "account_confirm_email": ["no-such-key"],
    "sign_out_device": ["12345"], "decision": [12345], "case": [12345], "undo_decision": [12345],
    "answer_appeal": [12345], "export_file": [12345],
    "join": ["no-such-token"], "desk_revoke_link": [12345], "desk_restore_link": [12345],
}  # fmt: skip
ON_OWN_PROFILE = ["edit_profile", "undo_edit", "search_engines"]
ON_PEOPLE = [
    *ON_OWN_PROFILE, "profile", "cv", "follow", "unfollow", "mute", "unmute", "block", "unblock",
    "report_profile",
]  # fmt: skip
FORGED_IDS = [
    "0", "-1", "99999999999999999999999", str(2**63), str(2**63 - 1), str(2**64), "abc", "1e3",
    "0x10", "%00", "٣", "1" * 5000, "1%0a", "../1", " 1",
]  # fmt: skip
FORGED_HANDLES = [
    "nobody", "ldbc:933", "a" * 5000, "%00", "%ff%fe", "%ed%a0%80", "ada%00", "%E2%80%AE",
    "'; drop table", "ada@evil.example", "..", "ldbc:" + "9" * 60, "%F0%9F%98%80",
]  # fmt: skip


def routes():
    found = {}

    def walk(resolver):
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLPattern):
                found[pattern.name] = pattern
            else:
                walk(pattern)

    walk(get_resolver())
    return found


@pytest.fixture
def here(db):
    cache.clear()
    return square()


def address(name: str, post_id: object = 0, handle: str = "ada") -> str:
    """The address of this route; for a post or a person, of this one."""
    parameters = routes()[name].pattern.converters
    if name in ON_POSTS:
        return reverse(name, args=[post_id])
    if name in ("edit_profile", "undo_edit"):
        return reverse(name, args=[handle, "about"])
    if name in ON_PEOPLE:
        return reverse(name, args=[handle])
    if name in NAMING:
        return reverse(name, args=NAMING[name])
    if name in ON_TOPICS:
        return reverse(name, args=["harvest"])
    if name in ("edit_scheduled", "publish_scheduled", "cancel_scheduled", "undo_cancel"):
        return reverse(name, args=[12345])
    if name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        return reverse(name, args=[1])
    if name.startswith("openid_connect"):
        return reverse(name, args=["service"])
    if name == "account_reset_password_from_key":
        return reverse(name, kwargs={"uidb36": "zz", "key": "no-such"})
    assert not parameters
    return reverse(name)


@contextmanager
def undone():
    """What happens inside is taken back, so that one set-up serves many requests."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def own_post(name: str, here) -> int:
    """A post of Bob where only its author may; else one of Ada."""
    return here.reply.pk if ROUTES[name].others else here.public.pk


def test_every_route_is_described():
    assert set(routes()) == set(ROUTES)


def test_each_route_answers_an_anonymous_person_and_a_member_as_described(here):
    account_of(here.town.bob, password="long enough to keep")
    bob, nobody = sign_in(here.town.bob), Client()
    before = stored()
    answers = {}
    for name in ROUTES:
        path = address(name, own_post(name, here), "bob" if name in ON_OWN_PROFILE else "ada")
        asked, told = nobody.get(path), nobody.post(path)
        for answer in (asked, told):
            if answer.status_code == WAY_IN and not name.startswith(LIBRARY):
                assert answer.headers["Location"].startswith(reverse("account_login"))
        with undone():
            asked_by_bob = sign_in(here.town.bob).get(path)
            told_by_bob = sign_in(here.town.bob).post(path)
        answers[name] = replace(
            ROUTES[name],
            get=asked.status_code,
            post=told.status_code,
            bob_get=asked_by_bob.status_code,
            bob_post=told_by_bob.status_code,
        )
        assert stored() == before, name
    assert answers == ROUTES
    assert bob.get("/").status_code == HERE


def test_a_method_that_nobody_expects_is_refused(here):
    account_of(here.town.ada, password="long enough to keep")
    ada = sign_in(here.town.ada)
    before = stored()
    answers = {
        (name, method): getattr(ada, method)(address(name, here.public.pk)).status_code
        for name in ROUTES
        for method in ("put", "patch", "delete", "trace", "options", "head")
        if not name.startswith(LIBRARY)
    }
    assert answers == {
        (name, method): ROUTES[name].bob_get if method == "head" else NO for name, method in answers
    }
    assert stored() == before


def test_a_form_without_its_token_changes_nothing(here):
    account_of(here.town.bob, password="long enough to keep")
    bob = sign_in(here.town.bob, enforce_csrf_checks=True)
    before = stored()
    fields = {
        "text": "Forged", "kind": "like", "language": "nl", "handle": "bob", "email": "m@evil.com",
        "password": "forged-by-evil", "name": "Mallory", "next": "/topics",
    }  # fmt: skip
    for name, route in ROUTES.items():
        if route.bob_post == NO:
            continue
        path = address(name, own_post(name, here))
        answers = [
            bob.post(path, fields),
            bob.post(path, fields | {"csrfmiddlewaretoken": "x" * 64}),
            bob.post(path, fields, headers={"origin": "https://evil.example"}),
            bob.post(path, fields, headers={"hx-request": "true"}),
        ]
        assert [answer.status_code for answer in answers] == [403] * 4, name
        assert "text/html" in answers[0].headers["Content-Type"]
        assert stored() == before, name
    assert bob.get(reverse("bookmarks")).status_code == HERE  # and Bob is still signed in


def _ask(client, name, path):
    """What the route answers by each method it has."""
    route = ROUTES[name]
    fields = {"text": "I should not be able to say this", "kind": "like"}
    if route.bob_get != NO:
        yield client.get(path)
    if route.bob_post != NO:
        yield client.post(path, fields)


def _hidden_posts(here):
    """Who asks, for which post that is not for them."""
    town = here.town
    return [
        (town.eve, here.connections), (town.cleo, here.direct), (town.mallory, here.public),
        (town.mallory, here.reply), (town.ada, here.gone), (None, here.connections),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ON_POSTS)
def test_what_is_not_for_somebody_is_not_there_for_them(here, name):
    for person, post in _hidden_posts(here):
        client = sign_in(person) if person else Client()
        before = stored()
        answers = [*_ask(client, name, address(name, post.pk))]
        about_nothing = [*_ask(client, name, address(name, 12345))]
        for answer, nothing in zip(answers, about_nothing, strict=True):
            if person is not None:
                assert answer.status_code == ROUTES[name].hidden, (name, person.handle)
            assert answer.status_code == nothing.status_code
            words = answer.content.decode()
            assert "secret" not in words
            assert "surprise" not in words
            assert "tomatoes" not in words.lower()
        assert stored() == before


@pytest.mark.parametrize("name", ON_OWN_PROFILE)
def test_only_oneself_changes_a_profile(here, name):
    bob = sign_in(here.town.bob)
    before = stored()
    for answer in _ask(bob, name, address(name, handle="ada")):
        assert answer.status_code == ROUTES[name].others == 403
    assert stored() == before


@pytest.mark.parametrize("name", ["edit", "delete"])
def test_only_its_author_changes_a_post(here, name):
    for post, others in ((here.public, here.town.bob), (here.reply, here.town.ada)):
        client = sign_in(others)
        before = stored()
        for answer in _ask(client, name, address(name, post.pk)):
            assert answer.status_code == ROUTES[name].others == 403
        assert stored() == before


def test_whoever_was_blocked_finds_nobody(here):
    block(blocker=here.town.bob, blocked=here.town.eve, now=here.public.created_at)
    for person, handle in ((here.town.mallory, "ada"), (here.town.eve, "bob")):
        client = sign_in(person)
        before = stored()
        for name in ON_PEOPLE:
            for answer in _ask(client, name, address(name, handle=handle)):
                assert answer.status_code == 404, name
        assert stored() == before


def _forge(client, name, path):
    """The statuses of a forged address, by each method its route has."""
    return {answer.status_code for answer in _ask(client, name, path)}


def test_forged_ids_find_nothing(here):
    bob = sign_in(here.town.bob)
    before = stored()
    for name in ON_POSTS:
        template = address(name, 12321)
        for forged in FORGED_IDS:
            number = forged.isascii() and forged.isdigit() and len(forged) < 4000
            expected = {ROUTES[name].hidden if number else 404}
            assert _forge(bob, name, template.replace("12321", forged)) == expected, (name, forged)
        answers = _forge(Client(), name, template.replace("12321", str(2**64)))
        assert answers <= {WAY_IN, 404}, name
    assert stored() == before


def test_forged_handles_find_nobody(here):
    bob = sign_in(here.town.bob)
    before = stored()
    for name in ON_PEOPLE:
        template = address(name, handle="12321")
        for forged in FORGED_HANDLES:
            answers = _forge(bob, name, template.replace("12321", forged))
            assert answers == {404}, (name, forged)
        assert _forge(Client(), name, template.replace("12321", "%00")) <= {WAY_IN, 404}
    assert stored() == before


def test_forged_cursors_are_refused_in_a_sentence(here):
    bob = sign_in(here.town.bob)
    huge = "0" * 19 + "5" + "9" * 5000
    for name in ("post", "home", "topic", "profile", "bookmarks", "account_login"):
        path = address(name, here.public.pk)
        for forged in ("0", "-1", str(2**63), huge, "abc", "%00", "%ff", "٣", "1.5"):
            query = "&".join(f"{key}={forged}" for key in ("before", "after", "reply", "next"))
            for order in ("ranked", "time", forged):
                answer = bob.get(f"{path}?{query}&order={order}")
                assert answer.status_code in (200, 302, 422), (name, forged[:30])


def test_posts_of_the_square_are_as_the_tests_believe(here):
    """The same requests work for whoever may, so refusals are not for another reason."""
    bob = sign_in(here.town.bob)
    for post in (here.public, here.connections, here.direct, here.reply):
        assert bob.get(address("post", post.pk)).status_code == HERE
    assert Post.objects.get(pk=here.gone.pk).deleted_at is not None
    assert bob.post(address("react", here.connections.pk), {"kind": "like"}).status_code == SENT
    assert bob.post(address("comment", here.direct.pk), {"text": "I see."}).status_code == SENT
