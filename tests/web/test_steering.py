"""Your feed: mixed, corrected and switched off in one place; what was told can be undone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kring.feed.models import Hidden, LessLikeThis, MoreLikeThis, Preferences
from kring.network.models import Block, Mute
from kring.posts.models import ThreadMute
from kring.web import limits as web_limits
from tests.web.html import Page, look, press
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db
PLACE = "/your-feed"


def test_what_one_told_the_feed_is_listed_and_undone_later(square):
    bob, post = sign_in(square.town.bob), square.public
    assert "You told it nothing yet" in look(bob, PLACE).words
    for name in ("hide", "less", "mute_thread"):
        bob.post(reverse(name, args=[post.pk]))
    bob.post(reverse("mute", args=["cleo"]))
    bob.post(reverse("block", args=["eve"]))
    look(bob, PLACE)  # says what happened, once
    page = look(bob, PLACE)
    for words in ("Posts you hid", "Less like this", "Threads you muted", "Cleo", "Eve"):
        assert words in page.words
    undoing = [form.action for form in page.forms if "/un" in form.action]
    assert len(undoing) == 5
    for path in undoing:
        assert bob.post(path, {"next": PLACE}).headers["Location"] == PLACE
    assert "You told it nothing yet" in look(bob, PLACE).words
    for model in (Hidden, LessLikeThis, ThreadMute, Mute):
        assert not model.objects.exists()
    assert not Block.objects.filter(blocker=square.town.bob).exists()


def test_nobody_sees_what_another_told_theirs(square):
    bob, cleo = sign_in(square.town.bob), sign_in(square.town.cleo)
    bob.post(reverse("hide", args=[square.public.pk]))
    bob.post(reverse("block", args=["eve"]))
    assert "You told it nothing yet" in look(cleo, PLACE).words


def test_whom_one_blocked_is_a_name_and_a_way_back_and_the_blocked_see_nothing(square):
    bob, eve = sign_in(square.town.bob), sign_in(square.town.eve)
    bob.post(reverse("block", args=["eve"]))
    page = look(bob, "/@eve")
    assert "Unblock" in page.words
    assert "About" not in page.words
    assert eve.get("/@bob").status_code == 404
    assert "blocked" not in eve.get("/@bob").content.decode()
    bob.post(reverse("unblock", args=["eve"]))
    assert "Unblock" not in look(bob, "/@eve").words


def test_a_hidden_post_that_is_gone_tells_nothing_and_can_still_be_let_go(square):
    bob = sign_in(square.town.bob)
    bob.post(reverse("hide", args=[square.public.pk]))
    type(square.public).objects.filter(pk=square.public.pk).update(audience="connections")
    type(square.public).objects.filter(pk=square.public.pk).update(author=square.town.mallory)
    page = look(bob, PLACE)
    assert "This post is no longer here." in page.words
    assert "Mallory" not in page.words


# The mix


def mix_form(page):
    return page.form("/your-feed/mix")


def test_a_preset_is_chosen_kept_and_shown(square):
    bob = sign_in(square.town.bob)
    form = mix_form(look(bob, PLACE))
    assert form.fields["preset"] == "balanced"
    assert form.fields["outside"] == ""
    press(bob, form, "Save this mix", preset="circle", outside="20")
    form = mix_form(look(bob, PLACE))
    assert (form.fields["preset"], form.fields["outside"]) == ("circle", "20")
    assert form.fields["people_subjects"] == "-2"
    page = look(bob, PLACE)
    assert "How your feed is mixed" in page.words
    assert "At most 20 of 100 posts from outside your network" in page.words
    assert "You told it nothing yet" in look(sign_in(square.town.cleo), PLACE).words


def test_sliders_that_were_moved_stand_and_the_others_follow_the_preset(square):
    """Without a script, choosing a preset does not move the sliders of the form that is sent."""
    bob = sign_in(square.town.bob)
    press(bob, mix_form(look(bob, PLACE)), "Save", preset="field", quick_lasting="-2")
    form = mix_form(look(bob, PLACE))
    assert form.fields["preset"] == "own"
    axes = ("people_subjects", "near_far", "familiar_new", "quick_lasting")
    assert [form.fields[axis] for axis in axes] == ["2", "-2", "0", "-2"]
    press(bob, form, "Save", preset="balanced")
    form = mix_form(look(bob, PLACE))
    assert form.fields["preset"] == "balanced"
    assert [form.fields[axis] for axis in axes] == ["0"] * 4
    press(bob, form, "Save", near_far="1")
    assert mix_form(look(bob, PLACE)).fields["preset"] == "own"


def test_a_look_first_changes_nothing(square):
    bob = sign_in(square.town.bob)
    page = look(bob, f"{PLACE}?preset=window&outside=40")
    assert mix_form(page).fields["preset"] == "window"
    assert "Your feed would start with" in page.words
    assert "Not saved yet" in page.words
    assert mix_form(look(bob, PLACE)).fields["preset"] == "balanced"
    part = bob.get(f"{PLACE}/preview?preset=time").content.decode()
    assert "Your feed would start with" in part
    assert "<html" not in part
    assert not Preferences.objects.exists()


def test_by_time_becomes_home_until_another_mix_is_chosen(square):
    bob = sign_in(square.town.bob)

    def ranked(path="/"):
        return "Why am I seeing this?" in look(bob, path).words

    assert ranked()
    press(bob, mix_form(look(bob, PLACE)), "Save", preset="time")
    assert not ranked()
    assert ranked("/?order=ranked")
    assert not ranked()
    press(bob, mix_form(look(bob, PLACE)), "Save", preset="field")
    assert ranked()


@pytest.mark.parametrize(
    "fields",
    [
        {"preset": "loudest"},
        {"preset": "own", "near_far": "3"},
        {"preset": "own", "near_far": "x"},
        {"preset": "own", "near_far": "1" * 5000},
        {"preset": "own", "near_far": "٣"},
        {"outside": "61"},
        {"outside": "-1"},
        {"outside": "\0"},
    ],
)
def test_a_mix_that_cannot_be_is_refused_in_a_sentence(square, fields):
    bob = sign_in(square.town.bob)
    assert bob.post(f"{PLACE}/mix", fields).status_code == 422
    assert bob.get(PLACE, fields).status_code == 422
    assert bob.get(f"{PLACE}/preview", fields).status_code == 422
    assert not Preferences.objects.exists()


def test_looking_at_mixes_has_a_limit(square, monkeypatch):
    monkeypatch.setattr(web_limits, "ACTS_A_MINUTE", 3)
    bob = sign_in(square.town.bob)
    statuses = [bob.get(f"{PLACE}/preview?preset=time").status_code for _ in range(5)]
    assert statuses[-1] == 429


# Topics


def test_what_it_thinks_is_listed_with_sources_and_corrected(square):
    bob = sign_in(square.town.bob)
    bob.post(reverse("react", args=[square.public.pk]), {"kind": "helped"})
    page = look(bob, PLACE)
    assert "2 posts you responded to" in page.words or "1 post you responded to" in page.words
    form = page.form(f"{PLACE}/topics")
    (field,) = [name for name in form.fields if name.startswith("topic-")]
    assert form.fields[field] == "as_learned"
    press(bob, form, "Save the topics", **{field: "less"})
    page = look(bob, PLACE)
    assert page.form(f"{PLACE}/topics").fields[field] == "less"
    assert "Topics you set by hand" in page.words
    press(bob, page.form("/topics/harvest/want"), "Undo")
    assert look(bob, PLACE).form(f"{PLACE}/topics").fields[field] == "as_learned"
    assert bob.post(f"{PLACE}/topics", {field: "always"}).status_code == 422
    assert bob.post(f"{PLACE}/topics", {"topic-x": "more", "topic-0": "more"}).status_code == 303


def test_a_topic_is_added_by_name_and_an_unknown_one_refused(square):
    bob = sign_in(square.town.bob)
    added = press(bob, look(bob, PLACE).form(f"{PLACE}/topics/add"), "Add", name="#Harvest")
    assert added.status_code == 200
    assert "you set it yourself" in look(bob, PLACE).words
    for name in ("", "nosuchtopic", "\0", "a" * 5000):
        assert bob.post(f"{PLACE}/topics/add", {"name": name}).status_code == 422
    refused = Page(bob.post(f"{PLACE}/topics/add", {"name": "nosuchtopic"}))
    assert "Nobody has written about this topic" in refused.words
    assert refused.form(f"{PLACE}/topics/add").fields["name"] == "nosuchtopic"
    assert refused.form(f"{PLACE}/mix").fields["preset"] == "balanced"


def test_a_topic_s_page_says_what_one_said_of_it(square):
    bob = sign_in(square.town.bob)
    form = look(bob, "/topics/harvest").form("/topics/harvest/want")
    assert [button.label for button in form.buttons] == ["Less", "As it is", "More", "Never"]
    press(bob, form, "Never")
    assert not look(bob, "/?order=time").card(square.public.pk)
    assert 'value="never" aria-pressed="true"' in look(bob, "/topics/harvest").html
    assert look(bob, "/topics/harvest").card(square.public.pk)  # its own page still shows it
    cleo = look(sign_in(square.town.cleo), "/topics/harvest")
    assert 'value="never" aria-pressed="true"' not in cleo.html


@pytest.mark.parametrize("htmx", [False, True])
def test_the_menu_of_a_post_mutes_its_topics(square, htmx):
    bob = sign_in(square.town.bob)
    form = look(bob, "/?order=time").form("/topics/harvest/mute")
    assert form.button("Mute #harvest").name == "card"
    headers = {"hx-request": "true"} if htmx else {}
    fields = {**form.fields, "card": str(square.public.pk)}
    answer = bob.post("/topics/harvest/mute", fields, headers=headers)
    words = (answer if htmx else bob.get("/")).content.decode()
    assert "stay out of your feed" in words
    assert "/topics/harvest/unmute" in words
    assert not look(bob, "/?order=time").card(square.public.pk)
    bob.post("/topics/harvest/unmute")
    assert look(bob, "/?order=time").card(square.public.pk)


@pytest.mark.parametrize("htmx", [False, True])
def test_the_menu_of_a_post_asks_for_more(square, htmx):
    bob = sign_in(square.town.bob)
    headers = {"hx-request": "true"} if htmx else {}
    answer = bob.post(reverse("more", args=[square.public.pk]), headers=headers)
    words = (answer if htmx else bob.get("/")).content.decode()
    assert "You will see more of this author" in words
    assert reverse("undo_more", args=[square.public.pk]) in words
    assert "More like this" in look(bob, PLACE).words
    assert MoreLikeThis.objects.get().by_id == square.town.bob.pk


# Switches


def test_measuring_and_concluding_can_be_switched_off(square):
    bob = sign_in(square.town.bob)
    form = look(bob, PLACE).form(f"{PLACE}/switches")
    assert {"measure", "profile"} <= set(form.fields)
    bob.post(f"{PLACE}/switches", {"language": ["nl", "en"], "home_only": "on"})
    kept = Preferences.objects.get()
    assert (kept.measure, kept.profile, kept.home_only) == (False, False, True)
    page = look(bob, PLACE)
    for words in (
        "is not measured",
        "Nothing about you is concluded",
        "your own network alone",
        "EN,NL",
    ):
        assert words in page.words
    assert "data-attention=" not in look(bob, "/?order=ranked").html
    assert "Why am I seeing this?" not in look(bob, "/").words  # By time, as objecting means
    press(bob, page.form(f"{PLACE}/mix/undo"), "Undo")
    assert not Preferences.objects.exists()
    assert "Why am I seeing this?" in look(bob, "/").words
    assert bob.post(f"{PLACE}/switches", {"language": "Dutch"}).status_code == 422


def test_everything_is_taken_back_after_a_tick(square):
    bob = sign_in(square.town.bob)
    for name in ("hide", "more", "mute_thread"):
        bob.post(reverse(name, args=[square.public.pk]))
    bob.post(f"{PLACE}/mix", {"preset": "field"})
    assert bob.post(f"{PLACE}/reset").status_code == 422
    assert Hidden.objects.exists()
    form = look(bob, PLACE).form(f"{PLACE}/reset")
    press(bob, form, "Take everything back", sure="yes")
    assert "You told it nothing yet" in look(bob, PLACE).words
