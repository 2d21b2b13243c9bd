"""Texts about oneself that colleagues have nearly word for word, said to their writer alone.

Compared are only texts that all members may read, so that the answer tells nobody anything new,
and it is one bit: that several are alike, never how many, whose or which.
"""

from __future__ import annotations

from django.db.models import Q
from rapidfuzz import fuzz, process, utils

from kring.core.html import count_words
from kring.members.audience import kept_from_members
from kring.members.models import Identity, Position, Section

# A shorter text is alike by chance. Two others make it several: one may have asked the other.
FEWEST_WORDS = 12
SEVERAL = 2
ALIKE_PERCENT = 85
COMPARED = 200


def resembles_colleagues(identity: Identity) -> bool:
    """Whether several people of one's company say nearly the same about themselves. 3 queries.

    At most 200 texts are compared, those of whoever joined last.
    """
    if count_words(identity.about) < FEWEST_WORDS:
        return False
    texts = _abouts_of_colleagues(identity)
    alike = process.extract(
        identity.about, texts, scorer=fuzz.ratio, processor=utils.default_process,
        score_cutoff=ALIKE_PERCENT, limit=SEVERAL,
    )  # fmt: skip
    return len(alike) >= SEVERAL


def _abouts_of_colleagues(identity: Identity) -> list[str]:
    now = Position.objects.filter(to_year__isnull=True)
    mine = now.filter(identity=identity).values_list("organisation_id", "organisation_name")
    same = Q()
    for page_id, name in mine:
        same |= Q(organisation_id=page_id) if page_id else Q(organisation_name__iexact=name)
    if not same:
        return []
    colleagues = Identity.objects.living().filter(pk__in=now.filter(same).values("identity_id"))
    found = dict(
        colleagues.exclude(pk=identity.pk).exclude(about="")
        .order_by("-pk").values_list("pk", "about")[:COMPARED]
    )  # fmt: skip
    kept = kept_from_members(found) if found else set()
    # Who keeps where they work to themselves is not told to be anybody's colleague.
    hidden = {id_ for id_, section in kept if section in (Section.ABOUT, Section.POSITIONS)}
    return [about for id_, about in found.items() if id_ not in hidden]
