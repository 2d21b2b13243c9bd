"""Every URL of the product."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from kring.project import health, metrics
from kring.web import second_step, sign_in_service

SERVICE = "accounts/oidc/<str:provider_id>/login/"
TO_SETTINGS = RedirectView.as_view(pattern_name="settings_account")

urlpatterns: list[URLPattern | URLResolver] = [
    path("health", health.health, name="health"),
    path("ready", health.ready, name="ready"),
    path("metrics", metrics.page, name="metrics"),
    path("accounts/", include("allauth.account.urls")),
    # These two lists stand on the settings' own page.
    path("accounts/2fa/", TO_SETTINGS, name="mfa_index"),
    path("accounts/2fa/webauthn/", TO_SETTINGS, name="mfa_list_webauthn"),
    path("accounts/2fa/webauthn/login/", second_step.passkey_login, name="mfa_login_webauthn"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/3rdparty/", include("allauth.socialaccount.urls")),
    path(SERVICE, sign_in_service.login, name="openid_connect_login"),
    path(f"{SERVICE}callback/", sign_in_service.callback, name="openid_connect_callback"),
    path("", include("kring.web.urls")),
]

handler400 = "kring.web.errors.bad_request"
handler403 = "kring.web.errors.forbidden"
handler429 = "kring.web.errors.too_many"
handler404 = "kring.web.errors.not_found"
handler500 = "kring.web.errors.server_error"
