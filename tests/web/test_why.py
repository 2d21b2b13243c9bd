"""Why a post stood on a page: asked later, told exactly as served, to the one it was served to."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from msgspec.structs import replace

from kring.core import clock, nodes
from kring.core.errors import NotFound
from kring.feed import log, served_reasons, services
from kring.feed.facts import Fact
from kring.feed.log import pages
from kring.feed.models import PageReasons
from kring.feed.serving import server
from kring.jobs.worker import drain
from kring.members.services import delete_identity, suspend
from kring.network.services import block
from kring.posts.services import Draft, comment, delete, react
from tests.web.html import look, press
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
FETCHED = re.compile(r'hx-get="(/posts/(\d+)/why\?page=(\d+))"')
POINTS = re.compile(r'<span class="num">([+−]\d+)</span>')


def asked_for(client: Client, path: str = "/?order=ranked") -> dict[int, str]:
    """post id -> where its panel is fetched."""
    page = look(client, path)
    return {int(post): address for address, post, _page in FETCHED.findall(page.html)}


@pytest.fixture(name="served")
def _served(square):
    """Bob, and where he may ask about Ada's public post."""
    bob = sign_in(square.town.bob)
    addresses = asked_for(bob)
    assert set(addresses) == {square.public.pk, square.connections.pk}
    return bob, addresses[square.public.pk]


def panel_of(answer) -> str:
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    text = answer.content.decode()
    return text[text.index('<div class="why__panel">') :]


@pytest.mark.parametrize("written", [False, True])
def test_a_panel_is_fetched_when_it_is_opened(square, served, written):
    bob, address = served
    assert "why__steer" not in bob.get("/").content.decode()
    if written:
        pages.flush()
        assert PageReasons.objects.count() == 1
    panel = panel_of(bob.get(address, headers=HTMX))
    assert "<html" not in panel
    numbers = [int(number.replace("−", "-")) for number in POINTS.findall(panel)]
    assert len(numbers) > 1
    total = re.search(r'<b class="num">([+−]\d+)</b>', panel)
    assert sum(numbers) == int(total[1].replace("−", "-"))


def test_without_a_script_it_is_a_page_with_the_post_and_a_way_back(square, served):
    bob, address = served
    assert f'href="{address}"' in bob.get("/").content.decode()
    page = look(bob, address)
    assert page.card(square.public.pk)
    assert "Why am I seeing this?" in page.words
    assert f"/?order=ranked#card-{square.public.pk}" in page.addresses
    fragment = panel_of(bob.get(address, headers=HTMX))
    assert fragment.strip() in page.html
    assert "Waarom zie ik dit?" in look(in_dutch(square.town.bob), address).words


def in_dutch(who) -> Client:
    client = sign_in(who)
    client.cookies["language"] = "nl"
    return client


def test_the_numbers_are_those_that_were_served(square, served):
    """Whatever happens meanwhile, and however much later: only what may be named can change."""
    bob, address = served
    before = panel_of(bob.get(address, headers=HTMX))
    pages.flush()
    now = clock.utc_now()
    react(by=square.town.cleo, post_id=square.public.pk, kind="like", now=now)
    comment(author=square.town.cleo, in_reply_to=square.public.pk, draft=Draft(text="Ripe!"),
            now=now)  # fmt: skip
    services.less(by=square.town.bob, post_id=square.public.pk, now=now)
    after = panel_of(bob.get(address, headers=HTMX))
    assert after == before
    again = asked_for(bob)[square.public.pk]
    assert again != address
    assert panel_of(bob.get(again, headers=HTMX)) != before


def test_the_panel_in_the_page_and_the_one_that_is_fetched_are_the_same(square, monkeypatch):
    bob = sign_in(square.town.bob)
    fetched = panel_of(bob.get(asked_for(bob)[square.public.pk], headers=HTMX))
    pages.forget()
    monkeypatch.setattr(log, "MAX_WAITING", 0)
    [kept] = server().kept._kept.values()
    kept.page.made_of_it.clear()
    page = look(bob, "/?order=ranked").html
    assert not FETCHED.findall(page)
    assert fetched.strip() in page


def test_nobody_else_is_told(square, served):
    _bob, address = served
    pages.flush()
    for other in (square.town.ada, square.town.cleo, square.town.eve):
        client = sign_in(other)
        asked_for(client)
        for headers in ({}, HTMX):
            assert client.get(address, headers=headers).status_code == 404
    anonymous = Client().get(address)
    assert anonymous.status_code == 302
    assert "?next=" in anonymous.url


@pytest.mark.parametrize("page", ["", "0", "-1", "x", "9" * 18, "9" * 400, "1", "%00", "٣"])
def test_a_guess_tells_nothing(square, served, page):
    bob, _address = served
    assert bob.get(f"/posts/{square.public.pk}/why?page={page}").status_code == 404


def test_a_post_that_was_not_on_the_page_has_no_reasons_there(square, served):
    bob, address = served
    page = address.partition("?")[2]
    assert bob.get(f"/posts/{square.shared.pk}/why?{page}").status_code == 404
    assert bob.get(f"/posts/{square.direct.pk}/why?{page}").status_code == 404


@pytest.mark.parametrize("end", ["blocked", "deleted", "suspended"])
def test_what_one_may_not_see_any_more_is_not_explained_either(square, served, end):
    bob, address = served
    town, now = square.town, clock.utc_now()
    if end == "blocked":
        block(blocker=town.ada, blocked=town.bob, now=now)
    elif end == "deleted":
        delete(by=town.ada, post_id=square.public.pk, now=now)
    else:
        suspend(identity=town.ada, now=now)
    assert bob.get(address, headers=HTMX).status_code == 404


def test_nobody_is_named_who_may_not_be_named_any_more(square, served):
    bob, _address = served
    pages.flush()
    [kept] = PageReasons.objects.all()
    reasons = served_reasons._decoded(bytes(kept.record))
    told = Fact("conversation.tie", {"other": square.town.cleo.pk, "act": "comment", "more": 0})
    reasons = [replace(one, facts=((told,), *one.facts[1:])) for one in reasons]
    page_id = pages.add_reasons(viewer=kept.viewer, pack=lambda: served_reasons.packed(reasons))
    path = f"/posts/{square.public.pk}/why?page={page_id}"
    assert "Cleo wrote in it" in panel_of(bob.get(path, headers=HTMX))
    block(blocker=square.town.cleo, blocked=square.town.bob, now=clock.utc_now())
    assert "somebody wrote in it" in panel_of(bob.get(path, headers=HTMX))


def test_it_works_for_weeks_and_then_says_in_one_sentence_that_it_is_gone(square, served):
    bob, address = served
    pages.flush()
    [kept] = PageReasons.objects.all()
    served_reasons.trim(clock.utc_now() + timedelta(days=30))
    assert bob.get(address).status_code == 200
    assert served_reasons.trim(clock.utc_now() + timedelta(days=32)) == 1
    clock_on = clock.utc_now() + timedelta(seconds=6)
    with pytest.raises(NotFound):
        served_reasons.find(
            viewer_id=square.town.bob.pk, page_id=kept.pk, post_id=square.public.pk, now=clock_on
        )
    old = nodes.new_id() - (10_000 << 22)
    page = look(bob, f"/posts/{square.public.pk}/why?page={old}", status=404)
    assert "Why it was shown is kept for a month" in page.words


def test_a_page_that_another_process_has_yet_to_write_is_asked_for_again(square, served):
    """What waits in that process is not known here; it is a second or so."""
    bob, address = served
    waiting = [entry.packed() for entry in pages._waiting]
    pages.forget()
    answer = bob.get(address, headers=HTMX)
    assert 'hx-trigger="load delay:1s"' in answer.content.decode()
    assert f'hx-get="{address}"' in answer.content.decode()
    assert bob.get(address).headers["Refresh"] == "1"
    PageReasons.objects.bulk_create([row for row in waiting if isinstance(row, PageReasons)])
    whole = bob.get(address)
    assert "Refresh" not in whole.headers
    panel_of(whole)


def test_of_somebody_who_lets_nothing_be_kept_the_panel_is_in_the_page_and_nowhere_else(square):
    bob = sign_in(square.town.bob)
    services.switch(
        by=square.town.bob, measure=False, profile=True, home_only=False, languages=[],
        now=clock.utc_now(),
    )  # fmt: skip
    page = look(bob, "/?order=ranked")
    cards = [name for name in page.ids if name.startswith("card-")]
    assert page.html.count('<div class="why__panel">') == len(cards) > 1
    assert page.html.count("why__steer") == len(cards)
    assert not FETCHED.findall(page.html)
    pages.flush()
    assert not PageReasons.objects.exists()


def test_the_same_page_again_keeps_nothing_twice(square, served):
    bob, address = served
    assert address in asked_for(bob).values()
    pages.flush()
    assert PageReasons.objects.count() == 1


def test_headers_and_json_keep_nothing(square):
    bob = sign_in(square.town.bob)
    bob.head("/?order=ranked")
    bob.get("/feed.json")
    pages.flush()
    assert not PageReasons.objects.exists()


def test_what_was_kept_goes_with_the_one_it_was_for(square, served):
    pages.flush()
    delete_identity(identity=square.town.bob, now=clock.utc_now())
    drain()
    assert not PageReasons.objects.exists()


@pytest.mark.parametrize(
    ("label", "said"),
    [("More like this", "You will see more"), ("Less like this", "You will see less"),
     ("Hide", "Hidden."), ("Mute thread", "This thread is muted.")],
)  # fmt: skip
def test_one_steers_from_the_page_and_can_undo_it(square, served, label, said):
    bob, address = served
    act = {"More like this": "more", "Less like this": "less", "Hide": "hide"}.get(
        label, "mute-thread"
    )
    form = look(bob, address).form(f"/posts/{square.public.pk}/{act}")
    after = press(bob, form, label)
    text = after.content.decode()
    assert after.redirect_chain[-1][0].startswith(address)
    assert said in text
    assert "Undo" in text
