"""Why a file was not taken, each in a sentence that says what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.media import policy


class Refused(Invalid):
    """A file that cannot be used as a picture."""

    default_code = "image"


class TooLarge(Refused):
    status = 413
    default_code = "too_large"


def too_large() -> Refused:
    return TooLarge(
        _("That picture is larger than %(limit)d MB. Make it smaller and try again.")
        % {"limit": policy.FILE_BYTES // policy.MIB},
        field="image",
    )


def empty() -> Refused:
    return Refused(_("That file is empty."), code="empty", field="image")


def not_a_picture() -> Refused:
    return Refused(
        _("That is no picture that can be shown here. Choose a JPEG, PNG, WebP or GIF."),
        code="kind",
        field="image",
    )


def heic() -> Refused:
    return Refused(
        _("HEIC pictures cannot be shown here. Send it as JPEG: your phone can do that."),
        code="heic",
        field="image",
    )


def too_many_pixels() -> Refused:
    return Refused(
        _("That picture has more than %(limit)d million pixels. Make it smaller and try again.")
        % {"limit": policy.PIXELS // 1_000_000},
        code="pixels",
        field="image",
    )


def damaged() -> Refused:
    return Refused(
        _("That picture is damaged and cannot be read. Save it anew and try again."),
        code="damaged",
        field="image",
    )
