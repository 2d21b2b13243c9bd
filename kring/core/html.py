"""Markdown to safe HTML, once per version of a text.

People write CommonMark without raw HTML and without images (pictures are attachments). The
rendered HTML passes a sanitiser that allows a short list of tags, so a bug in the renderer is
not a hole in the page.

`Document` is a text that was parsed and not yet rendered: its `@words` and `#words` can be asked
for, looked up by the caller in one go, and given addresses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from html import unescape
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "blockquote", "code", "pre", "h3", "h4"}
_LINK_SCHEMES = {"http", "https", "mailto"}

_markdown = (
    MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    .enable("linkify")
    .disable(["image", "table", "html_block", "html_inline"], ignoreInvalid=True)
)
assert _markdown.linkify is not None
# Only what is written as an address becomes a link: "node.js" and "@ada@example.org" do not.
_markdown.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})


def _has_safe_scheme(url: str) -> bool:
    return re.match(r"(?:https?://[^/\s]|mailto:[^\s])", url, re.IGNORECASE) is not None


_markdown.validateLink = _has_safe_scheme  # type: ignore[method-assign]

# Controls that reorder or hide text: they let a link or a name show something it is not.
_UNSAFE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_JOINERS = "\u200c\u200d"
# Look like nothing although Unicode calls them letters, marks or symbols.
_LOOKS_EMPTY = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_HEADING = re.compile(r"<(/?)h[1-6]>")
_SIGNED = re.compile(r"(?<![\w/@#&.:-])([@#])(\w(?:[\w-]*\w)?)(?![\w@]|[.:]\w*@)")
# One greedy run at a time: a pattern with dots inside would take quadratic time on "a.a.a.a…".
_DOTTED = re.compile(r"[\w.-]+")
_MAX_WORD_LINKS = 100


def clean_text(text: str) -> str:
    """NFC, Unix line ends, no controls or direction overrides, no lone surrogates, trimmed."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return _UNSAFE.sub("", text).strip()


def clean_name(text: str) -> str:
    """A clean text on one line, without signs that cannot be seen: two names that look the same
    are to be the same. Joiners stay: emoji and some scripts need them."""
    seen = (sign for sign in clean_text(text) if sign in _JOINERS or not _is_format(sign))
    return " ".join("".join(seen).split())


def _is_format(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf"


def is_blank(text: str) -> bool:
    """Whether nothing of this text can be seen: spaces, joiners, fillers and bare marks only."""
    return all(unicodedata.category(sign)[0] in "ZCM" or sign in _LOOKS_EMPTY for sign in text)


class Document:
    """Parsed Markdown whose signed words (`@ada`, `#pensions`) can still become links."""

    def __init__(self, text: str) -> None:
        # A lone surrogate cannot be written anywhere; `clean_text` leaves none.
        self._tokens = _markdown.parse(text.encode("utf-8", "ignore").decode("utf-8"))

    def words(self, sign: str) -> list[str]:
        """The different words after `sign`, in order; none from code or from inside a link."""
        found: dict[str, None] = {}
        for inline in self._inlines():
            for token in _outside_links(inline.children or []):
                for match in _SIGNED.finditer(token.content):
                    if match[1] == sign:
                        found.setdefault(match[2])
        return list(found)

    def render(self, links: Mapping[str, str] | None = None) -> str:
        """Safe HTML. `links`: addresses within this site for signed words, by "@word" or "#word".

        Headings become h3: the page's own outline stays intact.
        """
        for inline in self._inlines():
            inline.children = _show_hosts(inline.children or [])
        if links:
            _link_words(list(self._inlines()), links)
        html = _markdown.renderer.render(self._tokens, _markdown.options, {})
        return nh3.clean(
            _HEADING.sub(r"<\1h3>", html),
            tags=TAGS,
            attributes={"*": set(), "a": {"href"}},
            url_schemes=_LINK_SCHEMES,
            link_rel="nofollow ugc noopener noreferrer",
        )

    def _inlines(self) -> Iterator[Token]:
        return (token for token in self._tokens if token.type == "inline")


def render_markdown(text: str) -> str:
    """Safe HTML of `text`, with no word made a link."""
    return Document(text).render()


def _outside_links(children: list[Token]) -> Iterator[Token]:
    inside = 0
    for token in children:
        inside += token.type == "link_open"
        inside -= token.type == "link_close"
        if not inside and token.type == "text":
            yield token


def _link_words(inlines: list[Token], links: Mapping[str, str]) -> None:
    room = _MAX_WORD_LINKS
    for inline in inlines:
        children = inline.children or []
        linkable = {id(token) for token in _outside_links(children)}
        inline.children = []
        for token in children:
            if id(token) in linkable and room:
                pieces = _split(token, links, room)
                room -= len(pieces) // 4
                inline.children.extend(pieces)
            else:
                inline.children.append(token)


def _split(token: Token, links: Mapping[str, str], room: int) -> list[Token]:
    """The text token cut at its linked words: before, open, word, close, ..., after."""
    pieces: list[Token] = []
    position = 0
    for match in _SIGNED.finditer(token.content):
        href = links.get(match[0])
        if href is None or len(pieces) // 4 == room:
            continue
        pieces.append(_text(token.content[position : match.start()], token.level))
        pieces.extend(_link(href, match[0], token.level))
        position = match.end()
    return [*pieces, _text(token.content[position:], token.level)]


def _show_hosts(children: list[Token]) -> list[Token]:
    """After a link whose text names another place than its target, say the target's host."""
    result: list[Token] = []
    href, shown = "", ""
    for token in children:
        result.append(token)
        if token.type == "link_open":
            href, shown = str(token.attrGet("href") or ""), ""
            token.attrs = {"href": href}
        elif token.type == "link_close":
            host = _hidden_host(shown, href)
            if host:
                result.append(_text(f" ({host})", token.level))
            href = ""
        elif href:
            shown += token.content
    return result


def _hidden_host(shown: str, href: str) -> str:
    """The host of `href` when `shown` looks like an address elsewhere, else an empty string."""
    try:
        parts = urlsplit(href)
        host = parts.hostname or ""
    except ValueError:
        return href
    if parts.scheme == "mailto":
        return "" if "@" not in shown or shown.removeprefix("mailto:") in href else href[7:]
    if "@" in parts.netloc or "xn--" in host:
        return host
    shown = _as_compared(shown)
    authority = re.match(r"\s*https?://([^/?#\s]*)", shown)
    claimed = [authority[1]] if authority else [n for n in _DOTTED.findall(shown) if _is_host(n)]
    bare = host.removeprefix("www.")
    return host if any(name.removeprefix("www.").split(":")[0] != bare for name in claimed) else ""


def _as_compared(text: str) -> str:
    """Without what makes an address look like another: widths, odd dots, gaps, joiners, case."""
    text = unicodedata.normalize("NFKC", text).translate({0x3002: ".", 0xFF61: "."})
    text = re.sub(r"(?<!\s)\s+\.\s*", ".", text)
    return "".join(sign for sign in text if not _is_format(sign)).lower()


def _is_host(name: str) -> bool:
    labels = name.strip(".").split(".")
    return len(labels) > 1 and len(labels[-1]) > 1 and labels[-1].isalpha()


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _link(href: str, content: str, level: int) -> list[Token]:
    return [
        Token("link_open", "a", 1, attrs={"href": href}, level=level),
        _text(content, level + 1),
        Token("link_close", "a", -1, level=level),
    ]


def plain_text(html: str) -> str:
    """The words of sanitised HTML on one line, for excerpts and titles."""
    return " ".join(unescape(nh3.clean(html, tags=set())).split())


def count_words(text: str) -> int:
    return len(re.findall(r"\w+(?:['’-]\w+)*", text))
