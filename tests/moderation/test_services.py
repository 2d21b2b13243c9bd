"""Reporting, deciding, taking back, expiring and appealing, with whom each is not for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kring.core import clock, nodes
from kring.core.errors import Conflict, Invalid, KringError, NotAllowed, NotFound, TooMany
from kring.members.community import Face, set_face
from kring.members.models import Account, Identity, Role
from kring.moderation import audit, policy, queries, tasks
from kring.moderation.access import may_moderate, own_ids
from kring.moderation.models import Action, AuditEntry, Case, Decision, Report
from kring.moderation.reasons import REASONS
from kring.moderation.services import (
    Notice,
    Ruling,
    answer,
    appeal,
    decide,
    expire,
    open_case,
    report,
    undo,
)
from kring.moderation.subjects import post_subject, profile_subject
from kring.posts.models import Audience, Post
from kring.posts.services import Draft, comment, delete, publish
from kring.posts.services.delete import wipe_deleted
from kring.posts.visibility import may_see
from tests.worlds import SmallTown, event_kinds, small_town

pytestmark = pytest.mark.django_db
NOW = clock.utc_now()
SPAM = Notice(reason="spam")
WHY = "It breaks rule 1, because it sells."


@dataclass
class Bench:
    town: SmallTown
    post: Post
    moderator: Account
    other: Account
    owner: Account

    def case(self, post: Post | None = None, by: Identity | None = None) -> Case:
        by = by or self.town.bob
        return report(
            by=by, about=post_subject(by, (post or self.post).pk), notice=SPAM, now=NOW
        ).case

    def rule(self, action: str, *, by: Account | None = None, days: int | None = 7, **more):
        case = more.pop("case", None) or self.case()
        ruling = Ruling(action, more.pop("rule", "1"), more.pop("words", WHY), days)
        return decide(case_id=case.pk, by=by or self.moderator, ruling=ruling, now=NOW)


def account(person: Identity, role: str) -> Account:
    made = Account(
        id=nodes.new_id(), email=f"{person.handle}@example.org", role=role, created_at=NOW
    )
    made.save(force_insert=True)
    Identity.objects.filter(pk=person.pk).update(account=made)
    person.refresh_from_db()
    return Account.objects.get(pk=made.pk)


@pytest.fixture
def bench() -> Bench:
    town = small_town()
    set_face(Face(name="Square", rules="Do not sell.\nBe kind."))
    return Bench(
        town,
        publish(author=town.ada, draft=Draft(text="Buy my tomatoes"), now=NOW),
        account(town.cleo, Role.MODERATOR),
        account(town.dan, Role.MODERATOR),
        account(town.eve, Role.OWNER),
    )


def ada(bench: Bench) -> Identity:
    return Identity.objects.get(pk=bench.town.ada.pk)


# Reporting


def test_reports_of_one_thing_are_one_case_and_hide_nothing(bench):
    people = [bench.town.bob, bench.town.cleo, bench.town.dan, bench.town.eve]
    cases = {bench.case(by=one).pk for one in people}
    assert len(cases) == 1
    assert may_see(bench.town.bob.pk, bench.post)
    assert may_see(None, bench.post)
    assert ada(bench).suspended_at is None
    row = queries.waiting(bench.moderator)[0]
    assert (row.pk in cases, row.reporters, row.said) == (True, 4, "Buy my tomatoes")


def test_one_person_reports_a_thing_once_until_it_is_decided(bench):
    made = bench.case()
    with pytest.raises(Conflict):
        bench.case()
    assert Report.objects.count() == 1
    bench.rule("dismiss", case=made)
    assert bench.case().pk != made.pk


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Notice(reason="nonsense"), "reason"),
        (Notice(reason=""), "reason"),
        (Notice(reason="other"), "words"),
        (Notice(reason="other", words=" \u2800 "), "words"),
        (Notice(reason="spam", words="x" * (policy.WORDS + 1)), "words"),
        (Notice(reason="illegal", words="Libel"), "good_faith"),
        (Notice(reason="illegal", in_good_faith=True), "words"),
    ],
)
def test_a_notice_that_cannot_be_used_is_refused(bench, wrong, field):
    with pytest.raises(Invalid) as error:
        report(
            by=bench.town.bob,
            about=post_subject(bench.town.bob, bench.post.pk),
            notice=wrong,
            now=NOW,
        )
    assert error.value.field == field
    assert not Case.objects.exists()


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_can_be_given(bench, reason):
    notice = Notice(reason=reason, words="It says …", in_good_faith=True)
    by = bench.town.bob
    made = report(by=by, about=profile_subject(by, "ada"), notice=notice, now=NOW)
    assert made.case.post is None
    assert Case.objects.get(pk=made.case_id).urgent == (reason == "illegal")


def test_what_one_may_not_see_cannot_be_reported_and_oneself_not_either(bench):
    draft = Draft(text="Between us", audience="connections")
    hidden = publish(author=bench.town.ada, draft=draft, now=NOW)
    for viewer in (bench.town.eve, bench.town.mallory, None):
        with pytest.raises(NotFound):
            post_subject(viewer, hidden.pk)
    with pytest.raises(NotFound):
        profile_subject(bench.town.mallory, "ada")
    with pytest.raises(Conflict):
        bench.case(by=bench.town.ada)


def test_a_visitor_reports_what_is_public_and_may_say_who_they_are(bench):
    about = post_subject(None, bench.post.pk)
    made = report(
        by=None,
        about=about,
        notice=Notice("spam", name="Vi", email="vi@example.org"),
        now=NOW,
    )
    assert (made.is_visitor, made.by, made.name, made.email) == (True, None, "Vi", "vi@example.org")
    for wrong in ("no address", "x" * 250 + "@example.org", "a@b\n.org"):
        with pytest.raises(Invalid):
            report(by=None, about=about, notice=Notice("spam", email=wrong), now=NOW)
    # A member is who they are: what they type as another name is not taken.
    by = bench.town.bob
    theirs = report(by=by, about=about, notice=Notice("spam", name="Not Bob"), now=NOW)
    assert theirs.name == ""


def test_the_limits_on_reports_fire(bench, monkeypatch):
    posts = [
        publish(author=bench.town.ada, draft=Draft(text=f"Nr {n}"), now=NOW)
        for n in range(policy.REPORTS.count + 1)
    ]
    for post in posts[:-1]:
        bench.case(post)
    with pytest.raises(TooMany) as error:
        bench.case(posts[-1])
    assert 0 < error.value.retry_after <= 3900
    about = post_subject(None, posts[0].pk)
    for _n in range(policy.VISITORS_PER_CASE):
        report(by=None, about=about, notice=SPAM, now=NOW)
    with pytest.raises(Conflict):
        report(by=None, about=about, notice=SPAM, now=NOW)
    monkeypatch.setattr(policy, "VISITORS_REPORTS", policy.Limit(20, timedelta(hours=1)))
    with pytest.raises(TooMany):
        report(by=None, about=post_subject(None, posts[1].pk), notice=SPAM, now=NOW)


# Who decides


def test_only_moderators_and_owners_moderate(bench):
    assert [may_moderate(one) for one in (bench.moderator, bench.owner)] == [True, True]
    member = account(bench.town.bob, Role.MEMBER)
    assert not may_moderate(member)
    assert not may_moderate(None)
    Account.objects.filter(pk=bench.other.pk).update(is_active=False)
    assert not may_moderate(Account.objects.get(pk=bench.other.pk))
    Identity.objects.filter(pk=bench.town.cleo.pk).update(suspended_at=NOW)
    assert not may_moderate(Account.objects.get(pk=bench.moderator.pk))


def test_nobody_moderates_themselves_or_their_page(bench):
    for handle in ("cleo", "bakery"):
        case = report(
            by=bench.town.bob, about=profile_subject(bench.town.bob, handle), notice=SPAM, now=NOW
        ).case
        with pytest.raises(NotAllowed):
            bench.rule("suspend", case=case)
        assert case not in queries.waiting(bench.moderator)
        assert case in queries.waiting(bench.owner)
        bench.rule("dismiss", case=case, by=bench.owner)
        with pytest.raises(NotAllowed):
            undo(decision_id=case.decisions.get().pk, by=bench.moderator, now=NOW)


@pytest.mark.parametrize(("who", "may"), [("dan", False), ("eve", False), ("ada", True)])
def test_a_moderator_does_not_act_against_moderators_and_owners(bench, who, may):
    about = profile_subject(bench.town.bob, who)
    case = report(by=bench.town.bob, about=about, notice=SPAM, now=NOW).case
    if may:
        bench.rule("suspend", case=case)
    else:
        with pytest.raises(NotAllowed):
            bench.rule("suspend", case=case)
        assert Identity.objects.get(handle=who).suspended_at is None
        assert not Decision.objects.exists()
    # Whoever has the machine is above all roles.
    if not may:
        decide(case_id=case.pk, by=None, ruling=Ruling("suspend", "1", WHY, 7), now=NOW)
        assert Identity.objects.get(handle=who).suspended_at is not None


# Deciding


def test_a_removed_post_is_out_of_sight_and_comes_back_when_that_is_taken_back(bench):
    made = bench.rule("remove", days=None)
    post = Post.objects.get(pk=bench.post.pk)
    assert not may_see(bench.town.ada.pk, post)
    assert post.text == "Buy my tomatoes"
    assert wipe_deleted(NOW + timedelta(days=1)) == 0
    assert (made.rule, made.until) == ("Do not sell.", None)
    undo(decision_id=made.pk, by=bench.moderator, now=NOW)
    assert may_see(None, Post.objects.get(pk=bench.post.pk))
    made.refresh_from_db()
    assert made.ending == "undone"
    assert Case.objects.get(pk=made.case_id).closed_at is None
    whats = list(AuditEntry.objects.order_by("pk").values_list("what", flat=True))
    assert whats == ["decision.remove", "decision.undone"]
    assert {"PostDeleted", "DecisionMade", "PostRestored", "DecisionEnded"} <= set(event_kinds())
    with pytest.raises(Conflict):
        undo(decision_id=made.pk, by=bench.moderator, now=NOW)


def test_a_limited_post_is_for_connections_until_its_time_is_over(bench):
    made = bench.rule("limit", days=3)
    post = Post.objects.get(pk=bench.post.pk)
    assert [may_see(one.pk, post) for one in (bench.town.bob, bench.town.dan)] == [True, False]
    assert not may_see(None, post)
    assert expire(NOW + timedelta(days=2)) == 0
    assert expire(NOW + timedelta(days=3)) == 1
    post.refresh_from_db()
    assert post.audience == Audience.PUBLIC
    assert may_see(None, Post.objects.get(pk=post.pk))
    made.refresh_from_db()
    assert made.ending == "expired"
    assert AuditEntry.objects.latest("pk").source == audit.CLOCK
    assert expire(NOW + timedelta(days=9)) == 0


def test_a_suspension_ends_by_itself_but_not_while_another_holds(bench):
    person = profile_subject(bench.town.bob, "ada")
    first = report(by=bench.town.bob, about=person, notice=SPAM, now=NOW).case
    bench.rule("suspend", case=first, days=1)
    assert not may_see(bench.town.bob.pk, bench.post.__class__.objects.get(pk=bench.post.pk))
    second = open_case(person, now=NOW)
    bench.rule("suspend", case=second, days=7)
    assert expire(NOW + timedelta(days=1)) == 1
    assert ada(bench).suspended_at is not None
    assert expire(NOW + timedelta(days=7)) == 1
    assert ada(bench).suspended_at is None


def test_a_limited_person_keeps_their_own_network(bench):
    case = report(
        by=bench.town.bob, about=profile_subject(bench.town.bob, "ada"), notice=SPAM, now=NOW
    ).case
    bench.rule("limit", case=case)
    assert ada(bench).limited_at is not None
    assert may_see(None, Post.objects.get(pk=bench.post.pk))  # who has the link may read it
    expire(NOW + timedelta(days=8))
    assert ada(bench).limited_at is None


@pytest.mark.parametrize(
    ("ruling", "field"),
    [
        (Ruling("hang", "1", WHY, 7), "action"),
        (Ruling("", "1", WHY, 7), "action"),
        (Ruling("suspend", "1", WHY, None), "days"),
        (Ruling("limit", "1", WHY, None), "days"),
        (Ruling("suspend", "1", WHY, 0), "days"),
        (Ruling("suspend", "1", WHY, policy.MOST_DAYS + 1), "days"),
        (Ruling("remove", "1", WHY, -1), "days"),
        (Ruling("remove", "", WHY, 7), "rule"),
        (Ruling("remove", "3", WHY, 7), "rule"),
        (Ruling("remove", "1", " ", 7), "words"),
        (Ruling("remove", "1", "x" * (policy.WORDS + 1), 7), "words"),
    ],
)
def test_a_ruling_that_cannot_be_is_refused_and_nothing_happens(bench, ruling, field):
    case = bench.case()
    with pytest.raises(Invalid) as error:
        decide(case_id=case.pk, by=bench.moderator, ruling=ruling, now=NOW)
    assert error.value.field == field
    assert not Decision.objects.exists()
    assert not AuditEntry.objects.exists()
    assert may_see(None, Post.objects.get(pk=bench.post.pk))


def test_the_database_itself_refuses_a_restriction_without_an_end(bench):
    made = bench.rule("suspend")
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=made.pk).update(until=None)


def test_only_one_decides_and_only_what_is_there(bench):
    case = bench.case()
    bench.rule("dismiss", case=case)
    with pytest.raises(Conflict):
        bench.rule("remove", case=case)
    for forged in (0, -1, 12345, 2**63, 2**70):
        with pytest.raises(NotFound):
            decide(case_id=forged, by=None, ruling=Ruling("dismiss"), now=NOW)
    second = bench.case()
    delete(by=bench.town.ada, post_id=bench.post.pk, now=NOW)
    with pytest.raises(Invalid):
        bench.rule("remove", case=second)


def test_a_comment_is_removed_but_not_limited(bench):
    made = comment(
        author=bench.town.bob, in_reply_to=bench.post.pk, draft=Draft(text="Me too"), now=NOW
    )
    case = bench.case(made, by=bench.town.ada)
    with pytest.raises(Invalid):
        bench.rule("limit", case=case)
    bench.rule("remove", case=case)
    assert not may_see(bench.town.ada.pk, Post.objects.get(pk=made.pk))


# Appeals


def test_one_appeal_answered_by_another_moderator(bench):
    made = bench.rule("remove")
    mine = {bench.town.ada.pk}
    with pytest.raises(NotFound):
        appeal(
            decision_id=made.pk, by=bench.town.bob, about={bench.town.bob.pk}, words="No", now=NOW
        )
    with pytest.raises(Invalid):
        appeal(decision_id=made.pk, by=bench.town.ada, about=mine, words=" ", now=NOW)
    asked = appeal(decision_id=made.pk, by=bench.town.ada, about=mine, words="A gift!", now=NOW)
    with pytest.raises(Conflict):
        appeal(decision_id=made.pk, by=bench.town.ada, about=mine, words="Again", now=NOW)
    with pytest.raises(NotAllowed):
        answer(appeal_id=asked.pk, by=bench.moderator, granted=False, words="No", now=NOW)
    answer(appeal_id=asked.pk, by=bench.other, granted=True, words="You are right.", now=NOW)
    assert may_see(None, Post.objects.get(pk=bench.post.pk))
    made.refresh_from_db()
    assert made.ending == "appeal"
    with pytest.raises(Conflict):
        answer(appeal_id=asked.pk, by=bench.other, granted=False, words="No", now=NOW)


def test_where_there_is_nobody_else_the_same_moderator_answers(bench):
    Account.objects.exclude(pk=bench.moderator.pk).update(role=Role.MEMBER)
    made = bench.rule("remove")
    asked = appeal(
        decision_id=made.pk, by=bench.town.ada, about={bench.town.ada.pk}, words="Why?", now=NOW
    )
    answer(appeal_id=asked.pk, by=bench.moderator, granted=False, words="Rule 1.", now=NOW)
    assert not may_see(None, Post.objects.get(pk=bench.post.pk))


def test_an_appeal_comes_in_time_and_by_a_suspended_person_too(bench):
    made = bench.rule("suspend")
    late = NOW + policy.APPEAL_WITHIN + timedelta(minutes=1)
    mine = {bench.town.ada.pk}
    with pytest.raises(Conflict):
        appeal(decision_id=made.pk, by=ada(bench), about=mine, words="Why?", now=late)
    appeal(decision_id=made.pk, by=ada(bench), about=mine, words="Why?", now=NOW)


def test_the_limit_on_appeals_fires(bench, monkeypatch):
    monkeypatch.setattr(policy, "APPEALS", policy.Limit(1, timedelta(hours=24)))
    first = bench.rule("limit")
    other = publish(author=bench.town.ada, draft=Draft(text="Another"), now=NOW)
    second = bench.rule("limit", case=bench.case(other))
    mine = {bench.town.ada.pk}
    appeal(decision_id=first.pk, by=bench.town.ada, about=mine, words="Why?", now=NOW)
    with pytest.raises(TooMany) as error:
        appeal(decision_id=second.pk, by=bench.town.ada, about=mine, words="Why?", now=NOW)
    assert error.value.retry_after > 0


def test_a_reporter_asks_to_look_again_at_what_was_left(bench):
    made = bench.rule("dismiss")
    bob, stranger = bench.town.bob, bench.town.dan
    with pytest.raises(NotFound):
        appeal(decision_id=made.pk, by=stranger, about={stranger.pk}, words="Look again", now=NOW)
    with pytest.raises(NotFound):  # and the person it is about is not told that it was reported
        appeal(
            decision_id=made.pk, by=bench.town.ada, about={bench.town.ada.pk}, words="x", now=NOW
        )
    asked = appeal(decision_id=made.pk, by=bob, about={bob.pk}, words="Look again", now=NOW)
    answer(appeal_id=asked.pk, by=bench.other, granted=True, words="Yes", now=NOW)
    assert Case.objects.get(pk=made.case_id).closed_at is None


# What is known and kept


def test_the_record_of_a_reporter_is_told_and_not_who_they_are(bench):
    bench.rule("remove", case=bench.case())
    second = publish(author=bench.town.ada, draft=Draft(text="More tomatoes"), now=NOW)
    bench.rule("dismiss", case=bench.case(second))
    third = publish(author=bench.town.ada, draft=Draft(text="Even more"), now=NOW)
    about = queries.context_of(bench.case(third), bench.moderator)
    (said,) = about.reports
    assert (said.earlier, said.right) == (2, 1)
    assert "bob" not in repr(about).lower()
    assert [one.action for one in about.earlier] == [Action.DISMISS, Action.REMOVE]


def test_words_are_wiped_when_they_are_no_longer_needed(bench):
    notice = Notice("other", words="He sells", email="vi@example.org", name="Vi")
    about = post_subject(None, bench.post.pk)
    case = report(by=None, about=about, notice=notice, now=NOW).case
    bench.rule("remove", case=case, days=None)
    assert tasks.wipe_evidence(NOW + policy.APPEAL_WITHIN) == 0
    later = NOW + policy.KEEP_EVIDENCE + timedelta(days=1)
    assert tasks.wipe_evidence(later) == 2
    row = Report.objects.get()
    assert (row.words, row.name, row.email, row.reason) == ("", "", "", "other")
    assert Case.objects.get().said == ""
    wipe_deleted(later + timedelta(hours=1))
    assert Post.objects.get(pk=bench.post.pk).text == ""
    assert tasks.wipe_evidence(later) == 0
    assert Decision.objects.get().words == WHY


def test_every_refusal_is_a_sentence(bench):
    for call in (
        lambda: bench.rule("suspend", days=None),
        lambda: bench.case(by=bench.town.ada),
    ):
        with pytest.raises(KringError) as error:
            call()
        assert error.value.message.endswith(".")
    assert own_ids(bench.moderator) == {bench.town.cleo.pk, bench.town.bakery.pk}
