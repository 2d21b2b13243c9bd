"""Who answers for the community, and on which terms one is here: set by its owners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.core.html import clean_text
from kring.members.models import Imprint

LINES = {"name": 150, "address": 300, "email": 254, "languages": 100}
TERMS = 20_000


@dataclass(frozen=True, slots=True)
class Said:
    """What owners say. terms: Markdown; empty for those that Kring comes with."""

    name: str = ""
    address: str = ""
    email: str = ""
    languages: str = ""
    terms: str = ""


def imprint() -> Imprint:
    """What was said, or nothing. 1 query."""
    return Imprint.objects.filter(pk=1).first() or Imprint()


@transaction.atomic
def set_imprint(said: Said, *, now: datetime) -> Imprint:
    """Whose wish it is, the caller has asked. Raises Invalid, and then changes nothing."""
    row, _made = Imprint.objects.select_for_update().get_or_create(pk=1)
    for field, most in LINES.items():
        line = " ".join(clean_text(getattr(said, field)).split())
        if len(line) > most:
            raise Invalid(_("That is longer than %(most)d signs.") % {"most": most}, field=field)
        setattr(row, field, line)
    if row.email:
        try:
            validate_email(row.email)
        except ValidationError:
            raise Invalid(_("Enter a valid e-mail address."), field="email") from None
    row.terms = clean_text(said.terms).strip()
    if len(row.terms) > TERMS:
        raise Invalid(_("That is longer than %(most)d signs.") % {"most": TERMS}, field="terms")
    row.changed_at = now
    row.save()
    return row
