"""One's own profile, edited in place: one section at a time becomes a form, and a part again."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kring.core import clock
from kring.core.errors import KringError, NotAllowed, NotFound
from kring.media.models import Purpose
from kring.media.services import take_in
from kring.members import services
from kring.members.audience import Closeness, audiences_of, audiences_to_choose
from kring.members.fields import Misfit
from kring.members.former import change_part, undo_change
from kring.members.lookalikes import resembles_colleagues
from kring.members.models import Identity, Kind, Section
from kring.members.portrait import remove_portrait, set_portrait
from kring.members.queries import Profile, identity_by_handle, profile_of
from kring.posts.visibility import may_see_identity
from kring.web import profile_forms as forms
from kring.web.language_names import names_offered
from kring.web.limits import spend
from kring.web.middleware import KringRequest
from kring.web.profile_parts import ICONS, pages_seen, parts_of, title_of
from kring.web.uploads import UPLOADS_A_MINUTE, upload_of
from kring.web.views.common import actor, notice, see_other, signed_in
from kring.web.views.compose import with_retry


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def edit(request: KringRequest, handle: str, section: str) -> HttpResponse:
    """A section as a form. With a script the form alone, which takes the section's place."""
    identity, part = _own(request, handle), _section(section)
    profile = profile_of(identity, Closeness.SELF)
    if request.method == "POST":
        return _sent(request, identity, profile, part)
    if "read" in request.GET:
        return _as_read(request, identity, part)
    draft = forms.stored(part, identity, profile, audiences_of(identity)[part])
    return _as_form(request, identity, profile, part, draft)


@require_POST
@signed_in
def undo(request: KringRequest, handle: str, section: str) -> HttpResponse:
    """Let a section say again what it said before it was saved."""
    identity, part = _own(request, handle), _section(section)
    undo_change(identity=identity, section=part.value, now=clock.utc_now())
    notice(request, _("It is as it was."))
    return see_other(_place(identity, part))


@require_POST
@signed_in
def search_engines(request: KringRequest, handle: str) -> HttpResponse:
    """Ask search engines to keep one's profile out, or no longer."""
    identity = _own(request, handle)
    services.ask_search_engines(identity=identity, to_leave=request.POST.get("leave") == "1")
    notice(request, _("Saved."))
    return see_other(reverse("profile", args=[identity.handle]) + "#who-sees-what")


def _sent(
    request: KringRequest, identity: Identity, profile: Profile, part: Section
) -> HttpResponse:
    draft = forms.typed(part, request.POST)
    act = request.POST.get("do", "save")
    if act != "save":
        forms.after(draft, part, act)
        status = 422 if draft.errors else 200
        return _as_form(request, identity, profile, part, draft, status=status)
    rows, numbers = forms.entries(draft, part, profile) if forms.columns_asked(part) else ([], [])
    fields: dict[str, Any] = dict(draft.values) or {part.value: rows}
    try:
        changed = _save(request, identity, part, fields, draft.shown_to)
    except KringError as error:
        at = error.field or part.value
        errors = error.errors if isinstance(error, Misfit) else {at: error.message}
        draft.errors = dict(forms.by_input(errors, numbers))
        draft.focus = next(iter(draft.errors))
        response = _as_form(request, identity, profile, part, draft, status=error.status)
        return with_retry(response, error)
    identity.refresh_from_db()
    undo_at = reverse("undo_edit", args=[identity.handle, part.value]) if changed else ""
    return _as_read(request, identity, part, _("Saved."), undo=undo_at)


def _save(
    request: KringRequest, identity: Identity, part: Section, fields: dict[str, Any], to: str
) -> bool:
    """Says whether anything changed. Raises KringErrors."""
    now, image_id = clock.utc_now(), None
    # A picture is decoded in a process of its own, so before the transaction.
    if part == Section.CARD and _has_file(request):
        spend("uploads", identity.pk, most=UPLOADS_A_MINUTE, now=now)
        purpose = Purpose.PORTRAIT if identity.kind == Kind.PERSON else Purpose.LOGO
        image_id = take_in(upload_of(request, "image"), by=identity.pk, purpose=purpose, now=now).pk

    def change() -> None:
        services.update_profile(identity=identity, now=now, shown_to={part.value: to}, **fields)
        if image_id is not None:
            set_portrait(identity=identity, image_id=image_id, sent_by=identity.pk, now=now)
        elif part == Section.CARD and request.POST.get("no_portrait") == "1":
            remove_portrait(identity=identity, now=now)

    return change_part(identity=identity, section=part.value, now=now, change=change)


def _has_file(request: KringRequest) -> bool:
    return "image" in request.FILES or "image" in getattr(request, "too_large", ())


def _as_form(
    request: KringRequest, identity: Identity, profile: Profile, part: Section,
    draft: forms.Draft, *, status: int = 200,
) -> HttpResponse:  # fmt: skip
    columns = forms.columns_asked(part)
    form = {
        "section": part.value,
        "title": title_of(part, profile),
        "draft": draft,
        "asks": forms.texts_asked(part),
        "columns": columns,
        "sorts": bool(columns) and part not in (Section.POSITIONS, Section.EDUCATION),
        "audiences": [(to.value, to.label) for to in audiences_to_choose(part)],
        "alike": part == Section.ABOUT and resembles_colleagues(identity),
        "languages": names_offered() if part == Section.LANGUAGES else [],
        "organisations": forms.organisations_offered()
        if part in (Section.POSITIONS, Section.EDUCATION)
        else [],
    }
    context = {"profile": profile, "form": form}
    if getattr(request, "htmx", False):
        return _private(render(request, "profile/_form.html", context, status=status))
    context |= own_page(identity, profile)
    return _private(render(request, "profile.html", context, status=status))


def _as_read(
    request: KringRequest, identity: Identity, part: Section, said: str = "", *, undo: str = ""
) -> HttpResponse:
    """The section as it stands, with the focus back at its Edit link."""
    if not getattr(request, "htmx", False):
        if said:
            notice(request, said, undo=undo)
        return see_other(_place(identity, part))
    profile = profile_of(identity, Closeness.SELF)
    context = own_page(identity, profile) | {
        "profile": profile, "part": parts_of(profile, audiences_of(identity))[part.value],
        "focus": True, "message": said, "undo": undo,
    }  # fmt: skip
    return _private(render(request, "profile/_read.html", context))


def _place(identity: Identity, part: Section) -> str:
    """A section of one's profile, at its Edit link."""
    return f"{reverse('profile', args=[identity.handle])}#edit-{part.value}"


def own_page(identity: Identity, profile: Profile) -> dict[str, Any]:
    """What one's own profile page shows beside what everybody's does. 2 queries."""
    audiences = audiences_of(identity)
    parts = parts_of(profile, audiences)
    return {
        "mine": True,
        "nav": "profile",
        "parts": parts,
        "ladder": [
            (parts[section.value].title, ICONS[to], to.value) for section, to in audiences.items()
        ],
        "on_the_web": audiences[Section.CARD].value == "public",
        "pages_seen": pages_seen(identity.pk, profile),
    }


def _own(request: KringRequest, handle: str) -> Identity:
    """Oneself. Raises NotFound for whom one may not see, NotAllowed for others."""
    identity, me = identity_by_handle(handle), actor(request)
    if not may_see_identity(me.pk, identity):
        raise NotFound(_("There is nobody by that name here."), code="identity")
    if identity.pk != me.pk:
        raise NotAllowed(_("Only they can change their profile."))
    return identity


def _section(name: str) -> Section:
    if name not in Section.values:
        raise NotFound(_("A profile has no such part."), code="section")
    return Section(name)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-store"
    return response
