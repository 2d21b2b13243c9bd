"""A profile as different people see it: on its page, on paper, in results and beside posts."""

from __future__ import annotations

import pytest
from django.test import Client

from kring.core import clock
from kring.media.services import store_generated
from kring.members.audience import audiences_to_choose
from kring.members.models import Section
from kring.members.portrait import set_portrait
from kring.members.services import ask_search_engines, update_profile
from kring.search.indexing import index
from tests.media.pictures import picture
from tests.members.test_audience import full_profile
from tests.web.html import look
from tests.web.visits import sign_in

pytestmark = pytest.mark.django_db
NEEDED = {"public": 0, "members": 1, "connections": 2}


def show(identity, **shown_to):
    update_profile(identity=identity, now=clock.utc_now(), shown_to=shown_to)


def words_at(client, path) -> str:
    answer = client.get(path)
    return answer.content.decode() if answer.status_code == 200 else ""


@pytest.mark.parametrize("section", Section.values)
def test_no_page_tells_more_than_a_section_s_audience(square, section):
    ada, secret = square.town.ada, f"the {section}"
    full_profile(ada)
    viewers = [
        (0, Client()), (1, sign_in(square.town.eve)), (2, sign_in(square.town.bob)),
        (3, sign_in(ada)), (-1, sign_in(square.town.mallory)),
    ]  # fmt: skip
    for to in audiences_to_choose(section):
        show(ada, **{**dict.fromkeys(Section.values, "public"), section: to.value})
        index([ada.pk])
        for closeness, client in viewers:
            seen = closeness >= NEEDED[to]
            assert (secret in words_at(client, "/@ada")) == seen, (to, closeness)
            # A curriculum vitae says nothing of what one uses a network for.
            on_paper = seen and section != Section.USE
            assert (secret in words_at(client, "/@ada/cv")) == on_paper, (to, closeness)
            for path in ("/people?q=the", f"/people?q={section}", "/people/suggest.json?q=ada"):
                if not seen:
                    assert secret not in words_at(client, path), (to, closeness, path)


def test_a_card_for_members_is_nowhere_on_the_web(square):
    ada = square.town.ada
    full_profile(ada)
    image = store_generated(picture("PNG"), by=ada.pk, purpose="portrait", now=clock.utc_now())
    set_portrait(identity=ada, image_id=image.pk, sent_by=ada.pk, now=clock.utc_now())
    post, portrait = f"/posts/{square.public.pk}", f"/media/{image.pk}/128.webp"
    nobody, eve = Client(), sign_in(square.town.eve)
    for seen, to in ((True, "public"), (False, "members")):
        show(ada, card=to)
        assert nobody.get("/@ada").status_code == (200 if seen else 404)
        assert nobody.get("/@ada/cv").status_code == (200 if seen else 404)
        assert nobody.get(portrait).status_code == (200 if seen else 404)
        page = look(nobody, post)
        assert "Ada" in page.words  # who speaks in public has a name there
        assert ("the card" in page.words) == seen
        assert (f"/media/{image.pk}/64.webp" in page.html) == seen
        for path in ("/@ada", post):
            assert "the card" in look(eve, path).words
        assert eve.get(portrait).status_code == 200


def test_microdata_says_what_the_web_may_see_and_only_there(square):
    full_profile(square.town.ada)
    show(square.town.ada, skills="public")
    page = look(Client(), "/@ada").html
    assert 'itemtype="https://schema.org/Person"' in page
    assert 'itemprop="name">Ada' in page
    assert 'itemprop="knowsAbout">the skills' in page
    assert 'itemprop="description"' not in page
    assert "itemprop" not in look(sign_in(square.town.eve), "/@ada").html
    assert "https://schema.org/Organization" in look(Client(), "/@bakery").html


def test_search_engines_are_asked_to_stay_away_when_the_person_asks(square):
    assert "noindex" not in look(Client(), "/@ada").html
    ask_search_engines(identity=square.town.ada, to_leave=True)
    for path in ("/@ada", "/@ada/cv"):
        answer = Client().get(path)
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert '<meta name="robots" content="noindex">' in answer.content.decode()


def test_one_sees_one_s_profile_as_others_do(square):
    ada = sign_in(square.town.ada)
    full_profile(square.town.ada)
    show(square.town.ada, skills="connections", about="members", positions="public")
    told = {
        place: look(ada, f"/@ada?as={place}").words for place in ("web", "member", "connection")
    }
    expected = {
        "web": {"positions"}, "member": {"positions", "about"},
        "connection": {"positions", "about", "skills"},
    }  # fmt: skip
    for place, words in told.items():
        seen = {one for one in ("positions", "about", "skills") if f"the {one}" in words}
        assert seen == expected[place], place
    assert ada.get("/@ada?as=god").status_code == 404
    show(square.town.ada, card="members")
    assert "the web sees nothing of your profile" in look(ada, "/@ada?as=web").words
    # For others it is no way in.
    page = look(sign_in(square.town.eve), "/@ada?as=connection")
    assert "the skills" not in page.words


def test_an_empty_profile_prompts_its_owner_and_nobody_else(square):
    own = look(sign_in(square.town.eve), "/@eve")
    assert "What may people ask you about?" in own.words
    assert "Who sees what" in own.words
    for reader in (sign_in(square.town.bob), Client()):
        page = look(reader, "/@eve")
        for said in ("Skills", "Positions", "Elsewhere", "What may people", "Who sees what"):
            assert said not in page.words
        assert not any("/edit/" in address for address in page.addresses)


def test_a_card_that_is_kept_keeps_the_person_out_of_shared_names(square):
    """A repost of hers, seen from the web, says her name and not her headline."""
    full_profile(square.town.bob)
    show(square.town.bob, card="members")
    page = look(Client(), f"/posts/{square.public.pk}")
    assert "Bob" in page.words
    assert "the card" not in page.words
