"""Django's translations, looked up once for each sentence and language.

A page says two hundred short sentences. Django's own look-up asks for the language, the catalogue
and its plural rule each time; what it answers never changes while a process lives. Named as in
Django, so that the words are found for translating.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.utils import translation

P = ParamSpec("P")
T = TypeVar("T")
# All sentences of both languages, several times over; plurals once for each number in use.
KEPT = 8_192


class _Told(threading.local):
    language: str | None = None


_told = _Told()


def spoken() -> str | None:
    """The reader's language, None for none."""
    return _told.language or translation.get_language()


def in_one_language(tell: Callable[P, T]) -> Callable[P, T]:
    """Look the reader's language up once for all that this says; it may not change it."""

    @wraps(tell)
    def telling(*args: P.args, **kwargs: P.kwargs) -> T:
        before, _told.language = _told.language, translation.get_language()
        try:
            return tell(*args, **kwargs)
        finally:
            _told.language = before

    return telling


def gettext(message: str) -> str:
    return _one(message, spoken())


def pgettext(context: str, message: str) -> str:
    return _in_context(context, message, spoken())


def ngettext(singular: str, plural: str, number: int) -> str:
    return _counted(singular, plural, number, spoken())


@lru_cache(maxsize=KEPT)
def _one(message: str, _language: str | None) -> str:
    return translation.gettext(message)


@lru_cache(maxsize=KEPT)
def _in_context(context: str, message: str, _language: str | None) -> str:
    return translation.pgettext(context, message)


@lru_cache(maxsize=KEPT)
def _counted(singular: str, plural: str, number: int, _language: str | None) -> str:
    return translation.ngettext(singular, plural, number)
