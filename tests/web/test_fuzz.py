"""Anything at all, sent to every form, path, query and header: never a 500, and no 4xx stores."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kring.members.models import Section
from kring.posts.models import Topic
from tests.contracts.test_routes import NO, ON_OWN_PROFILE, ROUTES, address, own_post
from tests.web.visits import sign_in, stored

pytestmark = pytest.mark.django_db


def bounded(examples: int):
    return hypothesis_settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],  # a failing request is short enough to read
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


NASTY = [
    b"", b"\0", b"a\0b", b"\xff\xfe", b"\xed\xa0\x80", "\u202eevil\u202c".encode(), b"\xf0\x9f",
    "\u200b\u2060\ufeff".encode(), "é".encode("latin-1"), b"x" * 300_000, b"0", b"-1", b"9" * 30,
    b"9" * 5000, str(2**63).encode(), b"like", b"public", b"connections", b"group", b"direct",
    b"nl", b"ada", b"@ada", b"#harvest", b"//evil.example", b"/topics", b"https://evil.example/",
    b"javascript:alert(1)", b"<script>alert(1)</script>", b"{{ 7 }}{% debug %}", b"' OR 1=1 --",
    b"%00", b"%", b"%zz", b"../../etc/passwd", b"\r\nSet-Cookie: x=y", "ß" .encode() * 500,
    b"[" * 2000, b"*" * 3000, b"](" * 800, b"> " * 1000, b"#" + b"a" * 400, b"e\xcc\x81" * 1000,
    b"http://[::1", b"https://a:99999999/", b"https://\xe2\x80\xae/", b"inform", "İıſK".encode(),
]  # fmt: skip
ANY_BYTES = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(codec="utf-8"), max_size=40).map(str.encode),
    st.binary(max_size=40),
    st.lists(st.sampled_from(NASTY), max_size=3).map(lambda parts: b"".join(parts)[:400_000]),
)
FIELDS = [
    "text", "goal", "audience", "link_url", "client_key", "next", "kind", "language", "handle",
    "login", "password", "email", "password1", "password2", "name", "remember", "action_add",
    "action_remove", "action_primary", "oldpassword", "\0", "é", "", "preset", "near_far",
    "outside", "topic-1", "topic-99999999999999999999", "topic-\0", "choice", "card", "measure",
    "sure", "page", "later", "publish_at", "time_zone", "advised", "image1", "image_id1", "alt1",
    "image", "purpose", "do", "shown_to", "headline", "about", "city", "title-0",
    "organisation_name-0", "from_year-0", "year-0", "name-0", "code-0", "url-0", "removed-0",
    "no_portrait", "leave", "tagline", "rules", "accent", "own_colour", "code", "credential",
    "theme", "text_size",
]  # fmt: skip
TOKEN = "t" * 32
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=XX"
TYPES = [
    FORM, FORM, FORM, MULTIPART, MULTIPART, f"{FORM}; charset=utf-16", f"{FORM}; charset=nonsense",
    f"{MULTIPART}; charset=utf-7", f"{MULTIPART}; charset=rot13", f"{MULTIPART}; charset=hex",
    f"{MULTIPART}; charset=unicode_escape", f"{MULTIPART}; charset=idna", "multipart/form-data",
    "multipart/form-data; boundary=\xff", "multipart/form-data; boundary=" + "b" * 300,
    "text/plain", "text/plain; a*=nonsense'en'x", f"{FORM}; charset*=rot13'en'x",
    "application/json", "", "/", ";;;=", "multipart/mixed; boundary=XX",
]  # fmt: skip


def _percent(value: bytes, wild: bool) -> str:
    if wild:  # as a broken client would send it, with what percent signs it has
        return value.decode("latin-1").replace("&", "%26").replace("#", "%23")
    return quote_from_bytes(value, safe="")


def _form(fields, content_type: str, wild: bool) -> bytes:
    if content_type.startswith("multipart"):
        parts = [
            b'--XX\r\nContent-Disposition: form-data; name="%s"\r\n%s\r\n%s\r\n'
            % (
                name.encode(),
                b"Content-Transfer-Encoding: base64\r\n" if wild and at % 2 else b"",
                value,
            )
            for at, (name, value) in enumerate(fields)
        ]
        return b"".join(parts) + (b"--XX" if wild else b"--XX--\r\n")
    pairs = [f"{_percent(name.encode(), wild)}={_percent(value, wild)}" for name, value in fields]
    return "&".join(pairs).encode("latin-1", "replace")


def _forms(square) -> list[str]:
    """Where every form is sent: about Ada's posts and their readers, by Bob; and about his own."""
    return [
        "/posts/new",
        *(reverse("edit_profile", args=["bob", section]) for section in Section),
        *(
            address(name, own_post(name, square), "bob" if name in ON_OWN_PROFILE else "ada")
            for name, route in ROUTES.items()
            if route.post != NO
        ),
    ]


class Visits:
    """Bob and somebody anonymous, each with a form of theirs, and what was stored before."""

    def __init__(self, square) -> None:
        self.bob = sign_in(square.town.bob, enforce_csrf_checks=True)
        self.nobody = Client(enforce_csrf_checks=True)
        self.before = stored()

    def __repr__(self) -> str:
        return "visits"

    def ask(self, who: Client, method: str, path: str, body: bytes = b"", **more) -> None:
        """The answer is no 500; if it is a refusal, nothing was stored. Then all is as before."""
        cache.clear()
        who.cookies["csrftoken"] = TOKEN
        headers = {"HTTP_X_CSRFTOKEN": TOKEN, **more}
        with transaction.atomic():
            answer = who.generic(method, path, body, **headers)
            assert answer.status_code < 500
            if answer.status_code >= 400:
                assert stored() == self.before
            place = answer.headers.get("Location", "/")
            assert place.startswith("/")
            assert not place.startswith(("//", "/\\"))
            transaction.set_rollback(True)


@pytest.fixture
def visits(square) -> Visits:
    return Visits(square)


FIELD_LISTS = st.one_of(
    st.lists(st.tuples(st.sampled_from(FIELDS), ANY_BYTES), max_size=6),
    st.lists(st.tuples(st.sampled_from(FIELDS), st.just(b"x")), min_size=190, max_size=260),
)


@bounded(200)
@given(data=st.data())
def test_any_form(square, visits, data):
    path = data.draw(st.sampled_from(_forms(square)))
    content_type = data.draw(st.sampled_from(TYPES))
    body = _form(data.draw(FIELD_LISTS), content_type, data.draw(st.booleans()))
    body = data.draw(st.sampled_from([body, body, body[: len(body) // 2], body + b"\0\xff"]))
    who = visits.bob if data.draw(st.integers(0, 3)) else visits.nobody
    htmx = data.draw(st.sampled_from([{}, {}, {"HTTP_HX_REQUEST": "true"}]))
    visits.ask(who, "POST", path, body, content_type=content_type, **htmx)


def test_each_field_of_a_form_takes_anything(square, visits):
    """The most hostile words in each field by itself, where the others are right."""
    public = square.public.pk
    right = {"text": b"Good words", "kind": b"like", "language": b"en", "audience": b"public"}
    forms = {
        "/posts/new": (
            "text",
            "goal",
            "audience",
            "link_url",
            "client_key",
            "next",
            "publish_at",
            "later",
            "time_zone",
            "image_id1",
            "alt1",
            "advised",
        ),
        "/posts/advice": ("text", "audience", "advised"),
        "/scheduled/time-zone": ("time_zone",),
        "/media/preview": ("link_url",),
        "/@bob/edit/card": ("name", "headline", "shown_to", "do", "no_portrait"),
        "/@bob/edit/positions": ("organisation_name-0", "title-0", "from_year-0", "to_year-0"),
        "/@bob/edit/education": ("school_name-0", "degree-0", "year-0"),
        "/@bob/edit/skills": ("name-0", "removed-0"),
        "/@bob/edit/languages": ("code-0", "level-0"),
        "/@bob/edit/links": ("label-0", "url-0"),
        reverse("comment", args=[public]): ("text", "client_key"),
        reverse("share", args=[public]): ("text", "audience"),
        reverse("edit", args=[square.reply.pk]): ("text",),
        reverse("react", args=[public]): ("kind",),
        reverse("set_mix"): ("preset", "near_far", "outside"),
        reverse("add_topic"): ("name",),
        reverse("set_topics"): (f"topic-{Topic.objects.get(name='harvest').pk}", "topic-0"),
        reverse("set_switches"): ("language", "measure"),
        reverse("mute_topic", args=["harvest"]): ("card", "next"),
        reverse("want_topic", args=["harvest"]): ("choice",),
    }
    for path, names in forms.items():
        for at, name in enumerate(names):
            # Everything in one text; each other field takes every third, so that all come by.
            for value in NASTY if path == "/posts/new" and name == "text" else NASTY[at % 3 :: 3]:
                fields = [*{**right, name: value}.items()]
                body = _form(fields, FORM, False)
                visits.ask(visits.bob, "POST", path, body, content_type=FORM)


PATHS = ["/posts/{}", "/posts/{}/history", "/posts/{}/share", "/@{}", "/topics/{}", "/{}",
         "/accounts/confirm-email/{}/", "/accounts/password/reset/key/{}/", "/static/{}",
         "/accounts/password/reset/key/1-{}/", "/posts/{}/react", "/@{}/follow",
         "/@ada{}", "/feed.json?topic={}", "/your-feed?preset={}", "/your-feed/preview?outside={}",
         "/?order=time&topic={}", "/?posted={}", "/topics/{}/mute", "/topics/{}/want",
         "/topics/harvest?topic={}", "/bookmarks?topic={}", "/people?q={}", "/people?skill={}",
         "/people?q=ada&page={}", "/people?company={}", "/people/suggest.json?q={}",
         "/topics/suggest.json?q={}", "/news?since={}", "/news/posts?since=1&topic={}",
         "/media/{}/480.webp", "/media/1/{}.webp", "/community/colours/{}.css", "/scheduled/{}",
         "/settings/sessions/{}", "/@bob/edit/{}", "/@{}/cv", "/@bob?as={}", "/posts/{}/why",
         "/posts/1/why?page={}", "/accounts/oidc/{}/login/"]  # fmt: skip
QUERIES = ["before", "after", "reply", "order", "next", "page", "\0", "", "topic", "preset",
           "posted", "outside", "near_far", "q", "skill", "company", "city", "language", "d",
           "exact", "since", "known", "as", "read"]  # fmt: skip


@bounded(100)
@given(
    template=st.sampled_from(PATHS),
    segment=ANY_BYTES.map(lambda value: value[:3000]),
    query=st.lists(st.tuples(st.sampled_from(QUERIES), ANY_BYTES), max_size=3),
    wild=st.booleans(),
    method=st.sampled_from(["GET", "GET", "HEAD", "POST", "OPTIONS", "BREW"]),
)
@example("/@{}", b"\xed\xa0\x80", [("before", b"\xff")], False, "GET")
@example("/topics/{}", b"\0", [], False, "GET")
@example("/bookmarks?topic={}", b"../../etc/passwd", [], False, "GET")
def test_any_address(visits, template, segment, query, wild, method):
    path = template.format(quote_from_bytes(segment, safe=""))
    asked = "&".join(f"{_percent(n.encode(), wild)}={_percent(v[:3000], wild)}" for n, v in query)
    path, _mark, first = path.partition("?")
    asked = "&".join(filter(None, [first, asked]))
    visits.ask(visits.bob, method, path, QUERY_STRING=asked, content_type=FORM)


HEADERS = [
    "HTTP_COOKIE", "HTTP_HOST", "HTTP_ACCEPT_LANGUAGE", "HTTP_REFERER", "HTTP_USER_AGENT",
    "HTTP_HX_REQUEST", "HTTP_HX_TARGET", "HTTP_HX_CURRENT_URL",
    "HTTP_HX_CURRENT_URL_URI_AUTOENCODED",
    "HTTP_HX_PROMPT", "HTTP_HX_TRIGGERING_EVENT", "HTTP_X_FORWARDED_FOR", "HTTP_ORIGIN",
    "HTTP_ACCEPT", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_NONE_MATCH", "HTTP_RANGE",
    "HTTP_AUTHORIZATION",
    "HTTP_X_CSRFTOKEN", "CONTENT_TYPE", "CONTENT_LENGTH",
]  # fmt: skip
COOKIES = [
    'sessionid="\\000\\000\\000\\000\\000\\000\\000\\000\\000"', "sessionid=" + "s" * 3000,
    "sessionid=%00%00%00%00%00%00%00%00%00", 'language="\\000"', "messages=x:y:z", "order=\xff",
    'csrftoken="\\000"', "=;=;;", "sessionid=\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9\xe9", '"',
    "a=b" * 999,
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(COOKIES),
    st.sampled_from(TYPES),
    ANY_BYTES.map(lambda value: value[:3000].decode("latin-1")),
)


@bounded(100)
@given(
    headers=st.dictionaries(st.sampled_from(HEADERS), VALUES, min_size=1, max_size=3),
    path=st.sampled_from(["/", "/topics", "/bookmarks", "/?order=time&before=x", "/no-such"]),
    method=st.sampled_from(["GET", "POST"]),
)
@example({"HTTP_COOKIE": COOKIES[0]}, "/bookmarks", "GET")
@example({"CONTENT_TYPE": f"{FORM}; charset=rot13"}, "/?order=time&before=x", "GET")
@example({"CONTENT_TYPE": f"{FORM}; charset=unicode_escape"}, "/?before=%5Cud800", "GET")
def test_any_header(visits, headers, path, method):
    # A granian worker hands on no header with a line break in it.
    clean = {
        name: value.replace("\n", "").replace("\r", "").replace("\0", "")
        for name, value in headers.items()
    }
    # The cookie header of the test stands where the client's own would.
    who = visits.nobody if "HTTP_COOKIE" in clean else visits.bob
    visits.ask(who, method, path, **clean)
