"""What the words of the demo's posts tell, for docs/text.md:

`DJANGO_SETTINGS_MODULE=tests.settings python -m tests.feed.text.demo_figures`. No database: the
content as it is packed.
"""

from __future__ import annotations

import django
import numpy as np

django.setup()

from kring.archive.demo.content import Entry, content  # noqa: E402
from kring.feed.policy import default_policy  # noqa: E402
from kring.feed.text.bait import bait_of  # noqa: E402
from kring.feed.text.encode import HashedEncoder, SentenceEncoder, units  # noqa: E402
from kring.feed.text.topics import Middles  # noqa: E402

SUREST = 30


def is_bait(text: str) -> bool:
    return bait_of(text).probability >= default_policy().text.bait_probability


def surest_guesses(encoder) -> tuple[int, float]:
    """Of the posts nearest to a topic's middle, how many have that topic; how many would by chance.

    Each post is guessed as if it had no hashtag: the middles are those of all others.
    """
    entries, policy = content().entries, default_policy().text
    subjects = [subject.id for subject in content().subjects]
    vectors = encoder.encode([entry.text for entry in entries])
    guesses = []
    for place, entry in enumerate(entries):
        space = _middles_without(entry, entries, vectors, subjects).established(policy)
        middles = units(np.array([vector for vector, _posts in space.values()]))
        cosines = middles @ units(vectors[place][None, :])[0]
        topic = subjects[list(space)[int(cosines.argmax())]]
        chance = len(set(entry.topics)) / len(space)
        guesses.append((float(cosines.max()), topic in entry.topics, chance))
    guesses.sort(reverse=True)
    surest = guesses[:SUREST]
    return sum(right for _cosine, right, _chance in surest), sum(chance for *_, chance in surest)


def _middles_without(left_out: Entry, entries, vectors, subjects) -> Middles:
    middles = Middles()
    authors = {member.id: number for number, member in enumerate(content().members)}
    for entry, vector in zip(entries, vectors, strict=True):
        if entry is not left_out:
            for topic in entry.topics:
                middles.add(subjects.index(topic), authors[entry.author], vector)
    return middles


def main() -> None:

    entries, sharings, remarks = content().entries, content().sharings, content().remarks
    named = [entry for entry in entries if is_bait(entry.text)]
    flawed = [entry for entry in entries if entry.flaw == "engagement_bait"]
    shared = [sharing for sharing in sharings if is_bait(sharing.own_words)]
    answers = [remark.text for remark in remarks if is_bait(remark.text)]
    print(f"posts {len(entries)}, named bait {len(named)}, bait {len(flawed)}")
    print("wrong:", [entry.text for entry in named if entry not in flawed])
    print("missed:", [entry.text for entry in flawed if entry not in named])
    print(f"reposts {len(sharings)}, named bait {len(shared)}")
    print(f"comments {len(remarks)}, named bait {len(answers)}: {answers}")
    for encoder in (HashedEncoder(), SentenceEncoder()):
        right, chance = surest_guesses(encoder)
        print(f"{encoder.name}: {right} of the {SUREST} surest; by chance {chance:.1f}")


if __name__ == "__main__":
    main()
