"""What moderators, the people concerned and reporters see. Nobody is shown who reported."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from kring.core.html import plain_text
from kring.members.models import Account, Identity
from kring.moderation import policy
from kring.moderation.access import own_ids
from kring.moderation.models import Action, Appeal, Case, Decision, Report
from kring.moderation.reasons import reason_title
from kring.posts.models import Post
from kring.posts.visibility import visible

REPORTS_SHOWN = 50
EARLIER_SHOWN = 10
THREAD_SHOWN = 6
MINE_SHOWN = 100
_EXCERPT = 400


@dataclass(frozen=True, slots=True)
class Said:
    """One report as a moderator sees it: why, in which words, and how good earlier ones were.

    earlier: decided reports of the same person; right: those of them after which something was
    done. None for a visitor, of whom nothing is known.
    """

    reason: str
    words: str
    created_at: datetime
    earlier: int | None
    right: int


@dataclass(frozen=True, slots=True)
class Line:
    """Something said around the reported post."""

    id: int
    author: str
    text: str
    is_subject: bool


@dataclass(frozen=True, slots=True)
class Context:
    reports: tuple[Said, ...]
    members: int
    visitors: int
    thread: tuple[Line, ...]
    earlier: tuple[Decision, ...]
    now_says: str


def urgent(account: Account | None) -> list[Case]:
    """Open cases that are against the law, somebody says; the longest waiting first. 2 queries."""
    return list(_open(account).filter(urgent=True).order_by("pk")[: policy.CASES_A_PAGE])


def waiting(account: Account | None, *, after_id: int = 0) -> list[Case]:
    """The other open cases, the longest waiting first: one more than a page. 2 queries.

    `reporters` says how many reported it; nothing in the order depends on it.
    """
    rows = _open(account).filter(urgent=False, pk__gt=after_id)
    return list(rows.order_by("pk")[: policy.CASES_A_PAGE + 1])


def _open(account: Account | None) -> QuerySet[Case]:
    """Those that are not about oneself."""
    rows = Case.objects.filter(closed_at=None).exclude(person_id__in=_own(account))
    return rows.select_related("person", "post").annotate(reporters=Count("reports"))


def how_many_wait(account: Account | None) -> int:
    """Cases and appeals, counted up to a hundred. 3 queries."""
    own = _own(account)
    cases = Case.objects.filter(closed_at=None).exclude(person_id__in=own)
    appeals = Appeal.objects.filter(answered_at=None).exclude(decision__person_id__in=own)
    return cases[:100].count() + appeals[:100].count()


def appeals_waiting(account: Account | None) -> list[Appeal]:
    """Those not about oneself, the longest waiting first. 2 queries."""
    rows = Appeal.objects.filter(answered_at=None).exclude(decision__person_id__in=_own(account))
    related = rows.select_related("decision__person", "decision__case__post", "decision__by")
    return list(related.order_by("pk")[: policy.CASES_A_PAGE])


def appeal_in(case: Case) -> Appeal | None:
    """The appeal in this case that waits for an answer. 1 query."""
    rows = Appeal.objects.filter(answered_at=None, decision__case=case)
    return rows.select_related("decision__person__account", "decision__by").first()


def lately_decided(account: Account | None) -> list[Decision]:
    """The latest twenty that are not about oneself. 2 queries."""
    rows = Decision.objects.exclude(person_id__in=_own(account))
    return list(rows.select_related("person", "case").order_by("-pk")[:20])


def context_of(case: Case, moderator: Account | None) -> Context:
    """What to know before deciding. At most 8 queries."""
    rows = list(case.reports.order_by("pk")[:REPORTS_SHOWN])
    records = _records({row.by_id for row in rows if row.by_id is not None})
    said = tuple(
        Said(
            row.reason,
            row.words,
            row.created_at,
            None if row.is_visitor else records.get(row.by_id or 0, (0, 0))[0],
            0 if row.is_visitor else records.get(row.by_id or 0, (0, 0))[1],
        )
        for row in rows
    )
    visitors = sum(row.is_visitor for row in rows)
    earlier = Decision.objects.filter(person=case.person).exclude(case=case)
    return Context(
        reports=said,
        members=len(rows) - visitors,
        visitors=visitors,
        thread=_thread(case, moderator),
        earlier=tuple(earlier.select_related("case").order_by("-pk")[:EARLIER_SHOWN]),
        now_says=plain_text(case.post.html)[: policy.EXCERPT] if case.post is not None else "",
    )


def decisions_about(about: Collection[int], by: Identity) -> list[Decision]:
    """What was decided about somebody, and about what they reported and was left. 1 query.

    about: the identities that are theirs
    """
    theirs = Q(person_id__in=about) & ~Q(action=Action.DISMISS)
    rows = Decision.objects.filter(theirs).select_related("case", "person", "appeal")
    return list(rows.order_by("-pk")[:MINE_SHOWN])


def reports_by(reporter: Identity) -> list[Report]:
    """What somebody reported, the latest first, each with its `title` and the `outcome`, which is
    the latest decision that was not taken back. 2 queries."""
    rows = list(
        Report.objects.filter(by=reporter)
        .select_related("case__person")
        .order_by("-pk")[:MINE_SHOWN]
    )
    decided: dict[int, Decision] = {}
    cases = [row.case_id for row in rows]
    found = Decision.objects.filter(case__in=cases).select_related("appeal").order_by("pk")
    for decision in found:
        if decision.ended_at is None or decision.ending == "expired":
            decided[decision.case_id] = decision
    for row in rows:
        row.outcome = decided.get(row.case_id)  # type: ignore[attr-defined]
        row.title = reason_title(row.reason)  # type: ignore[attr-defined]
    return rows


def _own(account: Account | None) -> set[int]:
    return own_ids(account) if account is not None else set()


def _records(people: set[int]) -> dict[int, tuple[int, int]]:
    """(decided earlier reports, those after which something was done) by person. 1 query."""
    acted = Decision.objects.filter(case=OuterRef("case"), ended_at=None).exclude(
        action=Action.DISMISS
    )
    rows = (
        Report.objects.filter(by_id__in=people, case__closed_at__isnull=False)
        .annotate(right=Exists(acted))
        .values("by_id")
        .annotate(all=Count("pk"), good=Count("pk", filter=Q(right=True)))
        .values_list("by_id", "all", "good")
    )
    return {by: (all_, good) for by, all_, good in rows}


def _thread(case: Case, moderator: Account | None) -> tuple[Line, ...]:
    """What was said before and after, as far as the moderator may see it as a member. 1 query."""
    post = case.post
    if post is None:
        return ()
    person = getattr(moderator, "identity", None) if moderator is not None else None
    around = Post.objects.filter(
        visible(person.pk if person else None), thread_id=post.thread_id
    ).select_related("author")
    before = list(around.filter(pk__lte=post.pk).order_by("-pk")[: THREAD_SHOWN // 2 + 1])[::-1]
    after = list(around.filter(pk__gt=post.pk).order_by("pk")[: THREAD_SHOWN // 2])
    return tuple(
        Line(one.pk, one.author.name, plain_text(one.html)[:_EXCERPT], one.pk == post.pk)
        for one in (*before, *after)
    )
