"""Everything an export tells, a line a table; and of every other table why it is left out.

`tests/contracts/test_exported.py` fails for a table that stands in neither list. What belongs to
others is named by their handle and name alone, which every member sees: never their words.
"""

from __future__ import annotations

from django.db.models import Q

from kring.archive.export import made
from kring.archive.export.columns import Part, table
from kring.archive.models import Export
from kring.feed import models as feed
from kring.members import models as members
from kring.members.models import Identity
from kring.moderation import models as moderation
from kring.network import models as network
from kring.posts import models as posts
from kring.posts.models import Post
from kring.posts.visibility import visible


def _mentioned_where_seen(person: Identity) -> Q:
    return Q(post__in=Post.objects.filter(visible(person.pk)))


PARTS: tuple[Part, ...] = (
    table("account", members.Account, "identity",
          "email role language theme text_size shortcuts time_zone asked_name is_active "
          "created_at last_login"),
    *made.SIGNING_IN,
    table("profile", members.Identity, "pk",
          "id handle domain kind name headline about city pronouns uses_network_for portrait "
          "uri hide_from_search_engines external_id is_sample created_at suspended_at limited_at"),
    table("former_handles", members.FormerHandle, "identity", "handle left_at"),
    table("positions", members.Position, "identity",
          "title organisation=organisation_name page=organisation__handle from_year to_year"),
    table("education", members.Education, "identity",
          "school=school_name page=school__handle degree year"),
    table("skills", members.Skill, "identity", "name"),
    table("languages", members.SpokenLanguage, "identity", "code level"),
    table("links", members.ProfileLink, "identity", "label url"),
    table("who_sees_my_profile", members.SectionAudience, "identity", "section shown_to"),
    table("profile_before_last_change", members.FormerPart, "identity", "section said changed_at"),
    table("connections", network.Connection, "owner",
          "handle=other__handle name=other__name since"),
    table("following", network.Follow, "follower",
          "handle=followed__handle name=followed__name since"),
    table("blocked", network.Block, "blocker", "handle=blocked__handle since"),
    table("muted", network.Mute, "muter", "handle=muted__handle since"),
    table("groups_and_pages", network.Membership, "member",
          "handle=of__handle name=of__name role since"),
    table("posts", posts.Post, "author",
          "id thread in_reply_to repost_of origin audience group=group__handle goal language "
          "text link_url link_title image_alt created_at edited_at deleted_at "
          "comments_closed_at external_id"),
    table("earlier_wordings", posts.PostVersion, "post__author", "post version text written_at"),
    table("post_topics", posts.PostTopic, "post__author", "post topic=topic__name"),
    table("post_pictures", posts.PostImage, "post__author", "post image position alt"),
    table("deleted_lately", posts.RecentDeletion, "post__author", "post deleted_at"),
    table("scheduled", posts.ScheduledPost, "author",
          "id text audience group_id goal language link_url publish_at refused cancelled_at"),
    table("scheduled_pictures", posts.ScheduledImage, "scheduled__author",
          "scheduled image position alt"),
    made.PICTURES,
    table("reactions", posts.Reaction, "by",
          "post author=post__author__handle kind via created_at"),
    table("bookmarks", posts.Bookmark, "by", "post author=post__author__handle created_at"),
    table("mentions", posts.Mention, "identity", "post author=post__author__handle",
          among=_mentioned_where_seen),
    table("topics_followed", posts.TopicFollow, "identity", "topic=topic__name since"),
    table("threads_muted", posts.ThreadMute, "by", "thread since"),
    table("posts_hidden", feed.Hidden, "by", "post_id since"),
    table("less_like_this", feed.LessLikeThis, "by", "post_id author=author__handle since"),
    table("more_like_this", feed.MoreLikeThis, "by", "post_id author=author__handle since"),
    table("topics_muted", feed.TopicMute, "by", "topic=topic__name since"),
    table("topics_wished", feed.TopicWish, "by", "topic=topic__name level since"),
    table("feed_preferences", feed.Preferences, "identity",
          "preset people_subjects near_far familiar_new quick_lasting outside_percent measure "
          "profile home_only languages changed_at"),
    table("answers_on_measuring", feed.MeasureConsent, "identity", "agreed version at"),
    table("conclusions_from_my_posts", feed.PostText, "post__author",
          "post language bait cues topics said_at duplicate_of encoder"),
    made.INTERESTS,
    *made.LOG,
    table("reports_i_made", moderation.Report, "by", "kind=case__kind reason words created_at"),
    table("decisions_about_me", moderation.Decision, "person",
          "kind=case__kind post=case__post action rule is_law words decided_at until ended_at "
          "ending", among=lambda _person: ~Q(action=moderation.Action.DISMISS)),
    table("appeals_i_made", moderation.Appeal, "by",
          "words created_at answered_at granted answer"),
    table("leaving", members.Leaving, "identity", "asked_at erase_at"),
    table("exports", Export, "identity", "asked_at ended_at bytes"),
)  # fmt: skip

# Of every other table, why nothing of it is in the export.
LEFT_OUT: dict[str, str] = {
    "account.EmailConfirmation": "secrets that are mailed; the address stands in e_mail_addresses",
    "auth.Group": "empty: Kring has no such groups",
    "auth.Permission": "of the software, the same everywhere",
    "contenttypes.ContentType": "of the software, the same everywhere",
    "core.Delivery": "what the worker still has to do, for a moment",
    "core.NodeLease": "of the server's processes",
    "core.RecordedEvent": "the same acts as in acts, on their way for seven days",
    "mail.DeadAddress": "that an address takes no mail; the settings page says it of one's own",
    "mail.Letter": "mail on its way to you; empty once it was sent",
    "desk.Application": "of who waits to be let in, and has no person here yet to be told of it",
    "desk.InvitationLink": "of the community, made by its owners for others to join by",
    "feed.Pseudonym": "the number under which the log knows you; alone it says nothing",
    "feed.TextBand": "numbers that find copies of a text again, made from the text itself",
    "feed.TextWalk": "how far a job of the server is",
    "feed.TopicVector": "of everybody's posts together",
    "jobs.Pulse": "of the server's processes",
    "jobs.ScheduledRun": "of the server's processes",
    "media.LinkPreview": "what linked pages say of themselves",
    "members.Blocked": "domains and handles that the community does not take, of nobody",
    "members.Community": "of the community",
    "members.Imprint": "of the community",
    "members.Tombstone": "digests of who was erased",
    "moderation.AuditEntry": "ids and codes; what was decided is in decisions_about_me",
    "moderation.Case": "what others said is theirs; what came of it: decisions_about_me",
    "posts.Topic": "names of topics, shared by all; yours stand beside your posts and wishes",
    "search.Document": "an index, made from the profile",
    "search.Posting": "an index, made from the profile",
    "search.Term": "an index, made from all profiles",
    "sessions.Session": "the secret by which a browser is known; its browser stands in browsers",
    "socialaccount.SocialApp": "of the server",
    "socialaccount.SocialToken": "a secret of the sign-in service",
}
