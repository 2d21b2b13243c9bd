"""Workers that publish what is due, each post slowly: `python -m tests.jobs.posting_probe`.

`prepare N` writes N posts for later, due already; `work` publishes until it is stopped.
"""

from __future__ import annotations

import os
import sys
import time


def main(action: str, *arguments: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "kring.project.settings"
    import django

    django.setup()
    from datetime import timedelta

    from kring.core import clock, nodes
    from kring.members.services import create_person
    from kring.posts import publishing
    from kring.posts.services import Draft, schedule

    nodes.start()
    now = clock.utc_now()
    if action == "prepare":
        for number in range(int(arguments[0])):
            author = create_person(name=f"Author {number}", handle=f"author{number}", now=now)
            schedule(
                author=author, draft=Draft(text=f"Number {number}"),
                publish_at=now - timedelta(minutes=1), now=now - timedelta(hours=1),
            )  # fmt: skip
        return
    quick = publishing.publish_scheduled

    def slow(**given):
        """Within the transaction, so that a kill falls between the post and its commit."""
        post = quick(**given)
        time.sleep(0.05)
        return post

    publishing.publish_scheduled = slow
    while True:
        publishing.publish_due(clock.utc_now())
        time.sleep(0.02)


if __name__ == "__main__":
    main(*sys.argv[1:])
