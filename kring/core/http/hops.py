"""What is sent next after a redirect."""

from collections.abc import Mapping
from dataclasses import dataclass

from kring.core.http.errors import BadUrl, UnsafeRedirect
from kring.core.http.messages import Method, Request, Response
from kring.core.http.urls import Target, join_url, parse_url

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD = frozenset({307, 308})
# Any other header may be a credential: X-Api-Key is as secret as Authorization, and no list of
# secret names is complete.
_HARMLESS = frozenset({"accept", "accept-language"})


@dataclass(frozen=True)
class Hop:
    """One request of the chain."""

    method: Method
    target: Target
    headers: Mapping[str, str]
    body: bytes


def first_hop(request: Request) -> Hop:
    return Hop(request.method, parse_url(request.url), request.headers, request.body)


def is_redirect(status: int, headers: Mapping[str, str]) -> bool:
    return status in _REDIRECTS and "location" in headers


def next_hop(hop: Hop, answer: Response) -> Hop:
    """The request that follows a redirect.

    Raises BadUrl if Location cannot be read, and UnsafeRedirect if following would leave https
    or carry a body to another origin (it was written for the first one's eyes).
    """
    target = join_url(hop.target, _location(answer))
    if hop.target.scheme == "https" and target.scheme != "https":
        raise UnsafeRedirect(f"from {hop.target.url} to {target.url}")
    method, body, headers = hop.method, hop.body, dict(hop.headers)
    if method == "POST" and answer.status not in _KEEP_METHOD:
        method, body = "GET", b""
        headers = {name: text for name, text in headers.items() if not _describes_body(name)}
    if target.origin != hop.target.origin:
        if method == "POST":
            raise UnsafeRedirect(f"POST from {hop.target.url} to {target.url}")
        headers = {name: text for name, text in headers.items() if name.lower() in _HARMLESS}
    return Hop(method, target, headers, body)


def _describes_body(name: str) -> bool:
    return name.lower().startswith("content-") or name.lower() == "digest"


def _location(answer: Response) -> str:
    try:  # headers come as latin-1; sites that do not escape their URLs write UTF-8
        return answer.headers["location"].encode("latin-1").decode("utf-8")
    except UnicodeError as error:
        raise BadUrl("redirect in no known encoding") from error
