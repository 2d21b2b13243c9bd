"""Requests are read as UTF-8, whatever they say they are."""

from __future__ import annotations

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
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
