"""The sheet of keys: a page of its own, and for the dialog its inside alone."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kring.web.keys import SHEET
from kring.web.middleware import KringRequest


@require_safe
def keyboard(request: KringRequest) -> HttpResponse:
    inside = getattr(request, "htmx", False)
    return render(request, "_keys.html" if inside else "keyboard.html", {"sheet": SHEET})
