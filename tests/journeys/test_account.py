"""One's account in real Chromium: joining, the second step, and signing another browser out."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Page, expect

from tests.journeys.conftest import empty_site, windows
from tests.journeys.every_page import PHRASE, link_in, mail_to
from tests.journeys.test_axe import in_both_languages, problems, squeezed

pytestmark = [pytest.mark.browser, pytest.mark.process]

SECOND_STEP = (
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/reauthenticate/",
)
SCRIPTED = pytest.mark.parametrize("scripted", [True, False], ids=["script", "no script"])


@pytest.fixture(scope="module")
def site(tmp_path_factory, migrated_folder) -> Iterator[tuple[str, Path]]:
    with empty_site(
        tmp_path_factory.mktemp("account") / "data", migrated_folder, "127.0.0.1"
    ) as site:
        yield site


@pytest.fixture
def browse(chromium, site) -> Iterator[Callable[..., Page]]:
    with windows(chromium, site[0]) as browse:
        yield browse


def join(page: Page, site: tuple[str, Path], email: str, name: str = "Noor Özdemir") -> None:
    """From the sign-in page to one's first Home."""
    page.goto("/accounts/login/")
    page.get_by_label("Your name, as others see it").fill(name)
    page.locator("#join-email").fill(email)
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_url(re.compile("/accounts/confirm-email/$"))
    page.goto(link_in(mail_to(email, site[1])))
    expect(page.locator("main")).to_contain_text(email)
    page.get_by_role("button", name="Yes, confirm").click()
    for field in ("password1", "password2"):
        page.locator(f"[name={field}]").fill(PHRASE)
    page.get_by_role("button", name="Save").click()
    page.locator(".rail").wait_for()


def enter(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_text("With a password", exact=True).click()
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PHRASE)
    page.locator(".disc").get_by_role("button", name="Sign in").click()


@SCRIPTED
@pytest.mark.parametrize("width", [390, 1280])
def test_who_joins_reaches_home_under_their_own_name(browse, site, scripted, width):
    page = browse(java_script_enabled=scripted, viewport={"width": width, "height": 900})
    email = f"noor.{width}.{scripted}@example.org".lower()
    join(page, site, email)
    assert page.url == f"{site[0]}/"
    expect(page.locator("h1")).to_have_text("Home")
    page.goto("/settings/account")
    expect(page.locator(".facts")).to_contain_text(email)
    page.goto(page.locator("a[href^='/@']:not([href*='/edit'])").first.get_attribute("href"))
    expect(page.locator("main")).to_contain_text("Noor Özdemir")


@SCRIPTED
def test_a_code_of_an_app_is_the_second_step(browse, site, scripted):
    page = browse(java_script_enabled=scripted)
    email = f"app.{scripted}@example.org".lower()
    join(page, site, email)
    page.goto("/settings/account")
    page.get_by_role("link", name=re.compile("Turn on")).click()
    if page.locator("[name=password]").count():
        page.locator("[name=password]").fill(PHRASE)
        page.locator("main").get_by_role("button", name="Go on").click()
    secret = page.locator("code.secret").inner_text()
    page.locator("[name=code]").fill(code_now(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator(".codes li")).to_have_count(10)
    if scripted:
        assert not in_both_languages(page, *SECOND_STEP)

    other = browse(java_script_enabled=scripted)
    enter(other, email)
    expect(other).to_have_url(re.compile("/accounts/2fa/authenticate/"))
    other.locator("[name=code]").fill("000000")
    other.get_by_role("button", name="Sign in").click()
    expect(other.locator("main")).to_contain_text("That is not the code")
    if scripted:
        assert not problems(other) + squeezed(other)
        assert not in_both_languages(other, "/accounts/2fa/authenticate/")
    other.locator("[name=code]").fill(code_now(secret))
    other.get_by_role("button", name="Sign in").click()
    other.locator(".rail").wait_for()


def code_now(secret: str) -> str:
    """What the app shows, with time left to type it."""
    if time.time() % 30 > 24:
        time.sleep(6)
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30))


@SCRIPTED
def test_another_browser_is_signed_out_from_here(browse, site, scripted):
    here, there = browse(java_script_enabled=scripted), browse(java_script_enabled=scripted)
    email = f"two.{scripted}@example.org".lower()
    join(here, site, email)
    enter(there, email)
    there.locator(".rail").wait_for()
    here.goto("/settings/sessions")
    expect(here.locator(".devices li")).to_have_count(2)
    here.locator(".devices").get_by_role("button", name="Sign out").click()
    expect(here.get_by_role("status").first).to_contain_text("Signed out there.")
    expect(here.locator(".devices li")).to_have_count(1)
    there.goto("/bookmarks")
    expect(there).to_have_url(re.compile("/accounts/login/"))
    here.goto("/bookmarks")
    expect(here.locator(".rail")).to_be_visible()
