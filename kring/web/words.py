"""Django's translations, looked up once for each sentence and language.

A page says two hundred short sentences. Django's own look-up asks for the language, the catalogue
and its plural rule each time; what it answers never changes while a process lives. Named as in
Django, so that the words are found for translating.
"""

from __future__ import annotations

from functools import lru_cache

from django.utils import translation

# All sentences of both languages, several times over; plurals once for each number in use.
KEPT = 8_192


def gettext(message: str) -> str:
    return _one(message, translation.get_language())


def pgettext(context: str, message: str) -> str:
    return _in_context(context, message, translation.get_language())


def ngettext(singular: str, plural: str, number: int) -> str:
    return _counted(singular, plural, number, translation.get_language())


@lru_cache(maxsize=KEPT)
def _one(message: str, language: str | None) -> str:
    return translation.gettext(message)


@lru_cache(maxsize=KEPT)
def _in_context(context: str, message: str, language: str | None) -> str:
    return translation.pgettext(context, message)


@lru_cache(maxsize=KEPT)
def _counted(singular: str, plural: str, number: int, language: str | None) -> str:
    return translation.ngettext(singular, plural, number)
