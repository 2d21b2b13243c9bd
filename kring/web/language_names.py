"""Languages by the names people give them."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils.translation import get_language

from kring.web.templatetags.kring import language_name
from kring.web.templatetags.times import babel_locale


def name_of(code: str) -> str:
    """The language's name as the reader would write it."""
    return language_name(code)


def code_of(text: str) -> str:
    """The code of a language by its name in any of our languages, or by itself; else "?"."""
    wanted = " ".join(text.split()).casefold()
    for locale in (get_language() or "en", *(code for code, _name in settings.LANGUAGES)):
        known = _codes(locale)
        # "Frisian" is how people say Western Frisian.
        short = [code for name, code in known.items() if name.endswith(f" {wanted}")]
        common = [code for code in short if len(code) == 2]
        if code := known.get(wanted) or (common[0] if len(common) == 1 else ""):
            return code
    return wanted if wanted in _codes("en").values() else "?"


def names_offered() -> list[str]:
    """Names of the languages that have a code of two letters, in the reader's order."""
    names = babel_locale(get_language() or "en").languages
    return sorted(str(name) for code, name in names.items() if len(code) == 2)


@lru_cache(maxsize=4)
def _codes(locale: str) -> dict[str, str]:
    names = babel_locale(locale).languages
    return {
        str(name).casefold(): code
        for code, name in sorted(names.items(), reverse=True)
        if "_" not in code and len(code) <= 3
    }
