"""What a part of a profile said before it was changed, for as long as that can be undone.

Nobody is asked "are you sure": who saves a part of their profile can have the one before back, to
the letter, with its order, its audience and its picture. After that it leaves the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core.errors import NotFound
from kring.core.events import record
from kring.core.undoing import UNDO_WITHIN
from kring.media.services import discard
from kring.members.events import ProfileChanged
from kring.members.models import FormerPart, Identity, Section
from kring.members.sections import TABLES

EVERY = timedelta(seconds=30)
_PORTION = 200
_TEXTS: dict[str, tuple[str, ...]] = {
    Section.CARD: ("name", "headline"),
    Section.PERSONAL: ("city", "pronouns"),
    Section.ABOUT: ("about", "about_html"),
    Section.USE: ("uses_network_for",),
}


@transaction.atomic
def change_part(
    *, identity: Identity, section: str, now: datetime, change: Callable[[], None]
) -> bool:
    """Make a change to one part, and keep what it said before; says whether anything changed.

    The change before this one can no longer be undone.
    """
    _forget(FormerPart.objects.filter(identity=identity, section=section))
    before, portrait_id = _said(_locked(identity), section)
    # First, so that the portrait is in use when the change lets it go.
    former = FormerPart.objects.create(
        identity=identity, section=section, said=before, portrait_id=portrait_id, changed_at=now
    )
    change()
    changed = _said(_locked(identity), section) != (before, portrait_id)
    if not changed:
        former.delete()
    return changed


@transaction.atomic
def undo_change(*, identity: Identity, section: str, now: datetime) -> None:
    """Let a part say what it said before. Raises NotFound when that is too long ago."""
    held = _locked(identity)
    former = FormerPart.objects.filter(
        identity=identity, section=section, changed_at__gt=now - UNDO_WITHIN
    ).first()
    if former is None:
        raise NotFound(
            _("That was too long ago: what this part said before is gone."), code="too_late"
        )
    left = held.portrait_id
    _say_again(held, former)
    former.delete()
    if left is not None and left != held.portrait_id:
        discard([left])
    identity.refresh_from_db()
    record(ProfileChanged(identity_id=identity.pk), now=now)


def wipe_former(now: datetime) -> int:
    """Forget what can no longer be brought back; returns how many parts."""
    due = FormerPart.objects.filter(changed_at__lte=now - UNDO_WITHIN)
    return _forget(
        FormerPart.objects.filter(pk__in=list(due.values_list("pk", flat=True)[:_PORTION]))
    )


def forget_former(identity: Identity) -> None:
    """Forget all of it at once, with its pictures."""
    _forget(FormerPart.objects.filter(identity=identity))


@transaction.atomic
def _forget(rows: Any) -> int:
    portraits = [id_ for id_ in rows.values_list("portrait_id", flat=True) if id_ is not None]
    gone: int = rows.delete()[0]
    discard(portraits)
    return gone


def _locked(identity: Identity) -> Identity:
    return Identity.objects.select_for_update(of=("self",)).get(pk=identity.pk)


def _said(held: Identity, section: str) -> tuple[dict[str, Any], int | None]:
    """All that the part says, as JSON holds it, and the id of its picture."""
    table = TABLES.get(section)
    chosen = held.section_audiences.filter(section=section).values_list("shown_to", flat=True)
    said = {
        "texts": {name: getattr(held, name) for name in _TEXTS.get(section, ())},
        "rows": list(getattr(held, section).order_by("pk").values(*table.columns)) if table else [],
        "shown_to": chosen.first(),
    }
    return said, held.portrait_id if section == Section.CARD else None


def _say_again(held: Identity, former: FormerPart) -> None:
    section, said = former.section, former.said
    table = TABLES.get(section)
    if table is not None:
        getattr(held, section).all().delete()
        table.model._default_manager.bulk_create(
            [table.model(identity=held, **row) for row in said["rows"]]
        )
    for name, text in said["texts"].items():
        setattr(held, name, text)
    if section == Section.CARD:
        held.portrait_id = former.portrait_id
    held.save(update_fields=[*said["texts"], *(["portrait"] if section == Section.CARD else [])])
    held.section_audiences.filter(section=section).delete()
    if said["shown_to"]:
        held.section_audiences.create(section=section, shown_to=said["shown_to"])
