"""Who logs in (Account), who speaks (Identity), and what a profile says."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from kring.media.models import Image


class Role(models.TextChoices):
    MEMBER = "member", _("Member")
    MODERATOR = "moderator", _("Moderator")
    OWNER = "owner", _("Owner")


class Theme(models.TextChoices):
    SYSTEM = "", _("As my device has it")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class TextSize(models.TextChoices):
    USUAL = "", _("Usual")
    LARGE = "large", _("Larger")
    LARGEST = "largest", _("Largest")


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """A person's way in: e-mail, password, role. What others see is the account's Identity."""

    id = models.BigIntegerField(primary_key=True)
    email = models.EmailField(_("e-mail"), max_length=254)
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    language = models.CharField(max_length=8, blank=True)
    theme = models.CharField(max_length=8, choices=Theme, blank=True, default=Theme.SYSTEM)
    text_size = models.CharField(max_length=8, choices=TextSize, blank=True, default=TextSize.USUAL)
    # Keys without a modifier, which dictation and slips of the hand also press.
    shortcuts = models.BooleanField(default=True)
    # A name of the IANA database; empty: that of the community.
    time_zone = models.CharField(max_length=64, blank=True, default="")
    # What they said at sign-up to be called; their person is made when the address is confirmed.
    asked_name = models.CharField(max_length=100, blank=True, default="")
    is_active = models.BooleanField(default=True)
    # Something was decided about what they did here, and they have not opened it yet.
    has_statement = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="account_email_once")]

    def __str__(self) -> str:
        return f"account {self.pk}"


class Kind(models.TextChoices):
    PERSON = "person", _("Person")
    PAGE = "page", _("Organisation")
    GROUP = "group", _("Group")
    SOURCE = "source", _("Source")
    # The one who stands where somebody erased had spoken: no profile, no handle to be found by.
    NOBODY = "nobody", _("Deleted member")


class IdentityQuerySet(models.QuerySet["Identity"]):
    def living(self) -> IdentityQuerySet:
        """Neither suspended nor gone."""
        return self.filter(suspended_at__isnull=True, deleted_at__isnull=True)

    def local(self) -> IdentityQuerySet:
        return self.filter(domain="")


class Identity(models.Model):
    """Everything that can speak, be followed or be linked: person, page, group, source.

    `domain` is empty for our own. `uri`, keys and inbox stand here from the start, so that
    federation changes no ids. A deleted identity stays as a tombstone with an empty profile.
    """

    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PERSON)
    handle = models.CharField(max_length=40)
    domain = models.CharField(max_length=253, blank=True, default="")
    account = models.OneToOneField(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="identity"
    )
    name = models.CharField(max_length=100)
    headline = models.CharField(max_length=160, blank=True, default="")
    about = models.TextField(blank=True, default="")
    about_html = models.TextField(blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    pronouns = models.CharField(max_length=40, blank=True, default="")
    uses_network_for = models.CharField(max_length=200, blank=True, default="")
    portrait = models.OneToOneField(
        Image, null=True, blank=True, on_delete=models.PROTECT, related_name="portrait_of"
    )
    uri = models.CharField(max_length=500, blank=True, default="")
    inbox_uri = models.CharField(max_length=500, blank=True, default="")
    public_key = models.TextField(blank=True, default="")
    private_key = models.TextField(blank=True, default="")
    external_id = models.CharField(max_length=80, null=True, blank=True, unique=True)
    is_sample = models.BooleanField(default=False)
    # Asked of search engines, which is all one can do of what everyone on the web may see.
    hide_from_search_engines = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True)
    # What they write is shown to their own network alone: not recommended to strangers.
    limited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Identity]] = IdentityQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("handle"), "domain", name="identity_handle_once"),
        ]

    def __str__(self) -> str:
        return f"identity {self.pk}"

    @property
    def is_organisation(self) -> bool:
        return self.kind != Kind.PERSON


class FormerHandle(models.Model):
    """A local handle that somebody left: it leads to them and is theirs alone to take back."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="former_handles")
    # In its stored form, which is lower case.
    handle = models.CharField(max_length=40, unique=True)
    left_at = models.DateTimeField()


class Leaving(models.Model):
    """Somebody who asked to be erased: out of sight now, erased at `erase_at` unless they return.

    `suspended`: moderators suspended them as well, which returning does not undo.
    """

    identity = models.OneToOneField(
        Identity, primary_key=True, on_delete=models.CASCADE, related_name="leaving"
    )
    asked_at = models.DateTimeField()
    erase_at = models.DateTimeField(db_index=True)
    suspended = models.BooleanField(default=False)


class Tombstone(models.Model):
    """That somebody was erased: digests alone, so that neither their id nor handle is given again.

    Pseudonymous, not anonymous: whoever holds an older copy of the database can tell who it was.
    That is its use: after a restore, they are erased again.
    """

    class Of(models.TextChoices):
        IDENTITY = "identity"
        HANDLE = "handle"

    digest = models.CharField(max_length=64, primary_key=True)
    of = models.CharField(max_length=8, choices=Of)
    erased_at = models.DateTimeField()


class Position(models.Model):
    """A job on a profile. `organisation` is its page here, if it has one."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="positions")
    title = models.CharField(max_length=120, blank=True, default="")
    organisation = models.ForeignKey(
        Identity, null=True, blank=True, on_delete=models.SET_NULL, related_name="staff"
    )
    organisation_name = models.CharField(max_length=150)
    from_year = models.PositiveSmallIntegerField(null=True, blank=True)
    to_year = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_year__isnull=True)
                | models.Q(from_year__isnull=True)
                | models.Q(to_year__gte=models.F("from_year")),
                name="position_ends_after_it_begins",
            )
        ]


class Education(models.Model):
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="education")
    school = models.ForeignKey(
        Identity, null=True, blank=True, on_delete=models.SET_NULL, related_name="alumni"
    )
    school_name = models.CharField(max_length=150)
    degree = models.CharField(max_length=120, blank=True, default="")
    year = models.PositiveSmallIntegerField(null=True, blank=True)


class Skill(models.Model):
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="skills")
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint("identity", Lower("name"), name="skill_once_per_identity")
        ]


class SpokenLanguage(models.Model):
    """`code` is BCP 47, `level` the person's own words."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="languages")
    code = models.CharField(max_length=12)
    level = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "code"], name="language_once_per_identity")
        ]


class ProfileLink(models.Model):
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=60)
    url = models.URLField(max_length=300)


class Section(models.TextChoices):
    """The parts of a profile, each with an audience of its own."""

    CARD = "card", _("Name, photo and headline")
    PERSONAL = "personal", _("City and pronouns")
    ABOUT = "about", _("About")
    USE = "use", _("What I use the network for")
    POSITIONS = "positions", _("Positions")
    EDUCATION = "education", _("Education")
    SKILLS = "skills", _("Skills")
    LANGUAGES = "languages", _("Languages")
    LINKS = "links", _("Elsewhere")


class ShownTo(models.TextChoices):
    PUBLIC = "public", _("Everyone on the web")
    MEMBERS = "members", _("Members")
    CONNECTIONS = "connections", _("My connections")


class SectionAudience(models.Model):
    """Whom somebody chose to show a section to. What holds without a choice: `audience.py`."""

    identity = models.ForeignKey(
        Identity, on_delete=models.CASCADE, related_name="section_audiences"
    )
    section = models.CharField(max_length=10, choices=Section)
    shown_to = models.CharField(max_length=11, choices=ShownTo)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "section"], name="section_audience_once"),
            models.CheckConstraint(
                condition=~models.Q(section="card", shown_to="connections"),
                name="every_member_sees_a_name",
            ),
        ]


class FormerPart(models.Model):
    """What a part of a profile said before its last change: `former.py`, for ten minutes."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="former_parts")
    section = models.CharField(max_length=10, choices=Section)
    said = models.JSONField()
    portrait = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.PROTECT, related_name="former_portrait_of"
    )
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "section"], name="former_part_once"),
        ]


class Registration(models.TextChoices):
    OPEN = "open", _("Anybody")
    APPROVAL = "approval", _("Anybody, after an owner said yes")
    INVITATION = "invitation", _("Who has an invitation link")
    CLOSED = "closed", _("Nobody")


class Community(models.Model):
    """The one community this Kring serves (a single row). Sample data is named by its origin."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=80, default="Kring")
    tagline = models.CharField(max_length=240, blank=True, default="")
    # One a line.
    rules = models.TextField(blank=True, default="")
    # "#rrggbb", or empty for Kring's own.
    accent = models.CharField(max_length=7, blank=True, default="")
    logo = models.OneToOneField(
        Image, null=True, blank=True, on_delete=models.PROTECT, related_name="logo_of_community"
    )
    # Whether the front door tells what public posts are about.
    shows_talk = models.BooleanField(default=True)
    sample = models.CharField(max_length=20, blank=True, default="")
    registration = models.CharField(max_length=10, choices=Registration, default=Registration.OPEN)
    # What is asked of who joins, where an owner decides.
    question = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_community")]


class Imprint(models.Model):
    """Who answers for this community, and its terms (a single row); empty where nobody said."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=150, blank=True, default="")
    address = models.CharField(max_length=300, blank=True, default="")
    email = models.EmailField(max_length=254, blank=True, default="")
    # In which members and authorities may write, as somebody would say them.
    languages = models.CharField(max_length=100, blank=True, default="")
    # Markdown, in the place of the terms that Kring comes with.
    terms = models.TextField(blank=True, default="")
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_imprint")]


class BlockedKind(models.TextChoices):
    EMAIL = "email", _("Domains of e-mail addresses")
    HANDLE = "handle", _("Handles")
    LINK = "link", _("Domains of links")


class Blocked(models.Model):
    """What the community does not take: `blocklist.py`. `value` is lower case."""

    kind = models.CharField(max_length=6, choices=BlockedKind)
    value = models.CharField(max_length=253)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="blocked_once"),
        ]
