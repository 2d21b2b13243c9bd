"""What the law asks a community to say: privacy, terms, contact; and where owners say it."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kring.core import clock
from kring.core.errors import Invalid
from kring.core.html import render_markdown
from kring.members.community import community, require_owner, rules_of
from kring.members.imprint import Said, imprint, set_imprint
from kring.members.models import Account
from kring.web.middleware import KringRequest
from kring.web.purposes import PURPOSES
from kring.web.views.common import notice, see_other, signed_in


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is stored, why and how long. 2 queries."""
    return render(request, "law/privacy.html", {"purposes": PURPOSES, "imprint": imprint()})


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The community's own words, or those that Kring comes with. 3 queries."""
    said = imprint()
    # Rendered by our own renderer, which lets a short list of tags through.
    own = mark_safe(render_markdown(said.terms)) if said.terms else ""
    context = {"own": own, "rules": rules_of(community()), "imprint": said}
    return render(request, "law/terms.html", context)


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    return render(request, "law/contact.html", {"imprint": imprint()})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def legal(request: KringRequest) -> HttpResponse:
    """Contact point and terms; for owners alone."""
    require_owner(cast(Account, request.user))
    if request.method != "POST":
        row = imprint()
        return _form(request, Said(row.name, row.address, row.email, row.languages, row.terms))
    names = ("name", "address", "email", "languages", "terms")
    said = Said(**{name: request.POST.get(name, "") for name in names})
    try:
        set_imprint(said, now=clock.utc_now())
    except Invalid as error:
        return _form(request, said, error=error, status=error.status)
    notice(request, _("Saved. Everybody sees it from the next page on."))
    return see_other(reverse("legal"))


def _form(
    request: KringRequest, said: Said, *, error: Invalid | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"said": said, "error": error, "part": "legal"}
    response = render(request, "law/legal.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
