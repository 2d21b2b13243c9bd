"""From what somebody typed to what is stored: cleaned, checked, rendered, its words looked up."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.core.html import Document, clean_text, count_words, is_blank
from kring.members.blocklist import require_link_allowed, require_links_allowed
from kring.members.models import FormerHandle, Identity
from kring.posts import policy
from kring.posts.models import Mention, Post, PostTopic, Topic
from kring.posts.visibility import identity_visible

_TOPIC_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Written:
    """A text ready to be stored. `topics` maps folded names to the label as written."""

    text: str
    html: str
    words: int
    mentions: tuple[int, ...]
    topics: dict[str, str]


def write(text: str, *, author_id: int, limit: int, may_be_empty: bool = False) -> Written:
    """Clean, check and render a text by `author_id`. 3 queries at most for those it
    mentions, and 1 for its links.

    Raises Invalid for a text that is empty, too long, or names too many people or topics.
    """
    if len(text) > 4 * limit:  # not worth normalising
        raise _too_long(limit)
    text = clean_text(text)
    if len(text) > limit:
        raise _too_long(limit)
    if is_blank(text):
        if not may_be_empty:
            raise Invalid(_("Write something first."), code="empty", field="text")
        return Written("", "", 0, (), {})
    document = Document(text)
    people = _mentioned(document.words("@"), author_id)
    topics = _topics(document.words("#"))
    links = {f"@{word}": f"/@{identity.handle}" for word, identity in people.items()}
    links |= {f"#{label}": f"/topics/{quote(name)}" for label, name in topics.items()}
    labels: dict[str, str] = {}
    for label, name in topics.items():
        labels.setdefault(name, label)
    html = document.render(links)
    require_links_allowed([html], field="text")
    return Written(
        text=text,
        html=html,
        words=count_words(text),
        mentions=tuple({identity.pk: None for identity in people.values()}),
        topics=labels,
    )


def store_words(post: Post, written: Written) -> None:
    """Replace the post's mentions and topics by those of its text. 2 to 6 queries."""
    Mention.objects.filter(post=post).exclude(identity_id__in=written.mentions).delete()
    PostTopic.objects.filter(post=post).exclude(topic__name__in=written.topics).delete()
    Mention.objects.bulk_create(
        [Mention(post=post, identity_id=identity_id) for identity_id in written.mentions],
        ignore_conflicts=True,
    )
    if written.topics:
        Topic.objects.bulk_create(
            [Topic(name=name, label=label) for name, label in written.topics.items()],
            ignore_conflicts=True,
        )
        known = Topic.objects.filter(name__in=written.topics).values_list("id", flat=True)
        PostTopic.objects.bulk_create(
            [PostTopic(post=post, topic_id=topic_id) for topic_id in known], ignore_conflicts=True
        )


def check_link(url: str) -> str:
    """The address, or an empty string. Raises Invalid for anything but a plain http(s) address."""
    url = clean_text(url)
    if not url:
        return ""
    problem = Invalid(
        _("A link begins with http:// or https:// and has no spaces."),
        code="link",
        field="link_url",
    )
    if len(url) > policy.LINK_CHARACTERS or any(sign.isspace() for sign in url):
        raise problem
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise problem from None
    if not usable or "@" in parts.netloc or set('"<>\\^`{|}') & set(url):
        raise problem
    require_link_allowed(url, field="link_url")
    return url


def fold_topic(word: str) -> str:
    """The name under which a topic is one: case folded, accents kept."""
    return unicodedata.normalize("NFC", word.casefold())


def _mentioned(words: list[str], author_id: int) -> dict[str, Identity]:
    """Whom these words name, or once named: local, living, with no block between them and the
    author."""
    handles = {word.lower() for word in words if word.isascii() and len(word) <= 40}
    if len(handles) > policy.MENTIONS:
        raise Invalid(
            _("Mention at most %(limit)d people.") % {"limit": policy.MENTIONS},
            code="too_many_mentions",
            field="text",
        )
    if not handles:
        return {}
    found = (
        Identity.objects.filter(identity_visible(author_id), domain="")
        .annotate(folded=Lower("handle"))
        .filter(folded__in=handles)
    )
    by_handle = {identity.handle.lower(): identity for identity in found}
    if left := handles - by_handle.keys():
        owners = dict(
            FormerHandle.objects.filter(handle__in=left).values_list("handle", "identity_id")
        )
        people = Identity.objects.filter(identity_visible(author_id)).in_bulk(owners.values())
        by_handle |= {name: people[id_] for name, id_ in owners.items() if id_ in people}
    return {word: by_handle[word.lower()] for word in words if word.lower() in by_handle}


def _topics(words: list[str]) -> dict[str, str]:
    """Folded name by word as written; numbers alone (#1) are no topics."""
    topics = {
        word: fold_topic(word)
        for word in words
        if len(word) <= _TOPIC_CHARACTERS and any(sign.isalpha() for sign in word)
    }
    topics = {word: name for word, name in topics.items() if len(name) <= 80}
    if len(set(topics.values())) > policy.TOPICS:
        raise Invalid(
            _("Use at most %(limit)d topics.") % {"limit": policy.TOPICS},
            code="too_many_topics",
            field="text",
        )
    return topics


def _too_long(limit: int) -> Invalid:
    return Invalid(
        _("That is longer than %(limit)d characters.") % {"limit": limit},
        code="too_long",
        field="text",
    )
