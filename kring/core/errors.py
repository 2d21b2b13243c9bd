"""Errors a person can cause, as one small tree.

KringError
├── NotAllowed  403  you are known, and you may not do this
├── NotFound    404  it is not there, or not there for you (we do not reveal which)
├── Conflict    409  it was true a moment ago: already answered, already taken
├── Invalid     422  the input cannot be used; says which field and what to do
└── TooMany     429  a limit; says when it ends

Each carries a stable `code` for programs and a sentence for people. Bugs are never KringErrors.
"""

from __future__ import annotations


class KringError(Exception):
    """Base of every error that a person can cause and can be told about."""

    status = 400
    default_code = "error"

    def __init__(self, message: str, *, code: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.field = field


class NotAllowed(KringError):
    status = 403
    default_code = "not_allowed"


class NotFound(KringError):
    status = 404
    default_code = "not_found"


class Conflict(KringError):
    status = 409
    default_code = "conflict"


class Invalid(KringError):
    status = 422
    default_code = "invalid"


class TooMany(KringError):
    """A limit was reached. `retry_after` is in whole seconds."""

    status = 429
    default_code = "too_many"

    def __init__(
        self, message: str, *, retry_after: int, code: str | None = None, field: str | None = None
    ) -> None:
        super().__init__(message, code=code, field=field)
        self.retry_after = retry_after
