"""Which language a text is in: "" rather than a guess."""

from __future__ import annotations

from functools import cache
from typing import Any

from kring.feed.policy.schema import Text
from kring.feed.text.words import MAX_CHARACTERS, plain, words

# The languages people write in here, and those they are mistaken for least. Afrikaans is left out:
# nearly every short text found to be Afrikaans is Dutch.
PLAUSIBLE = (
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "fy", "he", "hi", "hr", "hu",
    "id", "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv", "tr", "uk", "vi", "zh",
)  # fmt: skip


def language_of(text: str, *, declared: str, policy: Text) -> str:
    """ISO 639-1 code of a text, "" when it is too short or not clear.

    declared: what the author said (may be a tag such as nl-BE); it wins. About 0.1 ms; the model
    (Naive Bayes over pieces of bytes, Lui and Baldwin 2012) takes 0.5 s and 60 MB the first time.
    """
    if declared:
        return declared.split("-")[0].lower()
    said = plain(text[:MAX_CHARACTERS]).strip()
    if len(words(said)) < policy.language_words:
        return ""
    # Capitals are other bytes, of which the model has seen few.
    code, probability = _identifier().classify(said.lower())
    return str(code) if probability >= policy.language_probability else ""


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(PLAUSIBLE)
    return identifier
