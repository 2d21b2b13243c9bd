"""Markdown to safe HTML, once per version of a text.

People write CommonMark without raw HTML and without images (pictures are attachments). The
rendered HTML passes a sanitiser that allows a short list of tags, so a bug in the renderer is
not a hole in the page.
"""

from __future__ import annotations

import re
import unicodedata

import nh3
from markdown_it import MarkdownIt

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "h3", "h4"}
_LINK_SCHEMES = {"http", "https", "mailto"}

_markdown = (
    MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    .enable("linkify")
    .disable(["image", "table", "html_block", "html_inline"], ignoreInvalid=True)
)

# Controls that reorder or hide text: they let a link or a name show something it is not.
_UNSAFE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_HEADING = re.compile(r"<(/?)h[1-6]>")


def clean_text(text: str) -> str:
    """NFC, Unix line ends, no controls or direction overrides, no lone surrogates, trimmed."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return _UNSAFE.sub("", text).strip()


def render_markdown(text: str) -> str:
    """Safe HTML of `text`. Headings become h3 at most: the page's own outline stays intact."""
    html = _HEADING.sub(r"<\1h3>", _markdown.render(text))
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes=_LINK_SCHEMES,
        link_rel="nofollow ugc noopener noreferrer",
    )


def plain_text(html: str) -> str:
    """The words of sanitised HTML on one line, for excerpts and titles."""
    text = nh3.clean(html, tags=set())
    for entity, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'")):
        text = text.replace(entity, sign)
    return " ".join(text.replace("&amp;", "&").split())


def count_words(text: str) -> int:
    return len(re.findall(r"\w+(?:['’-]\w+)*", text))
