"""The fields of a profile's form with what was typed in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django import template
from django.utils.translation import gettext as _

from kring.web.profile_forms import REMOVED, Ask, Draft, Row

register = template.Library()


@dataclass(frozen=True, slots=True)
class Field:
    ask: Ask
    id: str
    value: str
    error: str
    focus: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the form. `title` tells its buttons from those of others."""

    number: int
    title: str
    fields: Sequence[Field]
    removed: bool
    is_first: bool
    is_last: bool

    @property
    def up(self) -> str:
        return f"up-{self.number}"

    @property
    def down(self) -> str:
        return f"down-{self.number}"

    @property
    def restore(self) -> str:
        return f"restore-{self.number}"


@register.simple_tag
def field_error(name: str, draft: Draft) -> str:
    return draft.errors.get(name, "")


@register.simple_tag
def typed_text(ask: Ask, draft: Draft) -> Field:
    return _field(ask, ask.name, draft.values.get(ask.name, ""), draft)


@register.simple_tag
def typed_row(asks: Sequence[Ask], row: Row, number: int, draft: Draft) -> Line:
    told = [row[ask.name] for ask in asks if row.get(ask.name)]
    return Line(
        number=number,
        title=", ".join(told[:2]) or _("row %(number)d") % {"number": number + 1},
        fields=[_field(ask, f"{ask.name}-{number}", row.get(ask.name, ""), draft) for ask in asks],
        removed=bool(row.get(REMOVED)),
        is_first=number == 0,
        is_last=number == len(draft.rows) - 1,
    )


def _field(ask: Ask, id_: str, value: str, draft: Draft) -> Field:
    return Field(ask, id_, value, draft.errors.get(id_, ""), draft.focus == id_)
