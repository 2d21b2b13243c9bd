"""Errors as people see them: one sentence, the right status, nothing lost."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kring.core.errors import KringError, TooMany


def page(request: HttpRequest, *, status: int, title: str, sentence: str) -> HttpResponse:
    """A whole page, or for htmx the sentence alone, to stand where the answer would have."""
    context = {"status": status, "title": title, "sentence": sentence}
    template = "_error.html" if getattr(request, "htmx", False) else "error.html"
    return render(request, template, context, status=status)


def titles() -> dict[int, str]:
    return {
        400: _("That request cannot be read"),
        403: _("Not allowed"),
        404: _("Not here"),
        409: _("Somebody was before you"),
        413: _("That is too much"),
        422: _("Almost"),
        429: _("Slow down a little"),
    }


def of(request: HttpRequest, error: KringError) -> HttpResponse:
    """The page for an error that a person caused."""
    title = titles().get(error.status, _("That did not work"))
    response = page(request, status=error.status, title=title, sentence=error.message)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    too_big = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    status = 413 if too_big else 400
    sentence = (
        _("What you sent is too large. Make it shorter and try again.")
        if too_big
        else _("Something in the address or the form is damaged. Go back and try again.")
    )
    return page(request, status=status, title=titles()[status], sentence=sentence)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, status=403, title=titles()[403], sentence=_("You may not do that here."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(
        request,
        status=404,
        title=titles()[404],
        sentence=_("This page does not exist, or not for you."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request,
        status=403,
        title=titles()[403],
        sentence=_("The form was open for too long, or came from another site. Send it again."),
    )


def server_error(request: Any) -> HttpResponse:
    """Works without a database, a session or a signed-in person."""
    return page(
        request,
        status=500,
        title=_("Something broke on our side"),
        sentence=_("What you did before is safe. Try again in a moment."),
    )
