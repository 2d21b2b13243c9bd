"""The community's own face: its name, what it is, its rules, colour and logo."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Invalid, NotAllowed, NotFound
from kring.core.html import clean_text
from kring.core.ids import MAX_ID
from kring.media.models import Image, Purpose
from kring.media.services import discard
from kring.members import accent
from kring.members.models import Account, Community, Role

NAME, TAGLINE, RULES = 80, 240, 2_000
MOST_RULES = 12


@dataclass(frozen=True, slots=True)
class Face:
    """rules: one a line. shows_talk: whether the front door tells of public posts."""

    name: str
    tagline: str = ""
    rules: str = ""
    accent: str = ""
    shows_talk: bool = True


def community() -> Community:
    """The community, with Kring's own name before anybody gave it one. 1 query."""
    return Community.objects.filter(pk=1).first() or Community()


def require_owner(account: Account | None) -> None:
    """Raises NotAllowed for whoever does not own the community."""
    if account is None or account.role != Role.OWNER or not account.is_active:
        raise NotAllowed(_("Only an owner of the community can do that."))


@transaction.atomic
def set_face(face: Face) -> Community:
    """Whose wish it is, the caller has asked. Raises Invalid, and then changes nothing."""
    row, _made = Community.objects.select_for_update().get_or_create(pk=1)
    row.name = _line(face.name, NAME, "name")
    if not row.name:
        raise Invalid(_("A community needs a name."), field="name")
    row.tagline = _line(face.tagline, TAGLINE, "tagline")
    row.rules = _rules(face.rules)
    row.accent = accent.checked(face.accent)
    row.shows_talk = face.shows_talk
    row.save()
    return row


@transaction.atomic
def set_logo(image_id: int | None) -> None:
    """Show this image as the community's; None: Kring's own ring. The one before it goes.

    Raises Invalid for an image that is used already or was not sent as a logo.
    """
    row, _made = Community.objects.select_for_update().get_or_create(pk=1)
    before = row.logo_id
    if image_id is not None:
        free = Image.objects.unused().filter(purpose=Purpose.LOGO)
        if not 0 < image_id <= MAX_ID or not free.filter(pk=image_id).exists():
            raise Invalid(_("That picture is no longer there. Send it again."), field="logo")
    row.logo_id = image_id
    row.save(update_fields=["logo"])
    if before is not None and before != image_id:
        discard([before])


def rules_of(row: Community) -> list[str]:
    return row.rules.splitlines()


def _line(text: str, most: int, field: str) -> str:
    line = " ".join(clean_text(text).split())
    if len(line) > most:
        raise Invalid(_("That is longer than %(most)d signs.") % {"most": most}, field=field)
    return line


def _rules(text: str) -> str:
    lines = [" ".join(line.split()) for line in clean_text(text).splitlines()]
    lines = [line for line in lines if line]
    if len(lines) > MOST_RULES:
        raise Invalid(
            _("Twelve rules are as many as anybody keeps. Leave some out."), field="rules"
        )
    rules = "\n".join(lines)
    if len(rules) > RULES:
        raise Invalid(_("That is longer than %(most)d signs.") % {"most": RULES}, field="rules")
    return rules


@transaction.atomic
def make_owner(email: str) -> None:
    """For whoever has the machine: who else could name the first one? Raises NotFound."""
    accounts = Account.objects.filter(email__iexact=email.strip()[:254], is_active=True)
    if "\0" in email or not accounts.update(role=Role.OWNER):
        raise NotFound(_("Nobody here signs in with that address."), code="account")


def owners() -> list[str]:
    """The addresses of those who own the community. 1 query."""
    rows = Account.objects.filter(role=Role.OWNER, is_active=True).order_by("pk")
    return list(rows.values_list("email", flat=True)[:100])
