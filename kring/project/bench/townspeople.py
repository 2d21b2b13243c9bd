"""Synthetic members with names, headlines, skills, companies and cities as Dutch people have them.

Everything is put together from syllables and short lists by one seed: as many different words as a
real community of that size has, a few of them very common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GIVEN = (
    "Jan", "Anna", "Peter", "Maria", "Henk", "Marieke", "Kees", "Sanne", "Ahmed", "Fatima", "Zoë",
    "Søren", "Bram", "Ingrid", "Youssef", "Aylin", "Willem", "Lotte", "Joris", "Noor", "Ruben",
    "Femke", "Thijs", "Iris", "Stefan", "Esther", "Daan", "Hanneke", "Piet", "Tineke",
)  # fmt: skip
SURNAMES = (
    "de Jong", "Jansen", "de Vries", "van den Berg", "Bakker", "van Dijk", "Visser", "Janssen",
    "Smit", "Meijer", "de Boer", "Mulder", "de Groot", "Bos", "Vos", "Peters", "Hendriks", "Dekker",
    "van Leeuwen", "Brouwer", "de Wit", "Dijkstra", "Smits", "de Graaf", "van der Meer", "Yılmaz",
    "van 't Hof", "ter Haar", "El Amrani", "Hoekstra",
)  # fmt: skip
PARTICLES = ("", "", "", "", "van ", "de ", "van der ", "van den ", "ter ", "van 't ")
BEGIN = (
    "aal", "berk", "boer", "brink", "dam", "dijk", "drie", "eik", "groen", "haver", "heem", "hof",
    "huls", "kamp", "klaver", "kool", "land", "linde", "loo", "meer", "molen", "nieuw", "ooster",
    "poel", "raven", "riet", "rood", "schim", "slag", "steen", "terp", "uiter", "veen", "vlier",
    "water", "wester", "wijn", "winter", "zand", "zuider",
)  # fmt: skip
END = (
    "aar", "beek", "berg", "bos", "broek", "burg", "dal", "dijk", "donk", "geest", "graaf", "haar",
    "hof", "horst", "huis", "kamp", "laar", "man", "mans", "mond", "ster", "sema", "stra", "tema",
    "veld", "voort", "wijk", "woude", "zoon", "zema",
)  # fmt: skip
TITLES = (
    "Actuaris", "Pensioenadviseur", "Projectleider", "Data engineer", "Software engineer",
    "Jurist", "Controller", "Beleidsadviseur", "Docent", "Recruiter", "Communicatieadviseur",
    "Product manager", "Verpleegkundige", "Architect", "Notaris", "Inkoper", "Tester",
)  # fmt: skip
SKILLS = (
    "Excel", "Python", "Projectmanagement", "Pensioenrecht", "Actuarial science", "SQL",
    "Communicatie", "Onderhandelen", "Scrum", "Java", "Longevity", "Lesgeven", "Onderzoek",
)  # fmt: skip
CITIES = (
    "Amsterdam", "Rotterdam", "Den Haag", "Utrecht", "Eindhoven", "Groningen", "Tilburg", "Almere",
    "Breda", "Nijmegen", "Zoetermeer", "Leiden", "Heerlen", "'s-Hertogenbosch", "Zwolle",
)  # fmt: skip
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Townsperson:
    name: str
    headline: str
    city: str
    company: str
    skills: tuple[str, ...]


def townspeople(*, members: int, seed: int) -> list[Townsperson]:
    """`members` people, the same for the same seed."""
    chance = np.random.default_rng(seed)
    rare_names = _made(chance, max(30, members // 4))
    companies = [f"{word.title()} {kind}" for word in _made(chance, max(10, members // 40))
                 for kind in ("Advies", "BV", "Groep")]  # fmt: skip
    skills = [*SKILLS, *(f"{word.title()}kunde" for word in _made(chance, max(20, members // 50)))]
    cities = [*CITIES, *(word.title() for word in _made(chance, 300))]
    given = [*GIVEN, *(word[:6].title() for word in _made(chance, max(20, members // 50)))]
    draws = {
        "given": _tailed(chance, len(given), members),
        "common": _tailed(chance, len(SURNAMES), members),
        "rare": chance.integers(0, len(rare_names), members),
        "particle": chance.integers(0, len(PARTICLES), members),
        "company": _tailed(chance, len(companies), members),
        "city": _tailed(chance, len(cities), members),
        "title": _tailed(chance, len(TITLES), members),
    }
    is_common = chance.random(members) < 0.3
    has_skills = _tailed(chance, len(skills), 5 * members).reshape(members, 5)
    people = []
    for at in range(members):
        drawn = {name: int(places[at]) for name, places in draws.items()}
        surname = SURNAMES[drawn["common"]]
        if not is_common[at]:
            surname = PARTICLES[drawn["particle"]] + rare_names[drawn["rare"]].title()
        company, title = companies[drawn["company"]], TITLES[drawn["title"]]
        people.append(
            Townsperson(
                name=f"{given[drawn['given']]} {surname}",
                headline=f"{title}, {company}",
                city=cities[drawn["city"]],
                company=company,
                skills=tuple(dict.fromkeys(skills[place] for place in has_skills[at].tolist())),
            )
        )
    return people


def ties(*, members: int, seed: int, mean: int = 100) -> tuple[Places, Places]:
    """Both ends of every connection: a heavy tail, with `mean` connections a member."""
    chance = np.random.default_rng(seed + 1)
    draw = chance.pareto(1.8, members) + 0.3
    chosen = draw / draw.sum()
    one = chance.choice(members, members * mean // 2, p=chosen)
    other = chance.choice(members, members * mean // 2, p=chosen)
    return one, other


def _made(chance: np.random.Generator, count: int) -> list[str]:
    """Different words of two or three syllables."""
    words: dict[str, None] = {}
    while len(words) < count:
        parts = [BEGIN[int(chance.integers(len(BEGIN)))], END[int(chance.integers(len(END)))]]
        if chance.random() < 0.7 or len(words) > 800:
            parts.insert(0, BEGIN[int(chance.integers(len(BEGIN)))])
        words["".join(parts)] = None
    return list(words)


def _tailed(chance: np.random.Generator, kinds: int, count: int) -> Places:
    """Places in a list of which the first are far commoner."""
    weight = 1.0 / np.arange(2, kinds + 2)
    return chance.choice(kinds, count, p=weight / weight.sum())


def queries(people: Sequence[Townsperson]) -> dict[str, str]:
    """What is asked, by what kind of question it is."""
    rare = people[len(people) // 2].name.split()[-1]
    return {
        "common surname": "jansen",
        "given and surname": "marieke de vries",
        "particles": "vd berg",
        "rare surname": rare,
        "typo": "janssne",
        "typo in a long word": "pensionadvisuer",
        "two typos": "mareike janssne",
        "city and skill": "amsterdam python",
        "company": people[0].company,
        "two letters": "ma",
        "three letters": "jan",
        "nobody": "xqzwvy",
    }
