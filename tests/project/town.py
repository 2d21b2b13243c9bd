"""People with sessions and a post to talk under: `python -m tests.project.town`, in JSON."""

from __future__ import annotations

import json
import os

PEOPLE = 6


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "kring.project.settings"
    import django

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from kring.core import clock, nodes
    from kring.members.models import Identity
    from kring.members.services import create_account
    from kring.posts.services import Draft, publish

    nodes.start()
    now, sessions = clock.utc_now(), []
    for number in range(PEOPLE):
        account = create_account(
            email=f"{number}@town.example",
            password="correct horse battery staple",
            name=f"Person {number}",
            now=now,
        )
        session = SessionStore()
        session[SESSION_KEY] = str(account.pk)
        session[BACKEND_SESSION_KEY] = "kring.web.sessions.Backend"
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.create()
        sessions.append(session.session_key)
    author = Identity.objects.get(account=account)
    post = publish(author=author, draft=Draft(text="What do you think of this?"), now=now)
    print(json.dumps({"post_id": post.pk, "sessions": sessions}))


if __name__ == "__main__":
    main()
