"""What the feed remembers: the append-only log, pseudonyms, and each person's own steering.

The two log tables are ordered by id and an id begins with its moment, so a range of ids is a range
of time: PostgreSQL partitions them by day on it, and whole days can be dropped.
"""

from __future__ import annotations

from django.db import models

from kring.members.models import Identity


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


class Hidden(models.Model):
    """Hide this post from me."""

    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="hidden_posts")
    post_id = models.BigIntegerField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "post_id"], name="hidden_once")]


class LessLikeThis(models.Model):
    """Show less of this post's author on this post's topics; recovers by itself, undoable."""

    by = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="less_like_this")
    post_id = models.BigIntegerField()
    author = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["by", "post_id"], name="less_once")]
