"""Whatever is sent: a sentence and nothing stored, or a row that both databases can hold."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kring.core.errors import Invalid, KringError, NotFound
from kring.core.html import clean_text, is_blank
from kring.core.ids import MAX_ID
from kring.core.models import RecordedEvent
from kring.members import queries as member_queries
from kring.members.models import Identity
from kring.members.services import create_person, update_profile
from kring.posts import queries, services
from kring.posts.models import Mention, Post, PostTopic, Topic
from kring.posts.services import Draft, comment, edit, publish
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db
fuzz = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

ANYTHING = st.one_of(
    st.text(alphabet=st.characters(), max_size=60),
    st.lists(
        st.sampled_from(
            (
                "\x00",
                "\ud800",
                "\udfff",
                "\u202e",
                "\u200f",
                "\ufeff",
                "\uffff",
                "\U0010ffff",
                "\u0301" * 40,
                "İ",
                "ß",
                "@ada ",
                "@ADA ",
                "#İß ",
                "#\u0660\u0661x ",
                "#Ꭰ ",
                "#ꭰ ",
                "#ǅ ",
                "#K ",  # the Kelvin sign
                "#k ",
                "%s",
                "'; --",
                "<b>",
                "[a](b)",
                "\r\n",
                "ﷺ" * 30,
                "x" * 3000,
            )
        ),
        max_size=8,
    ).map("".join),
)
IDS = st.one_of(
    st.integers(),
    st.sampled_from((0, -1, MAX_ID, MAX_ID + 1, 2**64, -(2**63), -(2**63) - 1)),
)


@pytest.fixture
def town():
    return small_town()


def counts():
    return [m.objects.count() for m in (Post, Mention, Topic, PostTopic, RecordedEvent, Identity)]


def refused_or_stored(act):
    """Run the act as a request does; returns what it made, or None when it was refused."""
    before = counts()
    try:
        with transaction.atomic():
            return act()
    except KringError:
        assert counts() == before
        return None


@given(text=ANYTHING, link=ANYTHING, language=ANYTHING, key=st.one_of(st.none(), ANYTHING))
@example(text="#K #k #K", link="", language="", key=None)
@fuzz
def test_any_text_is_refused_or_stored_whole(town, text, link, language, key):
    with transaction.atomic():
        for draft in (
            Draft(text=text),
            Draft(text="x", link_url=link, language=language, client_key=key),
        ):
            post = refused_or_stored(lambda d=draft: publish(author=town.bob, draft=d, now=NOON))
            if post is None:
                continue
            stored = Post.objects.get(pk=post.pk)
            assert (stored.text, stored.html) == (post.text, post.html)
            assert not is_blank(stored.text)
            assert stored.text == clean_text(draft.text)
            assert queries.cards(town.ada, [post.pk])
            refused_or_stored(
                lambda p=post: edit(editor=town.bob, post_id=p.pk, text=text[::-1], now=NOON)
            )
            refused_or_stored(
                lambda p=post: comment(
                    author=town.ada, in_reply_to=p.pk, draft=Draft(text=text), now=NOON
                )
            )
        transaction.set_rollback(True)


@example(name="\ud800", handle=None, about="\x00")
@given(name=ANYTHING, handle=st.one_of(st.none(), ANYTHING), about=ANYTHING)
@fuzz
def test_any_profile_is_refused_or_stored_whole(town, name, handle, about):
    with transaction.atomic():
        person = refused_or_stored(
            lambda: create_person(name=name, handle=handle, about=about, now=NOON)
        )
        if person is not None:
            stored = Identity.objects.get(pk=person.pk)
            assert (stored.name, stored.about) == (person.name, person.about)
            assert not is_blank(stored.name)
            assert member_queries.identity_by_handle(f"@{stored.handle}") == person
        for fields in ({"skills": [name, about]}, {"languages": [(name, about)]}):
            refused_or_stored(lambda f=fields: update_profile(identity=town.eve, now=NOON, **f))
        for word in (name, about, f"ldbc:{name}"):
            with pytest.raises(NotFound):
                member_queries.identity_by_handle(f"{word}~")
        transaction.set_rollback(True)


ACTS = {
    "comment": lambda by, pk: services.comment(
        author=by, in_reply_to=pk, draft=Draft(text="x"), now=NOON
    ),
    "repost": lambda by, pk: services.repost(author=by, post_id=pk, draft=Draft(), now=NOON),
    "edit": lambda by, pk: services.edit(editor=by, post_id=pk, text="x", now=NOON),
    "delete": lambda by, pk: services.delete(by=by, post_id=pk, now=NOON),
    "react": lambda by, pk: services.react(by=by, post_id=pk, kind="like", now=NOON),
    "unreact": lambda by, pk: services.unreact(by=by, post_id=pk, now=NOON),
    "bookmark": lambda by, pk: services.bookmark(by=by, post_id=pk, now=NOON),
    "unbookmark": lambda by, pk: services.unbookmark(by=by, post_id=pk, now=NOON),
    "mute": lambda by, pk: services.mute_thread(by=by, post_id=pk, now=NOON),
    "unmute": lambda by, pk: services.unmute_thread(by=by, post_id=pk, now=NOON),
    "group": lambda by, pk: services.publish(
        author=by, draft=Draft(text="x", audience="group", group_id=pk), now=NOON
    ),
    "read": lambda by, pk: queries.post_for(by, pk),
    "thread": lambda by, pk: queries.thread(by, pk),
    "read anonymously": lambda by, pk: queries.thread(None, pk),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
@given(forged=IDS)
@settings(fuzz, max_examples=15)
def test_a_forged_id_is_not_found(town, act, forged):
    before = counts()
    for post_id in (forged, town.ada.pk, town.choir.pk if act is not ACTS["group"] else 1):
        with pytest.raises(NotFound):
            act(town.eve, post_id)
    assert counts() == before


@given(cursor=IDS, limit=st.integers(-5, 10**9))
@fuzz
def test_any_cursor_and_limit_gives_a_page(town, cursor, limit):
    for read in (
        lambda: queries.following(town.ada, cursor, limit),
        lambda: queries.posts_by(town.ada, town.bob.pk, cursor, limit),
        lambda: queries.posts_by(town.ada, cursor, None, limit),
        lambda: queries.bookmarks(town.ada, cursor, limit),
        lambda: queries.topic_posts(town.ada, "zorg", cursor, limit),
    ):
        assert read().items == []


def test_nul_and_surrogates_are_dropped_and_the_rest_kept(town):
    post = publish(author=town.ada, draft=Draft(text="a\x00b\ud800c\u202ed"), now=NOON)
    assert Post.objects.get(pk=post.pk).text == "abcd"


def test_half_a_megabyte_is_refused_at_once(town):
    with pytest.raises(Invalid):
        publish(author=town.ada, draft=Draft(text="[" * 500_000), now=NOON)
