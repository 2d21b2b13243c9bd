"""A small community as the first state of the database had it.

`python -m tests.project.ground_floor` migrates an empty database to that point and fills rows
with the models of then. It prints what a member of then must still find.
Never changed: a later state gets a file of its own.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from itertools import pairwise

# The apps there were, at the migration they were at. What is not here came later.
POINT = [(app, "0001_initial") for app in ("core", "jobs", "members", "network", "posts", "feed")]
LIBRARIES = ("account", "auth", "contenttypes", "mfa", "sessions", "usersessions", "socialaccount")
THEN = datetime(2026, 9, 1, 9, tzinfo=UTC)
SECRET = "JBSWY3DPEHPK3PXP"
PASSWORD = "correct horse battery staple"
PEOPLE = 5


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "kring.project.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.db.migrations.loader import MigrationLoader

    for app, name in POINT:
        call_command("migrate", app, name, verbosity=0)
    for app in LIBRARIES:
        call_command("migrate", app, verbosity=0)
    loader = MigrationLoader(connection)
    # Only what was applied, so that the models are those of the tables there are.
    state = loader.project_state(
        [key for key in loader.graph.nodes if key in loader.applied_migrations]
    )
    with transaction.atomic():
        fill(state.apps.get_model)
    print(json.dumps({"people": PEOPLE, "email": "person0@ground.example", "text": "First words"}))


def fill(model) -> None:
    from allauth.mfa.models import Authenticator
    from django.contrib.auth.hashers import make_password

    from kring.core.clock import to_ms
    from kring.core.ids import compose

    made = 0

    def new_id(days: int = 0) -> int:
        nonlocal made
        made += 1
        return compose(ms=to_ms(THEN + timedelta(days=days)), node=5, sequence=made)

    model("members.Community").objects.create(name="Ground floor")
    people = []
    for number in range(PEOPLE):
        account = model("members.Account").objects.create(
            id=new_id(), email=f"person{number}@ground.example", created_at=THEN,
            password=make_password(PASSWORD),
        )  # fmt: skip
        model("account.EmailAddress").objects.create(
            user=account, email=account.email, verified=True, primary=True
        )
        person = model("members.Identity").objects.create(
            id=new_id(), handle=f"person{number}", name=f"Person {number}", account=account,
            headline="Archivist", about="About me", created_at=THEN, kind="person",
        )  # fmt: skip
        model("members.Position").objects.create(
            identity=person, title="Archivist", organisation_name="Old Hall", from_year=2001
        )
        model("feed.Pseudonym").objects.create(identity=person, pseudonym=1_000 + number)
        people.append(person)
    for one, other in pairwise(people):
        for owner, to in ((one, other), (other, one)):
            model("network.Connection").objects.create(owner=owner, other=to, since=THEN)
        model("network.Follow").objects.create(follower=one, followed=other, since=THEN)
    topic = model("posts.Topic").objects.create(name="archives", label="Archives")
    post = model("posts.Post")
    for number, author in enumerate(people):
        top = post(
            id=new_id(number), author=author, text=f"First words {number} #archives",
            html=f"<p>First words {number} #archives</p>", words=3, created_at=THEN,
        )  # fmt: skip
        top.thread_id = top.id
        top.save()
        model("posts.PostTopic").objects.create(post=top, topic=topic)
        post.objects.create(
            id=new_id(number), author=people[number - 1], text=f"An answer to {number}",
            html=f"<p>An answer to {number}</p>", words=4, created_at=THEN, in_reply_to=top,
            thread=top,
        )  # fmt: skip
        model("posts.Reaction").objects.create(
            id=new_id(number), post=top, by=people[number - 1], created_at=THEN
        )
        model("posts.Bookmark").objects.create(
            id=new_id(number), post=top, by=people[number - 1], created_at=THEN
        )
        model("feed.LoggedAct").objects.create(
            id=new_id(number), actor=1_000 + number, kind="PostRead", subject_id=top.id
        )
    # As it lay before second steps were sealed.
    model("mfa.Authenticator").objects.create(
        user_id=people[4].account_id, type=Authenticator.Type.TOTP, data={"secret": SECRET}
    )


if __name__ == "__main__":
    main()
