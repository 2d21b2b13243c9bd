"""How a reader wants to be served: the mix of the ranked page, and what may be kept of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from kring.core import events
from kring.core.errors import Invalid
from kring.feed import forgetting
from kring.feed.events import MeasurementForgotten, PreferencesChanged
from kring.feed.models import MeasureConsent, Preferences
from kring.feed.steering import AXES, FURTHEST, MOST_OUTSIDE_PERCENT, PRESETS, Axes
from kring.members.models import Identity
from kring.posts.services.access import lock

MOST_LANGUAGES = 20
# Of the words in which it is asked: raise it when they change in meaning.
CONSENT_VERSION = 1
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A mix as it was asked for. `axes` count only where `preset` is `own`."""

    preset: str
    axes: Axes
    outside_percent: int | None

    def check(self) -> None:
        """Raise Invalid, in a sentence, for what cannot be."""
        if self.preset not in PRESETS:
            raise Invalid(_("Choose one of the ways to mix your feed."), field="preset")
        for name, position in zip(AXES, self.axes, strict=True):
            if not -FURTHEST <= position <= FURTHEST:
                raise Invalid(_("A slider stands between -2 and 2."), field=name)
        percent = self.outside_percent
        if percent is not None and not 0 <= percent <= MOST_OUTSIDE_PERCENT:
            raise Invalid(
                _("At most %(most)d of 100 posts can come from outside your network.")
                % {"most": MOST_OUTSIDE_PERCENT},
                field="outside",
            )


@transaction.atomic
def prefer(*, by: Identity, wanted: Wanted, now: datetime) -> None:
    """Mix one's ranked page like this from now on. Raises Invalid."""
    wanted.check()
    lock(by)
    before = Preferences.objects.filter(identity=by).first() or Preferences(identity=by)
    after: dict[str, object] = {"preset": wanted.preset, "outside_percent": wanted.outside_percent}
    if wanted.preset == "own":
        after |= dict(zip(AXES, wanted.axes, strict=True))
    _keep(before, after, now)


@transaction.atomic
def switch(
    *, by: Identity, measure: bool, profile: bool, home_only: bool, languages: Sequence[str],
    now: datetime,
) -> None:  # fmt: skip
    """What pages may report and the feed may conclude, how far one's posts go, what one reads.

    Raises Invalid for what is no language code.
    """
    codes = sorted(set(languages))
    if len(codes) > MOST_LANGUAGES or not all(_LANGUAGE.fullmatch(code) for code in codes):
        raise Invalid(_("Choose languages from the list."), field="languages")
    lock(by)
    before = Preferences.objects.filter(identity=by).first() or Preferences(identity=by)
    after = {
        "measure": measure,
        "profile": profile,
        "home_only": home_only,
        "languages": ",".join(codes),
    }
    if measure != before.measure:
        _note_consent(by, measure, now)
    _keep(before, after, now)


@transaction.atomic
def answer_measuring(*, by: Identity, agreed: bool, now: datetime) -> None:
    """What somebody says when they are asked whether they may be measured."""
    lock(by)
    before = Preferences.objects.filter(identity=by).first() or Preferences(identity=by)
    _note_consent(by, agreed, now)
    _keep(before, {"measure": agreed}, now)


@transaction.atomic
def forget_measured(*, by: Identity, now: datetime) -> None:
    """Delete what was measured of somebody so far, in every process; what they did stays."""
    lock(by)
    forgetting.forget_measured(by.pk)
    events.record(MeasurementForgotten(by=by.pk), now=now)


def _note_consent(by: Identity, agreed: bool, now: datetime) -> None:
    MeasureConsent.objects.create(identity=by, agreed=agreed, version=CONSENT_VERSION, at=now)


@transaction.atomic
def reset_preferences(*, by: Identity, now: datetime) -> None:
    """Back to the community's way, the switches included."""
    lock(by)
    if Preferences.objects.filter(identity=by).delete()[0]:
        events.record(PreferencesChanged(by=by.pk, home_only=0), now=now)


def _keep(row: Preferences, after: dict[str, object], now: datetime) -> None:
    if all(getattr(row, name) == value for name, value in after.items()):
        return
    for name, value in after.items():
        setattr(row, name, value)
    row.changed_at = now
    row.save()
    events.record(PreferencesChanged(by=row.identity_id, home_only=int(row.home_only)), now=now)
