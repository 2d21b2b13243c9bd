"""Accounts whose address was never confirmed: whoever asked for them may not have owned it."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef

from kring.members.models import Account, Identity

KEPT = timedelta(days=30)
BATCH = 500


def trim(now: datetime) -> int:
    """Remove those that nobody confirmed within 30 days; returns how many."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    anybody = Identity.objects.filter(account=OuterRef("pk"))
    idle = Account.objects.filter(
        ~Exists(confirmed), ~Exists(anybody), created_at__lt=now - KEPT, last_login=None
    ).order_by("pk")
    total = 0
    while ids := list(idle.values_list("pk", flat=True)[:BATCH]):
        Account.objects.filter(pk__in=ids).delete()
        total += len(ids)
    return total
