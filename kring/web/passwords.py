"""What a password must be, in our own words: Django's Dutch is more formal than we are."""

from __future__ import annotations

from django.contrib.auth import password_validation
from django.utils.translation import gettext, ngettext


class LongEnough(password_validation.MinimumLengthValidator):
    def get_error_message(self) -> str:
        return ngettext(
            "Take at least %(count)d character.",
            "Take at least %(count)d characters.",
            self.min_length,
        ) % {"count": self.min_length}

    get_help_text = get_error_message


class NotCommon(password_validation.CommonPasswordValidator):
    def get_error_message(self) -> str:
        return gettext("That is one of the passwords that guessers try first.")

    def get_help_text(self) -> str:
        return gettext("Three or four words of your own are easy to keep and hard to guess.")


class NotLikeOneself(password_validation.UserAttributeSimilarityValidator):
    def get_error_message(self) -> str:
        return gettext("That is too much like your address.")

    def get_help_text(self) -> str:
        return gettext("Not your address.")
