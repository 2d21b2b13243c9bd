"""Block lists: what stands on them is not taken, what lies beside them is."""

from __future__ import annotations

import pytest

from kring.core.errors import Conflict, Invalid
from kring.members import blocklist
from kring.members.handles import change_handle
from kring.members.models import Blocked
from kring.members.services import create_person, update_profile
from kring.posts.services import Draft, edit, publish
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db


def put(kind, *lines):
    return blocklist.block(kind=kind, lines=lines, now=NOON)


@pytest.mark.parametrize(
    ("kind", "text", "stored"),
    [
        ("email", " Evil.Example ", "evil.example"),
        ("email", "@evil.example", "evil.example"),
        ("email", "*.evil.example.", "evil.example"),
        ("link", "münchen.example", "xn--mnchen-3ya.example"),
        ("handle", "@Mallory_2", "mallory_2"),
    ],
)
def test_a_line_in_its_stored_form(kind, text, stored):
    assert blocklist.entry(kind, text) == stored


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("email", ""), ("email", "example"), ("email", "a b.example"), ("email", "a..example"),
        ("link", "https://evil.example/"), ("link", "evil.example/x"), ("link", "x" * 300 + ".nl"),
        ("link", "\x00.example"), ("handle", "a"), ("handle", "not a handle"), ("nobody", "x.nl"),
        ("link", "-evil.example"), ("email", "someone@evil.example"),
    ],
)  # fmt: skip
def test_what_cannot_stand_on_a_list_is_refused_and_nothing_is_added(kind, text):
    with pytest.raises(Invalid):
        put(kind, "good.example" if kind != "handle" else "good", text)
    assert not Blocked.objects.exists()


def test_adding_and_taking_off_bear_repetition(monkeypatch):
    assert put("link", "evil.example", "Evil.Example", "worse.example") == 2
    assert put("link", "evil.example") == 0
    assert blocklist.unblock(kind="link", lines=["evil.example", "unknown.example"]) == 1
    monkeypatch.setattr(blocklist, "MOST", 2)
    with pytest.raises(Invalid):
        put("link", "one.example", "two.example")


@pytest.mark.parametrize(
    ("address", "blocked"),
    [
        ("x@evil.example", True), ("x@MAIL.Evil.Example", True), ("x@evil.example.", True),
        ("x@notevil.example", False), ("x@evil.example.org", False), ("x", False),
    ],
)  # fmt: skip
def test_domains_of_addresses(address, blocked):
    put("email", "evil.example")
    assert blocklist.blocked_email(address) == blocked


LINKS = [
    "Look: https://evil.example/x", "[fine](http://sub.EVIL.example)", "<https://evil.example>",
    "[x](https://evil.example:8443/a)", "[x](https://good.example@evil.example/)",
    "[x](https://evil.example./)", "[x][1]\n\n[1]: https://evil.example/",
]  # fmt: skip


@pytest.mark.parametrize("text", LINKS)
def test_links_in_posts_in_edits_and_on_profiles(text):
    town = small_town()
    put("link", "evil.example")
    post = publish(author=town.ada, draft=Draft(text="Fine: https://good.example/"), now=NOON)
    for call in (
        lambda: publish(author=town.ada, draft=Draft(text=text), now=NOON),
        lambda: edit(editor=town.ada, post_id=post.pk, text=text, now=NOON),
        lambda: update_profile(identity=town.ada, now=NOON, about=text),
    ):
        with pytest.raises(Invalid) as error:
            call()
        assert "evil.example" in error.value.message


def test_the_link_beside_a_post_and_those_of_a_profile():
    town = small_town()
    put("link", "evil.example")
    link = "https://www.evil.example/a?b"
    with pytest.raises(Invalid):
        publish(author=town.ada, draft=Draft(text="x", link_url=link), now=NOON)
    with pytest.raises(Invalid):
        update_profile(identity=town.ada, now=NOON, links=[("Mine", link)])
    publish(author=town.ada, draft=Draft(text="evil.example is a word here"), now=NOON)


def test_handles_that_nobody_is_to_take():
    town = small_town()
    put("handle", "chief")
    with pytest.raises(Conflict):
        change_handle(identity=town.ada, handle="Chief", now=NOON)
    with pytest.raises(Conflict):
        create_person(name="Chief", handle="chief", now=NOON)
    assert create_person(name="Chief", now=NOON).handle == "chief2"
