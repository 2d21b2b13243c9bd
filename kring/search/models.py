"""The index: what members can be found by. All of it can be made anew from profiles."""

from __future__ import annotations

from django.db import models

from kring.members.models import Identity


class Kind(models.IntegerChoices):
    """What a term is: a single word, or a whole value that one can filter by."""

    WORD = 0
    NAME = 1
    SKILL = 2
    COMPANY = 3
    CITY = 4
    LANGUAGE = 5
    # Not of words: all organisations have this one term.
    ORGANISATION = 6


class Field(models.IntegerChoices):
    """Where on a profile a term stands, the most telling first."""

    NAME = 0
    HANDLE = 1
    SKILL = 2
    HEADLINE = 3
    POSITION = 4
    CITY = 5
    # Not a place on a profile: whole values, to be chosen among.
    VALUE = 6


class Document(models.Model):
    """Somebody who is, or is about to be, in the index. `version` 0: to be read again."""

    identity = models.OneToOneField(
        Identity, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    sort_name = models.CharField(max_length=100)
    version = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["version"], name="document_version")]


class Term(models.Model):
    """A folded word or value, once. `label` is how somebody wrote a value, for choosing it.

    Trigrams of words are kept beside it by the database itself (the migration says how).
    """

    kind = models.PositiveSmallIntegerField(choices=Kind)
    key = models.CharField(max_length=100)
    label = models.CharField(max_length=160, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="term_once")]


class Posting(models.Model):
    """This identity has this term in this field."""

    term = models.ForeignKey(
        Term, on_delete=models.CASCADE, related_name="postings", db_index=False
    )
    identity = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="postings", db_index=False
    )
    field = models.PositiveSmallIntegerField(choices=Field)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "identity", "field"], name="posting_once")
        ]
        # What choices are counted from, without looking at the rows.
        indexes = [models.Index(fields=["identity", "field", "term"], name="posting_of")]
