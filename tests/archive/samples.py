"""Tiny hand-made data sets in the formats Kring imports; each test says what it wants spoiled."""

from __future__ import annotations

import gzip
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

LDBC = {
    "static/place": ["id|name|url|type|isPartOf", "1|New_Town|u|city|2"],
    "static/organisation": [
        "id|type|name|url|place",
        "10|company|Kam_Air|u|1",
        "11|university|Kabul_University|u|1",
    ],
    "static/tag": ["id|name|url|hasType", "20|Hamid_Karzai|u|1", "21|Simón_Bolívar|u|1"],
    "dynamic/person": [
        "id|firstName|lastName|gender|birthday|creationDate|locationIP|browserUsed|place",
        "100|Ada|Bos|female|1980-01-01|2010-01-01T00:00:00.001+0000|ip|Firefox|1",
        "101|Bo|Öz|male|1980-01-01|2010-01-02T00:00:00.000+0000|ip|Firefox|1",
        "102|Ada|Bos|female|1980-01-01|2010-01-02T00:00:00.000+0000|ip|Firefox|1",
    ],
    "dynamic/person_workAt_organisation": ["Person.id|Organisation.id|workFrom", "100|10|2005"],
    "dynamic/person_studyAt_organisation": ["Person.id|Organisation.id|classYear", "101|11|2003"],
    "dynamic/person_hasInterest_tag": ["Person.id|Tag.id", "100|20", "100|21"],
    "dynamic/person_speaks_language": ["Person.id|language", "100|es", "100|en"],
    "dynamic/person_knows_person": [
        "Person.id|Person.id|creationDate",
        "100|101|2010-02-01T00:00:00.000+0000",
    ],
    "dynamic/post": [
        "id|imageFile|creationDate|locationIP|browserUsed|language|content|length|creator"
        "|Forum.id|place",
        "1000||2010-03-01T00:00:00.000+0000|ip|Firefox|es|About Hamid|11|100|5|1",
        "1001|photo1001.jpg|2010-03-01T00:00:00.000+0000|ip|Firefox|||0|101|5|1",
    ],
    "dynamic/comment": [
        "id|creationDate|locationIP|browserUsed|content|length|creator|place|replyOfPost"
        "|replyOfComment",
        "2002|2010-03-04T00:00:00.000+0000|ip|Firefox|third|5|102|1||2001",
        "2001|2010-03-03T00:00:00.000+0000|ip|Firefox|second|6|100|1||2000",
        "2000|2010-03-02T00:00:00.000+0000|ip|Firefox|first|5|101|1|1000|",
    ],
    "dynamic/post_hasTag_tag": ["Post.id|Tag.id", "1000|20"],
    "dynamic/comment_hasTag_tag": ["Comment.id|Tag.id", "2000|21"],
    "dynamic/person_likes_post": [
        "Person.id|Post.id|creationDate",
        "101|1000|2010-03-05T00:00:00.000+0000",
    ],
    "dynamic/person_likes_comment": [
        "Person.id|Comment.id|creationDate",
        "100|2002|2010-03-05T00:00:00.000+0000",
    ],
}

INTERACTIONS = [
    "timestamp,event_type,content_id,person_id",
    "1457963676,VIEW,-7,1",
    "1457963676,VIEW,-7,2",
    "1457963700,LIKE,-7,2",
    "1457963701,LIKE,-7,2",
    "1457963800,BOOKMARK,8,1",
    "1457963900,COMMENT CREATED,-7,1",
    "1457963900,FOLLOW,-7,3",
]
TITLES = ["content_id,title", '-7,"Uma coisa, outra coisa"']


def write_ldbc(folder: Path, **changes: list[str | bytes]) -> Path:
    """The sample, with rows added per file: `post=["bad|row"]`."""
    for name, rows in LDBC.items():
        path = folder / f"{name}_0_0.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        more = changes.get(path.name.removesuffix("_0_0.csv"), [])
        path.write_bytes(b"".join(_line(row) for row in [*rows, *more]))
    return folder


def write_deskdrop(folder: Path, *more: str | bytes, titles: list[str] = TITLES) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("interactions", [*INTERACTIONS, *more]), ("titles", titles)):
        with gzip.open(folder / f"{name}.csv.gz", "wb") as stream:
            stream.write(b"".join(_line(row) for row in rows))
    return folder


def _line(row: str | bytes) -> bytes:
    return (row if isinstance(row, bytes) else row.encode()) + b"\n"
