"""What is sealed is read with its key and for its purpose, and with nothing else."""

from __future__ import annotations

import dataclasses

import pytest
from django.conf import settings as django_settings

from kring.core.sealing import MARK, Seal, Unreadable

NEW, OLD, FOREIGN = "n" * 50, "o" * 50, "f" * 50


@pytest.fixture
def keys(settings):
    """Sets the key of today, and perhaps the one before."""

    def set_keys(today: str, before: str = "") -> None:
        changed = {"secret_key": today, "secret_key_before": before}
        settings.ENV = dataclasses.replace(django_settings.ENV, **changed)

    set_keys(OLD)
    return set_keys


@pytest.mark.parametrize("text", ["JBSWY3DPEHPK3PXP", "", "één ßeal", "x" * 10_000])
def test_what_is_sealed_is_read_again_and_looks_like_nothing(keys, text):
    seal = Seal("socks")
    first, second = seal.close(text), seal.close(text)
    assert seal.open(first) == seal.open(second) == text
    assert first != second
    assert first.startswith(MARK)
    assert not text or text not in first


def test_another_key_purpose_or_letter_opens_nothing(keys):
    sealed = Seal("socks").close("secret")
    middle = len(sealed) // 2
    forged = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    for other, text in ((Seal("shoes"), sealed), (Seal("socks"), forged), (Seal("socks"), "plain"),
                        (Seal("socks"), ""), (Seal("socks"), "é")):  # fmt: skip
        with pytest.raises(Unreadable):
            other.open(text)
    keys(FOREIGN)
    for read in (Seal("socks").open, Seal("socks").renew):
        with pytest.raises(Unreadable):
            read(sealed)


def test_a_new_key_reads_what_the_one_before_sealed_and_seals_it_anew(keys):
    seal = Seal("socks")
    sealed = seal.close("secret")
    keys(NEW, OLD)
    assert seal.open(sealed) == "secret"
    renewed = seal.renew(sealed)
    assert seal.renew(renewed) == renewed != sealed
    keys(NEW)
    assert seal.open(renewed) == "secret"
    with pytest.raises(Unreadable):
        seal.open(sealed)
