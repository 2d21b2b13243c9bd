"""Every URL of the product."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from kring.project import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("accounts/", include("allauth.urls")),
    path("", include("kring.web.urls")),
]

handler400 = "kring.web.errors.bad_request"
handler403 = "kring.web.errors.forbidden"
handler404 = "kring.web.errors.not_found"
handler500 = "kring.web.errors.server_error"
