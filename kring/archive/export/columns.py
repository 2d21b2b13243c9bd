"""How a column of a table is told: its value in JSON, its cell in CSV, its type in the schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from kring.members.models import Identity

Json = dict[str, Any]
Row = tuple[Any, ...]

STRING: Json = {"type": "string"}
TEXT_OR_NONE: Json = {"type": ["string", "null"]}
INTEGER: Json = {"type": "integer"}
NUMBER: Json = {"type": "number"}
YES_OR_NO: Json = {"type": "boolean"}
MOMENT: Json = {"type": "string", "format": "date-time"}
MOMENT_OR_NONE: Json = {"type": ["string", "null"], "format": "date-time"}
# Ids have 63 bits, which many readers of JSON cannot hold as a number.
ID: Json = {"type": "string", "pattern": "^[0-9]+$"}
ID_OR_NONE: Json = {"type": ["string", "null"], "pattern": "^[0-9]+$"}
IDS: Json = {"type": "array", "items": ID}
ANYTHING: Json = {}
_INTEGERS = (models.BigIntegerField, models.BigAutoField, models.ForeignKey)
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the export: rows with these columns, each with its schema.

    models: the tables it tells of, so that a test can say which are told of nowhere
    """

    name: str
    models: tuple[type[models.Model], ...]
    columns: Mapping[str, Json]
    rows: Callable[[Identity], Iterable[Row]] = field(repr=False)

    def schema(self) -> Json:
        return {
            "type": "array",
            "items": {
                "type": "object",
                "properties": dict(self.columns),
                "required": list(self.columns),
                "additionalProperties": False,
            },
        }


def table(
    name: str,
    model: type[models.Model],
    whose: str,
    columns: str,
    *,
    among: Callable[[Identity], Q] | None = None,
) -> Part:
    """The rows of `model` that lead to the person by the lookup `whose`, the oldest first.

    columns: "handle=other__handle since": a lookup, under a name of its own where it needs one
    among: which of these rows alone
    """
    lookups = dict(_named(column) for column in columns.split())
    schemas = {name: _schema_of(model, lookup) for name, lookup in lookups.items()}

    def rows(person: Identity) -> Iterator[Row]:
        found = model._default_manager.filter(**{whose: person.pk})
        if among is not None:
            found = found.filter(among(person))
        values = found.order_by("pk").values_list(*map(F, lookups.values()))
        kinds = list(schemas.values())
        for row in values.iterator(chunk_size=500):
            yield tuple(_told(value, kind) for value, kind in zip(row, kinds, strict=True))

    return Part(name, (model,), schemas, rows)


def _named(column: str) -> tuple[str, str]:
    name, _, lookup = column.rpartition("=")
    return (name or lookup), lookup


def _schema_of(model: type[models.Model], lookup: str) -> Json:
    """The schema of what a lookup ends at; none where any step of it may lead nowhere."""
    nothing, found = False, None
    for step in lookup.split("__"):
        found = model._meta.get_field(step)
        nothing |= bool(getattr(found, "null", False))
        if found.is_relation and found.related_model is not None:
            model = found.related_model
    if isinstance(found, models.JSONField):
        return ANYTHING
    if isinstance(found, models.DateTimeField):
        return MOMENT_OR_NONE if nothing else MOMENT
    if isinstance(found, _INTEGERS):
        return ID_OR_NONE if nothing else ID
    kind = "string"
    if isinstance(found, models.BooleanField):
        kind = "boolean"
    elif isinstance(found, models.IntegerField):
        kind = "integer"
    elif isinstance(found, models.FloatField):
        kind = "number"
    return {"type": [kind, "null"] if nothing else kind}


def _told(value: Any, schema: Json) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if value is not None and "pattern" in schema:
        return str(value)
    return value


def moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def cell(value: Any) -> str | int | float:
    """A value as a cell that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text
