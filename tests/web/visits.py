"""Going to Kring's pages as somebody of a named world, and comparing what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.apps import apps
from django.db import connection
from django.test import Client

from kring.core import clock, nodes
from kring.feed.advice import ADVISERS
from kring.members.models import Account, Identity
from kring.posts.models import Post
from kring.posts.services import Draft, comment, delete, publish, repost
from tests.remembered import remembered
from tests.worlds import SmallTown, small_town

BACKEND = "kring.web.sessions.Backend"
# Rows that looking at a page may make: who one is in the log, and what was shown.
LOOKING = {"feed.pseudonym", "feed.loggedpage", "feed.pagereasons"}
# The advice before posting, as a form tells that it was read.
ADVISED = {"advised": [*ADVISERS]}
AREAS = ("core", "media", "members", "network", "posts", "feed", "account", "moderation", "desk")


@dataclass(frozen=True)
class Square:
    """Small town with posts of Ada, an hour old or so, from the most to the least open.

    `town`: who lives there. `public`, `connections` and `gone` (deleted) are Ada's; `reply` is
    Bob's comment on `public`, `shared` Bob's repost of it with words, `direct` Ada's to Bob alone.
    """

    town: SmallTown
    public: Post
    connections: Post
    gone: Post
    direct: Post
    reply: Post
    shared: Post


@remembered
def square() -> Square:
    now = clock.utc_now()
    town = small_town(now=now - timedelta(days=1))
    hour_ago = now - timedelta(hours=1)
    ada, bob = town.ada, town.bob

    def post(text, audience="public"):
        return publish(author=ada, draft=Draft(text=text, audience=audience), now=hour_ago)

    public = post("Tomatoes on the square. #harvest")
    connections = post("Between us: the secret of the choir.", "connections")
    gone = post("Words that were taken back.")
    delete(by=ada, post_id=gone.pk, now=hour_ago)
    direct = post("Only for you, @bob: a surprise.", "direct")
    later = hour_ago + timedelta(minutes=10)
    reply = comment(
        author=bob, in_reply_to=public.pk, draft=Draft(text="Which tomatoes?"), now=later
    )
    shared = repost(
        author=bob, post_id=public.pk, draft=Draft(text="Go and look at these."), now=later
    )
    return Square(town, public, connections, gone, direct, reply, shared)


def account_of(identity: Identity, *, password: str | None = None) -> Account:
    """The account that speaks as this person; made without a password when there is none.

    It is no new one, to which less is allowed: tests/posts/test_newcomer.py.
    """
    identity.refresh_from_db()
    if identity.account is None:
        long_ago = clock.utc_now() - timedelta(days=30)
        account = Account(
            id=nodes.new_id(), email=f"{identity.handle}@example.org", created_at=long_ago
        )
        account.set_password(password)
        account.save(force_insert=True)
        identity.account = account
        identity.save(update_fields=["account"])
    return identity.account


def sign_in(identity: Identity, **options) -> Client:
    """A browser in which this person is signed in."""
    client = Client(**options)
    client.force_login(account_of(identity), backend=BACKEND)
    return client


def stored(*, besides: set[str] = frozenset()) -> dict[str, list[tuple]]:
    """Every row of the product, except what looking may write. To be compared for equality.

    Asked of the database itself: tests look at all of it hundreds of times.
    """
    rows = {}
    with connection.cursor() as cursor:
        for area in AREAS:
            for model in apps.get_app_config(area).get_models():
                about, label = model._meta, model._meta.label_lower
                if label not in LOOKING and label not in besides:
                    cursor.execute(f"SELECT * FROM {about.db_table} ORDER BY {about.pk.column}")
                    rows[label] = cursor.fetchall()
    return rows


def page_text(response) -> str:
    return response.content.decode()
