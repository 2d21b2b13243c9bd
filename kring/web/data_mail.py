"""Mail about somebody's own data: sent by the worker, in their language, to their address."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from kring.archive.events import ErasureAsked, ExportReady
from kring.archive.models import KEPT, Export
from kring.core.events import Recorded
from kring.members.models import Account, Leaving
from kring.members.queries import community_name


def hear_export(recorded: Recorded) -> None:
    """Tell whoever asked for a copy of their data that it lies ready.

    Never the file itself: mail is read by more than one.
    """
    if not isinstance(recorded.event, ExportReady):
        return
    export = Export.objects.select_related("identity__account").filter(
        pk=recorded.event.export_id, bytes__isnull=False
    )
    found = export.first()
    if found is not None and found.identity.account is not None:
        tell(found.identity.account, "export_ready", {"days": KEPT.days})


def hear_erasure(recorded: Recorded) -> None:
    """Tell whoever is leaving until when they can come back; so they learn of it if others asked.

    Who changed their mind before this is sent is told nothing.
    """
    if not isinstance(recorded.event, ErasureAsked):
        return
    found = Leaving.objects.select_related("identity__account").filter(
        pk=recorded.event.identity_id
    )
    leaving = found.first()
    if leaving is not None and leaving.identity.account is not None:
        tell(leaving.identity.account, "erasure_asked", {"erase_at": leaving.erase_at})


def tell(account: Account, what: str, context: dict[str, Any]) -> None:
    """Send one of the mails in `templates/data_mail`."""
    with translation.override(account.language or settings.LANGUAGE_CODE):
        named = community_name()
        told = {
            **context,
            "community": named,
            "front": f"{settings.ENV.url}/",
            "link": f"{settings.ENV.url}{reverse('settings_data')}",
        }
        subject = render_to_string(f"data_mail/{what}_subject.txt", told).strip()
        body = render_to_string(f"data_mail/{what}.txt", told).strip()
    EmailMessage(f"[{named}] {subject}", f"{body}\n\n--\n{named}\n", to=[account.email]).send()
