"""What the feed remembers: the append-only log, pseudonyms, and each person's own steering.

The two log tables are ordered by id and an id begins with its moment, so a range of ids is a range
of time: PostgreSQL partitions them by day on it, and whole days can be dropped.
"""

from __future__ import annotations

from django.db import models

from kring.feed.text_models import PostText as PostText
from kring.feed.text_models import TextBand as TextBand
from kring.feed.text_models import TextWalk as TextWalk
from kring.feed.text_models import TopicVector as TopicVector
from kring.members.models import Identity
from kring.posts.models import Topic


class Pseudonym(models.Model):
    """The only bridge between a person and the log. Erasure removes the row."""

    identity = models.OneToOneField(Identity, on_delete=models.CASCADE, primary_key=True)
    pseudonym = models.BigIntegerField(unique=True)


class LoggedAct(models.Model):
    """One thing a person did. `id` is the id of the event it comes from, so twice is once."""

    id = models.BigIntegerField(primary_key=True)
    actor = models.BigIntegerField()
    kind = models.CharField(max_length=24)
    subject_id = models.BigIntegerField(null=True)
    towards = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["actor", "id"], name="act_by_actor")]


class LoggedPage(models.Model):
    """One page as it was served: a compact record of what was shown where, and why it could be.

    `record` is msgpack of `feed.log.ServedPage`: ids, positions, sources, stages, propensities,
    feature bins and versions.
    """

    id = models.BigIntegerField(primary_key=True)
    viewer = models.BigIntegerField()
    record = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["viewer", "id"], name="page_by_viewer")]


class PageReasons(models.Model):
    """Why each post of one page stood where it stood, for the one it was served to.

    `viewer` is a pseudonym, as in the log, but this is not part of it: nothing learns from it, and
    it goes when its viewer goes. `record` is compressed msgpack of `feed.served_reasons`.
    """

    id = models.BigIntegerField(primary_key=True)
    viewer = models.BigIntegerField()
    record = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["viewer"], name="reasons_by_viewer")]


class SeenPage(models.Model):
    """What one page has reported as seen so far: one row a page, of any surface.

    `page_id` begins with the moment the page was served. `viewer` is a pseudonym, as in the log.
    `record` is msgpack of `feed.attention.Report`; it only ever grows, so a report that comes
    twice, late, or from two tabs changes nothing. Kept for as long as `feed.seen` looks back.
    """

    page_id = models.BigIntegerField(primary_key=True)
    viewer = models.BigIntegerField()
    changed_ms = models.BigIntegerField()
    record = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["viewer", "changed_ms"], name="seen_by_viewer")]


class ReadPost(models.Model):
    """That this pseudonym has read this post, so that it is told once. `id` begins with when."""

    id = models.BigIntegerField(primary_key=True)
    viewer = models.BigIntegerField()
    post_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["viewer", "post_id"], name="read_once")]


class Hidden(models.Model):
    """Hide this post from me."""

    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="hidden_posts")
    post_id = models.BigIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "post_id"], name="hidden_once")]


class LessLikeThis(models.Model):
    """Show less of this post's author; recovers by itself, undoable."""

    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="less_like_this")
    post_id = models.BigIntegerField()
    author = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "post_id"], name="less_once")]


class MoreLikeThis(models.Model):
    """Show more of this post's author and of its topics: an act like any other, undoable."""

    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="more_like_this")
    post_id = models.BigIntegerField()
    author = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "post_id"], name="more_once")]


class TopicMute(models.Model):
    """Keep posts about a topic out of one's timelines."""

    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="topic_mutes")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "topic"], name="topic_mute_once")]


class TopicWish(models.Model):
    """An interest set by hand: `level` 1 is more, -1 less, whatever was learned."""

    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="topic_wishes")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, related_name="+")
    level = models.SmallIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["by", "topic"], name="topic_wish_once"),
            models.CheckConstraint(
                condition=models.Q(level__in=(-1, 1)), name="topic_wish_is_more_or_less"
            ),
        ]


class Preferences(models.Model):
    """How one person wants to be served; no row is the community's way.

    preset: a name of `steering.PRESETS`, or `own` when the four axes, -2 to 2 each, are set by
    hand (they are kept, unused, while a preset holds)
    outside_percent: largest share of a page from outside the network, 0-60; None: by the axes
    measure: whether pages may report what was seen and read; profile: whether anything may be
    concluded from what one did
    home_only: one's posts are not ranked for anybody outside one's network
    languages: ISO 639-1 codes with commas between; empty: any
    """

    identity = models.OneToOneField(
        Identity, on_delete=models.CASCADE, primary_key=True, related_name="feed_preferences"
    )
    preset = models.CharField(max_length=8, default="balanced")
    people_subjects = models.SmallIntegerField(default=0)
    near_far = models.SmallIntegerField(default=0)
    familiar_new = models.SmallIntegerField(default=0)
    quick_lasting = models.SmallIntegerField(default=0)
    outside_percent = models.PositiveSmallIntegerField(null=True, default=None)
    measure = models.BooleanField(default=True)
    profile = models.BooleanField(default=True)
    home_only = models.BooleanField(default=False)
    languages = models.CharField(max_length=200, blank=True, default="")
    changed_at = models.DateTimeField()


class MeasureConsent(models.Model):
    """That somebody said yes or no to being measured, to which wording and when. Only added to."""

    identity = models.ForeignKey(
        Identity, on_delete=models.CASCADE, related_name="measure_consents"
    )
    agreed = models.BooleanField()
    version = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
