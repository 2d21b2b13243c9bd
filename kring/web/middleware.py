"""What surrounds every request: its log line, who acts, and errors as pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import structlog
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from kring.core.errors import KringError
from kring.members.models import Account, Identity
from kring.members.queries import person_of
from kring.network.queries import may_act_as
from kring.web import demo, errors

GetResponse = Callable[[HttpRequest], HttpResponse]
ACTING = "identity_id"
# Neither a cache on the way nor the disk of a computer that others use keeps what a member saw.
FOR_ONE = "private, no-store"
log = structlog.get_logger("kring.web")


class KringRequest(HttpRequest):
    """A request after the middleware: `identity` is who acts, None for somebody not signed in."""

    identity: Identity | None


class RequestLogMiddleware:
    """One line a request: the route's pattern, never the path, the query or who it was."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        log.info(
            "request",
            method=request.method if (request.method or "").isalpha() else "?",
            route=f"/{match.route}" if match else "unknown",
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response


class ContentPolicyMiddleware(CSPMiddleware):
    """Content-Security-Policy: the same for all our pages, so its words are put together once."""

    def __init__(self, get_response: GetResponse) -> None:
        super().__init__(get_response)
        self._policy: str = build_policy()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if settings.DEBUG:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._policy)
        return response


class ActingMiddleware:
    """Sets `request.identity`: the session's acting identity, checked on every request.

    What they are shown is for them alone, unless a view says that others may have it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.identity = None
        account = request.user
        if account.is_authenticated:
            _speak_their_language(request, account)
            request.identity = _acting(request, account)
            if request.identity is None:
                # Signed in, and nobody to speak as: gone or suspended since.
                logout(request)
                return errors.page(
                    request,
                    status=403,
                    title=translation.gettext("You cannot act here"),
                    sentence=translation.gettext(
                        "This account has been suspended or removed. Ask the community's owner."
                    ),
                )
        if demo.keeps_out(request, request.identity):
            return errors.not_found(request)
        response = self.get_response(request)
        if request.identity is not None:
            response.headers.setdefault("Cache-Control", FOR_ONE)
        return response


def _acting(request: Any, account: Account) -> Identity | None:
    chosen = request.session.get(ACTING)
    if chosen is not None:
        identity = Identity.objects.filter(pk=chosen).first()
        if identity is not None and may_act_as(account, identity):
            return identity
        del request.session[ACTING]
    person = person_of(account)
    return person if person is not None and may_act_as(account, person) else None


def _speak_their_language(request: HttpRequest, account: Account) -> None:
    if account.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(account.language)


class ErrorMiddleware:
    """Turns what a person caused into a page with a sentence. Bugs go on to the 500 page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            return errors.not_this_way(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return errors.of(request, error) if isinstance(error, KringError) else None
