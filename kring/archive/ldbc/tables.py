"""The files of an LDBC Social Network Benchmark graph (interactive v1, CSV basic, long dates)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kring.archive.rows import Table


def _table(folder: Path, name: str, header: str) -> Table:
    return Table(folder / f"{name}_0_0.csv", tuple(header.split("|")), delimiter="|", quotes=False)


@dataclass(frozen=True)
class Tables:
    """Every file that is read. Update streams, forums, e-mail addresses and classes are not."""

    folder: Path

    def all(self) -> list[Table]:
        return [getattr(self, name) for name, kind in vars(Tables).items() if _is_table(kind)]

    @property
    def places(self) -> Table:
        return _table(self.folder / "static", "place", "id|name|url|type|isPartOf")

    @property
    def organisations(self) -> Table:
        return _table(self.folder / "static", "organisation", "id|type|name|url|place")

    @property
    def tags(self) -> Table:
        return _table(self.folder / "static", "tag", "id|name|url|hasType")

    @property
    def persons(self) -> Table:
        return _table(
            self.folder / "dynamic",
            "person",
            "id|firstName|lastName|gender|birthday|creationDate|locationIP|browserUsed|place",
        )

    def of_persons(self, name: str, second: str, third: str = "") -> Table:
        columns = "|".join(part for part in ("Person.id", second, third) if part)
        return _table(self.folder / "dynamic", f"person_{name}", columns)

    @property
    def work(self) -> Table:
        return self.of_persons("workAt_organisation", "Organisation.id", "workFrom")

    @property
    def study(self) -> Table:
        return self.of_persons("studyAt_organisation", "Organisation.id", "classYear")

    @property
    def interests(self) -> Table:
        return self.of_persons("hasInterest_tag", "Tag.id")

    @property
    def languages(self) -> Table:
        return self.of_persons("speaks_language", "language")

    @property
    def knows(self) -> Table:
        return self.of_persons("knows_person", "Person.id", "creationDate")

    @property
    def posts(self) -> Table:
        return _table(
            self.folder / "dynamic",
            "post",
            "id|imageFile|creationDate|locationIP|browserUsed|language|content|length|creator"
            "|Forum.id|place",
        )

    @property
    def comments(self) -> Table:
        return _table(
            self.folder / "dynamic",
            "comment",
            "id|creationDate|locationIP|browserUsed|content|length|creator|place|replyOfPost"
            "|replyOfComment",
        )

    @property
    def post_tags(self) -> Table:
        return _table(self.folder / "dynamic", "post_hasTag_tag", "Post.id|Tag.id")

    @property
    def comment_tags(self) -> Table:
        return _table(self.folder / "dynamic", "comment_hasTag_tag", "Comment.id|Tag.id")

    @property
    def post_likes(self) -> Table:
        return self.of_persons("likes_post", "Post.id", "creationDate")

    @property
    def comment_likes(self) -> Table:
        return self.of_persons("likes_comment", "Comment.id", "creationDate")


def _is_table(member: object) -> bool:
    return isinstance(member, property)
