"""Moderate: what waits, what people say about it, decide, take back, answer appeals."""

from __future__ import annotations

import argparse
from typing import Any

from kring.project.cli.output import print_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    queue = verbs.add_parser("queue", help="open cases, and appeals that wait for an answer")
    show = verbs.add_parser("show", help="one case, with its reports and decisions")
    show.add_argument("case", metavar="CASE")
    begin = verbs.add_parser("open", help="open a case that nobody reported")
    begin.add_argument("kind", choices=("post", "profile"))
    begin.add_argument("which", metavar="ID|HANDLE", help="the post's number, or the handle")
    decide = verbs.add_parser("decide", help="decide a case")
    decide.add_argument("case", metavar="CASE")
    decide.add_argument("action", choices=("dismiss", "remove", "limit", "suspend"))
    decide.add_argument("--rule", default="", help='number of the rule it rests on, or "law"')
    decide.add_argument("--words", default="", help="what was found, for the person")
    decide.add_argument("--days", type=int, help="how long; without: for good, a removal alone")
    undo = verbs.add_parser("undo", help="take a decision back")
    undo.add_argument("decision", metavar="DECISION")
    answer = verbs.add_parser("answer", help="answer an appeal")
    answer.add_argument("appeal", metavar="APPEAL")
    answer.add_argument("outcome", choices=("stands", "reversed"))
    answer.add_argument("--words", required=True, help="the answer, to whoever asked")
    for verb in (queue, show, begin, decide, undo, answer):
        verb.add_argument("--json", action="store_true", help="one JSON document on stdout")


def run(args: argparse.Namespace) -> int:
    from kring.core import nodes

    if args.verb not in ("queue", "show"):
        nodes.start()
    document = _VERBS[args.verb](args)
    if args.json:
        print_json(document)
    else:
        _print(document)
    return 0


def _queue(args: argparse.Namespace) -> dict[str, Any]:
    from kring.moderation import queries

    cases = [*queries.urgent(None), *queries.waiting(None)]
    return {
        "cases": [
            {**_case(case), "reports": getattr(case, "reporters", 0)} for case in cases
        ],
        "appeals": [
            {
                "appeal": str(appeal.pk),
                "decision": str(appeal.decision_id),
                "case": str(appeal.decision.case_id),
                "words": appeal.words,
            }
            for appeal in queries.appeals_waiting(None)
        ],
    }  # fmt: skip


def _show(args: argparse.Namespace) -> dict[str, Any]:
    from kring.moderation import queries
    from kring.moderation.services.decide import case_for, grounds
    from kring.moderation.services.effects import possible

    case = case_for(_number(args.case))
    about = queries.context_of(case, None)
    return {
        **_case(case),
        "possible": [str(action) for action in possible(case)],
        "rules": dict(grounds()),
        "reports": [
            {"reason": said.reason, "words": said.words, "earlier": said.earlier,
             "right": said.right}
            for said in about.reports
        ],
        "decisions": [_decision(made) for made in case.decisions.order_by("pk")[:50]],
        "earlier_decisions": [_decision(made) for made in about.earlier],
    }  # fmt: skip


def _open(args: argparse.Namespace) -> dict[str, Any]:
    from kring.core import clock
    from kring.core.errors import NotFound
    from kring.members.queries import identity_by_handle
    from kring.moderation.models import Kind
    from kring.moderation.services import open_case
    from kring.moderation.subjects import Subject
    from kring.posts.models import Post

    if args.kind == "profile":
        about = Subject(Kind.PROFILE, identity_by_handle(args.which))
    else:
        rows = Post.objects.select_related("author").filter(deleted_at=None)
        post = rows.filter(pk=_number(args.which)).first()
        if post is None:
            raise NotFound(f"There is no post {args.which}.")
        about = Subject(Kind.COMMENT if post.is_comment else Kind.POST, post.author, post)
    return _case(open_case(about, now=clock.utc_now()))


def _decide(args: argparse.Namespace) -> dict[str, Any]:
    from kring.core import clock
    from kring.moderation.services import Ruling, decide

    ruling = Ruling(args.action, args.rule, args.words, args.days)
    made = decide(case_id=_number(args.case), by=None, ruling=ruling, now=clock.utc_now())
    return _decision(made)


def _undo(args: argparse.Namespace) -> dict[str, Any]:
    from kring.core import clock
    from kring.moderation.services import undo

    return _decision(undo(decision_id=_number(args.decision), by=None, now=clock.utc_now()))


def _answer(args: argparse.Namespace) -> dict[str, Any]:
    from kring.core import clock
    from kring.moderation.services import answer
    from kring.moderation.services.decide import decision_for

    asked = answer(
        appeal_id=_number(args.appeal),
        by=None,
        granted=args.outcome == "reversed",
        words=args.words,
        now=clock.utc_now(),
    )
    return _decision(decision_for(asked.decision_id))


def _number(text: str) -> int:
    """An id as somebody types it; 0, which nothing has, for what is none."""
    from kring.core.paging import possible_id

    return possible_id(text)


def _case(case: Any) -> dict[str, Any]:
    return {
        "case": str(case.pk),
        "kind": str(case.kind),
        "person": case.person.handle,
        "post": str(case.post_id) if case.post_id else None,
        "urgent": case.urgent,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "said": case.said,
    }


def _decision(made: Any) -> dict[str, Any]:
    return {
        "decision": str(made.pk),
        "action": str(made.action),
        "rule": "law" if made.is_law else made.rule,
        "words": made.words,
        "decided_at": made.decided_at,
        "until": made.until,
        "ended_at": made.ended_at,
        "ending": str(made.ending),
    }


_VERBS = {
    "queue": _queue,
    "show": _show,
    "open": _open,
    "decide": _decide,
    "undo": _undo,
    "answer": _answer,
}


def _print(document: dict[str, Any], indent: str = "") -> None:
    for name, value in document.items():
        if isinstance(value, list):
            print(f"{indent}{name}: {len(value) or 'none'}")
            for one in value:
                if isinstance(one, dict):
                    _print(one, indent + "  ")
                    print()
                else:
                    print(f"{indent}  {one}")
        elif isinstance(value, dict):
            print(f"{indent}{name}:")
            _print(value, indent + "  ")
        elif value not in (None, ""):
            print(f"{indent}{name}: {value}")
