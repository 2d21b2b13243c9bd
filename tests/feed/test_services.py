"""Telling the feed: what is stored and recorded, its limits, and that it is one's own business."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest

from kring.core.errors import Conflict, Invalid, NotFound
from kring.feed import services
from kring.feed.hydrate import Asked
from kring.feed.models import (
    Hidden,
    LessLikeThis,
    MoreLikeThis,
    Preferences,
    TopicMute,
    TopicWish,
)
from kring.feed.policy import default_policy
from kring.feed.queries import by_time, choice_on, preferences_of, topics_named
from kring.feed.services import Wanted, limits, reset, topics
from kring.feed.serving import Server
from kring.members.services import create_person
from kring.network.models import Block, Mute
from kring.network.services import connect, mute
from kring.posts.models import ThreadMute, Topic
from kring.posts.services import Draft, mute_thread, publish, react, repost
from tests.worlds import NOON, event_kinds, last_event, small_town

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)
OWN = Wanted("own", (1, -2, 0, 2), 30)


@pytest.fixture
def town():
    town = small_town()
    connect(a=town.bob, b=town.eve, now=NOON)
    return town


def write(author, text, **fields):
    return publish(author=author, draft=Draft(text=text, **fields), now=NOON)


def page(viewer, server=None, asked=None):
    feed = (server or Server(default_policy())).rank_for(viewer, now=LATER, limit=20, asked=asked)
    return [item.post_id for item in feed.items]


def told() -> list[int]:
    models = (Hidden, LessLikeThis, MoreLikeThis, Preferences, TopicMute, TopicWish)
    return [model.objects.count() for model in models]


# More like this


def test_more_is_asked_once_of_the_original_and_undone(town):
    post = write(town.ada, "Bread #bakery")
    shared = repost(author=town.cleo, post_id=post.pk, draft=Draft(text="Look"), now=NOON)
    for _ in range(2):
        services.more(by=town.bob, post_id=shared.pk, now=LATER)
    asked = MoreLikeThis.objects.get()
    assert (asked.post_id, asked.author_id, asked.by_id) == (post.pk, town.ada.pk, town.bob.pk)
    assert event_kinds().count("MoreLikeThisAsked") == 1
    services.undo_more(by=town.cleo, post_id=post.pk, now=LATER)
    assert MoreLikeThis.objects.exists()
    services.undo_more(by=town.bob, post_id=shared.pk, now=LATER)
    services.undo_more(by=town.bob, post_id=shared.pk, now=LATER)
    assert not MoreLikeThis.objects.exists()
    assert event_kinds().count("MoreLikeThisUndone") == 1


def test_nobody_asks_for_more_of_what_they_may_not_see_or_of_themselves(town):
    post = write(town.ada, "Between us", audience="connections")
    with pytest.raises(NotFound):
        services.more(by=town.eve, post_id=post.pk, now=LATER)
    with pytest.raises(Invalid):
        services.more(by=town.ada, post_id=post.pk, now=LATER)
    services.more(by=town.bob, post_id=post.pk, now=LATER)


def test_more_brings_its_author_up_on_the_next_page_of_any_process(town):
    server = Server(default_policy())
    wanted, other = write(town.ada, "One rule for letters"), write(town.cleo, "Another rule")
    write(town.eve, "A third")
    before = page(town.bob, server)
    last = before[-1]
    services.more(by=town.bob, post_id=last, now=LATER)
    assert page(town.bob, server)[0] == last == page(town.bob)[0]
    assert {wanted.pk, other.pk} <= set(before)


def test_the_last_word_on_a_post_holds(town):
    post = write(town.ada, "Bread")
    shared = repost(author=town.cleo, post_id=post.pk, draft=Draft(text="Look"), now=NOON)
    services.less(by=town.eve, post_id=post.pk, now=LATER)
    services.less(by=town.bob, post_id=post.pk, now=LATER)
    services.more(by=town.bob, post_id=shared.pk, now=LATER)
    assert not LessLikeThis.objects.filter(by=town.bob).exists()
    assert event_kinds().count("LessLikeThisUndone") == 1
    services.less(by=town.bob, post_id=shared.pk, now=LATER)
    assert not MoreLikeThis.objects.exists()
    assert LessLikeThis.objects.count() == 2


# Topics


def test_a_muted_topic_leaves_both_orders_at_once_and_comes_back(town):
    server = Server(default_policy())
    about, other = write(town.ada, "Loaves #Bakery"), write(town.ada, "Songs #choir")
    shared = repost(author=town.cleo, post_id=about.pk, draft=Draft(text="Read it"), now=NOON)
    assert about.pk in page(town.bob, server)
    services.mute_topic(by=town.bob, name="#bakery", now=LATER)
    assert last_event().by == town.bob.pk
    for found in (page(town.bob, server), page(town.bob), list(by_time(town.bob).items)):
        assert other.pk in found
        assert not {about.pk, shared.pk} & set(found)
    assert about.pk in by_time(town.dan).items
    services.unmute_topic(by=town.bob, name="bakery", now=LATER)
    assert about.pk in page(town.bob, server)
    assert about.pk in by_time(town.bob).items


def test_a_mute_leaves_ones_own_posts_and_those_that_mention_one(town):
    own = write(town.bob, "My loaves #bakery")
    to_me = write(town.ada, "@bob, your loaves? #bakery")
    write(town.ada, "Loaves for all #bakery")
    services.mute_topic(by=town.bob, name="bakery", now=LATER)
    assert list(by_time(town.bob).items) == [to_me.pk, own.pk]
    assert page(town.bob) == [to_me.pk]


def test_by_time_pages_on_past_what_is_muted(town):
    kept = write(town.ada, "First")
    for number in range(9):
        write(town.ada, f"Loaf {number} #bakery")
    services.mute_topic(by=town.bob, name="bakery", now=LATER)
    first = by_time(town.bob, limit=2)
    assert list(first.items) == [kept.pk]


def test_an_interest_is_set_changed_and_let_go(town):
    write(town.ada, "Loaves #bakery")
    for choice, level in (("more", 1), ("less", -1)):
        topic = services.want_topic(by=town.bob, name="bakery", choice=choice, now=LATER)
        assert TopicWish.objects.get().level == level
        assert last_event().level == level
        assert choice_on(town.bob.pk, topic.pk) == choice
        assert choice_on(town.eve.pk, topic.pk) == "as_learned"
    services.want_topic(by=town.bob, name="bakery", choice="never", now=LATER)
    assert (TopicWish.objects.count(), TopicMute.objects.count()) == (0, 1)
    services.want_topic(by=town.bob, name="bakery", choice="as_learned", now=LATER)
    assert (TopicWish.objects.count(), TopicMute.objects.count()) == (0, 0)
    with pytest.raises(Invalid):
        services.want_topic(by=town.bob, name="bakery", choice="always", now=LATER)


def test_a_topic_is_found_by_its_label_too(town):
    write(town.ada, "Loaves #brood")
    Topic.objects.filter(name="brood").update(label="Bread", label_nl="Brood en banket")
    for word in ("bread", "brood en banket", "brood"):
        assert topics_named(town.bob.pk, [word])[word].name == "brood"
    assert topics_named(town.bob.pk, ["", "cake"]) == {}


def test_nobody_learns_of_a_topic_by_asking_for_it(town):
    write(town.ada, "#OurSecretPlan", audience="connections")
    secret = Topic.objects.get(name="oursecretplan")
    for ask in (
        lambda: services.mute_topic(by=town.eve, name="oursecretplan", now=LATER),
        lambda: services.want_topic(by=town.eve, name="oursecretplan", choice="more", now=LATER),
        lambda: services.mute_topic(by=town.eve, name="nosuchtopic", now=LATER),
    ):
        with pytest.raises(NotFound):
            ask()
    services.set_interests(by=town.eve, choices={secret.pk: "more", 12345: "more"}, now=LATER)
    assert not TopicWish.objects.exists()
    assert services.set_interests(by=town.bob, choices={secret.pk: "more"}, now=LATER) == 1
    assert services.set_interests(by=town.bob, choices={secret.pk: "more"}, now=LATER) == 0


# Preferences


def test_a_mix_is_kept_and_read_by_every_process(town):
    assert preferences_of(town.bob.pk).preset == "balanced"
    services.prefer(by=town.bob, wanted=OWN, now=LATER)
    services.prefer(by=town.bob, wanted=OWN, now=LATER)
    kept = preferences_of(town.bob.pk)
    assert (kept.preset, kept.near_far, kept.quick_lasting) == ("own", -2, 2)
    assert kept.outside_percent == 30
    assert preferences_of(town.ada.pk).outside_percent is None
    assert event_kinds().count("PreferencesChanged") == 1
    services.prefer(by=town.bob, wanted=Wanted("field", (0, 0, 0, 0), None), now=LATER)
    kept = preferences_of(town.bob.pk)
    assert (kept.preset, kept.near_far, kept.outside_percent) == ("field", -2, None)
    services.reset_preferences(by=town.bob, now=LATER)
    assert not Preferences.objects.exists()


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("loudest", (0, 0, 0, 0), None),
        Wanted("own", (3, 0, 0, 0), None),
        Wanted("own", (0, 0, 0, -3), None),
        Wanted("balanced", (0, 0, 0, 0), 61),
        Wanted("balanced", (0, 0, 0, 0), -1),
    ],
)
def test_a_mix_that_cannot_be_is_refused(town, wanted):
    with pytest.raises(Invalid):
        services.prefer(by=town.bob, wanted=wanted, now=LATER)
    assert not Preferences.objects.exists()


def test_the_ranked_page_takes_the_mix_along(town):
    write(town.ada, "Loaves #bakery")
    server = Server(default_policy())
    plain = server.rank_for(town.bob, now=LATER, limit=5).slate
    services.prefer(by=town.bob, wanted=Wanted("circle", (0, 0, 0, 0), None), now=LATER)
    circle = server.rank_for(town.bob, now=LATER, limit=5).slate
    assert tuple(plain.group_factors) == (1.0,) * 6
    assert circle.group_factors[0] > 1 > circle.group_factors[5]
    asked = Asked(Preferences(identity_id=town.bob.pk))
    assert page(town.bob, server, asked) == page(town.bob, server, None)


def switch(by, **more):
    wanted = {"measure": True, "profile": True, "home_only": False, "languages": []} | more
    services.switch(by=by, now=LATER, **wanted)


def test_without_profiling_the_page_is_that_of_somebody_without_a_past(town):
    twin = create_person(name="Fay", handle="fay", now=NOON)
    for other in (town.ada, town.cleo, town.eve):
        connect(a=twin, b=other, now=NOON)
    posts = [write(town.ada, "Rule one"), write(town.cleo, "Rule two"), write(town.eve, "Rule")]
    services.more(by=town.bob, post_id=posts[0].pk, now=NOON)
    for post in posts[:2]:
        react(by=town.bob, post_id=post.pk, kind="helped", now=NOON)
    assert page(town.bob) != page(twin)
    switch(town.bob, profile=False)
    assert page(town.bob) == page(twin)


def test_posts_for_ones_own_network_stay_there(town):
    """Dan follows Ada; Cleo would meet her post through Bob, whom she knows well."""
    server = Server(default_policy())
    post = write(town.ada, "Only at home")
    switch(town.ada, home_only=True)
    assert post.pk in page(town.bob, server)
    react(by=town.bob, post_id=post.pk, kind="helped", now=NOON)
    assert post.pk in page(town.dan, server)
    for one in (server, Server(default_policy())):
        with one.index.reading() as world:
            assert list(world.home_only_authors()) == [town.ada.pk]
    switch(town.ada)
    with server.index.reading() as world:
        assert list(world.home_only_authors()) == []


def test_languages_are_codes_and_few(town):
    switch(town.bob, languages=["nl", "en", "nl"])
    assert preferences_of(town.bob.pk).languages == "en,nl"
    for languages in (["Dutch"], ["n"], ["nl,en"], [""], [f"a{chr(98 + n)}" for n in range(21)]):
        with pytest.raises(Invalid):
            switch(town.bob, languages=languages)


def test_what_is_not_measured_is_not_logged(town):
    write(town.ada, "Loaves")
    feed = Server(default_policy()).rank_for(town.bob, now=LATER, limit=5)
    assert feed.measured
    switch(town.bob, measure=False)
    assert not Server(default_policy()).rank_for(town.bob, now=LATER, limit=5).measured


# Limits


@pytest.mark.parametrize(
    ("module", "limit", "tell"),
    [
        ("hide", "HIDDEN", lambda by, post: services.hide(by=by, post_id=post.pk, now=LATER)),
        ("less", "WISHES", lambda by, post: services.less(by=by, post_id=post.pk, now=LATER)),
        ("more", "WISHES", lambda by, post: services.more(by=by, post_id=post.pk, now=LATER)),
        (
            "topics",
            "TOPIC_MUTES",
            lambda by, post: services.mute_topic(
                by=by, name=post.post_topics.get().topic.name, now=LATER
            ),
        ),
        (
            "topics",
            "TOPIC_WISHES",
            lambda by, post: services.want_topic(
                by=by, name=post.post_topics.get().topic.name, choice="more", now=LATER
            ),
        ),
    ],
)
def test_there_is_a_most_of_everything_one_tells(town, monkeypatch, module, limit, tell):
    assert getattr(limits, limit) >= 200
    # A package attribute of this name is the service itself.
    monkeypatch.setattr(sys.modules[f"kring.feed.services.{module}"], limit, 2)
    posts = [write(town.ada, f"Loaf #t{number}") for number in range(3)]
    for post in posts[:2]:
        tell(town.bob, post)
    tell(town.bob, posts[0])  # said already: nothing more
    with pytest.raises(Conflict):
        tell(town.bob, posts[2])
    tell(town.cleo, write(town.bob, "Loaf #t0"))  # another's are not counted


def test_a_page_of_topics_has_a_most(town):
    choices = dict.fromkeys(range(1, topics.TOPICS_AT_ONCE + 2), "more")
    with pytest.raises(Invalid):
        services.set_interests(by=town.bob, choices=choices, now=LATER)


# Taking everything back


def tell_everything(by, post, other, topic):
    services.hide(by=by, post_id=post.pk, now=LATER)
    services.less(by=by, post_id=post.pk, now=LATER)
    services.more(by=by, post_id=other.pk, now=LATER)
    services.mute_topic(by=by, name=topic, now=LATER)
    services.prefer(by=by, wanted=OWN, now=LATER)
    mute_thread(by=by, post_id=post.pk, now=LATER)


def test_everything_is_taken_back_at_once_and_only_ones_own(town):
    post = write(town.ada, "Loaves #bakery #choir")
    other = write(town.eve, "Rolls")
    for by in (town.bob, town.cleo):
        tell_everything(by, post, other, "bakery")
        services.want_topic(by=by, name="choir", choice="more", now=LATER)
    mute(muter=town.bob, muted=town.eve, now=LATER)
    blocks = Block.objects.count()
    before = page(town.bob, Server(default_policy()))
    assert services.reset_everything(by=town.bob, now=LATER)
    assert told() == [1] * 6
    assert {row.by_id for row in (*Hidden.objects.all(), *TopicWish.objects.all())} == {
        town.cleo.pk
    }
    assert ThreadMute.objects.get().by_id == town.cleo.pk
    assert not Mute.objects.exists()
    assert Block.objects.count() == blocks
    assert post.pk not in before
    assert post.pk in page(town.bob)


def test_taking_back_goes_in_parts(town, monkeypatch):
    monkeypatch.setattr(reset, "AT_ONCE", 2)
    for number in range(5):
        post = write(town.ada, f"Loaf {number}")
        services.hide(by=town.bob, post_id=post.pk, now=LATER)
        mute_thread(by=town.bob, post_id=post.pk, now=LATER)
    assert not services.reset_everything(by=town.bob, now=LATER)
    assert Hidden.objects.count() == 3
    assert not services.reset_everything(by=town.bob, now=LATER)
    assert services.reset_everything(by=town.bob, now=LATER)
    assert not Hidden.objects.exists()
    assert not ThreadMute.objects.exists()
