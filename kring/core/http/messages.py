"""What a caller hands in and gets back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from kring.core.http.addresses import AddressPolicy

Method = Literal["GET", "HEAD", "POST"]

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")
# The gate writes these itself: they say where the request goes, how long it is, and what we can
# read. A caller who could set them could undo its checks.
_OURS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What an answer may cost: these hold for the whole fetch, not for each hop."""

    max_bytes: int = 1 << 20  # of the body, before decoding and after
    seconds: float = 10.0  # wall time, from the name lookup to the last byte
    redirects: int = 3
    cut: bool = False  # take the beginning of a body that is longer, instead of refusing it

    def __post_init__(self) -> None:
        if self.max_bytes < 0 or self.redirects < 0 or not 0 < self.seconds <= 3600:
            raise ValueError(f"impossible limits: {self}")


@dataclass(frozen=True)
class Request:
    """One question to another site.

    user_agent: who asks; other sites should be able to find us when we misbehave
    accepts: content types without parameters, in lower case, of which the body of an answer must
        be one; none: any
    headers: names in any case. Those that belong to the gate (Host, Content-Length and the like)
        are a ValueError, and so is anything that would not fit on one line.
    """

    method: Method
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    limits: Limits = field(default_factory=Limits)
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    user_agent: str = field(kw_only=True)
    accepts: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.method not in get_args(Method):
            raise ValueError(f"method {self.method!r} is not one of {get_args(Method)}")
        if self.body and self.method != "POST":
            raise ValueError(f"{self.method} with a body")
        if not self.user_agent or not _VALUE.fullmatch(self.user_agent):
            raise ValueError(f"user agent {self.user_agent!r} does not say who asks")
        for name, value in self.headers.items():
            if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
                raise ValueError(f"header {name!r} cannot be sent")
            if name.lower() in _OURS:
                raise ValueError(f"header {name!r} is the gate's to set")


@dataclass(frozen=True)
class Response:
    """What the last site in the chain of redirects answered.

    headers: names in lower case, as received; repeated ones joined by ", ". They describe the
        body as it travelled, so Content-Encoding and Content-Length need not fit `body`.
    body: decoded
    final_url: where it came from, canonical and without a fragment
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    final_url: str
