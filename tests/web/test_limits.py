"""Doing and undoing without end stores nothing, and stops all the same."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kring.posts.models import Reaction
from kring.web import limits
from tests.web.visits import sign_in

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
