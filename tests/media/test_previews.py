"""What linked pages say, from a real site; and sites that mean no good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from structlog.testing import capture_logs

from kring.core import clock
from kring.jobs.worker import drain
from kring.media import files, previews
from kring.media.models import Image, LinkPreview
from kring.posts.cards import LinkCard, cards
from kring.posts.models import Post
from kring.posts.services import Draft, delete, edit, publish
from kring.web.templatetags.media import link_row
from tests.core.hostile import hostile_world, ok, only_loopback
from tests.media.pictures import OTHERS, picture
from tests.web.visits import sign_in
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db
HTML = "Content-Type: text/html; charset=utf-8"
PAGE = """<!doctype html><html><head><meta property="og:title" content="How funds round">
<meta name="description" content="Eleven &lt;funds&gt;"><title>Another</title>
<meta property="og:site_name" content="Postma"><meta property="og:image" content="/barn.jpg">
</head><body>words</body></html>"""


@pytest.fixture
def world(monkeypatch, own_pictures):
    with hostile_world() as world, only_loopback(monkeypatch):
        monkeypatch.setattr(previews, "ADDRESSES", world.policy)
        world.site.says("/page", ok(PAGE.encode(), HTML))
        world.site.says("/barn.jpg", ok(picture(), "Content-Type: image/jpeg"))
        yield world


def address(world, path="/page", host="127.0.0.1"):
    return f"http://{host}:{world.site.port}{path}"


def fetched(world, path="/page", host="127.0.0.1", now=NOON):
    previews.ask_for(address(world, path, host), now=now)
    assert previews.run(now) == 1
    return LinkPreview.objects.latest("pk")


def test_a_page_tells_its_title_words_and_picture(world):
    preview = fetched(world)
    assert (preview.title, preview.description) == ("How funds round", "Eleven <funds>")
    assert (preview.site, preview.leads_to, preview.failed) == ("Postma", "127.0.0.1", False)
    assert (preview.image.purpose, preview.image.sizes) == ("preview", (480, 960))
    assert files.read(preview.image_id, 480)[8:12] == b"WEBP"
    seen = world.site.seen[0].headers
    assert seen["user-agent"].startswith("Kring link preview (+http")
    assert "cookie" not in seen
    assert "referer" not in seen


def test_a_page_is_asked_once_for_all_until_it_is_old(world):
    fetched(world)
    asked = len(world.site.seen)
    for later in (timedelta(0), timedelta(days=13)):
        previews.ask_for(address(world), now=NOON + later)
        assert previews.run(NOON + later) == 0
    assert len(world.site.seen) == asked
    assert LinkPreview.objects.count() == 1
    fetched(world, now=NOON + timedelta(days=15))
    assert len(world.site.seen) > asked


def test_a_card_that_was_kept_tells_of_the_page_as_soon_as_it_is_known(world):
    town = small_town()
    post = publish(author=town.ada, draft=Draft(text="See.", link_url=address(world)), now=NOON)

    def card():
        return cards(town.bob, [post.pk])[0]

    assert (card().link, card().link_preview_id) == (None, None)
    drain()
    assert (card().link, card().link_preview_id) == (None, LinkPreview.objects.get().pk)
    assert previews.run(NOON) == 1
    assert card().link.title == "How funds round"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>Plain &amp; simple</title>", "Plain & simple"),
        ('<meta name="twitter:title" content="Bird">', "Bird"),
        ('<meta property="og:title" content=" "><title>Rest</title>', "Rest"),
        ("<title>a\u202eb\x01c\n d</title>", "abc d"),
        ("<title><script>alert(1)</script></title>", "<script>alert(1)</script>"),
        ("<body><p>No head at all", ""),
    ],
)
def test_titles_stand_in_many_places(world, head, title):
    world.site.says("/page", ok(head.encode(), HTML))
    preview = fetched(world)
    assert (preview.title, preview.failed) == (title, not title)


@pytest.mark.parametrize(
    ("body", "header", "title"),
    [
        ("<title>Café</title>".encode("latin-1"), "text/html; charset=iso-8859-1", "Café"),
        (b"<meta charset=windows-1252><title>\x80 5</title>", "text/html", "€ 5"),
        (b"<title>\xff\xfe ha \xc3</title>", "text/html; charset=utf-8", "\ufffd\ufffd ha \ufffd"),
        (b"<title>x</title>", "text/html; charset=idna", "x"),
        (b"<title>x</title>", "text/html; charset=base64", "x"),
        (b"<title>x\0y</title>", "text/html", "xy"),
    ],
)  # fmt: skip
def test_any_encoding_gives_text(world, body, header, title):
    world.site.says("/page", ok(body, f"Content-Type: {header}"))
    assert fetched(world).title == title


def test_a_title_of_a_megabyte_is_cut(world):
    world.site.says("/page", ok(b"<title>" + b"word " * 200_000 + b"</title>", HTML))
    preview = fetched(world)
    assert len(preview.title) <= 300
    assert preview.title.endswith("…")


def test_of_an_endless_page_the_beginning_is_read(world):
    head = b"HTTP/1.1 200 Yes\r\nContent-Type: text/html\r\n\r\n<title>Long</title>"

    def endless(_seen):
        yield head
        while True:
            yield b"<p>and so on</p>" * 4096

    world.site.scripts["/page"] = endless
    assert fetched(world).title == "Long"


def test_a_slow_page_is_left_in_time(world, monkeypatch):
    monkeypatch.setattr(previews, "PAGE", replace(previews.PAGE, seconds=0.5))

    def slow(_seen):
        yield b"HTTP/1.1 200 Yes\r\nContent-Type: text/html\r\n\r\n"
        while True:
            world.site.pause(0.1)
            yield b"<"

    world.site.scripts["/page"] = slow
    with capture_logs() as told:
        assert fetched(world).failed
    assert [line["code"] for line in told if line["event"] == "preview.failed"] == ["too_slow"]


def hidden_places(world):
    port = world.site.port
    return [
        f"http://127.0.0.2:{port}/", f"http://[::]:{port}/", f"http://[::1]:{port}/",
        f"http://[::ffff:127.0.0.2]:{port}/", f"http://0.0.0.0:{port}/",
        f"http://2130706434:{port}/", "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd", "gopher://127.0.0.2/",
    ]  # fmt: skip


def test_no_redirect_leads_inside(world):
    for place in hidden_places(world):
        LinkPreview.objects.all().delete()
        world.site.redirects("/page", place)
        preview = fetched(world)
        assert (preview.failed, preview.title) == (True, ""), place
    assert not world.secret.seen


def test_no_link_and_no_picture_leads_inside(world):
    for place in hidden_places(world):
        LinkPreview.objects.all().delete()
        preview = previews.ask_for(place, now=NOON)
        assert preview is None or previews.fetch_preview(preview, now=NOON).failed
        page = f'<title>Ours</title><meta property="og:image" content="{place}">'
        world.site.says("/page", ok(page.encode(), HTML))
        shown = (
            fetched(world)
            if preview is None
            else previews.fetch_preview(previews.ask_for(address(world), now=NOON), now=NOON)
        )
        assert (shown.title, shown.image_id) == ("Ours", None)
    assert not world.secret.seen


def test_a_circle_of_redirects_ends(world):
    world.site.redirects("/page", "/page")
    assert fetched(world).failed
    assert len(world.site.seen) == previews.PAGE.redirects + 1


def test_a_redirect_to_another_host_is_shown(world, monkeypatch):
    world.site.redirects("/short", address(world, "/page"))
    assert fetched(world, "/short").leads_to == "127.0.0.1"


@pytest.mark.parametrize("kind", ["application/pdf", "image/svg+xml", "text/plain", ""])
def test_another_kind_of_answer_is_not_read(world, kind):
    world.site.says("/page", ok(PAGE.encode(), *([f"Content-Type: {kind}"] if kind else [])))
    assert fetched(world).failed


@pytest.mark.parametrize("status", [404, 500, 204])
def test_an_answer_that_is_no_page_says_nothing(world, status):
    world.site.says("/page", ok(PAGE.encode(), HTML, status=status))
    assert fetched(world).failed


@pytest.mark.parametrize("name", ["svg", "html", "pdf"])
def test_a_picture_that_is_something_else_is_left_out(world, name):
    world.site.says("/barn.jpg", ok(OTHERS[name], "Content-Type: image/jpeg"))
    preview = fetched(world)
    assert (preview.title, preview.image_id) == ("How funds round", None)
    assert not Image.objects.exists()


def test_a_post_gets_the_page_it_links_to_for_whom_it_is_for(world):
    cache.clear()
    now = clock.utc_now()
    town = small_town(now=now)
    draft = Draft(text=f"Read {address(world)}?a=1&b=2 please", audience="connections")
    world.site.says("/page?a=1&b=2", ok(PAGE.encode(), HTML))
    post = publish(author=town.ada, draft=draft, now=now)
    drain()
    assert previews.run(now) == 1
    bob, eve = sign_in(town.bob), sign_in(town.eve)
    page = bob.get(f"/posts/{post.pk}").content.decode()
    picture_at = f"/media/{LinkPreview.objects.get().image_id}/480.webp"
    assert "<b>How funds round</b>" in page
    assert "Postma · 127.0.0.1" in page
    assert picture_at in page
    assert [client.get(picture_at).status_code for client in (bob, eve)] == [200, 404]
    edit(editor=town.ada, post_id=post.pk, text="No link any more", now=now)
    drain()
    assert Post.objects.get(pk=post.pk).link_preview is None
    assert bob.get(picture_at).status_code == 404
    assert previews.clean_up(now + timedelta(days=1, minutes=1)) == 1


def test_a_deleted_post_links_to_nothing(world):
    now = clock.utc_now()
    town = small_town(now=now)
    draft = Draft(text="Read this", link_url=address(world))
    post = publish(author=town.ada, draft=draft, now=now)
    delete(by=town.ada, post_id=post.pk, now=now)
    drain()
    assert not LinkPreview.objects.exists()
    assert Post.objects.get(pk=post.pk).link_preview is None


def test_who_writes_may_look_before_posting(world, monkeypatch):
    cache.clear()
    town = small_town(now=clock.utc_now())
    ada, bob = sign_in(town.ada), sign_in(town.bob)
    answer = ada.post("/media/preview", {"link_url": address(world)})
    picture_at = f"/media/{Image.objects.get().pk}/480.webp"
    assert "How funds round" in answer.content.decode()
    assert picture_at in answer.content.decode()
    assert [client.get(picture_at).status_code for client in (ada, bob)] == [200, 404]
    for nothing in ("", "javascript:alert(1)", "http://", "http://127.1/"):
        assert ada.post("/media/preview", {"link_url": nothing}).status_code == 422
    monkeypatch.setattr("kring.web.views.media.PREVIEWS_A_MINUTE", 0)
    assert ada.post("/media/preview", {"link_url": address(world)}).status_code == 429


def test_one_task_at_a_time_and_none_for_nothing():
    assert previews.Fetcher().start(NOON) is False


def test_a_card_says_the_host_and_where_it_really_leads():
    preview = LinkCard(
        "https://short.example/x", "Your bank", "", "bank.example", "evil.example", None
    )
    shown = link_row(preview, preview.url)
    assert "bank.example · short.example" in shown
    assert shown.index("→") < shown.index("evil.example")
