"""The people page and what text fields complete, as somebody sees them."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kring.core import clock
from kring.members.services import create_identity, create_person, suspend, update_profile
from kring.network.services import block
from kring.posts.services import Draft, publish
from kring.search.indexing import catch_up, index
from kring.web.views import search as views
from tests.search.towns import talking_town
from tests.web.html import look
from tests.web.visits import page_text, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(name="town")
def _town():
    cache.clear()
    return talking_town()


def suggested(client, text, of="people"):
    answer = client.get(f"/{of}/suggest.json", {"q": text})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    return json.loads(answer.content)


def test_a_result_says_who_why_and_through_whom(town):
    page = look(sign_in(town["ada"]), "/people?q=python")
    assert "Aylin Şahin" in page.words
    assert "Skill: Python" in page.words
    assert "Second degree, via Zoë van 't Hof and Jan Jansen" in page.words
    assert "1 in the first degree, 1 in the second, 1 further away" in page.words
    assert '<mark class="mark">Python</mark>' in page.html


def test_a_misspelt_word_is_answered_and_can_be_insisted_on(town):
    ada = sign_in(town["ada"])
    page = look(ada, "/people?q=longevty")
    assert "Nobody wrote “longevty”. Shown for Longevity" in page.words
    assert "?q=longevty&exact=1" in page.links.values()
    insisted = look(ada, "/people?q=longevty&exact=1")
    assert "Nobody found for “longevty”" in insisted.words


def test_a_choice_that_leaves_nobody_stands_there_as_people_write_it(town):
    page = look(sign_in(town["ada"]), "/people?q=xqzwvy&city=den+haag&skill=unheard+of")
    assert '<option value="den haag" selected>Den Haag</option>' in page.html
    assert '<option value="unheard of" selected>unheard of</option>' in page.html


def test_choices_narrow_and_nothing_found_says_what_to_do(town):
    ada = sign_in(town["ada"])
    near = look(ada, "/people?q=python&d=1&city=utrecht")
    assert "Jan Jansen" in near.words
    assert "Aylin" not in near.words
    page = look(ada, "/people?q=sahin&d=1")
    assert "There is 1 in other degrees." in page.words
    assert "?q=sahin" in page.links.values()
    assert "Search without the choices" in look(ada, "/people?q=sahin&city=utrecht").words
    assert "Type at least two letters" in look(ada, "/people?q=x").words


def test_organisations_come_after_the_people_and_all_of_them_when_asked(town):
    new = [
        create_identity(kind="page", name=f"Fonds {number}", handle=f"fonds{number}",
                        headline="Maasoever", now=clock.utc_now())
        for number in range(4)
    ]  # fmt: skip
    index([one.pk for one in new])
    ada = sign_in(town["ada"])
    page = look(ada, "/people?q=maasoever")
    people, organisations = page.html.split(">Organisations</h2>")
    assert "Lies Vandenberg" in people
    assert "/@fonds" not in people
    assert '"/@maasoever"' in organisations
    assert '"/@fonds1"' in organisations
    assert '"/@fonds2"' not in organisations
    assert "3 found" in page.words
    assert "0 in the first degree, 1 in the second, 2 further away" in page.words
    every = "?q=maasoever&only=organisations"
    assert page.links["All 5 organisations"] == every
    alone = look(ada, f"/people{every}")
    assert "5 organisations, best match first." in alone.words
    assert "Fonds 3" in alone.words
    assert "Vandenberg" not in alone.words
    assert "Who is where" not in alone.words
    assert alone.links["Back to people"] == "?q=maasoever"
    assert "No people found, only organisations." in look(ada, "/people?q=fonds").words
    assert "Who is where" not in look(ada, "/people?q=fonds").words
    assert [row["handle"] for row in suggested(ada, "fonds3")] == ["fonds3"]


def test_without_a_question_there_are_people_near_by_whom_one_does_not_know(town):
    page = look(sign_in(town["ada"]), "/people")
    assert "People near you whom you do not know yet" in page.words
    assert "Aylin Şahin" in page.words
    assert "You share a skill: Mediation" in page.words
    assert "Jan Pieter Jansen" in page.words
    assert 'aria-label="Jan Jansen"' not in page.html
    block(blocker=town["sahin"], blocked=town["ada"], now=clock.utc_now())
    assert "Aylin" not in look(sign_in(town["ada"]), "/people").words
    lonely = create_person(name="New Nora", handle="nora", now=clock.utc_now())
    assert "Nobody near you yet" in look(sign_in(lonely), "/people").words


def test_two_who_blocked_each_other_are_nowhere_for_each_other(town):
    ada, sahin = sign_in(town["ada"]), sign_in(town["sahin"])
    assert "/@sahin" in look(ada, "/people?q=aylin").links.values()
    assert [row["handle"] for row in suggested(sahin, "visser")] == ["ada"]
    block(blocker=town["ada"], blocked=town["sahin"], now=clock.utc_now())
    assert "/@sahin" not in look(ada, "/people?q=aylin").links.values()
    assert "/@ada" not in look(sahin, "/people?q=visser").links.values()
    assert suggested(sahin, "visser") == suggested(ada, "aylin") == []


def test_names_and_words_are_never_markup(town):
    hostile = create_person(
        name="<script>alert(1)</script> Xerxes", handle="xer", headline="<b>bold</b> Xerxes",
        city='"><img src=x>', now=clock.utc_now(),
    )  # fmt: skip
    update_profile(identity=hostile, skills=["<i>Xerxes</i>"], now=clock.utc_now())
    index([hostile.pk])
    for address in ("/people?q=xerxes", "/people?q=<script>alert(1)</script>", "/people?city=img"):
        html = page_text(sign_in(town["ada"]).get(address))
        assert "<script>alert" not in html
        assert "<b>bold" not in html
        assert "<img src=x" not in html
        assert "<i>" not in html
    assert "&lt;i&gt;<mark" in page_text(sign_in(town["ada"]).get("/people?q=xerxes"))


def test_pages_follow_each_other_and_forged_ones_are_refused(town):
    for number in range(25):
        create_person(name=f"Otto Zwart{number:02}", handle=f"otto{number}", now=clock.utc_now())
    catch_up(clock.utc_now())
    ada = sign_in(town["ada"])
    first = look(ada, "/people?q=otto")
    assert "Otto Zwart19" in first.words
    assert "Otto Zwart20" not in first.words
    second = look(ada, "/people?q=otto&page=2")
    assert "Otto Zwart20" in second.words
    assert "?q=otto&page=2" in first.links.values()
    assert "?q=otto&page=1" in second.links.values()
    for forged in ("0", "26", "-1", "x", "9" * 5000, "%00"):
        assert ada.get(f"/people?q=otto&page={forged}").status_code == 422


ODD = (
    "%00", "%ff", "%F0%9F%98%80", "'; drop table", "a" * 5000, "%", "*", '"', "(" * 90,
    # Words without end, of letters, accents, particles and one slip of the pen each.
    "+".join(f"word{number}" for number in range(200)), "van+de+" * 100, "jnasen+" * 200,
    "q" * 10_000, "%CC%81" * 2_000, "e%CC%81" * 2_000, "%EF%B7%BA" * 1_000,
    # Halves of a pair that no encoding has, raw and as scripts write them.
    "%ED%A0%80", "%ED%B0%80jan", "jan%ED%A0%80sen", "%5Cud800", "%5CuD83D%5CuD83D", "%25uD800",
    "%C0%80", "%F5%80%80%80", "%E2%80%AE%E2%80%8D", "%0D%0A%09",
    # What FTS5 and LIKE would understand.
    "NEAR(", "NEAR(jan+jansen,+2)", "key:jan", "padded:*", "-jan", "jan*", "^jan", '"jan', 'jan""',
    "jan+OR+1=1", "jan+AND+NOT+jan", "{key}:jan", "jan_%25", "%5C", "%25%25%25%25", "%27%27",
)  # fmt: skip
# The visitor, the rail, and eight words looked for twice; of letters: 400 ids in one question.
MOST_QUERIES, LONGEST_QUERY = 60, 20_000


def test_odd_questions_are_answered_with_a_page(town):
    ada = sign_in(town["ada"])
    for odd in ODD:
        cache.clear()  # Of the limits, which have a test of their own.
        chosen = f"skill={odd}&company={odd}&city={odd}&d={odd}&language={odd}&only={odd}"
        for address in (f"/people?q={odd}", f"/people?{chosen}", f"/people?q={odd}&{chosen}"):
            with CaptureQueriesContext(connection) as asked:
                page = look(ada, address)
            assert page.status == 200, odd[:40]
            assert "<h1>People</h1>" in page.html
            assert len(asked) <= MOST_QUERIES, (odd[:40], len(asked))
            assert max(len(one["sql"]) for one in asked) < LONGEST_QUERY, odd[:40]
        for of in ("people", "topics"):
            answer = ada.get(f"/{of}/suggest.json?q={odd}")
            assert (answer.status_code, type(json.loads(answer.content))) == (200, list), odd[:40]


def test_a_mention_is_completed_with_the_nearest_first(town):
    ada = sign_in(town["ada"])
    assert [row["handle"] for row in suggested(ada, "jan")] == [
        "jansen", "jansen2", "berg", "vdberg", "janssen",
    ]  # fmt: skip
    assert suggested(ada, "sah") == [
        {"handle": "sahin", "name": "Aylin Şahin", "headline": "Data engineer"}
    ]
    assert suggested(ada, "engineer") == suggested(ada, "data") == []  # what somebody is
    assert suggested(ada, "") == suggested(ada, "s") == []
    suspend(identity=town["sahin"], now=clock.utc_now())
    assert suggested(ada, "sah") == []


def test_a_topic_is_completed_from_what_one_may_see(town):
    def post(text, audience):
        draft = Draft(text=text, audience=audience)
        publish(author=town["jansen"], draft=draft, now=clock.utc_now())

    post("About #pensions", "public")
    post("Between us: #pensionsecret", "connections")
    ada, berg = sign_in(town["ada"]), sign_in(town["berg"])
    names = [row["name"] for row in suggested(ada, "#Pens", "topics")]
    assert names == ["pensions", "pensionsecret"]
    assert [row["name"] for row in suggested(berg, "pens", "topics")] == ["pensions"]
    assert suggested(ada, "", "topics") == suggested(ada, "%00", "topics") == []


def test_whoever_is_not_signed_in_finds_nobody(town):
    for path in ("/people?q=ada", "/people/suggest.json?q=ada", "/topics/suggest.json?q=a"):
        answer = Client().get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/login")


def test_searching_without_end_is_stopped(town, monkeypatch):
    monkeypatch.setattr(views, "SEARCHES_A_MINUTE", 2)
    monkeypatch.setattr(views, "SUGGESTIONS_A_MINUTE", 3)
    now = clock.utc_now()
    monkeypatch.setattr(clock, "utc_now", lambda: now)
    ada, hof = sign_in(town["ada"]), sign_in(town["hof"])
    assert [ada.get("/people?q=jan").status_code for _ in range(3)] == [200, 200, 429]
    paths = ["/people/suggest.json?q=a", "/topics/suggest.json?q=a"] * 2
    assert [ada.get(path).status_code for path in paths] == [200, 200, 200, 429]
    assert hof.get("/people?q=jan").status_code == 200
