"""Finding people and organisations by what every member may see of them.

A profile is taken apart into terms (folded words, and whole skills, companies, cities) by
`terms.py`; each term stands once, with postings that say who has it and in which field. A question
is answered in steps: terms that fit each word (`vocabulary.py`; exact, beginning, nearly the same
by trigrams), their postings as columns (`matching.py`), one order (`ranking.py`), and for the
page itself the profiles as they are now, with what of them matched (`showing.py`).
"""
