"""The moderators' pages, and what the person concerned reads: each for nobody else."""

from __future__ import annotations

import pytest
from django.test import Client

from kring.core import clock
from kring.members.community import Face, set_face
from kring.members.models import Account, Identity, Role
from kring.members.services import suspend
from kring.moderation import policy
from kring.moderation.models import AuditEntry, Case, Decision
from kring.moderation.services import Notice, report
from kring.moderation.subjects import post_subject, profile_subject
from tests.web.html import Page, look, press
from tests.web.visits import account_of, sign_in, stored

pytestmark = pytest.mark.django_db
RULED = {"action": "remove", "rule": "1", "words": "It sells tomatoes.", "days": "7"}


def with_role(person: Identity, role: str) -> Client:
    Account.objects.filter(pk=account_of(person).pk).update(role=role)
    return sign_in(person)


@pytest.fixture
def moderator(square) -> Client:
    set_face(Face(name="Square", rules="Do not sell.\nBe kind."))
    return with_role(square.town.cleo, Role.MODERATOR)


@pytest.fixture
def case(square) -> Case:
    by, now = square.town.bob, clock.utc_now()
    notice = Notice("spam", words="He sells again")
    about = post_subject(by, square.public.pk)
    return report(by=by, about=about, notice=notice, now=now).case


def test_to_everybody_else_these_pages_are_not_there(square, moderator, case):
    paths = ["/moderation", f"/moderation/{case.pk}", "/moderation/log"]
    dan = sign_in(square.town.dan)
    before = stored()
    for client, status in ((dan, 404), (Client(), 302)):
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == status, path
            assert b"He sells again" not in answer.content
        assert client.post(paths[1], RULED).status_code == status
        assert "/moderation" not in look(client, "/").addresses
    assert stored() == before
    assert not Decision.objects.exists()
    assert moderator.get(paths[2]).status_code == 404  # the log is for owners
    assert with_role(square.town.eve, Role.OWNER).get(paths[2]).status_code == 200


def test_a_moderator_sees_what_waits_and_not_who_reported_it(square, moderator, case):
    assert "/moderation" in look(moderator, "/").addresses
    queue = look(moderator, "/moderation")
    assert "Ada" in queue.words
    assert f"/moderation/{case.pk}" in queue.addresses
    page = look(moderator, f"/moderation/{case.pk}")
    assert 'maxlength="2000"' in page.html
    for words in ("Tomatoes on the square", "He sells again", "has reported nothing before",
                  "Do not sell.", "Which tomatoes?"):  # fmt: skip
        assert words in page.words, words
    assert "reported by Bob" not in page.words


def test_deciding_shows_the_person_a_statement_and_can_be_undone(square, moderator, case):
    ada = sign_in(square.town.ada)
    assert moderator.post(f"/moderation/{case.pk}", RULED | {"rule": "9"}).status_code == 422
    kept = moderator.post(f"/moderation/{case.pk}", RULED | {"rule": ""})
    assert b"It sells tomatoes." in kept.content
    assert moderator.post(f"/moderation/{case.pk}", RULED).status_code == 303
    made = Decision.objects.get()
    assert "Tomatoes on the square" not in look(sign_in(square.town.bob), "/?order=time").words
    assert "The moderators decided about something of yours" in look(ada, "/").words
    assert "Your post was removed" in look(ada, "/decisions/").words
    assert "The moderators decided about something of yours" not in look(ada, "/").words
    statement = look(ada, f"/decisions/{made.pk}").words
    for words in ("It sells tomatoes.", "Do not sell.", "Tomatoes on the square", "until",
                  "Nothing was found or decided automatically"):  # fmt: skip
        assert words in statement, words
    for secret in ("Cleo", "Bob", "He sells again"):
        assert secret not in statement
    for other in (square.town.bob, square.town.dan):
        assert sign_in(other).get(f"/decisions/{made.pk}").status_code == 404
        assert "Your post was removed" not in look(sign_in(other), "/decisions/").words
    assert "did something about it" in look(sign_in(square.town.bob), "/report/sent").words
    undo = look(moderator, f"/moderation/{case.pk}").form(f"/moderation/decisions/{made.pk}/undo")
    assert press(moderator, undo, "Undo").status_code == 200
    assert "Tomatoes on the square" in look(sign_in(square.town.bob), "/@ada").words
    assert Case.objects.get(pk=case.pk).closed_at is None


def test_an_appeal_from_the_statement_to_the_answer(square, moderator, case):
    moderator.post(f"/moderation/{case.pk}", RULED)
    made = Decision.objects.get()
    ada, other = sign_in(square.town.ada), with_role(square.town.dan, Role.MODERATOR)
    path = f"/decisions/{made.pk}"
    assert ada.post(path, {"words": ""}).status_code == 422
    assert ada.post(path, {"words": "They were a gift."}).status_code == 303
    assert "They were a gift." in look(ada, path).words
    assert ada.post(path, {"words": "Again"}).status_code == 409
    own = look(moderator, f"/moderation/{case.pk}")
    assert "Another moderator answers the appeal" in own.words
    appeal = f"/moderation/appeals/{made.appeal.pk}"
    refused = moderator.post(appeal, {"granted": "no", "words": "No"})
    assert refused.status_code == 403
    assert "They were a gift." in look(other, "/moderation").words
    assert other.post(appeal, {"words": "x"}).status_code == 422
    assert other.post(appeal, {"granted": "yes", "words": "You are right."}).status_code == 303
    told = look(ada, path).words
    assert "You are right." in told
    assert "The decision was reversed." in told
    assert "Dan" not in told
    assert "Tomatoes on the square" in look(sign_in(square.town.bob), "/@ada").words


def test_nobody_sees_a_case_about_themselves(square, moderator):
    by = square.town.bob
    about = profile_subject(by, "cleo")
    mine = report(
        by=by, about=about, notice=Notice("other", words="She lies"), now=clock.utc_now()
    ).case
    assert moderator.get(f"/moderation/{mine.pk}").status_code == 404
    assert "She lies" not in look(moderator, "/moderation").words
    assert moderator.post(f"/moderation/{mine.pk}", {"action": "dismiss"}).status_code == 404
    owner = with_role(square.town.eve, Role.OWNER)
    assert "She lies" in look(owner, f"/moderation/{mine.pk}").words


def test_a_moderator_is_told_that_an_owner_is_not_theirs_to_judge(square, moderator):
    with_role(square.town.ada, Role.OWNER)
    by = square.town.bob
    about = profile_subject(by, "ada")
    case = report(by=by, about=about, notice=Notice("spam"), now=clock.utc_now()).case
    page = look(moderator, f"/moderation/{case.pk}")
    assert "Only an owner of the community decides about its moderators" in page.words
    answer = moderator.post(f"/moderation/{case.pk}", RULED | {"action": "suspend"})
    assert answer.status_code == 403
    assert Identity.objects.get(handle="ada").suspended_at is None


@pytest.mark.parametrize("days", ["", "0", "-1", "91", "abc", "٣", "9" * 400, "1e3", "\x00"])
def test_a_suspension_without_a_possible_end_is_refused(square, moderator, case, days):
    fields = RULED | {"action": "suspend", "days": days}
    assert moderator.post(f"/moderation/{case.pk}", fields).status_code == 422
    assert Identity.objects.get(handle="ada").suspended_at is None
    assert policy.MOST_DAYS == 90


def test_the_log_for_owners_has_every_act_and_no_words(square, moderator, case):
    moderator.post(f"/moderation/{case.pk}", RULED)
    page = look(with_role(square.town.eve, Role.OWNER), "/moderation/log")
    assert "decision.remove" in page.words
    assert AuditEntry.objects.get().hash[:16] in page.words
    assert "It sells tomatoes." not in page.words


# Whoever is suspended


def test_whoever_is_suspended_reads_why_appeals_and_does_nothing_else(square, moderator, case):
    ada = sign_in(square.town.ada)
    fields = RULED | {"action": "suspend", "words": "You sell."}
    moderator.post(f"/moderation/{case.pk}", fields)
    made = Decision.objects.get()
    for path in ("/", "/people", "/@ada", "/@bob", "/bookmarks", "/settings/", "/nowhere"):
        answer = ada.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/decisions/"), path
    page = look(ada, "/decisions/")
    assert "You are suspended" in page.words
    assert "You sell." in look(ada, f"/decisions/{made.pk}").words
    before = stored()
    for path, sent in (
        ("/posts/new", {"text": "I am back"}),
        (f"/posts/{square.reply.pk}/react", {"kind": "like"}),
        ("/@bob/follow", {}),
        (f"/report/post/{square.reply.pk}", {"reason": "spam"}),
        ("/accounts/email/", {"email": "new@example.org", "action_add": ""}),
        (f"/moderation/{case.pk}", RULED),
    ):
        refused = ada.post(path, sent)
        assert refused.status_code == 403, path
        assert "no-store" in refused.headers["Cache-Control"]
    assert stored() == before
    assert ada.post(f"/decisions/{made.pk}", {"words": "I gave them."}).status_code == 303
    assert "I gave them." in look(ada, f"/decisions/{made.pk}").words
    dutch = Page(press(ada, look(ada, "/decisions/").form("/language"), "Nederlands"))
    assert "Je bent geschorst" in dutch.words
    assert ada.post("/accounts/logout/").status_code == 302
    assert Client().get("/decisions/").status_code == 302


def test_a_suspended_moderator_moderates_nothing(square, moderator, case):
    suspend(identity=Identity.objects.get(handle="cleo"), now=clock.utc_now())
    assert moderator.get("/moderation").status_code == 302
    assert moderator.post(f"/moderation/{case.pk}", RULED).status_code == 403
    assert not Decision.objects.exists()
