"""Errors as people see them: one sentence, the right status, nothing lost."""

from __future__ import annotations

import secrets
import sys
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kring.core.cache import redis_errors
from kring.core.errors import KringError, TooMany

RETRY_SECONDS = 30
JSON = "application/json"
log = structlog.get_logger(__name__)


def page(
    request: HttpRequest,
    *,
    status: int,
    title: str,
    sentence: str,
    number: str = "",
    code: str = "",
) -> HttpResponse:
    """A whole page, for htmx the sentence alone, or JSON for a script that asked for that.

    number: under which the log has it
    code: what kind of error it is, for programs
    """
    if request.get_preferred_type(["text/html", JSON]) == JSON:
        return JsonResponse({"error": sentence, "code": code}, status=status)
    context = {"status": status, "title": title, "sentence": sentence, "number": number}
    template = "_error.html" if getattr(request, "htmx", False) else "error.html"
    return render(request, template, context, status=status)


def titles() -> dict[int, str]:
    return {
        400: _("That request cannot be read"),
        403: _("Not allowed"),
        404: _("Not here"),
        405: _("Not like this"),
        409: _("Somebody was before you"),
        413: _("That is too much"),
        422: _("Almost"),
        429: _("Slow down a little"),
    }


def of(request: HttpRequest, error: KringError) -> HttpResponse:
    """The page for an error that a person caused."""
    title = titles().get(error.status, _("That did not work"))
    response = page(
        request, status=error.status, title=title, sentence=error.message, code=error.code
    )
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
        sentence=_("This page does not exist, or is not for you."),
    )


def not_this_way(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """For the empty answer to, say, a reload of an address that only takes forms."""
    response = page(
        request,
        status=405,
        title=titles()[405],
        sentence=_("This address only takes what a form sends. Go back, or start from Home."),
    )
    response["Allow"] = refused["Allow"]
    return response


def too_many(request: HttpRequest) -> HttpResponse:
    """What allauth answers when one of its limits is reached."""
    return page(
        request,
        status=429,
        title=titles()[429],
        sentence=_("That was tried often in a short time. Wait a few minutes and try again."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request,
        status=403,
        title=titles()[403],
        sentence=_("The form was open for too long, or came from another site. Send it again."),
    )


def server_error(request: Any) -> HttpResponse:
    """Works without a database, a session or a signed-in person.

    503 where the database or the shared cache cannot be used: that passes. Else 500, with a number
    to quote.
    """
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError, *redis_errors())):
        away = page(
            request,
            status=503,
            title=_("Back in a moment"),
            sentence=_("The community’s memory is busy or being looked after. Try again soon."),
        )
        away["Retry-After"] = str(RETRY_SECONDS)
        return away
    number = secrets.token_hex(3).upper()
    log.error("page broke", number=number)
    return page(
        request,
        status=500,
        title=_("Something broke on our side"),
        sentence=_("What you did before is safe. Try again in a moment."),
        number=number,
    )
