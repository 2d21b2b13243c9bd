"""A log small enough to know by heart, and one with a pattern, in the files of the protocol."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from kring.feed.policy import default_policy
from kring.feed.text.encode import HashedEncoder
from kring.lab.community import Community, Reader
from kring.lab.deskdrop import Happening
from kring.lab.production import By, Production

START = 1_470_000_000
HOUR = 3_600


def busy_log(persons: int = 6, items: int = 30) -> list[Happening]:
    """Every hour an item by someone else, opened by two others; the odd ones are liked."""
    log = []
    for n in range(items):
        at = START + n * HOUR
        item, poster = f"i{n:02}", f"p{n % persons}"
        log.append(Happening(at, "VIEW", item, poster))
        for step in (1, 2):
            reader = f"p{(n + step) % persons}"
            log.append(Happening(at + step * 60, "VIEW", item, reader))
            if n % 2:
                log.append(Happening(at + step * 60 + 5, "LIKE", item, reader))
    return log


def titles_of(log: list[Happening]) -> dict[str, str]:
    return {item: f"Why is {item} so good?" for item in sorted({event.item for event in log})}


def production(log: list[Happening], by: By = "read") -> Production:
    policy = default_policy()
    reader = Reader(HashedEncoder(), policy)
    return Production(Community(titles_of(log), reader, policy), by)


def write_log(folder: Path, log: list[Happening]) -> tuple[Path, Path]:
    """(interactions, titles) in `folder`."""
    interactions, titles = folder / "interactions.csv.gz", folder / "titles.csv"
    rows = "".join(f"{at},{kind},{item},{person}\n" for at, kind, item, person in log)
    with gzip.open(interactions, "wt") as out:
        out.write("timestamp,event_type,content_id,person_id\n" + rows)
    lines = "".join(f"{item},{title}\n" for item, title in titles_of(log).items())
    titles.write_text("content_id,title\n" + lines)
    return interactions, titles


def write_lines(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
