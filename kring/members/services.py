"""Changes to accounts, identities and profiles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kring.core import nodes
from kring.core.dating import id_at
from kring.core.errors import Conflict, Invalid
from kring.core.events import record
from kring.core.html import clean_name, clean_text, is_blank, render_markdown
from kring.media.services import discard
from kring.members.audience import set_audiences
from kring.members.blocklist import require_link_allowed, require_links_allowed
from kring.members.events import (
    IdentityCreated,
    IdentityDeleted,
    IdentityLimited,
    IdentityRestored,
    IdentitySuspended,
    ProfileChanged,
)
from kring.members.fields import Misfit
from kring.members.former import forget_former
from kring.members.handles import free_handles, is_taken, parse_handle
from kring.members.models import Account, Identity, Kind, Leaving, Role
from kring.members.sections import SECTIONS, replace_section

# Longest text of each profile field; `about` has no column limit of its own.
PROFILE_FIELDS = {
    "name": 100,
    "headline": 160,
    "about": 4000,
    "city": 100,
    "pronouns": 40,
    "uses_network_for": 200,
}
_EMAIL_CHARACTERS = 254


class NewIdentity(TypedDict, total=False):
    """What may be said of a new identity besides its name and handle."""

    headline: str
    about: str
    city: str
    pronouns: str
    uses_network_for: str
    is_sample: bool
    external_id: str | None
    created_at: datetime | None
    account: Account | None


@transaction.atomic
def create_identity(
    *, kind: str, name: str, now: datetime, handle: str | None = None, **more: Unpack[NewIdentity]
) -> Identity:
    """A new local identity. Without a handle, one is made from the name.

    Raises Invalid for a name, handle or text that cannot be used, Conflict for a handle or
    external id that exists.
    """
    if kind not in Kind.values:
        raise Invalid(_("There is no such kind of identity."), field="kind")
    created_at = more.pop("created_at", None) or now
    account = more.pop("account", None)
    external_id = more.pop("external_id", None)
    is_sample = more.pop("is_sample", False)
    texts = _profile_texts({"name": name, **more})
    chosen = parse_handle(handle) if handle is not None else free_handles([texts["name"]])[0]
    if handle is not None and is_taken(chosen):
        raise Conflict(_("That handle is taken."), code="handle_taken", field="handle")
    try:
        with transaction.atomic():
            identity = Identity.objects.create(
                id=id_at(created_at, Identity),
                kind=kind,
                handle=chosen,
                account=account,
                external_id=external_id,
                is_sample=is_sample,
                created_at=created_at,
                **texts,
            )
    except IntegrityError:
        raise Conflict(_("Somebody just took that name. Try again."), code="taken") from None
    record(IdentityCreated(identity_id=identity.id, kind=kind), now=now)
    return identity


@transaction.atomic
def create_person(
    *, name: str, now: datetime, handle: str | None = None, **more: Unpack[NewIdentity]
) -> Identity:
    """A new person; see `create_identity`."""
    return create_identity(kind=Kind.PERSON, name=name, now=now, handle=handle, **more)


@transaction.atomic
def create_account(
    *, email: str, password: str, name: str, now: datetime, role: str = "member"
) -> Account:
    """A way in for a new person, with the identity they speak as (`account.identity`).

    Raises Invalid for an address, password or name that cannot be used, Conflict for an address
    that has an account.
    """
    email = email.strip()
    try:
        if len(email) > _EMAIL_CHARACTERS:
            raise ValidationError("")
        validate_email(email)
    except ValidationError:
        raise Invalid(_("Enter a valid e-mail address."), code="email", field="email") from None
    if role not in Role.values:
        raise Invalid(_("There is no such role."), field="role")
    taken = Conflict(_("That address has an account."), code="email_taken", field="email")
    if Account.objects.filter(email__iexact=email).exists():
        raise taken
    account = Account(id=nodes.new_id(), email=email, role=role, created_at=now, is_active=True)
    try:
        validate_password(password, user=account)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), code="password", field="password") from None
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        raise taken from None
    create_person(name=name, now=now, account=account)
    return account


@transaction.atomic
def update_profile(
    *, identity: Identity, now: datetime, shown_to: Mapping[str, str] | None = None, **fields: Any
) -> Identity:
    """Change the named profile texts and sections. Nothing changed, nothing recorded.

    Texts are strings; a section is the whole of what it should say (`members.sections`).
    shown_to: an audience by section (`members.audience`). Raises Invalid for a field that a
    profile does not have, Misfit for values that do not fit.
    """
    opened = set_audiences(identity, shown_to or {})
    sections = {name: value for name, value in fields.items() if name in SECTIONS}
    texts = _profile_texts({name: value for name, value in fields.items() if name not in SECTIONS})
    changed = {name: value for name, value in texts.items() if getattr(identity, name) != value}
    if not changed and not sections and not opened:
        return identity
    if changed:
        # Not on the caller's object before everything proved to fit.
        Identity.objects.filter(pk=identity.pk).update(**changed)
    for _label, address in sections.get("links", ()):
        require_link_allowed(str(address), field="links")
    for name, entries in sections.items():
        replace_section(identity, name, entries)
    for name, value in changed.items():
        setattr(identity, name, value)
    record(ProfileChanged(identity_id=identity.pk), now=now)
    return identity


@transaction.atomic
def ask_search_engines(*, identity: Identity, to_leave: bool) -> None:
    """Whether search engines are asked to keep the profile out of their results."""
    Identity.objects.filter(pk=identity.pk).update(hide_from_search_engines=to_leave)
    identity.hide_from_search_engines = to_leave


@transaction.atomic
def suspend(*, identity: Identity, now: datetime) -> None:
    """Take an identity and all it wrote out of sight, until restored."""
    # Who is leaving is out of sight already; this stands beside it.
    Leaving.objects.filter(identity_id=identity.pk).update(suspended=True)
    living = Identity.objects.filter(pk=identity.pk, suspended_at=None, deleted_at=None)
    if living.update(suspended_at=now):
        record(IdentitySuspended(identity_id=identity.id), now=now)
    identity.refresh_from_db()


@transaction.atomic
def restore(*, identity: Identity, now: datetime) -> None:
    """Undo a suspension. A deleted identity cannot come back, and one that leaves stays away."""
    if Leaving.objects.filter(identity_id=identity.pk).update(suspended=False):
        return
    suspended = Identity.objects.filter(pk=identity.pk, suspended_at__isnull=False, deleted_at=None)
    if suspended.update(suspended_at=None):
        record(IdentityRestored(identity_id=identity.id), now=now)
    identity.refresh_from_db()


@transaction.atomic
def limit(*, identity: Identity, now: datetime) -> None:
    """Let what an identity writes be listed for its own network alone. Twice is once."""
    free = Identity.objects.filter(pk=identity.pk, limited_at=None, deleted_at=None)
    if free.update(limited_at=now):
        record(IdentityLimited(identity_id=identity.pk, limited=1), now=now)
    identity.refresh_from_db()


@transaction.atomic
def unlimit(*, identity: Identity, now: datetime) -> None:
    limited = Identity.objects.filter(pk=identity.pk, limited_at__isnull=False)
    if limited.update(limited_at=None):
        record(IdentityLimited(identity_id=identity.pk, limited=0), now=now)
    identity.refresh_from_db()


@transaction.atomic
def delete_identity(*, identity: Identity, now: datetime) -> None:
    """Leave a tombstone: the handle stays taken, everything else about the identity goes.

    What it wrote is out of sight at once (`posts.visibility`); the account, if any, keeps no tie
    to it.
    """
    empty: dict[str, Any] = {
        "headline": "",
        "about": "",
        "about_html": "",
        "city": "",
        "pronouns": "",
        "uses_network_for": "",
        "private_key": "",
        "name": f"@{identity.handle}",
        "account": None,
        "portrait": None,
        "hide_from_search_engines": False,
    }
    portrait = Identity.objects.filter(pk=identity.pk).values_list("portrait_id", flat=True).first()
    if Identity.objects.filter(pk=identity.pk, deleted_at=None).update(deleted_at=now, **empty):
        for section in SECTIONS:
            getattr(identity, section).all().delete()
        identity.section_audiences.all().delete()
        forget_former(identity)
        if portrait is not None:
            discard([portrait])
        record(IdentityDeleted(identity_id=identity.id), now=now)
    identity.refresh_from_db()


def _profile_texts(fields: dict[str, Any]) -> dict[str, str]:
    """Cleaned, checked texts, with `about_html` beside `about`."""
    texts: dict[str, str] = {}
    errors: dict[str, str] = {}
    for name, value in fields.items():
        if name not in PROFILE_FIELDS or not isinstance(value, str):
            raise Invalid(_("A profile has no such field."), code="field", field=name)
        texts[name] = clean_text(value) if name == "about" else clean_name(value)
        if len(texts[name]) > PROFILE_FIELDS[name]:
            said = _("That is longer than %(limit)d characters.")
            errors[name] = said % {"limit": PROFILE_FIELDS[name]}
    if "name" in texts and is_blank(texts["name"]):
        errors["name"] = _("Say a name.")
    if errors:
        raise Misfit(next(iter(errors)), errors)
    if "about" in texts:
        texts["about_html"] = render_markdown(texts["about"])
        require_links_allowed([texts["about_html"]], field="about")
    return texts
