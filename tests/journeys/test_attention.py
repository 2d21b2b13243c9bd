"""Scrolling and staying with a post, in a browser: what of it is found in the log afterwards."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Served, come_in

pytestmark = [pytest.mark.browser, pytest.mark.process]

SOMEBODY_ELSE = 4
# So low that hardly more than one post is in sight.
LOW = {"width": 1000, "height": 420}
SHORTEST = """cards => {
  const words = card => [...card.querySelectorAll(".say")]
    .flatMap(say => say.textContent.split(/\\s+/)).length;
  const tall = cards.slice(1, -1).filter(card => card.offsetHeight > 150);
  return tall.sort((a, b) => words(a) - words(b))[0].dataset.card;
}"""
HIDDEN = "Object.defineProperty(document, 'hidden', { get: () => true })"
NOT_FOLLOWED = "Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })"


MINE = """
  SELECT subject_id, detail FROM feed_loggedact WHERE kind = ? AND actor IN (
    SELECT pseudonym FROM feed_pseudonym JOIN members_identity ON id = identity_id WHERE name = ?
  )"""


def logged(served: Served, name: str, kind: str) -> set[int]:
    """Posts of which the log tells this about somebody."""
    address = f"file:{served.data / 'kring.db'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as database:
        rows = database.execute(MINE, [kind, name]).fetchall()
    posts = {subject for subject, _detail in rows if subject}
    return posts.union(*(json.loads(detail).get("post_ids", []) for _subject, detail in rows))


def reports(page: Page) -> list[dict]:
    """What the page sends of itself, from now on."""
    sent: list[dict] = []

    def note(request):
        if request.url.endswith("/attention"):
            sent.append(json.loads(request.post_data_buffer or b"{}"))

    page.on("request", note)
    return sent


def stay(page: Page, seconds: float) -> None:
    """Look, moving the mouse a little, as people do."""
    for moment in range(int(seconds * 4)):
        page.mouse.move(300 + moment % 20, 200)
        page.wait_for_timeout(250)


def test_what_was_looked_at_was_seen_and_what_was_stayed_with_was_read(visit, served, until):
    page = visit(viewport=LOW)
    name = come_in(page, SOMEBODY_ELSE)
    sent, answers = reports(page), []
    page.on("response", lambda answer: answers.append(answer.status)
            if answer.url.endswith("/attention") else None)  # fmt: skip
    page.goto("/?order=ranked")
    ids = [int(card.get_attribute("data-card")) for card in page.locator(".feed > .post").all()]
    chosen = int(page.locator(".feed > .post").evaluate_all(SHORTEST))
    last = page.locator(f"#card-{ids[-1]}")
    seen_before = logged(served, name, "PostsSeen")  # on the way in
    assert chosen not in logged(served, name, "PostRead")
    last.scroll_into_view_if_needed()  # flies past everything between
    page.wait_for_timeout(200)
    page.locator(f"#card-{chosen}").evaluate("card => card.scrollIntoView()")
    stay(page, 16)
    assert sent, "a look is told while the page is open"
    page.goto("/topics")
    until(lambda: chosen in logged(served, name, "PostRead"))
    until(lambda: chosen in logged(served, name, "PostsSeen"))
    seen = logged(served, name, "PostsSeen") - seen_before
    assert seen <= set(ids)
    assert ids[-1] not in seen
    assert len(seen) < len(ids) / 2
    assert logged(served, name, "PostRead") <= seen | seen_before
    dwelt = {row["post"]: row["dwell_ms"] for report in sent for row in report["items"]}
    assert dwelt[str(chosen)] >= 3_000
    assert sum(dwelt.values()) < 25_000  # one reads one thing at a time
    assert set(answers) == {204}


@pytest.mark.parametrize("script", [HIDDEN, NOT_FOLLOWED], ids=["hidden", "not followed"])
def test_nothing_is_told_of_a_page_that_nobody_sees_or_may_follow(visit, served, script):
    page = visit(viewport=LOW)
    page.add_init_script(script)
    come_in(page, SOMEBODY_ELSE)
    sent = reports(page)
    page.goto("/?order=ranked")
    page.locator(".feed > .post").nth(1).evaluate("card => card.scrollIntoView()")
    stay(page, 4)
    page.goto("/topics")
    page.wait_for_timeout(500)
    assert sent == []


def test_whoever_moves_nothing_is_not_reading(visit, served):
    page = visit(viewport=LOW)
    come_in(page, SOMEBODY_ELSE)
    page.route(
        "**/?order=ranked",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=answer.text().replace('data-idle-ms="30000"', 'data-idle-ms="1500"'),
        ),
    )
    sent = reports(page)
    page.goto("/?order=ranked")
    page.locator(".feed > .post").nth(1).evaluate("card => card.scrollIntoView()")
    page.wait_for_timeout(5_000)
    page.goto("/topics")
    page.wait_for_timeout(500)
    assert sent
    assert all(row["dwell_ms"] < 3_000 for report in sent for row in report["items"])
