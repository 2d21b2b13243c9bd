"""What keeps every table from growing without end: the one place that says how long what is kept.

`docs/retention.md` is written from this, and a test refuses a model that is not in it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Literal

Bound = Literal["owner", "days", "rows"]


@dataclass(frozen=True, slots=True)
class Kept:
    """How one table is bounded.

    owner: its rows go with what they belong to, and there are limits on making them
    days: its rows are removed after a time, by the scheduled task `by`
    rows: it never has more than a fixed number of rows, or one of each of something
    """

    model: str
    what: str
    bound: Bound
    until: str
    by: str = ""


def _owner(model: str, what: str, until: str) -> Kept:
    return Kept(model, what, "owner", until)


def _days(model: str, what: str, until: str, by: str) -> Kept:
    return Kept(model, what, "days", until, by)


def _rows(model: str, what: str, until: str) -> Kept:
    return Kept(model, what, "rows", until)


PERSON = "the person is erased"
POST = "the post is deleted or its author erased"
EITHER = "it is taken back, or either of the two is erased"

RETENTION: tuple[Kept, ...] = (
    _owner("members.Account", "address, role, language and looks of who signs in", PERSON),
    _owner("members.Identity", "who speaks: name, handle, card of the profile", "erased, two weeks after they asked"),
    _days("members.Leaving", "who asked to be erased, and until when they can come back", "14 days", "archive.erase_due"),
    _rows("members.Tombstone", "digests of who was erased, so that no backup brings them back and nobody gets their handle", "kept: a few a person who left"),
    _owner("members.FormerHandle", "handles somebody left, one in 30 days at most", PERSON),
    _owner("members.Position", "jobs on a profile", "taken off, or " + PERSON),
    _owner("members.Education", "education on a profile", "taken off, or " + PERSON),
    _owner("members.Skill", "skills on a profile", "taken off, or " + PERSON),
    _owner("members.SpokenLanguage", "languages on a profile", "taken off, or " + PERSON),
    _owner("members.ProfileLink", "links on a profile", "taken off, or " + PERSON),
    _owner("members.SectionAudience", "for whom each part of a profile is", PERSON),
    _days("members.FormerPart", "what a part of a profile said before", "10 minutes", "members.wipe_former"),
    _days("mail.Letter", "mail on its way; empty once it is sent", "30 days, empty after it was sent", "mail.trim"),
    _rows("mail.DeadAddress", "addresses whose server said that there is nobody", "one an address, until it is tried again"),
    _owner("desk.Application", "what somebody said who asks to join", "an owner let them in or declined them, or " + PERSON),
    _days("desk.InvitationLink", "links to join by: whom each is for, how many came, a hash of its token", "90 days after its last", "desk.forget_links"),
    _rows("members.Community", "the community's name, rules and looks", "one row"),
    _rows("members.Imprint", "who answers for the community, and its terms", "one row"),
    _rows("members.Blocked", "domains and handles the community does not take", "as many as its moderators listed"),
    _owner("account.EmailAddress", "addresses to sign in with", PERSON),
    _owner("account.EmailConfirmation", "links in mail to confirm an address; unused, the link says all itself", "the address is removed"),
    _owner("mfa.Authenticator", "passkeys and second steps", "removed, or " + PERSON),
    _owner("socialaccount.SocialAccount", "ties to the sign-in service", "cut, or " + PERSON),
    _owner("socialaccount.SocialToken", "tokens of that service; none are kept", "the tie is cut"),
    _rows("socialaccount.SocialApp", "unused: the service stands in the settings", "no row"),
    _days("sessions.Session", "browsers that are signed in", "two weeks after they were last here, or signed out", "web.sessions"),
    _days("usersessions.UserSession", "name and address of those browsers", "their session ends", "web.sessions"),
    _owner("network.Connection", "connections", EITHER),
    _owner("network.Follow", "who follows whom", EITHER),
    _owner("network.Block", "who blocks whom", EITHER),
    _owner("network.Mute", "who mutes whom", EITHER),
    _owner("network.Membership", "who belongs to which page or group", EITHER),
    _owner("posts.Post", "posts, comments and reposts", "words and pictures go 10 minutes after it is deleted; an empty place stays under what others answered"),
    _owner("posts.PostImage", "pictures of a post", POST),
    _days("posts.RecentDeletion", "deletions that can be taken back", "10 minutes", "posts.wipe_deleted"),
    _owner("posts.ScheduledPost", "posts for later, 20 at once, a year ahead", "published or cancelled"),
    _owner("posts.ScheduledImage", "their pictures", "published or cancelled"),
    _owner("posts.PostVersion", "earlier wordings, 50 a post", POST),
    _owner("posts.Reaction", "reactions", "taken back, or " + POST),
    _owner("posts.Bookmark", "bookmarks", "taken back, or " + POST),
    _owner("posts.Mention", "who is named in a post, 20 a post", POST),
    _rows("posts.Topic", "topics: a row for each word anybody ever made one of", "one row a word"),
    _owner("posts.PostTopic", "topics of a post, 15 a post", POST),
    _owner("posts.TopicFollow", "who follows which topic", EITHER),
    _owner("posts.ThreadMute", "threads somebody muted", EITHER),
    _days("media.Image", "pictures", "a day after nothing refers to them any more", "media.clean_up"),
    _days("media.LinkPreview", "what linked pages say of themselves", "no post links to the page any more", "media.forget_previews"),
    _owner("moderation.Case", "what was reported", "the person it is about is deleted"),
    _owner("moderation.Report", "reports, with their words", "the person they are about is deleted"),
    _owner("moderation.Decision", "decisions with their reasons", "the person they are about is deleted"),
    _owner("moderation.Appeal", "appeals", "the person of the decision or of the appeal is deleted"),
    _rows("moderation.AuditEntry", "what moderators did", "kept: a row for each decision, which nobody may delete"),
    _days("archive.Export", "copies of their data that members asked for", "7 days", "archive.clean_up"),
    _rows("search.Document", "how far each profile has been read", "one row a profile"),
    _rows("search.Term", "words people are found by", "one row a word that a profile has"),
    _owner("search.Posting", "in whose profile which word is", "the profile changes, or " + PERSON),
    _owner("feed.PostText", "what a post's words are about, in numbers", POST),
    _owner("feed.TextBand", "by which near copies of it are found", POST),
    _rows("feed.TopicVector", "what a topic is about, in numbers", "one row a topic"),
    _rows("feed.TextWalk", "how far older posts have been analysed", "one row"),
    _owner("feed.Pseudonym", "the bridge between a person and the log", PERSON),
    _days("feed.LoggedAct", "what people did, by pseudonym", "90 days; what was imported stays until its people are deleted", "feed.expire"),
    _days("feed.LoggedPage", "which posts a page showed, by pseudonym", "90 days", "feed.expire"),
    _days("feed.PageReasons", "why each stood there", "31 days", "feed.reasons"),
    _days("feed.SeenPage", "which of them were seen, unless measuring is off", "31 days", "feed.attention"),
    _days("feed.ReadPost", "which were read, unless measuring is off", "90 days", "feed.attention"),
    _owner("feed.Hidden", "posts somebody hid", "taken back, or " + PERSON),
    _owner("feed.LessLikeThis", "less of whom", "taken back, or " + PERSON),
    _owner("feed.MoreLikeThis", "more of whom", "taken back, or " + PERSON),
    _owner("feed.TopicMute", "topics somebody muted", "taken back, or " + PERSON),
    _owner("feed.TopicWish", "interests set by hand", "taken back, or " + PERSON),
    _owner("feed.MeasureConsent", "when somebody said yes or no to being measured", PERSON),
    _owner("feed.Preferences", "how somebody wants their feed", PERSON),
    _days("core.RecordedEvent", "that something happened: ids, no words", "7 days, once it is delivered", "core.trim_events"),
    _days("core.Delivery", "to whom it is still to be told", "told, or 90 days after it was given up", "jobs.trim"),
    _rows("core.NodeLease", "which process makes ids", "1,023 rows"),
    _days("jobs.Pulse", "when a worker was last seen", "7 days after", "jobs.trim"),
    _rows("jobs.ScheduledRun", "when a task last ran", "one row a task"),
    _rows("auth.Permission", "unused: Django's own", "a few for each table"),
    _rows("auth.Group", "unused: Django's own", "no row"),
    _rows("auth.Group_permissions", "unused: Django's own", "no row"),
    _rows("contenttypes.ContentType", "names of tables: Django's own", "one row a table"),
)  # fmt: skip

HEADING = "| Table | What | Until | Task |\n|---|---|---|---|"


def table() -> str:
    """The registry as a Markdown table, for docs/retention.md."""
    rows = [
        f"| `{kept.model}` | {kept.what} | {kept.until} | {f'`{kept.by}`' if kept.by else ''} |"
        for kept in sorted(RETENTION, key=lambda kept: kept.model.lower())
    ]
    return "\n".join([HEADING, *rows])


if __name__ == "__main__":
    sys.stdout.write(f"{table()}\n")
