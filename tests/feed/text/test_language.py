import pytest

from kring.feed.policy import default_policy
from kring.feed.text.language import language_of

POLICY = default_policy().text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Wie kan een accountant aanbevelen voor een kleine stichting?", "nl"),
        ("WIE KAN EEN ACCOUNTANT AANBEVELEN VOOR EEN KLEINE STICHTING? Ik.", "nl"),
        ("Who can recommend an accountant for a small foundation?", "en"),
        ("Wer kann einen Steuerberater für eine kleine Stiftung empfehlen?", "de"),
        ("Gefeliciteerd!", ""),
        ("https://kring.example/en/the/page/of/the/foundation", ""),
        ("", ""),
    ],
)
def test_a_language_is_found_or_left_open(text, code):
    assert language_of(text, declared="", policy=POLICY) == code


def test_what_the_author_said_wins():
    text = "Who can recommend an accountant for a small foundation?"
    assert language_of(text, declared="nl-BE", policy=POLICY) == "nl"
