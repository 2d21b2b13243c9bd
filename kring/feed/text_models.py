"""What was concluded from posts' words, and what finds copies and topics again."""

from __future__ import annotations

from django.db import models

from kring.posts.models import Post, Topic


class PostText(models.Model):
    """Conclusions from the author's own words in one top-level post.

    encoder: who made `vector` (64 int8); empty while the post waits to be analysed again
    bait: probability of engagement bait; `cues` are the names of what was found
    signature: MinHash, 64 uint32 little-endian; None for a text too short to compare
    said_at: since when the post says nearly what it says now (an edit may make it say another's)
    duplicate_of: the post that said nearly the same first, and whose readers include this one's
    topics: ids of topics concluded from the vector, for a post whose author named none
    version: of the analysis, `text.analysis.VERSION`
    """

    post = models.OneToOneField(
        Post, on_delete=models.CASCADE, primary_key=True, related_name="analysed"
    )
    encoder = models.CharField(max_length=24, blank=True, default="")
    vector = models.BinaryField(null=True)
    language = models.CharField(max_length=8, blank=True, default="")
    bait = models.FloatField(default=0.0)
    cues = models.JSONField(default=list)
    signature = models.BinaryField(null=True)
    said_at = models.DateTimeField()
    duplicate_of = models.BigIntegerField(null=True)
    topics = models.JSONField(default=list)
    version = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["post"], name="text_waiting", condition=models.Q(encoder="")),
            models.Index(
                fields=["duplicate_of"],
                name="text_copies",
                condition=models.Q(duplicate_of__isnull=False),
            ),
        ]


class TextBand(models.Model):
    """One of 16 slices of an original's signature: near-duplicates share at least one.

    Only posts that may be named as the original of another have bands, so a text that is posted
    a thousand times stands here once.
    """

    text = models.ForeignKey(PostText, on_delete=models.CASCADE, related_name="bands")
    key = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "text"], name="band_once")]


class TopicVector(models.Model):
    """The middle of what is written under a topic: 64 int8, made from `posts` posts."""

    topic = models.OneToOneField(
        Topic, on_delete=models.CASCADE, primary_key=True, related_name="vector"
    )
    encoder = models.CharField(max_length=24)
    vector = models.BinaryField()
    posts = models.PositiveIntegerField()


class TextWalk(models.Model):
    """How far the posts that were not analysed when they were written have been walked; one row.

    It walks ids upwards, first from `began_at` (the days a feed looks back), then from `floor` to
    where it began. `made_by` names encoder and version: when they change it walks anew.
    """

    made_by = models.CharField(max_length=40)
    next_id = models.BigIntegerField()
    began_at = models.BigIntegerField()
    recent_done = models.BooleanField(default=False)
    done = models.BooleanField(default=False)
