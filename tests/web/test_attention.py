"""Reports of what was seen: who may send them, what they look like, what becomes of them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kring.core import clock, nodes
from kring.core.events import decode
from kring.core.ids import IdGenerator
from kring.core.models import RecordedEvent
from kring.feed import attention
from kring.feed.log import decode_page, pages
from kring.feed.models import LoggedPage, Preferences, SeenPage
from kring.feed.policy import default_policy
from kring.network.services import block
from kring.posts.services import delete
from tests.web.html import look
from tests.web.visits import page_text, sign_in, stored

pytestmark = pytest.mark.django_db
HERE = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}
TOKEN = re.compile(r'data-attention="([^"]+)"')
CODE = Path(settings.BASE)


@pytest.fixture(autouse=True)
def _half_a_minute_ago(monkeypatch):
    """Pages are served some time before they report."""
    then = clock.to_ms(clock.utc_now() - timedelta(seconds=30))
    monkeypatch.setattr(nodes.holder, "_ids", IdGenerator(903, lambda: then))


def told():
    return [decode(row).event for row in RecordedEvent.objects.filter(
        kind__in=["PostsSeen", "PostRead"]).order_by("seq")]  # fmt: skip


def kinds():
    return [type(event).__name__ for event in told()]


def token_of(client, path="/?order=ranked"):
    found = TOKEN.search(page_text(client.get(path)))
    return found[1] if found else ""


def item(post, ms=0, seen=True):
    return {"post": str(post.pk), "seen": seen, "dwell_ms": ms}


def send(client, page, *items, headers=HERE, **more):
    body = json.dumps({"page": page, "items": list(items)} | more)
    return client.post("/attention", body, content_type="application/json", headers=headers)


def test_a_page_tells_what_was_seen_and_read(square):
    bob = sign_in(square.town.bob, enforce_csrf_checks=True)
    page = token_of(bob)
    answer = send(bob, page, item(square.public, 4_000))
    assert (answer.status_code, answer.content) == (204, b"")
    seen, read = told()
    assert (seen.by, seen.post_ids, seen.surface) == (
        square.town.bob.pk, (square.public.pk,), "home",
    )  # fmt: skip
    assert 0 < seen.expected[0] < 1
    assert (read.by, read.post_id, read.author_id) == (
        square.town.bob.pk, square.public.pk, square.town.ada.pk,
    )  # fmt: skip
    pages.flush()
    row = LoggedPage.objects.get()
    assert row.pk == seen.page_id
    logged = decode_page(row)
    assert logged.measured
    assert (logged.policy, logged.surface) == (default_policy().hash, "home")
    before = stored()
    assert send(bob, page, item(square.public, 4_000)).status_code == 204
    assert stored() == before


def test_a_reload_is_the_same_page(square):
    bob = sign_in(square.town.bob)
    first, again = token_of(bob), token_of(bob)
    for page in (first, again):
        assert send(bob, page, item(square.public)).status_code == 204
    assert kinds() == ["PostsSeen"]


@pytest.mark.parametrize(
    ("path", "surface"),
    [
        ("/?order=time", "time"), ("/topics/harvest", "topic"), ("/@ada", "profile"),
        ("/posts/{post}", "post"),
    ],
)  # fmt: skip
def test_every_page_with_posts_can_tell(square, path, surface):
    bob = sign_in(square.town.bob)
    page = token_of(bob, path.format(post=square.public.pk))
    assert send(bob, page, item(square.public, 4_000)).status_code == 204
    assert kinds() == ["PostsSeen", "PostRead"]
    assert told()[0].surface == surface
    assert told()[0].expected[0] > 0


def test_a_page_that_cannot_report_is_logged_with_its_chances(square):
    bob = sign_in(square.town.bob)
    rows = json.loads(bob.get("/feed.json").content)
    bob.get("/feed.json")
    pages.flush()
    [seen] = told()
    eta = default_policy().attention.eta
    assert [str(post_id) for post_id in seen.post_ids] == [row["id"] for row in rows]
    assert seen.chances[0] == eta[0]
    assert len(seen.chances) == len(seen.expected) == len(rows)
    assert (seen.surface, seen.page_id) == ("json", LoggedPage.objects.get().pk)
    assert not decode_page(LoggedPage.objects.get()).measured
    assert bob.head("/feed.json").status_code == 200
    pages.flush()
    assert LoggedPage.objects.count() == 1


def test_only_a_page_of_ours_is_heard(square):
    bob = sign_in(square.town.bob)
    page, before = token_of(bob), stored()
    for headers in (
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
        {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "", "referer": "http://testserver/"},
    ):
        answer = send(bob, page, item(square.public, 4_000), headers=headers)
        assert answer.status_code == 403, headers
    form = bob.post("/attention", {"page": page}, headers=HERE)
    plain = bob.post("/attention", "{}", content_type="text/plain", headers=HERE)
    assert (form.status_code, plain.status_code) == (400, 400)
    assert stored() == before
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": settings.ENV.url}):
        assert send(bob, page, item(square.public), headers=headers).status_code == 204
    assert kinds() == ["PostsSeen"]


def test_a_report_is_for_whoever_the_page_was_made_for(square):
    town = square.town
    bob, cleo = sign_in(town.bob), sign_in(town.cleo)
    page, before = token_of(bob), stored()
    assert send(cleo, page, item(square.public, 4_000)).status_code == 403
    assert send(Client(), page, item(square.public, 4_000)).status_code == 403
    forged = attention.SIGNER.sign("e30=")[:-3] + "AAA"
    for wrong in ("", "x", page + "x", page[1:], forged, "é" * 2_000, "\ud800", "\0"):
        assert send(bob, wrong, item(square.public, 4_000)).status_code in (400, 403), wrong
    assert stored() == before


def test_what_was_not_on_the_page_or_is_not_for_them_counts_nothing(square):
    town, before_page = square.town, square.connections
    bob = sign_in(town.bob)
    page = token_of(bob)
    before = stored()
    assert send(bob, page, item(square.direct)).status_code == 422 or str(square.direct.pk) in page
    for post in ("0", "-1", "abc", "9" * 30, str(2**63), ""):
        wrong = {"post": post, "seen": True, "dwell_ms": 1}
        assert send(bob, page, wrong).status_code == 422
    assert stored() == before
    delete(by=town.ada, post_id=square.public.pk, now=clock.utc_now())
    block(blocker=town.bob, blocked=town.ada, now=clock.utc_now())
    before = stored()
    assert send(bob, page, item(before_page, 4_000)).status_code == 204
    assert stored() == before


def test_one_s_own_posts_count_nothing(square):
    bob = sign_in(square.town.bob)
    page = token_of(bob, f"/posts/{square.shared.pk}")
    before = stored()
    assert send(bob, page, item(square.shared, 4_000)).status_code == 204
    assert stored() == before


GOOD = {"post": "1", "seen": True, "dwell_ms": 0}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"{}", b"[" * 10_000, b"\xff\xfe", b'{"page": "x", "items": {}}',
        b'{"page": 1, "items": []}', b'{"page": "x", "items": [], "more": 1}', b'"x"', b"NaN",
        b'{"page": "\\ud800", "items": []}',
        *(json.dumps({"page": "x", "items": [GOOD | wrong]}).encode() for wrong in (
            {"post": 1}, {"post": None}, {"seen": 1}, {"seen": "true"}, {"dwell_ms": -1},
            {"dwell_ms": 1.5}, {"dwell_ms": "1"}, {"dwell_ms": 10**9}, {"dwell_ms": 10**30},
            {"dwell_ms": True}, {"extra": 1},
        )),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_a_sentence(square, body):
    bob = sign_in(square.town.bob)
    before = stored()
    answer = bob.post("/attention", body, content_type="application/json", headers=HERE)
    assert answer.status_code == 400
    assert "This report cannot be read." in page_text(answer)
    assert stored() == before


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["page", "items", "post", "seen", "dwell_ms", "x"]), inner
        )
    ),
    max_leaves=12,
)
NEARLY = st.fixed_dictionaries(
    {
        "page": st.sampled_from(["PAGE", "", "x:y", "PAGEx"]) | st.text(max_size=30),
        "items": st.lists(
            st.fixed_dictionaries(
                {
                    "post": st.sampled_from(["POST", "1", "", "٣"]) | st.text(max_size=25),
                    "seen": st.booleans(),
                    "dwell_ms": st.integers(-2, 40_000) | st.just(10**20),
                }
            ),
            max_size=4,
        ),
    }
)


@hypothesis_settings(
    max_examples=60,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(sent=st.binary(max_size=60) | ANY_JSON.map(json.dumps) | NEARLY.map(json.dumps))
def test_anything_at_all_is_taken_in_or_refused_and_a_refusal_stores_nothing(square, sent):
    cache.clear()
    bob = sign_in(square.town.bob)
    if isinstance(sent, str):
        page = attention.page_token(square.town.bob.pk, surface="home", post_ids=[square.public.pk])
        sent = sent.replace("PAGE", page).replace("POST", str(square.public.pk))
    before = stored()
    with transaction.atomic():
        answer = bob.post("/attention", sent, content_type="application/json", headers=HERE)
        assert answer.status_code in (204, 400, 403, 422)
        if answer.status_code != 204:
            assert stored() == before
        transaction.set_rollback(True)


def test_too_much_is_refused(square):
    numbers, bob = default_policy().attention, sign_in(square.town.bob)
    page, before = token_of(bob), stored()
    many = [item(square.public)] * (numbers.most_posts + 1)
    assert send(bob, page, *many).status_code == 422
    assert send(bob, page + "x" * numbers.most_bytes, item(square.public)).status_code == 422
    assert send(bob, "x" * 300_000).status_code == 422
    assert send(bob, page, item(square.public, 90_000)).status_code == 422
    assert stored() == before
    assert send(bob, page, *many[:-1]).status_code == 204


@pytest.mark.parametrize("length", ["²", "-1", "", "9" * 30, "9" * 5_000, "0x1"])
def test_a_length_that_is_none_is_no_fault_of_ours(square, length):
    bob = sign_in(square.town.bob)
    before = stored()
    body = b'{"page":"x","items":[]}'
    kind = {"content_type": "application/json", "headers": HERE}
    answer = bob.generic("POST", "/attention", body, CONTENT_LENGTH=length, **kind)
    assert answer.status_code in (400, 403, 413, 422)
    assert stored() == before


def test_a_page_that_is_too_old_is_refused(square, monkeypatch):
    bob = sign_in(square.town.bob)
    long_ago = clock.to_ms(clock.utc_now() - timedelta(hours=25))
    with monkeypatch.context() as earlier:
        earlier.setattr(nodes.holder, "_ids", IdGenerator(904, lambda: long_ago))
        page = token_of(bob, "/?order=time")
    before = stored()
    answer = send(bob, page, item(square.public))
    assert answer.status_code == 422
    assert "too old" in page_text(answer)
    assert stored() == before


def test_whoever_reports_without_end_is_asked_to_wait_and_nobody_else_is(square, monkeypatch):
    cache.clear()
    monkeypatch.setattr("kring.web.limits.cache.incr", _counting())
    bob, cleo = sign_in(square.town.bob), sign_in(square.town.cleo)
    page, other = token_of(bob), token_of(cleo)
    most = default_policy().attention.reports_a_minute
    statuses = [send(bob, page, item(square.public)).status_code for _ in range(most + 1)]
    assert statuses == [204] * most + [429]
    refused = send(bob, page, item(square.public))
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert send(cleo, other, item(square.public)).status_code == 204
    # Acting is counted apart.
    assert bob.post(f"/posts/{square.public.pk}/react", {"kind": "like"}).status_code == 303


def _counting():
    """The shared cache's counter, in a minute that does not turn."""
    counts = {}

    def incr(key):
        name = key.rsplit(":", 1)[0]
        counts[name] = counts.get(name, 0) + 1
        return counts[name]

    return incr


def test_whoever_switched_it_off_is_not_measured_anywhere(square):
    bob = sign_in(square.town.bob)
    page = token_of(bob)
    Preferences.objects.create(identity=square.town.bob, measure=False, changed_at=clock.utc_now())
    pages.forget()
    before = stored()
    assert send(bob, page, item(square.public, 4_000)).status_code == 204
    for path in ("/?order=ranked", "/?order=time", "/topics/harvest", "/@ada",
                 f"/posts/{square.public.pk}"):  # fmt: skip
        assert token_of(bob, path) == ""
    bob.get("/feed.json")
    pages.flush()
    assert stored() == before
    assert not LoggedPage.objects.exists()


@pytest.mark.parametrize("header", ["sec-gpc", "dnt"])
def test_a_browser_that_asks_not_to_be_followed_is_not(square, header):
    bob = sign_in(square.town.bob)
    page, before = token_of(bob), stored()
    answer = send(bob, page, item(square.public, 4_000), headers=HERE | {header: "1"})
    assert answer.status_code == 204
    assert stored() == before
    assert send(bob, page, item(square.public), headers=HERE | {header: "0"}).status_code == 204
    assert SeenPage.objects.count() == 1


def test_nobody_is_measured_who_is_not_signed_in(square):
    for path in ("/", "/topics/harvest", "/@ada", f"/posts/{square.public.pk}"):
        text = page_text(Client().get(path))
        assert "data-attention" not in text
        assert "attention.js" not in text


def test_the_page_gives_the_numbers_the_policy_has(square):
    page = look(sign_in(square.town.bob), "/?order=ranked")
    assert 'data-attention-to="/attention"' in page.html
    for told_by in ("seen-share=\"0.5\"", "seen-ms=\"1000\"", "idle-ms=\"30000\"",
                    "report-ms=\"10000\"", "read-ms=\"3000\"", "word-ms=\"100\""):  # fmt: skip
        assert f"data-{told_by}" in page.html


# Looks are never called reading, nor the other way round, in what people read.

COUNTED_LOOKS = re.compile(
    r"\b(views?|viewed|impressions?|times read|read by|weergaven?|vertoning(en)?|keer gelezen|"
    r"gelezen door)\b|\)[sd] reads\b",
    re.IGNORECASE,
)


def test_no_word_on_any_page_counts_looks_or_calls_them_reading():
    with (CODE / "locale/nl/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="nl")
    said = [str(words) for message in catalogue if message.id
            for words in (message.id, message.string)]  # fmt: skip
    for path in (CODE / "web/templates").rglob("*.*"):
        said += re.findall(r">([^<>{}]+)<", path.read_text())
    assert len(said) > 500
    assert [words for words in said if COUNTED_LOOKS.search(words)] == []
