"""Joining through the community's own sign-in service, in Chromium, and what leads there."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import empty_site, windows
from tests.journeys.test_axe import in_both_languages
from tests.web.oidc_provider import CLIENT, SECRET, provider

pytestmark = [pytest.mark.browser, pytest.mark.process]

NOOR = {"sub": "1", "email": "noor@example.org", "email_verified": True, "name": "Noor Özdemir"}
START = "/accounts/oidc/service/login/"


def test_who_signs_in_there_comes_back_as_a_member_here(chromium, tmp_path, migrated_folder):
    with provider() as service:
        service.claims = NOOR
        known = {
            "KRING_OIDC_ISSUER": service.url, "KRING_OIDC_CLIENT_ID": CLIENT,
            "KRING_OIDC_CLIENT_SECRET": SECRET, "KRING_OIDC_NAME": "Guild Login",
        }  # fmt: skip
        with (
            empty_site(tmp_path / "data", migrated_folder, "127.0.0.1", **known) as site,
            windows(chromium, site[0]) as browse,
        ):
            page = browse()
            page.goto("/accounts/login/")
            assert not in_both_languages(page, "/accounts/login/")
            page.get_by_role("button", name="Guild Login").click()
            page.locator(".rail").wait_for()
            expect(page.locator("main")).to_contain_text("Noor")
            assert not in_both_languages(page, "/settings/account")

            # Who refuses there, or comes by a link, is told what to do.
            other = browse()
            other.goto(f"{START}callback/?error=access_denied")
            expect(other.locator("h1")).to_have_count(1)
            expect(other.locator("main a, main button").first).to_be_visible()
            assert re.search(r"/accounts/", other.url)
