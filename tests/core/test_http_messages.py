"""What a caller may not ask for, and the tree of what can go wrong."""

import pytest

from kring.core import http
from kring.core.http import Limits, OutboundError, Request


def ask(**changes):
    return Request(**{"method": "GET", "url": "http://a.example/", "user_agent": "k/1", **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "PUT"},
        {"method": "get"},
        {"method": "CONNECT"},
        {"body": b"x"},
        {"user_agent": ""},
        {"user_agent": "k/1\r\nHost: evil"},
        {"headers": {"Host": "evil.example"}},
        {"headers": {"content-length": "0"}},
        {"headers": {"Transfer-Encoding": "chunked"}},
        {"headers": {"Accept-Encoding": "br"}},
        {"headers": {"User-Agent": "other"}},
        {"headers": {"X-A": "a\r\nHost: evil"}},
        {"headers": {"X-A": "a\n b"}},
        {"headers": {"X-A": " a"}},
        {"headers": {"X-A": "é"}},
        {"headers": {"X A": "a"}},
        {"headers": {"": "a"}},
    ],
)
def test_a_request_that_would_escape_its_line_is_a_bug(changes):
    ask(headers={"Accept": "text/html", "X-A": ""})
    with pytest.raises(ValueError):
        ask(**changes)


@pytest.mark.parametrize(
    "limits", [{"max_bytes": -1}, {"redirects": -1}, {"seconds": 0}, {"seconds": float("nan")}]
)
def test_impossible_limits_are_a_bug(limits):
    Limits(max_bytes=0, redirects=0, seconds=0.1)
    with pytest.raises(ValueError):
        Limits(**limits)


def test_every_error_has_its_own_code_and_a_sentence():
    errors = [
        kind
        for kind in vars(http).values()
        if isinstance(kind, type) and issubclass(kind, OutboundError)
    ]
    assert len(errors) == 11
    assert len({kind.code for kind in errors}) == len(errors)
    for kind in errors:
        assert str(kind("10.0.0.1")) == kind.sentence
        assert kind.sentence.endswith(".")
        assert kind.__name__ in http.errors.__doc__
