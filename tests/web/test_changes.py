"""What changed between two wordings, marked word by word."""

from __future__ import annotations

from kring.web.changes import MOST_WORDS, changes

OUT = '<del><span class="vh"> taken out: </span>{}</del>'
IN = '<ins><span class="vh"> put in: </span>{}</ins>'


def test_words_taken_out_and_put_in_are_marked_and_said():
    said = changes("<p>We meet on Monday.</p>", "<p>We meet on Tuesday.</p>")
    assert said == f"We meet on {OUT.format('Monday.')}{IN.format('Tuesday.')}"
    assert changes("<p>Same</p>", "<p>Same</p>") == "Same"


def test_signs_of_markup_are_shown_as_signs():
    said = changes("<p>a &lt;b&gt;</p>", "<p>a &lt;script&gt;</p>")
    assert "&lt;script&gt;" in said
    assert "<script" not in said


def test_long_texts_are_not_compared():
    assert changes("word " * (MOST_WORDS + 1), "word") is None
    assert changes("word " * MOST_WORDS, "word") is not None
