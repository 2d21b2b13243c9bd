"""What is stored of people, why, on which ground and how long: the privacy page and the register.

Every table of the database stands under one purpose; `tests/contracts/test_purposes.py` refuses one
that does not. Durations are those of the code.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kring.archive.models import KEPT as EXPORT_KEPT
from kring.core.events import KEPT as EVENTS_KEPT
from kring.feed.attention import PAGES_KEPT, READS_KEPT
from kring.members.leaving import MIND_CHANGED_WITHIN

Words = str | Promise
DAYS = {
    "events": EVENTS_KEPT.days,
    "pages": PAGES_KEPT.days,
    "log": READS_KEPT.days,
    "export": EXPORT_KEPT.days,
    "leaving": MIND_CHANGED_WITHIN.days,
}
CONTRACT = gettext_noop("Needed for what you ask of this place (GDPR 6.1.b).")
INTEREST = gettext_noop(
    "Our interest in a place that works; you can object, under Privacy (GDPR 6.1.f)."
)
LAW = gettext_noop("The law asks it of us (GDPR 6.1.c).")


@dataclass(frozen=True, slots=True)
class Purpose:
    """until: with numbers of `DAYS`. tables: by their labels."""

    key: str
    title: Words
    what: Words
    why: Words
    ground: str
    until: Words
    tables: tuple[str, ...]

    @property
    def how_long(self) -> str:
        return str(self.until) % DAYS


ERASED = _("Until you take it off or are erased.")
PURPOSES: tuple[Purpose, ...] = (
    Purpose(
        "sign_in", _("Signing in"),
        _("Your e-mail address, your password as a hash that cannot be read back, your passkeys and second step, language and looks; of each browser in which you are signed in its name, its address and when it was last here."),
        _("To let you in, and nobody else."), CONTRACT,
        _("Until you are erased; a browser until two weeks after it was last here."),
        ("members.Account", "account.EmailAddress", "account.EmailConfirmation",
         "mfa.Authenticator", "socialaccount.SocialAccount", "socialaccount.SocialToken",
         "socialaccount.SocialApp", "sessions.Session", "usersessions.UserSession"),
    ),
    Purpose(
        "profile", _("Your profile"),
        _("Your name, handle and portrait, and what you chose to say: jobs, education, skills, languages, links."),
        _("So that others know with whom they talk. You choose for whom each part is."), CONTRACT,
        ERASED,
        ("members.Identity", "members.FormerHandle", "members.Position", "members.Education",
         "members.Skill", "members.SpokenLanguage", "members.ProfileLink",
         "members.SectionAudience", "members.FormerPart", "search.Document", "search.Term",
         "search.Posting"),
    ),
    Purpose(
        "ties", _("Your ties"),
        _("Whom you are connected to, follow, block and mute; the groups and pages you belong to."),
        _("To show you what they write, and them what you write; and to keep away whom you want to keep away."), CONTRACT, ERASED,
        ("network.Connection", "network.Follow", "network.Block", "network.Mute",
         "network.Membership"),
    ),
    Purpose(
        "posts", _("What you write"),
        _("Your posts, comments and reposts with their earlier wordings and pictures, your reactions and bookmarks, and posts that wait for their time."),
        _("To show them to those you chose."), CONTRACT,
        _("Until you delete them: the words go ten minutes later. What others answered stays, under an empty place."),
        ("posts.Post", "posts.PostImage", "posts.RecentDeletion", "posts.ScheduledPost",
         "posts.ScheduledImage", "posts.PostVersion", "posts.Reaction", "posts.Bookmark",
         "posts.Mention", "posts.Topic", "posts.PostTopic", "posts.TopicFollow",
         "posts.ThreadMute", "media.Image", "media.LinkPreview"),
    ),
    Purpose(
        "feed", _("Your feed"),
        _("What you did here, under a number instead of your name; what you told the feed (more, less, hide, mute); what a program concludes from the words of posts."),
        _("To put in order what you are shown, and to say why. Nothing is sold, and nobody can pay for a place."), INTEREST,
        _("%(log)d days for what you did; what you told the feed until you take it back."),
        ("feed.Pseudonym", "feed.LoggedAct", "feed.Hidden", "feed.LessLikeThis",
         "feed.MoreLikeThis", "feed.TopicMute", "feed.TopicWish", "feed.Preferences",
         "feed.PostText", "feed.TextBand", "feed.TopicVector", "feed.TextWalk"),
    ),
    Purpose(
        "measured", _("What you see and read"),
        _("Which posts a page showed you, which of them were on your screen and for how long, and which you read; with the reasons you were given."),
        _("So that what you have read does not come back, and response is judged against who saw a post. No number under five people is shown to anybody."), INTEREST,
        _("%(pages)d days; what you read and were shown %(log)d days. Switched off, nothing more is kept, and you can have the rest deleted."),
        ("feed.LoggedPage", "feed.PageReasons", "feed.SeenPage", "feed.ReadPost",
         "feed.MeasureConsent"),
    ),
    Purpose(
        "safety", _("Reports and decisions"),
        _("What was reported and by whom, what was decided and why, appeals; and a log of what moderators did, in numbers without names."),
        _("To keep this place safe, and to be answerable for how."), LAW,
        _("Until whoever it is about is erased; the log of numbers stays."),
        ("moderation.Case", "moderation.Report", "moderation.Decision", "moderation.Appeal",
         "moderation.AuditEntry", "members.Blocked"),
    ),
    Purpose(
        "rights", _("Your rights"),
        _("Copies of your data that you asked for; that you asked to be erased; after that, a digest that no longer says who you were."),
        _("To give you what is yours, and so that an old backup brings nobody back."), LAW,
        _("A copy %(export)d days; leaving %(leaving)d days; the digest for good."),
        ("archive.Export", "members.Leaving", "members.Tombstone"),
    ),
    Purpose(
        "joining", _("Who joins"),
        _("Who asked to join and what they said; which invitation link they followed."),
        _("So that the owners can decide who is let in."), CONTRACT,
        _("Until it is decided, or the account is erased."),
        ("desk.Application", "desk.InvitationLink"),
    ),
    Purpose(
        "mail", _("Mail to you"),
        _("Letters on their way to your address; addresses whose server said that there is nobody."),
        _("To tell you what you asked to be told, and not to write where nobody is."), CONTRACT,
        _("30 days, without its words once it is sent."),
        ("mail.Letter", "mail.DeadAddress"),
    ),
    Purpose(
        "running", _("Running this place"),
        _("That something happened, in numbers, on its way to those parts of the program that must hear of it; what the server keeps of itself. Logs have no names, words or addresses."),
        _("To keep everything working."), INTEREST,
        _("%(events)d days."),
        ("core.RecordedEvent", "core.Delivery", "core.NodeLease", "jobs.Pulse",
         "jobs.ScheduledRun", "members.Community", "members.Imprint", "auth.Permission",
         "auth.Group", "auth.Group_permissions", "contenttypes.ContentType"),
    ),
)  # fmt: skip

HEADING = (
    "| Purpose | What is kept | Why | Ground | How long | Tables |\n|---|---|---|---|---|---|\n"
)


def register() -> str:
    """The register of processing as a Markdown table, for docs/processing.md."""
    rows = [
        f"| {one.title} | {one.what} | {one.why} | {one.ground} | {one.how_long} | "
        f"{', '.join(f'`{table}`' for table in one.tables)} |"
        for one in PURPOSES
    ]
    return HEADING + "\n".join(rows)
