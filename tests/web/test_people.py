"""Profiles, and the ties one makes and ends on them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kring.core import clock
from kring.members.services import delete_identity, suspend, update_profile
from kring.network.models import Block, Follow, Mute
from kring.network.services import block
from kring.posts.services import Draft, comment, delete, publish, repost
from tests.web.html import Page, look, press
from tests.web.visits import sign_in, stored

pytestmark = pytest.mark.django_db


def _press(client, path, label):
    """Press a button of the profile and read the page it leads to."""
    form = next(form for form in look(client, path).forms if form.action == f"{path}/follow")
    return Page(press(client, form, label))


def test_following_fills_one_s_feed_and_can_be_undone(square):
    eve, post = sign_in(square.town.eve), square.public.pk
    assert not look(eve, "/?order=time").card(post)
    page = _press(eve, "/@ada", "Follow")
    assert "You follow Ada." in page.words
    assert look(eve, "/?order=time").card(post)
    assert look(eve, "/?order=ranked").card(post)
    press(eve, page.form("/@ada/unfollow"), "Undo")
    assert not Follow.objects.filter(follower=square.town.eve).exists()
    assert not look(eve, "/?order=time").card(post)


def test_muting_empties_one_s_feed_of_somebody_and_can_be_undone(square):
    bob, post = sign_in(square.town.bob), square.connections.pk
    assert look(bob, "/?order=ranked").card(post)
    page = _press(bob, "/@ada", "Mute")
    assert "Nobody is told." in page.words
    for order in ("ranked", "time"):
        assert "Ada" not in "".join(look(bob, f"/?order={order}").links)
    assert look(bob, "/@ada").card(post)  # who goes there still sees
    press(bob, page.form("/@ada/unmute"), "Undo")
    assert not Mute.objects.exists()
    assert look(bob, "/?order=ranked").card(post)


def test_blocking_hides_two_people_from_each_other_until_undone(square):
    ada, bob = sign_in(square.town.ada), sign_in(square.town.bob)
    form = next(form for form in look(ada, "/@bob").forms if form.action == "/@bob/follow")
    answer = press(ada, form, "Block")
    # Where the profile stood there are a name and the way back; for the other there is nothing.
    page = Page(answer)
    assert "no longer see each other" in page.words
    assert look(ada, "/@bob").form("/@bob/unblock")
    assert bob.get("/@ada").status_code == 404
    assert not look(bob, "/?order=time").card(square.public.pk)
    press(ada, page.form("/@bob/unblock"), "Undo")
    assert look(ada, "/@bob").status == look(bob, "/@ada").status == 200
    assert not Block.objects.filter(blocker=square.town.ada, blocked=square.town.bob).exists()


def test_only_whoever_blocked_can_unblock_and_the_blocked_learns_nothing_by_trying(square):
    mallory = sign_in(square.town.mallory)
    for act in ("unmute", "unblock"):
        about_ada = Page(mallory.post(f"/@ada/{act}", follow=True))
        about_nobody = Page(mallory.post(f"/@nobody/{act}", follow=True))
        assert about_ada.status == 404
        assert about_ada.words == about_nobody.words
    assert Block.objects.filter(blocker=square.town.ada, blocked=square.town.mallory).exists()


def test_one_can_unmute_somebody_whom_one_blocked_too(square):
    eve = sign_in(square.town.eve)
    for act in ("mute", "block", "unmute", "unblock"):
        assert eve.post(f"/@cleo/{act}").status_code == 303
    assert look(eve, "/@cleo").status == 200


@pytest.mark.parametrize("act", ["follow", "mute", "block"])
def test_a_tie_with_oneself_is_refused_in_a_sentence(square, act):
    bob = sign_in(square.town.bob)
    before = stored()
    answer = bob.post(f"/@bob/{act}")
    assert answer.status_code == 422
    assert "That is yourself." in Page(answer).words
    assert stored() == before
    assert not any(form.action == "/@bob/follow" for form in look(bob, "/@bob").forms)


@pytest.mark.parametrize("act", ["follow", "unfollow", "mute", "unmute", "block", "unblock"])
def test_twice_is_once(square, act):
    eve = sign_in(square.town.eve)
    eve.post(f"/@cleo/{act}")
    after = stored()
    assert eve.post(f"/@cleo/{act}").status_code in (303, 404)
    assert stored() == after


def test_a_profile_shows_what_its_reader_may_see(square):
    assert look(sign_in(square.town.bob), "/@ada").card(square.connections.pk)
    for reader in (square.town.eve, square.town.dan):
        page = look(sign_in(reader), "/@ada")
        assert page.card(square.public.pk)
        assert not page.card(square.connections.pk)
        assert not page.card(square.direct.pk)


def test_a_profile_says_how_one_is_tied(square):
    page = look(sign_in(square.town.ada), "/@cleo")
    assert "You → Bob → Cleo" in page.words
    assert "Whom you both know" in page.words
    assert "You are connected" in look(sign_in(square.town.ada), "/@bob").words
    assert "Dan follows you" in look(sign_in(square.town.ada), "/@dan").words
    assert "You →" not in look(sign_in(square.town.eve), "/@ada").words


def test_a_path_names_nobody_whom_one_may_not_see(square):
    """Ada and Cleo are tied by Bob alone; Cleo blocked by him sees no path, and not his name."""
    from kring.network.services import block, connect

    connect(a=square.town.eve, b=square.town.bob, now=clock.utc_now())
    suspend(identity=square.town.bob, now=clock.utc_now())
    page = look(sign_in(square.town.eve), "/@ada")
    assert "Bob" not in page.words
    block(blocker=square.town.bob, blocked=square.town.cleo, now=clock.utc_now())
    assert "Bob" not in look(sign_in(square.town.cleo), "/@ada").words


@pytest.mark.parametrize("end", [suspend, delete_identity])
def test_who_is_gone_has_no_page(square, end):
    eve = sign_in(square.town.eve)
    assert eve.get("/@cleo").status_code == 200
    end(identity=square.town.cleo, now=clock.utc_now())
    for path in ("/@cleo", "/@cleo/follow", "/@cleo/mute"):
        answer = eve.get(path) if path == "/@cleo" else eve.post(path)
        assert answer.status_code == 404
        assert "Cleo" not in Page(answer).words


def test_an_organisation_has_a_profile_one_can_follow(square):
    publish(author=square.town.bakery, draft=Draft(text="Fresh bread"), now=clock.utc_now())
    eve = sign_in(square.town.eve)
    assert "Fresh bread" in look(eve, "/@bakery").words
    _press(eve, "/@bakery", "Follow")
    assert "Fresh bread" in look(eve, "/?order=time").words


def test_a_profile_leads_only_to_pages_that_its_reader_may_see(square):
    update_profile(
        identity=square.town.ada,
        now=clock.utc_now(),
        positions=[{"title": "Baker", "organisation_id": square.town.bakery.pk}],
        education=[{"degree": "Bread", "school_id": square.town.bakery.pk}],
    )
    eve, bob = sign_in(square.town.eve), sign_in(square.town.bob)
    block(blocker=square.town.bakery, blocked=square.town.eve, now=clock.utc_now())
    assert "/@bakery" in look(bob, "/@ada").addresses
    page = look(eve, "/@ada")
    assert "/@bakery" not in page.addresses
    assert "The Bakery" in page.words
    suspend(identity=square.town.bakery, now=clock.utc_now())
    assert "/@bakery" not in look(bob, "/@ada").addresses


def test_a_tombstone_says_neither_who_wrote_nor_who_removed(square):
    top = publish(author=square.town.cleo, draft=Draft(text="Bread"), now=clock.utc_now())
    shared = repost(
        author=square.town.bob, post_id=top.pk, draft=Draft(text="Good"), now=clock.utc_now()
    )
    answer = comment(
        author=square.town.dan, in_reply_to=shared.pk, draft=Draft(text="Yum"), now=clock.utc_now()
    )
    eve = sign_in(square.town.eve)
    assert "Bob" in look(eve, f"/posts/{answer.pk}").words
    delete(by=square.town.cleo, post_id=top.pk, now=clock.utc_now())
    answer = eve.get(f"/posts/{answer.pk}").content.decode()
    article = answer[answer.index(f'id="card-{shared.pk}"') :]
    article = article[: article.index("</article>")]
    assert "This post is no longer here." in article
    assert "Bob" not in article


def test_a_hostile_profile_is_shown_as_words(square):
    update_profile(
        identity=square.town.cleo,
        now=clock.utc_now(),
        name='"><script>alert(1)</script>',
        headline="</style><img src=x onerror=alert(1)>",
        about="[me](javascript:alert(1)) <iframe src=//evil.example></iframe>",
        city="{% debug %}",
    )
    page = look(sign_in(square.town.bob), "/@cleo")
    assert "<script>alert" not in page.html
    assert "<iframe" not in page.html
    assert "{% debug %}" in page.words
    assert "<script>alert(1)</script>" in page.words
    notice = Page(sign_in(square.town.eve).post("/@cleo/follow", follow=True))
    assert "<script>alert" not in notice.html


def test_handles_are_found_however_they_are_written(square):
    bob = sign_in(square.town.bob)
    for written in ("/@ADA", "/@Ada", "/@@ada"):
        assert "Ada" in look(bob, written).words
    assert reverse("profile", args=["ada"]) == "/@ada"
