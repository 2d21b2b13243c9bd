"""Reporting from the pages: by members, and by visitors about what everybody may see."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from kring.moderation.models import Case, Report
from tests.web.html import look
from tests.web.visits import sign_in, stored

pytestmark = pytest.mark.django_db
SPAM = {"reason": "spam"}


def test_a_post_a_comment_and_a_profile_lead_to_their_reports(square):
    post, reply = square.public.pk, square.reply.pk
    for client in (sign_in(square.town.cleo), Client()):
        addresses = look(client, f"/posts/{post}").addresses
        assert {f"/report/post/{post}", f"/report/post/{reply}"} <= addresses
    assert "/report/profile/ada" in look(sign_in(square.town.bob), "/@ada").addresses
    own = look(sign_in(square.town.ada), f"/posts/{post}").addresses
    assert f"/report/post/{post}" not in own
    assert "/report/profile/ada" not in look(sign_in(square.town.ada), "/@ada").addresses


def test_a_member_reports_and_reads_what_came_of_it(square):
    bob = sign_in(square.town.bob)
    path = f"/report/post/{square.public.pk}"
    page = look(bob, path)
    assert "Tomatoes on the square" in page.words
    assert 'maxlength="2000"' in page.html
    answer = bob.post(path, SPAM | {"words": "It sells."})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/report/sent")
    sent = look(bob, "/report/sent")
    assert "It sells." in sent.words
    assert "have not decided yet" in sent.words
    again = bob.post(path, SPAM)
    assert again.status_code == 409
    assert b"You reported this already" in again.content
    assert Report.objects.get().by == square.town.bob
    # Nobody else reads it, least of all whom it is about.
    for other in (square.town.ada, square.town.cleo):
        words = look(sign_in(other), "/report/sent").words
        assert "It sells." not in words


def test_what_was_typed_stays_when_something_is_missing(square):
    bob = sign_in(square.town.bob)
    path = "/report/profile/ada"
    fields = {"reason": "illegal", "words": "A libel about me <b>"}
    answer = bob.post(path, fields)
    assert answer.status_code == 422
    assert "Confirm that what you say is right" in answer.content.decode()
    assert "A libel about me &lt;b&gt;" in answer.content.decode()
    assert bob.post(path, fields | {"in_good_faith": "on"}).status_code == 303
    assert Case.objects.get().urgent


def test_a_visitor_reports_without_an_account_until_the_limit_of_their_address(square):
    visitor = Client()
    path = f"/report/post/{square.public.pk}"
    fields = SPAM | {"name": "Vi", "email": "vi@example.org"}
    answer = visitor.post(path, fields)
    assert answer.status_code == 200
    assert b"Thank you" in answer.content
    row = Report.objects.get()
    assert (row.is_visitor, row.by_id, row.email) == (True, None, "vi@example.org")
    for _n in range(4):
        assert Client().post(path, SPAM).status_code == 200
    refused = Client().post(path, SPAM)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "3600"
    assert Report.objects.count() == 5
    elsewhere = Client(REMOTE_ADDR="203.0.113.9").post(path, SPAM)
    assert elsewhere.status_code == 200
    cache.clear()


def test_a_visitor_reports_nothing_that_is_not_for_everybody(square):
    before = stored()
    for post in (square.connections, square.direct, square.gone):
        for answer in (
            Client().get(f"/report/post/{post.pk}"),
            Client().post(f"/report/post/{post.pk}", SPAM),
        ):
            assert answer.status_code == 404
            assert b"secret" not in answer.content
    assert stored() == before


def test_reporting_hides_nothing_however_many_do_it(square):
    path = f"/report/post/{square.public.pk}"
    for person in (square.town.bob, square.town.cleo, square.town.dan, square.town.eve):
        assert sign_in(person).post(path, SPAM).status_code == 303
    for _n in range(5):
        Client().post(path, SPAM)
    assert Case.objects.count() == 1
    assert "Tomatoes on the square" in look(Client(), f"/posts/{square.public.pk}").words
    assert "Tomatoes on the square" in look(sign_in(square.town.bob), "/@ada").words
    cache.clear()
