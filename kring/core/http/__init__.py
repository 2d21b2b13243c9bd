"""The one gate for outbound HTTP: every request to an address a stranger could choose.

    answer = fetch(Request("GET", url, user_agent=settings.USER_AGENT, limits=Limits(seconds=5)))
    answer.status, answer.headers["content-type"], answer.body, answer.final_url

`fetch` resolves a name once, refuses unless every address is on the public internet, connects to
the address it checked, follows redirects from scratch, and stops at the limits. It raises only
`OutboundError` (what the other side did) or `ValueError` (a bug in the caller).

    addresses   which addresses are on the public internet
    urls        one strict reading of a URL
    resolving   names to addresses
    deadline    one point in time for everything a fetch does
    wire        sockets pinned to checked addresses, under that deadline
    body        reading an answer without letting it grow
    hops        what is sent next after a redirect
    gate        the order of all this
"""

from kring.core.http.addresses import AddressPolicy, IPAddress
from kring.core.http.errors import (
    BadAnswer,
    BadUrl,
    OutboundError,
    Refused,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    Unreachable,
    UnsafeRedirect,
    Untrusted,
    WrongType,
)
from kring.core.http.gate import fetch
from kring.core.http.messages import Limits, Request, Response
from kring.core.http.resolving import Resolver, SystemResolver

__all__ = [
    "AddressPolicy",
    "BadAnswer",
    "BadUrl",
    "IPAddress",
    "Limits",
    "OutboundError",
    "Refused",
    "Request",
    "Resolver",
    "Response",
    "SystemResolver",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "Unreachable",
    "UnsafeRedirect",
    "Untrusted",
    "WrongType",
    "fetch",
]
