"""How pages look to one person, wherever they are signed in."""

from __future__ import annotations

from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.members.models import Account, TextSize, Theme


def set_appearance(*, account: Account, theme: str, text_size: str, shortcuts: bool) -> None:
    """Keep colours, size of text and whether single keys do anything.

    Raises Invalid for colours or sizes that there are not.
    """
    if theme not in Theme.values or text_size not in TextSize.values:
        raise Invalid(_("Choose one of the ways that are shown."), code="appearance")
    Account.objects.filter(pk=account.pk).update(
        theme=theme, text_size=text_size, shortcuts=shortcuts
    )
    account.theme, account.text_size, account.shortcuts = theme, text_size, shortcuts
