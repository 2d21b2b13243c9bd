"""What surrounds every request: its log line, who acts, and errors as pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation

from kring.core import clock, metrics
from kring.core.errors import KringError
from kring.desk.joining import is_waiting
from kring.members.leaving import leaving_of
from kring.members.models import Account, Identity, Leaving
from kring.members.queries import person_of
from kring.network.queries import may_act_as
from kring.web import demo, errors
from kring.web.limits import spend_act

GetResponse = Callable[[HttpRequest], HttpResponse]
ACTING = "identity_id"
# Where somebody who is leaving may go: back, out, and to another language.
LEAVING_MAY = ("stay", "account_logout", "set_language", "privacy", "terms", "contact")
# Neither a cache on the way nor the disk of a computer that others use keeps what a member saw.
FOR_ONE = "private, no-store"
log = structlog.get_logger("kring.web")


class KringRequest(HttpRequest):
    """A request after the middleware.

    identity: who acts, None for somebody not signed in, or suspended
    person: who is signed in, suspended or not; None for somebody not signed in
    """

    identity: Identity | None
    person: Identity | None


# Where somebody goes who is suspended: they read why, ask to look again, and leave. Whatever else
# is theirs by right (their data, the end of their account) is added here by its route's name.
WHILE_SUSPENDED = {
    "decisions", "decision", "set_language", "account_logout", "policy", "privacy", "terms",
    "contact",
    "settings_data", "export", "export_file", "erase", "account_reauthenticate",
}  # fmt: skip
_READING = ("GET", "HEAD")


class RequestLogMiddleware:
    """One line a request: the route's pattern, never the path, the query or who it was."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        match, seconds = request.resolver_match, time.perf_counter() - started
        route = f"/{match.route}" if match else "unknown"
        log.info(
            "request",
            method=request.method if (request.method or "").isalpha() else "?",
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
        )
        metrics.observe_request(
            route=route,
            method=request.method or "",
            status=response.status_code,
            seconds=seconds,
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
        request.identity = request.person = None
        account = request.user
        if account.is_authenticated:
            _speak_their_language(request, account)
            request.identity = _acting(request, account)
            if request.identity is None and (leaving := leaving_of(account)) is not None:
                return self._of_who_leaves(request, leaving)
            request.person = request.identity or _suspended(account)
            if request.person is None and is_waiting(account):
                logout(request)
                return render(request, "account/waiting.html", status=403)
            if request.person is None:
                # Signed in, and nobody to speak as: gone since.
                logout(request)
                return errors.page(
                    request,
                    status=403,
                    title=translation.gettext("You cannot act here"),
                    sentence=translation.gettext(
                        "This account has been removed. Ask the community's owner."
                    ),
                )
            if request.identity is None and _name_of(request) not in WHILE_SUSPENDED:
                return _out_of_bounds(request)
        if demo.keeps_out(request, request.identity):
            return errors.not_found(request)
        response = self.get_response(request)
        if request.person is not None:
            response.headers.setdefault("Cache-Control", FOR_ONE)
        return response

    def _of_who_leaves(self, request: Any, leaving: Leaving) -> HttpResponse:
        """They see until when they can come back, whatever they ask for, and nothing else."""
        path = request.path_info
        if path in map(reverse, LEAVING_MAY) or path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        response = render(request, "leaving.html", {"leaving": leaving}, status=403)
        response["Cache-Control"] = FOR_ONE
        return response


def concerned(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for whoever is signed in, suspended or not; others are shown the way in and back."""

    @wraps(view)
    def guarded(request: KringRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.person is None:
            return redirect_to_login(request.get_full_path())
        if request.method == "POST":
            spend_act(request.person.pk, now=clock.utc_now())
        return view(request, *args, **kwargs)

    return guarded


def _suspended(account: Account) -> Identity | None:
    """The person of an account who is suspended, and not gone."""
    person = person_of(account)
    standing = person is not None and person.suspended_at is not None and not person.deleted_at
    return person if standing and account.is_active else None


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""


def _out_of_bounds(request: HttpRequest) -> HttpResponse:
    """To whoever is suspended: what was decided, for whatever page they ask; no act is done."""
    if request.method in _READING:
        return redirect("decisions")
    response = errors.page(
        request,
        status=403,
        title=translation.gettext("You are suspended"),
        sentence=translation.gettext(
            "While you are suspended you can read why, and ask to look at it again. Nothing you "
            "send is taken."
        ),
    )
    response.headers["Cache-Control"] = FOR_ONE
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
