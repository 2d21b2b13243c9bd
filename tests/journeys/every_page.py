"""Every page there is, by the name of its route and by who comes there.

`tests/journeys/test_axe.py` opens them all; a route that shows a page fails there until it stands
here, or under NO_PAGE with the reason why not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from django.urls import reverse
from playwright.sync_api import Page

from kring.core.clock import utc_now
from tests.journeys.conftest import come_in, post_anyway

MEMBER, OWNER = 3, 2
PHRASE = "correct horse battery"
Places = Mapping[str, tuple[object, ...]]

# A route, "@" whose or which one, "?" what is asked of it.
NOBODY_SEES = (
    "home", "landing", "policy", "privacy", "terms", "contact", "keyboard",
    "topics", "topic@topic", "post@post",
    "profile@other", "cv@other", "report_post@post", "report_profile@other",
    "account_login", "account_signup", "account_reset_password",
    "account_reset_password_done", "account_request_login_code", "account_confirm_email@damaged",
    "account_reset_password_from_key@damaged_key", "account_reset_password_from_key_done",
    "account_inactive", "joining_waiting", "join@damaged",
    "socialaccount_login_cancelled", "socialaccount_login_error",
)  # fmt: skip
MEMBERS_SEE = (
    "home?order=ranked", "home?order=time", "home?topic=nothing", "post@post", "post@mine",
    "post@gone", "why@why", "share@post", "edit@mine", "delete@mine", "history@mine", "bookmarks",
    "topics", "topic@topic", "people", "people?q=pensioen", "people?q=qqzzx", "profile@other",
    "profile@organisation", "profile@blocked", "profile@me", "profile@me?as=web", "cv@me",
    *(f"edit_profile@me_{part}" for part in ("card", "about", "positions", "skills", "links")),
    "steering", "steering?preset=window", "scheduled", "edit_scheduled@waiting", "settings",
    "settings_account", "settings_sessions", "settings_language", "settings_appearance",
    "settings_privacy", "settings_data", "report_post@post", "report_post@mine",
    "report_profile@other", "reports_sent", "decisions", "community", "policy", "keyboard",
    "account_logout",
)  # fmt: skip
# By somebody who joined: those of the sample community cannot change their account.
JOINED_SEE = (
    "home", "profile@me", "settings_account", "account_email", "account_change_password",
    "change_handle", "export", "erase", "mfa_add_webauthn", "account_reauthenticate",
    "mfa_activate_totp", "settings_data",
)  # fmt: skip
OWNERS_SEE = (
    "audit_log",
    "case@case",
    "community",
    "decision@decision",
    "desk",
    "desk_members",
    "legal",
    "moderation",
)

NO_PAGE = {
    **dict.fromkeys(("health", "ready", "metrics"), "read by machines"),
    **dict.fromkeys(
        (
            "desk_table", "feed_json", "suggest_people", "suggest_topics", "community_colours",
            "image", "export_file",
        ),
        "no HTML",
    ),
    **dict.fromkeys(("news", "new_posts", "mix_preview"), "a part of a page that is looked at"),
    **dict.fromkeys(("mfa_index", "mfa_list_webauthn", "account_set_password"), "leads on"),
    **dict.fromkeys(
        ("account_email_verification_sent", "account_confirm_login_code"), "on the way in: below"
    ),
    **dict.fromkeys(
        (
            "mfa_authenticate", "mfa_reauthenticate", "mfa_deactivate_totp",
            "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
        ),
        "for who has a second step: test_account.py",
    ),
    **dict.fromkeys(
        (
            "mfa_login_webauthn", "mfa_reauthenticate_webauthn", "mfa_edit_webauthn",
            "mfa_remove_webauthn",
        ),
        "for who has a passkey: test_passkey.py",
    ),
    **dict.fromkeys(
        (
            "openid_connect_login", "openid_connect_callback", "socialaccount_signup",
            "socialaccount_connections",
        ),
        "where a sign-in service is named: test_sign_in_service.py",
    ),
}  # fmt: skip


def names(*lists: tuple[str, ...]) -> set[str]:
    return {re.split("[@?]", visit)[0] for visits in lists for visit in visits}


def address(visit: str, places: Places) -> str:
    path, _, query = visit.partition("?")
    name, _, which = path.partition("@")
    return reverse(name, args=places[which] if which else ()) + (f"?{query}" if query else "")


def public_places(page: Page) -> Places:
    """A post, a topic and a person, for who is not signed in."""
    page.goto("/topics")
    topic = page.locator(".topiclist a").first.get_attribute("href")
    page.goto(topic)
    card = page.locator(".feed > .post").first
    return {
        "topic": (topic.removeprefix("/topics/"),),
        "post": (int(card.get_attribute("data-card")),),
        "other": (_handle(card.locator(".post__head a.name").first),),
        "damaged": ("no-such-key",),
        "damaged_key": ("zz", "no-such"),
    }


def places_of_a_member(page: Page) -> Places:
    """Somebody comes in, writes now and for later, edits, deletes and blocks."""
    come_in(page, MEMBER)
    page.goto("/")
    _write(page, "A post to look at from every side.")
    mine = int(page.locator(".feed > .post").first.get_attribute("data-card"))
    page.goto(f"/posts/{mine}/edit")
    page.locator("#text").fill("A post to look at from *every* side.")
    page.locator("main form .btn--primary").click()
    page.goto("/?order=time")
    page.locator(".composer__later summary").click()
    page.locator("#publish_at").fill(f"{utc_now() + timedelta(days=7):%Y-%m-%dT%H:%M}")
    page.locator("#compose-text").fill("A post that waits.")
    page.locator(".composer__foot .btn--primary").click()
    post_anyway(page)
    page.wait_for_url("**/scheduled")
    waiting = page.locator(".waiting a").first.get_attribute("href")
    page.goto("/@wim")
    block = page.locator("form[action='/@wim/block'] button")
    if block.count():
        block.click()
    page.goto("/?order=time")
    cards = page.locator(".feed > .post").filter(has=page.locator(".peek"))
    post = int(cards.first.get_attribute("data-card"))
    other = _handle(cards.first.locator(".post__head a.name").first)
    page.goto("/?order=ranked")
    why = page.locator(".why[hx-get]").first.get_attribute("hx-get")
    me = page.locator(".me > a").get_attribute("href").removeprefix("/@")
    page.goto(f"/@{me}")
    organisation = page.locator(".cv a[href^='/@']").first.get_attribute("href")
    parts = {f"me_{part}": (me, part) for part in
             ("card", "about", "positions", "skills", "links")}  # fmt: skip
    return {
        "mine": (mine,), "post": (post,), "gone": (1,), "other": (other,), "me": (me,),
        "organisation": (organisation.removeprefix("/@"),), "blocked": ("wim",),
        "why": (int(why.split("/")[2]),), "waiting": (int(waiting.split("/")[-1]),), **parts,
        **{key: value for key, value in public_places(page).items() if key == "topic"},
    }  # fmt: skip


def places_of_an_owner(page: Page) -> Places:
    """An owner comes in, reports two posts, leaves one as it is and lets the other wait."""
    page.goto("/")
    page.locator(".guides button").nth(OWNER).click()
    page.locator(".rail").wait_for()
    page.goto("/?order=time")
    others = page.locator(".feed > .post:has(.menu__item[href^='/report/'])")
    posts = [others.nth(number).get_attribute("data-card") for number in range(2)]
    for post in posts:
        page.goto(f"/report/post/{post}")
        page.locator("[name=reason][value=spam]").check()
        page.locator("#words").fill("The same offer, three times.")
        page.locator("main form .btn--primary").click()
    page.goto("/moderation")
    waiting = [link.get_attribute("href") for link in page.locator(".case h3 a").all()]
    page.goto(waiting[0])
    page.locator("[name=action][value=dismiss]").check()
    page.locator("main form .btn--primary").last.click()
    page.goto("/report/sent")
    statement = page.locator(".rows a[href^='/decisions/']").first.get_attribute("href")
    return {
        "case": (int(waiting[1].split("/")[-1]),),
        "decision": (int(statement.split("/")[-1]),),
    }


def way_in(page: Page, mail: Path, email: str) -> Iterator[None]:
    """Somebody joins; each page on the way is stood still at."""
    page.goto("/accounts/login/")
    page.locator("#code-email").fill("nobody.here@example.org")
    page.locator("form:has(#code-email) button").click()
    page.wait_for_url("**/code/confirm/")
    yield
    page.goto("/accounts/signup/")
    page.locator("[name=name]").fill("Noor Özdemir")
    page.locator("[name=email]").fill(email)
    page.locator("main .btn--primary").click()
    yield
    page.goto(link_in(mail_to(email, mail)))
    yield
    page.locator("main .btn--primary").click()
    yield
    for field in ("password1", "password2"):
        page.locator(f"[name={field}]").fill(PHRASE)
    page.locator("main .btn--primary").click()
    page.locator(".rail").wait_for()


def mail_to(email: str, folder: Path) -> EmailMessage:
    """The mail to this address, where the demo writes what it sends."""
    for told in folder.iterdir():
        message = message_from_string(told.read_text(), policy=policy.default)
        if message["To"] == email:
            return message
    raise AssertionError(f"no mail to {email}")


def link_in(message: EmailMessage) -> str:
    """The path that leads to confirming an address."""
    found = re.search(r"http\S+/accounts/confirm-email/\S+", message.get_content())
    return urlsplit(found[0]).path


def _handle(link) -> str:
    return link.get_attribute("href").removeprefix("/@")


def _write(page: Page, text: str) -> None:
    page.goto("/?order=time")
    page.locator("#compose-text").fill(text)
    page.locator(".composer__foot .btn--primary").click()
    post_anyway(page)
    page.goto("/?order=time")
