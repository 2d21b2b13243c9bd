"""List members: handle, name, and the id they had where they were imported from."""

from __future__ import annotations

import argparse

from kring.project.cli.output import at_least_one, print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", type=at_least_one, default=100, help="at most (%(default)s)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--waiting", action="store_true", help="who asks to join, instead")
    what.add_argument("--approve", metavar="E-MAIL", help="let in somebody who waits")
    what.add_argument("--decline", metavar="E-MAIL", help="decline somebody who waits")
    what.add_argument("--role", nargs=2, metavar=("HANDLE", "ROLE"), help="give a role")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    if args.role is not None:
        give_role(*args.role)
    for email, decision in ((args.approve, "approved"), (args.decline, "declined")):
        if email is not None:
            decide_about(email, decision)
    waits = args.waiting or args.approve is not None or args.decline is not None
    rows = waiting(args.limit) if waits else members(args.limit)
    if args.json:
        print_json(rows)
    else:
        for row in rows:
            who = row["email"] if waits else f"@{row['handle']}"
            print(f"{who}  {row['name']}  {row.get('external_id') or ''}".rstrip())
    return 0


def members(limit: int) -> list[dict[str, str | None]]:
    """The longest-standing members of this Kring. 1 query."""
    from kring.members.models import Identity, Kind

    people = Identity.objects.filter(
        kind=Kind.PERSON, domain="", suspended_at__isnull=True, deleted_at__isnull=True
    )
    return [
        {"handle": handle, "name": name, "external_id": external_id}
        for handle, name, external_id in people.order_by("id").values_list(
            "handle", "name", "external_id"
        )[:limit]
    ]


def waiting(limit: int) -> list[dict[str, str | None]]:
    """Who waits for an owner, the longest first. 1 query."""
    from kring.desk import joining

    return [
        {"email": one.account.email, "name": one.account.asked_name, "answer": one.answer}
        for one in joining.waiting(limit=limit)
    ]


def decide_about(email: str, decision: str) -> None:
    """They are told in ten minutes, by the worker. Raises NotFound for who does not wait."""
    from kring.core import clock, nodes
    from kring.core.errors import NotFound
    from kring.desk import joining
    from kring.members.models import Account

    accounts = Account.objects.filter(email__iexact=email.strip()[:254].replace("\0", ""))
    ids = list(accounts.values_list("pk", flat=True))
    nodes.start()
    if not joining.decide(account_ids=ids, decision=decision, by=None, now=clock.utc_now()):
        raise NotFound("Nobody waits with that address.")


def give_role(handle: str, role: str) -> None:
    from kring.core import clock, nodes
    from kring.core.errors import NotFound
    from kring.desk.roles import change_role
    from kring.members.queries import identity_by_handle

    person = identity_by_handle(handle)
    if person.account_id is None:
        raise NotFound("Nobody signs in as that.")
    nodes.start()
    change_role(account_id=person.account_id, role=role, by=None, now=clock.utc_now())
