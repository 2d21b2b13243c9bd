"""Comments and posts with a picture, one after the other: `python -m tests.project.writing`.

Each is told on a line of its own when it is committed. Runs until it is stopped.
"""

from __future__ import annotations

import io
import os
from datetime import timedelta

PICTURE_EVERY = 8


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "kring.project.settings"
    import django

    django.setup()
    from kring.core import clock, nodes
    from kring.media import policy as media_policy
    from kring.media.models import Purpose
    from kring.media.services import take_in
    from kring.members.services import create_person
    from kring.posts import policy
    from kring.posts.services import Draft, comment, publish
    from tests.media.pictures import picture

    nodes.start()
    policy.POSTS = policy.COMMENTS = policy.Limit(1_000_000, timedelta(days=1))
    media_policy.IMAGES_A_DAY, media_policy.BYTES_A_DAY = 1_000_000, 1 << 40
    author = create_person(name="Willem Writer", handle="writer", now=clock.utc_now())
    top = publish(author=author, draft=Draft(text="What do you think?"), now=clock.utc_now())
    number = 0
    while True:
        number += 1
        now = clock.utc_now()
        if number % PICTURE_EVERY:
            draft = Draft(text=f"Comment {number}", client_key=f"write-{number}")
            comment(author=author, in_reply_to=top.pk, draft=draft, now=now)
        else:
            file = io.BytesIO(picture())
            image = take_in(file, by=author.pk, purpose=Purpose.POST, now=now)
            draft = Draft(
                text=f"Picture {number}", client_key=f"write-{number}", images=((image.pk, ""),)
            )
            publish(author=author, draft=draft, now=now)
        print(number, flush=True)


if __name__ == "__main__":
    main()
