"""Cards are filled into patterns: whatever people write stands there as they wrote it, at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from kring.core import clock
from kring.members.services import update_profile
from kring.posts.cards import cards
from kring.posts.services import Draft, comment, delete, edit
from kring.web import patterns
from kring.web.pages import Item, plain
from tests.web.html import look
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db
# Names of marks, of formats and of tags: what a filled-in word must not be taken for.
HOSTILE = ("%(csrf_token)s", "%s %d %", "{{ csrf_token }}", "\x1acsrf_token\x1a", "<b>&\"'</b>")


def drawn(item: Item, **context: object) -> str:
    return render_to_string("_card.html", {"item": item, "csrf_token": "SECRET", **context})


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_is_never_taken_for_a_part_of_the_page(square, text):
    (card,) = cards(square.town.bob, [square.public.pk])
    author = replace(card.author, name=text, headline=text)
    html = drawn(Item(replace(card, author=author, link_url="https://a.b/c", link_title=text)))
    shown = text.translate({38: "&amp;", 60: "&lt;", 62: "&gt;", 34: "&quot;", 39: "&#x27;"})
    assert html.count(shown) >= 3
    assert '<b>&"' not in html
    assert "SECRET" not in html  # nobody is signed in: the card holds no form


def test_a_card_is_made_anew_from_what_is_there_now(square):
    bob, item = square.town.bob, square.public.pk
    before = drawn(*plain(bob, [item]))
    edit(editor=square.town.ada, post_id=item, text="Only pumpkins now.", now=clock.utc_now())
    after = drawn(*plain(bob, [item]))
    assert "Tomatoes" in before
    assert "Tomatoes" not in after
    assert "Only pumpkins now." in after
    assert f"/posts/{item}/history" in after

    update_profile(identity=square.town.ada, now=clock.utc_now(), name="Ada of the Hill")
    assert "Ada of the Hill" in drawn(*plain(bob, [item]))


def test_a_comment_that_is_taken_back_is_gone_from_the_card(square):
    bob, cleo, item = square.town.bob, square.town.cleo, square.public.pk
    said = comment(
        author=cleo, in_reply_to=item, draft=Draft(text="Quite a secret."), now=clock.utc_now()
    )
    assert "Quite a secret." in drawn(*plain(bob, [item]))
    delete(post_id=said.pk, by=cleo, now=clock.utc_now())
    assert "Quite a secret." not in drawn(*plain(bob, [item]))


def test_two_readers_of_one_post_get_a_card_of_their_own(square):
    ada, bob = look(sign_in(square.town.ada), "/?order=time"), look(sign_in(square.town.bob), "/")
    address = f"/posts/{square.public.pk}"
    assert f"{address}/edit" in ada.addresses
    assert f"{address}/edit" not in bob.addresses
    tokens = [page.form(f"{address}/bookmark").fields["csrfmiddlewaretoken"] for page in (ada, bob)]
    assert tokens[0] != tokens[1]


def test_a_card_speaks_the_language_of_who_reads_it(square):
    (item,) = plain(square.town.bob, [square.public.pk])
    with translation.override("nl"):
        dutch = drawn(item)
    with translation.override("en"):
        english = drawn(item)
    assert "Bericht van" in dutch
    assert "Post by" in english
    assert "Post by" not in dutch


def test_no_word_of_a_post_or_person_is_kept_between_cards(square):
    items = plain(square.town.bob, [square.public.pk, square.shared.pk, square.reply.pk])
    for item in items:
        drawn(item)
    kept = patterns._pattern.cache_info().currsize
    for number in range(50):
        for item in items:
            author = replace(item.card.author, name=f"Name {number}", id=number)
            drawn(Item(replace(item.card, id=number + 1, author=author, html=f"<p>{number}</p>")))
    assert patterns._pattern.cache_info().currsize == kept
    assert patterns._pattern.cache_info().maxsize == patterns.SHAPES


def test_a_pattern_keeps_percent_signs_of_its_own(monkeypatch):
    monkeypatch.setattr(patterns, "render_to_string", lambda name, words: f"100 % {words['who']}")
    assert patterns.fill("percent-test", {"who": "<Ada>"}) == "100 % &lt;Ada&gt;"
