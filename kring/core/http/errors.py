"""What can go wrong outside.

    OutboundError
    ├── BadUrl             the address is not one we will ask
    ├── Refused            it leads somewhere that is not the public internet
    ├── TooManyRedirects
    ├── UnsafeRedirect     off https, or carrying a body to another site
    ├── TooLarge
    ├── WrongType          an answer of another content type than was asked for
    ├── TooSlow
    └── Unreachable        no answer
        ├── Untrusted      TLS failed: we do not know who would have answered
        └── BadAnswer      an answer that is not valid HTTP

`str(error)` is a sentence for people and never holds an address, so that a stranger cannot use us
to map a private network. `error.detail` may, and is for logs only.
"""

from typing import ClassVar


class OutboundError(Exception):
    """A request to the outside failed for a reason that lies outside."""

    code: ClassVar[str] = "outbound"
    sentence: ClassVar[str] = "The other site could not be asked."

    def __init__(self, detail: str = "") -> None:
        super().__init__(self.sentence)
        self.detail = detail


class BadUrl(OutboundError):
    code = "bad_url"
    sentence = "This is not a web address that can be opened from here."


class Refused(OutboundError):
    code = "refused_address"
    sentence = "This address does not lead to the public internet."


class TooManyRedirects(OutboundError):
    code = "too_many_redirects"
    sentence = "The other site kept sending us elsewhere."


class UnsafeRedirect(OutboundError):
    code = "unsafe_redirect"
    sentence = "The other site sent us somewhere less safe."


class TooLarge(OutboundError):
    code = "too_large"
    sentence = "The other site's answer is too large."


class WrongType(OutboundError):
    code = "wrong_type"
    sentence = "The other site's answer is of another kind than was asked for."


class TooSlow(OutboundError):
    code = "too_slow"
    sentence = "The other site took too long."


class Unreachable(OutboundError):
    code = "unreachable"
    sentence = "The other site did not answer."


class Untrusted(Unreachable):
    code = "untrusted"
    sentence = "The other site could not prove who it is."


class BadAnswer(Unreachable):
    code = "bad_answer"
    sentence = "The other site's answer made no sense."
