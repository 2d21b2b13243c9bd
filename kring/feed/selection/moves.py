"""Which rule moved an item down from where its score alone would have put it."""

from __future__ import annotations

from collections import Counter, defaultdict

from kring.feed.selection.field import Field
from kring.feed.stages import Move

# As far as caps are let go before one may stand here all the same; 0 is none.
OUTSIDE, COMPANY, WINDOW, ADJACENT = 1, 2, 3, 4
RULES = {ADJACENT: "author", WINDOW: "author", COMPANY: "company", OUTSIDE: "outside"}


def moves_of(field: Field, placed: list[int]) -> list[Move]:
    """One per item of `placed`: ranks in the order of their places, from the first place on."""
    lost: dict[int, Counter[str]] = defaultdict(Counter)
    state = _Standings(field)
    waiting = sorted(placed)
    for at in placed:
        waiting.remove(at)
        # Only those who were better by score and had to wait.
        for other in waiting:
            if other > at:
                break
            lost[other][state.rule_against(other, at)] += 1
        state.place(at)
    return [
        Move(at + 1, lost[at].most_common(1)[0][0] if place > at else None, max(place - at, 0))
        for place, at in enumerate(placed)
    ]


class _Standings:
    """Who stands where while places are filled one by one."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.here = 0
        self.places: dict[int, list[int]] = defaultdict(list)
        self.companies: Counter[int] = Counter()
        self.from_outside = 0

    def place(self, at: int) -> None:
        author, company = self.field.author[at], self.field.company[at]
        self.places[author].append(self.here)
        if company:
            self.companies[company] += 1
        self.from_outside += self.field.outside[at]
        self.here += 1

    def rule_against(self, at: int, chosen: int) -> str:
        """Why one had to wait for another who is worse by score."""
        barred, chosen_barred = self.barred(at), self.barred(chosen)
        if barred > chosen_barred:
            return RULES[barred]
        return "author" if self.counted(at) < self.counted(chosen) else "variety"

    def barred(self, at: int) -> int:
        """How far caps had to be let go for this one to stand here."""
        field, rules, stood = self.field, self.field.rules, self.places[self.field.author[at]]
        if stood and stood[-1] == self.here - 1:
            return ADJACENT
        if len(stood) >= rules.per_window and (stood[-rules.per_window] > self.here - rules.window):
            return WINDOW
        company = field.company[at]
        if company and self.companies[company] >= field.company_quota[self.here + 1]:
            return COMPANY
        if field.outside[at] and self.from_outside >= field.outside_quota[self.here + 1]:
            return OUTSIDE
        return 0

    def counted(self, at: int) -> float:
        times = len(self.places[self.field.author[at]])
        return self.field.plus[at] * self.field.rules.second_post**times + self.field.minus[at]
