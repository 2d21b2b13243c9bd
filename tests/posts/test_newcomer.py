"""New accounts do less at once: each limit fires, says until when, and ends with the first days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kring.core import clock
from kring.core.errors import Invalid, TooMany
from kring.members.models import Account
from kring.posts import policy
from kring.posts.models import Post
from kring.posts.services import Draft, comment, delete, edit, publish, repost
from tests.web.visits import account_of
from tests.worlds import small_town

pytestmark = pytest.mark.django_db
NAMES = "@ada @bob @cleo @dan @choir @bakery"


@pytest.fixture
def town():
    """Eve's account is an hour old, Dan's is old."""
    town = small_town()
    account_of(town.dan)
    account = account_of(town.eve)
    born = clock.utc_now() - timedelta(hours=1)
    Account.objects.filter(pk=account.pk).update(created_at=born)
    return town


def say(author, text="Hello", **more):
    return publish(author=author, draft=Draft(text=text, **more), now=clock.utc_now())


def posts(town, who, answered):
    return say(who)


def comments(town, who, answered):
    return comment(
        author=who, in_reply_to=answered.pk, draft=Draft(text="Yes"), now=clock.utc_now()
    )


@pytest.mark.parametrize(
    ("act", "limit"), [(posts, policy.NEW_POSTS), (comments, policy.NEW_COMMENTS)]
)
def test_posts_and_comments_of_an_hour(town, act, limit):
    answered = say(town.ada)
    for _n in range(limit.count):
        act(town, town.eve, answered)
    with pytest.raises(TooMany) as error:
        act(town, town.eve, answered)
    assert 3500 < error.value.retry_after <= 3600
    assert "60 minutes" in error.value.message
    for _n in range(limit.count + 1):
        act(town, town.dan, answered)


@pytest.mark.parametrize(
    ("text", "link", "each", "limit"),
    [
        ("See https://a.example/ and [that](http://b.example/x)", "", 2, policy.NEW_LINKS),
        ("See this", "https://a.example/", 1, policy.NEW_LINKS),
        (NAMES, "", 6, policy.NEW_MENTIONS),
    ],
)
def test_links_and_names_of_an_hour_over_all_they_write(town, text, link, each, limit):
    for who, held in ((town.eve, True), (town.dan, False)):
        answered, number = say(town.ada), limit.count // each
        for n in range(number):
            if n % 2 or link:
                say(who, text, link_url=link)
            else:
                comment(
                    author=who, in_reply_to=answered.pk, draft=Draft(text=text), now=clock.utc_now()
                )
        if not held:
            say(who, text, link_url=link)
            continue
        with pytest.raises(TooMany):
            say(who, text, link_url=link)
        plain = say(who, "Without any")
        if not link:
            # Nor by changing what was written, or by sharing.
            with pytest.raises(TooMany):
                edit(editor=who, post_id=plain.pk, text=text, now=clock.utc_now())
            with pytest.raises(TooMany):
                repost(author=who, post_id=answered.pk, draft=Draft(text=text), now=clock.utc_now())


def test_deleting_gives_no_room_back_and_rewording_takes_none(town):
    text = "https://a.example/ https://b.example/ https://c.example/ https://d.example/"
    made = say(town.eve, text)
    edit(editor=town.eve, post_id=made.pk, text=f"{text} again", now=clock.utc_now())
    delete(by=town.eve, post_id=made.pk, now=clock.utc_now())
    with pytest.raises(TooMany):
        say(town.eve, "https://e.example/")


def test_more_than_an_hour_allows_in_one_text_is_said_at_once(town):
    text = " ".join(f"https://{n}.example/" for n in range(policy.NEW_LINKS.count + 1))
    with pytest.raises(Invalid) as error:
        say(town.eve, text)
    assert str(policy.NEW_LINKS.count) in error.value.message
    say(town.dan, text)


def test_it_ends_with_the_first_days_and_does_not_hold_who_runs_the_place(town):
    for _n in range(policy.NEW_POSTS.count):
        say(town.eve)
    with pytest.raises(TooMany):
        say(town.eve)
    Account.objects.filter(pk=town.eve.account_id).update(role="owner")
    say(town.eve)
    old = clock.utc_now() - policy.NEW_FOR
    Account.objects.filter(pk=town.eve.account_id).update(role="member", created_at=old)
    say(town.eve)
    assert Post.objects.filter(author=town.eve).count() == policy.NEW_POSTS.count + 2
