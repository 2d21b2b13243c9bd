"""Each limit on doing the same over and over fires, for whom it should, and for nobody else.

Those on trying to get in: test_throttles.py. That processes count together: every limit here but
that of /news is counted in the shared cache by `limits.spend`, which
project/test_throttles_across.py races, or on rows of the database.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kring.core import clock
from kring.members.models import Role
from kring.posts import policy
from kring.posts.models import Reaction
from kring.web import limits
from kring.web.views import live
from tests.web.visits import ADVISED, account_of, sign_in

pytestmark = pytest.mark.django_db


def test_a_person_who_acts_without_end_is_asked_to_wait_and_nobody_else_is(square, monkeypatch):
    monkeypatch.setattr(limits, "ACTS_A_MINUTE", 6)
    bob, cleo = sign_in(square.town.bob), sign_in(square.town.cleo)
    react = reverse("react", args=[square.public.pk])
    unreact = reverse("unreact", args=[square.public.pk])
    answers = [bob.post(path, {"kind": "like"}) for path in [react, unreact] * 5]
    statuses = [answer.status_code for answer in answers]
    # A minute may turn in between; then a few more pass.
    assert statuses[:6] == [303] * 6
    assert 429 in statuses
    refused = answers[statuses.index(429)]
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert cleo.post(react, {"kind": "like"}).status_code == 303
    assert set(Reaction.objects.values_list("by_id", flat=True)) == {square.town.cleo.pk}


# By what is counted: the number to lower, and an act that counts one of it.
LIMITS = {
    "acts": ("web.limits.ACTS_A_MINUTE", lambda it, _n: it.post("/posts/1/bookmark")),
    "uploads": ("web.views.media.UPLOADS_A_MINUTE", lambda it, _n: it.post("/media/new")),
    "uploads with a post": (
        "web.uploads.UPLOADS_A_MINUTE",
        lambda it, _n: it.post("/posts/new", {"text": "x", "image1": _file(), **ADVISED}),
    ),
    "uploads of a portrait": (
        "web.views.profile_edit.UPLOADS_A_MINUTE",
        lambda it, _n: it.post(f"/@{it.handle}/edit/card", {"name": "x", "image": _file()}),
    ),
    "uploads of a logo": (
        "web.views.community.UPLOADS_A_MINUTE",
        lambda it, _n: it.post("/desk/community", {"name": "x", "logo": _file()}),
    ),
    "previews": (
        "web.views.media.PREVIEWS_A_MINUTE",
        lambda it, _n: it.post("/media/preview", {"link_url": "nowhere"}),
    ),
    "advice": (
        "web.views.compose.ADVICE_A_MINUTE",
        lambda it, _n: it.post("/posts/advice", {"text": "x"}),
    ),
    "search": ("web.views.search.SEARCHES_A_MINUTE", lambda it, _n: it.get("/people?q=ada")),
    "suggest": (
        "web.views.search.SUGGESTIONS_A_MINUTE",
        lambda it, n: it.get(f"/{('people', 'topics')[n % 2]}/suggest.json?q=a"),
    ),
    "news": ("web.views.live.pace", lambda it, _n: it.get("/news?since=1")),
    "posts": (
        "posts.policy.POSTS",
        lambda it, n: it.post("/posts/new", {"text": f"Word {n}", **ADVISED}),
    ),
    "comments": (
        "posts.policy.COMMENTS",
        lambda it, n: it.post(f"/posts/{it.square.public.pk}/comment", {"text": f"Word {n}"}),
    ),
    "reactions": (
        "posts.policy.REACTIONS",
        lambda it, n: it.post(
            f"/posts/{(it.square.public, it.square.public, it.square.reply)[n].pk}/react",
            {"kind": "like"},
        ),
    ),
}
# Tried where the rest of what they are about is.
ELSEWHERE = {
    "reports": "web/test_attention.py", "images_a_day": "media/test_take_in.py",
    "handle_soon": "members/test_handle_change.py", "appeals": "moderation/test_services.py",
}  # fmt: skip
LOWERED = {
    "news": live.Pace(most=2), "posts": policy.Limit(2, policy.POSTS.window),
    "comments": policy.Limit(2, policy.COMMENTS.window),
    # The same reaction once more counts as none.
    "reactions": policy.Limit(1, policy.REACTIONS.window),
}  # fmt: skip


def _file():
    return SimpleUploadedFile("x.png", b"no picture")


def somebody(square, who):
    account = account_of(who)
    account.role = Role.OWNER
    account.save(update_fields=["role"])
    client = sign_in(who)
    client.handle, client.square = who.handle, square
    return client


@pytest.mark.parametrize("what", LIMITS)
def test_each_limit_fires_with_a_time_to_wait_and_for_one_person_alone(square, monkeypatch, what):
    cache.clear()
    number, act = LIMITS[what]
    monkeypatch.setattr(f"kring.{number}", LOWERED.get(what, 2))
    eve, cleo = (somebody(square, who) for who in (square.town.eve, square.town.cleo))
    with time_machine.travel(clock.utc_now().replace(second=20), tick=False):
        answers = [act(eve, n) for n in range(3)]
        assert [answer.status_code == 429 for answer in answers] == [False, False, True], what
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert "." in answers[-1].content.decode()
        assert act(cleo, 0).status_code != 429


def test_every_limit_that_is_counted_is_tried():
    code = "\n".join(path.read_text() for path in Path(settings.BASE).rglob("*.py"))
    counted = set(re.findall(r'spend\("(\w+)"', code)) | {"news"}
    by_rows = {name.lower() for name in re.findall(r"policy\.([A-Z]+), now=now", code)}
    assert by_rows == {"posts", "reactions", "appeals"}  # comments' stands on lines of its own
    tried = {what.partition(" ")[0] for what in LIMITS} | set(ELSEWHERE)
    assert counted | by_rows | {"comments", "images_a_day", "handle_soon"} == tried
    for name in ELSEWHERE.values():
        assert "429" in (file := (Path(settings.BASE).parent / "tests" / name).read_text()) or (
            "TooMany" in file
        )
