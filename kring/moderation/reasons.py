"""Why something may be reported: one registry for the form, the queue and the command line."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kring.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Reason:
    """needs_words: it says nothing without an explanation. sworn: asks for good faith."""

    key: str
    title: str | Promise
    hint: str | Promise
    needs_words: bool = False
    sworn: bool = False


ILLEGAL = "illegal"
REASONS = {
    reason.key: reason
    for reason in (
        Reason(
            "spam",
            gettext_lazy("Spam"),
            gettext_lazy("Advertising nobody asked for, the same again and again, or a trick."),
        ),
        Reason(
            "harassment",
            gettext_lazy("Harassment"),
            gettext_lazy("Somebody is threatened, belittled or not left alone."),
        ),
        Reason(
            ILLEGAL,
            gettext_lazy("Against the law"),
            gettext_lazy("Say which law or right, and what exactly is against it."),
            needs_words=True,
            sworn=True,
        ),
        Reason(
            "impersonation",
            gettext_lazy("Pretends to be somebody else"),
            gettext_lazy("A person, a company or an office that it is not."),
        ),
        Reason(
            "misinformation",
            gettext_lazy("False claims about work"),
            gettext_lazy("A title, a qualification, a result or a job that is not true."),
        ),
        Reason(
            "other",
            gettext_lazy("Something else"),
            gettext_lazy("Say in your own words what is wrong."),
            needs_words=True,
        ),
    )
}


def reason(key: str) -> Reason:
    """Raises Invalid for a reason that there is not."""
    if key not in REASONS:
        raise Invalid(_("Choose a reason."), code="reason", field="reason")
    return REASONS[key]


def reason_title(key: str) -> str:
    """The words for a stored reason, also for one that a later release no longer has."""
    return str(REASONS[key].title) if key in REASONS else key
