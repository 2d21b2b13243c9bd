"""What a web page says of itself in its head: OpenGraph, Twitter cards, or plain HTML."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from kring.core.html import clean_name
from kring.core.http import Response

TITLE, DESCRIPTION, SITE, ADDRESS = 300, 500, 100, 2048
# A charset is declared within the first kilobyte (HTML, "prescan a byte stream").
_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.I)
_SENT = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.I)
# Python knows codecs that are no character sets, and some that cost more than they give.
_TEXT = re.compile(
    r"utf-?(8|16(-?[lb]e)?)|iso-?8859-?\d{1,2}|latin-?1|(us-)?ascii|windows-?125\d|cp125\d"
    r"|koi8-?[ru]|shift_?jis|euc-?(jp|kr)|gb(k|2312|18030)|big5",
    re.I,
)
_FIELDS = {
    "title": ("og:title", "twitter:title"),
    "description": ("og:description", "twitter:description", "description"),
    "site": ("og:site_name", "application-name"),
    "image": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image"),
}


@dataclass(frozen=True, slots=True)
class PageHead:
    """Plain texts, cut to what is stored. `image` is an absolute address, or empty."""

    title: str = ""
    description: str = ""
    site: str = ""
    image: str = ""


def read_head(answer: Response) -> PageHead:
    """Never raises: a page in which nothing is found says nothing."""
    tree = LexborHTMLParser(_text_of(answer))
    said: dict[str, str] = {}
    for node in tree.css("meta"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        content = node.attributes.get("content") or ""
        if content.strip():
            said.setdefault(name.strip().lower()[:50], content)
    found = {
        field: next((said[name] for name in names if name in said), "")
        for field, names in _FIELDS.items()
    }
    title = tree.css_first("title")
    return PageHead(
        title=_cut(found["title"] or (title.text() if title is not None else ""), TITLE),
        description=_cut(found["description"], DESCRIPTION),
        site=_cut(found["site"], SITE),
        image=_absolute(found["image"], answer.final_url),
    )


def _cut(text: str, limit: int) -> str:
    # What is far too long is not worth normalising.
    clean = clean_name(text[: 4 * limit])
    return clean if len(clean) <= limit else clean[: limit - 1].rstrip() + "…"


def _absolute(address: str, base: str) -> str:
    try:
        joined = urljoin(base, address.strip()) if 0 < len(address) <= ADDRESS else ""
    except ValueError:
        return ""
    return joined if joined.startswith(("http://", "https://")) else ""


def _text_of(answer: Response) -> str:
    """The page as text: what cannot be decoded is replaced."""
    sent = _SENT.search(answer.headers.get("content-type", ""))
    declared = _DECLARED.search(answer.body[:1024])
    names = [sent[1]] if sent else []
    names += [declared[1].decode("ascii")] if declared else []
    for name in names:
        if _TEXT.fullmatch(name):
            try:
                return codecs.decode(answer.body, name, "replace").replace("\0", "")
            except (LookupError, UnicodeError):
                continue
    return answer.body.decode("utf-8", "replace").replace("\0", "")
