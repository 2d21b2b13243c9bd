"""By which way somebody in this browser joins: the link they followed, and what they are asked."""

from __future__ import annotations

from django.http import HttpRequest

from kring.core import clock
from kring.desk.joining import apply
from kring.desk.links import link_by_id
from kring.desk.models import InvitationLink
from kring.members.community import community
from kring.members.models import Account, Registration

# The id of the link, never its token: sessions are rows that whoever has a copy can read.
INVITED = "invited_by"


def link_of(request: HttpRequest) -> InvitationLink | None:
    """The link by which this browser came, if it still lets in anybody. 1 query at most."""
    link_id = request.session.get(INVITED)
    return link_by_id(link_id, now=clock.utc_now()) if isinstance(link_id, int) else None


def question_for(request: HttpRequest) -> str:
    """What whoever joins here is asked; nothing of whom a link lets in. 2 queries at most."""
    row = community()
    asks = row.registration == Registration.APPROVAL and row.question
    return row.question if asks and link_of(request) is None else ""


def note_how(request: HttpRequest, account: Account, answer: str) -> None:
    """Keep, with an account that was just made, how somebody joined."""
    link = link_of(request)
    apply(account=account, answer=answer, link=link, now=clock.utc_now())
    request.session.pop(INVITED, None)
