"""What moderation does by the clock besides ending restrictions: wipe what is no longer needed."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from kring.moderation.models import Action, Case, Decision, Report
from kring.moderation.policy import KEEP_EVIDENCE
from kring.posts.services import moderate

_PORTION = 200


def wipe_evidence(now: datetime) -> int:
    """Wipe the words of old closed cases and reports, and of what was removed; returns how many.

    Who reported, why, and what was decided on which ground stays.
    """
    before = now - KEEP_EVIDENCE
    closed = Case.objects.filter(closed_at__lt=before)
    telling = ~Q(said="") | Q(
        pk__in=Report.objects.exclude(words="", name="", email="").values("case")
    )
    ids = list(closed.filter(telling).order_by("pk").values_list("pk", flat=True)[:_PORTION])
    with transaction.atomic():
        Report.objects.filter(case__in=ids).update(words="", name="", email="")
        Case.objects.filter(pk__in=ids).update(said="")
    removed = Decision.objects.filter(
        action=Action.REMOVE,
        ended_at=None,
        decided_at__lt=before,
        case__post__deleted_at__isnull=False,
        case__post__recent_deletion=None,
    )
    standing = removed.exclude(case__post__text="")
    posts = list(standing.values_list("case__post_id", flat=True)[:_PORTION])
    for post_id in posts:
        moderate.let_go(post_id=post_id, now=now)
    return len(ids) + len(posts)
