"""What DNS says of a domain's mail, told to an operator in sentences."""

from __future__ import annotations

import dns.exception
import dns.resolver
import pytest

from kring.project import mail_names

GOOD = {
    "guild.example": ["v=spf1 mx ~all", "some-other=word"],
    "_dmarc.guild.example": ["v=DMARC1; p=reject"],
    "default._domainkey.guild.example": ["v=DKIM1; k=rsa; p=MIGf"],
}


def told(monkeypatch, records: dict[str, list[str]]) -> dict[str, str]:
    monkeypatch.setattr(mail_names, "texts", lambda name: records.get(name, []))
    found = list(mail_names.findings("guild.example"))
    assert all(sentence.endswith(".") for _name, _state, sentence in found)
    return {name: state for name, state, _sentence in found}


def test_all_three_are_there(monkeypatch):
    assert told(monkeypatch, GOOD) == {"spf": "well", "dkim": "well", "dmarc": "well"}


def test_none_is_there(monkeypatch):
    assert told(monkeypatch, {}) == {"spf": "problem", "dkim": "notice", "dmarc": "notice"}


def test_two_spf_records_are_one_too_many(monkeypatch):
    twice = GOOD | {"guild.example": ["v=spf1 mx ~all", "v=spf1 a -all"]}
    assert told(monkeypatch, twice)["spf"] == "problem"


@pytest.mark.parametrize("error", [dns.exception.Timeout, dns.resolver.NoNameservers, OSError])
def test_dns_that_does_not_answer_is_no_problem_of_the_domain(monkeypatch, error):
    def away(*_name, **more):
        assert more["lifetime"] <= 5
        raise error

    monkeypatch.setattr(dns.resolver, "resolve", away)
    assert [state for _n, state, _s in mail_names.findings("guild.example")] == ["notice"]


@pytest.mark.parametrize("error", [dns.resolver.NXDOMAIN, dns.resolver.NoAnswer])
def test_a_name_without_records_has_none(monkeypatch, error):
    def nothing(*_name, **_more):
        raise error() if error is dns.resolver.NXDOMAIN else error.__new__(error)

    monkeypatch.setattr(dns.resolver, "resolve", nothing)
    assert mail_names.texts("guild.example") == []
