"""Every plain page as a member sees it, and what is in them: `python -m tests.project.walk E-MAIL`.

Prints the status of each, and which of the words given as further arguments stand in none.
"""

from __future__ import annotations

import json
import os
import sys


def main(email: str, *words: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "kring.project.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from kring.core import nodes
    from kring.jobs.worker import drain
    from kring.members.models import Account, Identity
    from kring.posts.models import Post

    call_command("collectstatic", interactive=False, verbosity=0)
    nodes.start()
    drain()
    account = Account.objects.get(email=email)
    handle = Identity.objects.get(account=account).handle
    client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
    client.force_login(account, backend="kring.web.sessions.Backend")
    post = Post.objects.order_by("pk").first()
    statuses, seen = {}, ""
    for path in (
        "/", "/?sort=newest", "/feed.json", "/people", "/people?q=archivist", "/topics",
        "/topics/archives", "/bookmarks", "/your-feed", "/settings/", "/settings/account",
        "/settings/sessions", "/settings/privacy", "/how-the-feed-works",
        "/scheduled", f"/@{handle}", f"/@{handle}/cv", f"/posts/{post.pk}",
    ):  # fmt: skip
        answer = client.get(path)
        statuses[path], seen = answer.status_code, seen + answer.content.decode()
    form = {"text": "Words of today", "audience": "public"}
    statuses["publish"] = client.post("/posts/new", form).status_code
    statuses["comment"] = client.post(
        f"/posts/{post.pk}/comment", {"text": "Still here"}
    ).status_code
    print(
        json.dumps({"statuses": statuses, "missing": [word for word in words if word not in seen]})
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
