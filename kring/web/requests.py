"""Requests are read as UTF-8, whatever they say they are, and their cookies as plain text."""

from __future__ import annotations

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.utils.functional import cached_property
from django.utils.http import parse_header_parameters


class Utf8Request(WSGIRequest):
    """A request that cannot choose the codec by which it is read.

    Django takes any codec Python knows, before any middleware runs: some of them decode no text,
    and some make text that no database can hold.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            kind, parameters = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            kind, parameters = "", {}
        parameters.pop("charset", None)
        self.content_type, self.content_params = kind, parameters

    @cached_property
    def COOKIES(self) -> dict[str, str]:  # type: ignore[override]
        """Without those that hold controls: PostgreSQL cannot look for a session named so."""
        return {name: value for name, value in super().COOKIES.items() if value.isprintable()}
