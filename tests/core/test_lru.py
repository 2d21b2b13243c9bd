"""What is kept stays within its limits, the least used going first."""

from __future__ import annotations

from kring.core.lru import Lru


def test_the_least_recently_used_go_when_there_are_too_many():
    kept = Lru(things=2, bytes_=100)
    kept.put("a", 1, size=1)
    kept.put("b", 2, size=1)
    assert kept.get("a") == 1
    kept.put("c", 3, size=1)
    assert [kept.get(key) for key in "abc"] == [1, None, 3]
    assert (len(kept), kept.bytes_kept) == (2, 2)


def test_as_many_go_as_take_the_room():
    kept = Lru(things=100, bytes_=10)
    for key in "abcde":
        kept.put(key, key, size=2)
    kept.put("f", "f", size=7)
    assert [kept.get(key) for key in "abcdef"] == [None] * 4 + ["e", "f"]
    assert kept.bytes_kept == 9
    kept.put("f", "smaller", size=1)
    assert (kept.get("f"), kept.bytes_kept) == ("smaller", 3)


def test_what_is_larger_than_all_the_room_is_not_kept_and_takes_nobodys():
    kept = Lru(things=100, bytes_=10)
    kept.put("a", 1, size=10)
    kept.put("b", 2, size=11)
    assert (kept.get("a"), kept.get("b")) == (1, None)
    kept.put("a", 1, size=11)
    assert (kept.get("a"), kept.bytes_kept) == (None, 0)
    kept.put("a", 1, size=3)
    kept.clear()
    assert (len(kept), kept.bytes_kept) == (0, 0)
