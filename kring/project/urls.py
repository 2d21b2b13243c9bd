"""Every URL of the product."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from kring.project import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
]
