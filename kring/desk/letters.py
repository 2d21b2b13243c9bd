"""Letters from the desk, in the language of whom they are for."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import translation
from django.utils.translation import gettext as _

from kring.members.models import Account
from kring.members.queries import community_name


def let_in(account: Account) -> None:
    """An owner said yes: how to come in."""
    with translation.override(account.language or settings.LANGUAGE_CODE):
        _send(
            account,
            _("Welcome, you are in"),
            _(
                "You asked to join, and you are welcome. Come in here, with a code that is "
                "mailed to this address:"
            )
            + f"\n\n{settings.ENV.url}/accounts/login/",
        )


def declined(account: Account) -> None:
    """An owner said no, and nothing of them is kept."""
    with translation.override(account.language or settings.LANGUAGE_CODE):
        _send(
            account,
            _("About your wish to join"),
            _(
                "You asked to join, and the owners of this community decided not to let you in. "
                "What you told is deleted. If you think that is a mistake, ask them."
            ),
        )


def _send(account: Account, subject: str, words: str) -> None:
    name = community_name()
    EmailMessage(f"[{name}] {subject}", f"{words}\n\n--\n{name}\n", to=[account.email]).send()
