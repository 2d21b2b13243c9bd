"""Posts, and what people do with them. A comment is a post with `in_reply_to`."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from kring.media.models import Image, LinkPreview
from kring.media.policy import IMAGES_A_POST
from kring.members.models import Identity


class Audience(models.TextChoices):
    PUBLIC = "public", _("Everyone")
    UNLISTED = "unlisted", _("Everyone with the link")
    MEMBERS = "members", _("Members")
    CONNECTIONS = "connections", _("My connections")
    GROUP = "group", _("The group")
    DIRECT = "direct", _("People I mention")


class Goal(models.TextChoices):
    CONVERSATION = "conversation", _("Start a conversation")
    WEBSITE = "website", _("Bring people to a page")
    FIND = "find", _("Find someone")
    FEEDBACK = "feedback", _("Ask for feedback")
    INFORM = "inform", _("Inform")


class Post(models.Model):
    """A post, comment or repost, in the words of its latest version.

    `thread` is the top post of a comment's thread (itself for a top post). `repost_of` is the
    post that was shared, `origin` the original at the root of any chain of reposts. `text` is
    Markdown, `html` its sanitised rendering. A deleted post keeps its row, without its words.
    `image_count` says how many `PostImage`s it has; `image_missing` and `image_alt` belong to an
    imported post whose picture was not in the data.
    `client_key` makes a form that is sent twice one post. `comments_closed_at`: since when nobody
    may answer in the thread of this top post.
    """

    id = models.BigIntegerField(primary_key=True)
    author = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="posts")
    audience = models.CharField(max_length=11, choices=Audience, default=Audience.PUBLIC)
    group = models.ForeignKey(
        Identity,
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.CASCADE,
        related_name="group_posts",
    )
    thread = models.ForeignKey("self", on_delete=models.CASCADE, related_name="thread_posts")
    in_reply_to = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.CASCADE,
        related_name="replies",
    )
    repost_of = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.CASCADE,
        related_name="reposts",
    )
    origin = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.CASCADE,
        related_name="all_reposts",
    )
    goal = models.CharField(max_length=12, choices=Goal, blank=True, default="")
    language = models.CharField(max_length=8, blank=True, default="")
    text = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    words = models.PositiveIntegerField(default=0)
    link_url = models.CharField(max_length=1000, blank=True, default="")
    link_title = models.CharField(max_length=300, blank=True, default="")
    image_missing = models.CharField(max_length=200, blank=True, default="")
    image_alt = models.CharField(max_length=1000, blank=True, default="")
    image_count = models.PositiveSmallIntegerField(default=0)
    link_preview = models.ForeignKey(
        LinkPreview,
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.SET_NULL,
        related_name="posts",
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    comments_closed_at = models.DateTimeField(null=True, blank=True)
    client_key = models.CharField(max_length=40, null=True, blank=True)
    external_id = models.CharField(max_length=80, null=True, blank=True, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "client_key"], name="post_once_per_form"),
            models.CheckConstraint(
                condition=models.Q(repost_of__isnull=True, origin__isnull=True)
                | models.Q(repost_of__isnull=False, origin__isnull=False),
                name="repost_has_an_origin",
            ),
            models.CheckConstraint(
                condition=models.Q(repost_of__isnull=True) | models.Q(in_reply_to__isnull=True),
                name="a_comment_is_no_repost",
            ),
            models.CheckConstraint(
                condition=models.Q(audience="group", group__isnull=False)
                | (~models.Q(audience="group") & models.Q(group__isnull=True)),
                name="group_audience_names_its_group",
            ),
        ]
        indexes = [
            models.Index(fields=["author", "-id"], name="post_by_author"),
            models.Index(fields=["thread", "id"], name="post_by_thread"),
            # Partial: most posts have none of these, and an index in which most rows are alike
            # tempts SQLite into using it for "has none".
            *(
                models.Index(
                    fields=[column, "-id"],
                    name=name,
                    condition=models.Q(**{f"{column}__isnull": False}),
                )
                for column, name in (
                    ("group", "post_by_group"),
                    ("in_reply_to", "post_by_answered"),
                    ("repost_of", "post_by_shared"),
                    ("origin", "post_by_origin"),
                    ("link_preview", "post_by_preview"),
                )
            ),
        ]

    def __str__(self) -> str:
        return f"post {self.pk}"

    @property
    def is_comment(self) -> bool:
        return self.in_reply_to_id is not None

    @property
    def is_repost(self) -> bool:
        return self.repost_of_id is not None

    @property
    def is_bare_repost(self) -> bool:
        """Shared without a word of one's own: shown folded under the original."""
        return self.is_repost and self.words == 0


class PostImage(models.Model):
    """A picture of a post, told in words by `alt`; `position` counts from 1."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="images")
    image = models.OneToOneField(Image, on_delete=models.PROTECT, related_name="in_post")
    alt = models.CharField(max_length=1000, blank=True, default="")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "position"], name="image_once_a_place"),
            models.CheckConstraint(
                condition=models.Q(position__gte=1, position__lte=IMAGES_A_POST),
                name="few_images_a_post",
            ),
        ]


class RecentDeletion(models.Model):
    """A deleted post whose words are still kept, so that its author can take the deletion back."""

    post = models.OneToOneField(Post, on_delete=models.CASCADE, related_name="recent_deletion")
    deleted_at = models.DateTimeField(db_index=True)


class ScheduledPost(models.Model):
    """A post that its author wrote for later; gone once it is published.

    `refused`: why it could not be published when its time came, in words for its author; it then
    waits for them. `cancelled_at`: taken back, and kept for a moment in case that was a mistake.
    """

    id = models.BigIntegerField(primary_key=True)
    author = models.ForeignKey(
        Identity, db_index=False, on_delete=models.CASCADE, related_name="scheduled_posts"
    )
    text = models.TextField(blank=True, default="")
    audience = models.CharField(max_length=11, choices=Audience, default=Audience.PUBLIC)
    group_id = models.BigIntegerField(null=True, blank=True)
    goal = models.CharField(max_length=12, choices=Goal, blank=True, default="")
    language = models.CharField(max_length=8, blank=True, default="")
    link_url = models.CharField(max_length=1000, blank=True, default="")
    client_key = models.CharField(max_length=40)
    publish_at = models.DateTimeField()
    refused = models.CharField(max_length=300, blank=True, default="")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "client_key"], name="scheduled_once_per_form")
        ]
        indexes = [models.Index(fields=["publish_at"], name="scheduled_by_time")]

    def __str__(self) -> str:
        return f"scheduled post {self.pk}"


class ScheduledImage(models.Model):
    """A picture of a scheduled post; `position` counts from 1."""

    scheduled = models.ForeignKey(ScheduledPost, on_delete=models.CASCADE, related_name="images")
    image = models.OneToOneField(Image, on_delete=models.PROTECT, related_name="in_scheduled")
    alt = models.CharField(max_length=1000, blank=True, default="")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scheduled", "position"], name="scheduled_image_once_a_place"
            )
        ]


class PostVersion(models.Model):
    """An earlier wording of an edited post; `version` counts from 1."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    text = models.TextField()
    html = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "version"], name="one_text_per_version")
        ]


class ReactionKind(models.TextChoices):
    LIKE = "like", _("Like")
    CELEBRATE = "celebrate", _("Celebrate")
    SUPPORT = "support", _("Support")
    INSIGHTFUL = "insightful", _("Insightful")
    CURIOUS = "curious", _("Curious")
    HELPED = "helped", _("This helped me")


class Reaction(models.Model):
    """One per person and post, always on an original; `via` is the repost it came through."""

    id = models.BigIntegerField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reactions")
    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="reactions")
    kind = models.CharField(max_length=10, choices=ReactionKind, default=ReactionKind.LIKE)
    via = models.ForeignKey(Post, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "by"], name="one_reaction_each")]
        indexes = [models.Index(fields=["by", "-id"], name="reaction_by_person")]


class Bookmark(models.Model):
    id = models.BigIntegerField(primary_key=True)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="bookmarks")
    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="bookmarks")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "post"], name="one_bookmark_each")]


class Mention(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="mentions")
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["identity", "post"], name="one_mention")]


class Topic(models.Model):
    """A hashtag. `name` is folded (lower case, no accents kept apart); labels are for people."""

    name = models.CharField(max_length=80)
    label = models.CharField(max_length=80, blank=True, default="")
    label_nl = models.CharField(max_length=80, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="topic_once")]


class PostTopic(models.Model):
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="post_topics")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="post_topics")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "post"], name="topic_once_a_post")]


class TopicFollow(models.Model):
    """An interest stated on a profile, or a topic followed."""

    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="topic_follows")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="followers")
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "topic"], name="topic_follow_once")
        ]


class ThreadMute(models.Model):
    """Keep one thread out of one's timelines."""

    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="thread_mutes")
    thread = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "thread"], name="thread_mute_once")]
