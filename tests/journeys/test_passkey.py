"""Joining, and then a passkey in real Chromium: made, signed in with, and as the second step."""

from __future__ import annotations

import re
from email import message_from_string, policy
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.journeys.conftest import empty_site, windows
from tests.journeys.test_axe import in_both_languages

pytestmark = [pytest.mark.browser, pytest.mark.process]

JSON = {"Accept": "application/json"}
PHRASE = "correct horse battery"
DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def site(tmp_path, migrated_folder):
    """At localhost: browsers give no passkeys to an address of numbers."""
    with empty_site(tmp_path / "data", migrated_folder, "localhost") as site:
        yield site


@pytest.fixture
def page(chromium, site):
    """A browser on a device that keeps passkeys."""
    with windows(chromium, site[0]) as browse:
        page = browse()
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
        yield page


def link_in(folder) -> str:
    [told] = folder.iterdir()
    text = message_from_string(told.read_text(), policy=policy.default).get_content()
    return re.search(r"http\S+/accounts/confirm-email/\S+", text)[0]


def enters(chromium, url: str, stolen: str) -> bool:
    """Whether what a passkey signed for one browser lets another in, which asked for a new one."""
    thief = chromium.new_context(base_url=url)
    other = thief.new_page()
    other.goto("/accounts/login/")
    asked = thief.request.get("/accounts/2fa/webauthn/login/", headers=JSON).json()
    assert asked["request_options"]["publicKey"]["challenge"]
    token = other.locator("[name=csrfmiddlewaretoken]").first.input_value()
    form = {"csrfmiddlewaretoken": token, "credential": stolen}
    answer = thief.request.post("/accounts/2fa/webauthn/login/", form=form)
    assert answer.ok, answer.status
    inside = urlsplit(thief.request.get("/bookmarks").url).path == "/bookmarks"
    thief.close()
    return inside


def test_a_passkey_is_made_and_signs_in_alone_and_as_the_second_step(page, site):
    page.goto("/accounts/signup/")
    page.fill("[name=name]", "Noor Özdemir")
    page.fill("[name=email]", "noor@example.org")
    page.click("form[action='/accounts/signup/'] button")
    page.wait_for_url("**/confirm-email/")
    page.goto(link_in(site[1]))
    page.click("text=Yes, confirm")
    for field in ("password1", "password2"):
        page.fill(f"[name={field}]", PHRASE)
    page.click("text=Save")
    page.wait_for_selector(".rail")

    page.goto("/settings/account")
    page.click("text=Add a passkey")
    page.fill("[name=password]", PHRASE)
    page.click("main button:has-text('Go on')")
    page.click("text=Make the passkey")
    page.wait_for_selector(".codes")
    page.goto("/settings/account")
    assert page.locator(".devices li b").all_inner_texts() == ["Passkey 1"]
    links = page.locator(".devices a[href*='/webauthn/keys/']").all()
    of_a_key = {link.get_attribute("href") for link in links}
    assert of_a_key
    assert not in_both_languages(page, *of_a_key, "/accounts/2fa/webauthn/reauthenticate/")
    page.goto("/settings/account")

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    assert page.locator("[data-passkey-failed]").is_hidden()
    with page.expect_request(lambda sent: sent.method == "POST") as signed:
        page.click("text=Sign in with your passkey")
    page.wait_for_selector(".rail")
    stolen = parse_qs(signed.value.post_data)["credential"][0]
    assert not enters(page.context.browser, site[0], stolen)

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.click("summary:has-text('With a password')")
    page.fill("[name=login]", "noor@example.org")
    page.fill("[name=password]", PHRASE)
    page.click(".disc button")
    page.click("text=Use a passkey")
    page.wait_for_selector(".rail")
