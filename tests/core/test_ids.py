from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kring.core import ids

MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1), max_value=datetime(2068, 12, 31), timezones=st.just(UTC)
)


@given(MOMENTS, st.integers(0, 1023), st.integers(0, 4095))
def test_an_id_keeps_its_moment_to_the_millisecond_and_fits_63_bits(moment, node, sequence):
    made = ids.compose(ms=ids.to_ms(moment), node=node, sequence=sequence)
    assert 0 <= made < 1 << 63
    assert moment - ids.moment_of(made) < timedelta(milliseconds=1)


@given(MOMENTS, MOMENTS)
def test_ids_sort_as_chronology(a, b):
    earlier, later = sorted((ids.to_ms(a), ids.to_ms(b)))
    if earlier != later:
        assert ids.compose(ms=earlier, node=1023, sequence=4095) < ids.compose(
            ms=later, node=0, sequence=0
        )


def test_a_generator_never_repeats_nor_goes_back_when_the_clock_does():
    readings = iter([1_700_000_000_000, 1_700_000_000_000, 1_699_999_999_000, 1_700_000_000_001])
    generator = ids.IdGenerator(7, lambda: next(readings))
    made = [generator.next() for _ in range(4)]
    assert made == sorted(set(made))


def test_a_full_millisecond_borrows_from_the_next():
    generator = ids.IdGenerator(7, lambda: 1_700_000_000_000)
    made = [generator.next() for _ in range(5_000)]
    assert len(set(made)) == 5_000
    assert made == sorted(made)
    assert ids.ms_of(made[-1]) == 1_700_000_000_001


def test_backdated_ids_avoid_those_already_taken():
    moment = datetime(2010, 6, 27, tzinfo=UTC)
    stored = set(ids.allocate_backdated([moment] * 3, taken=lambda _: set()))
    more = ids.allocate_backdated([moment] * 3, taken=lambda wanted: stored & set(wanted))
    assert len(stored | set(more)) == 6
    assert {ids.moment_of(i) for i in more} == {moment}


def test_any_date_bounds_a_query():
    assert ids.first_id_at(datetime(1970, 1, 1, tzinfo=UTC)) == 0
    assert ids.first_id_at(datetime(2500, 1, 1, tzinfo=UTC)) == ids.MAX_ID


@pytest.mark.parametrize("part", [{"node": 1024}, {"sequence": 4096}, {"ms": 0}])
def test_a_part_that_does_not_fit_is_refused(part):
    with pytest.raises(ValueError, match="id"):
        ids.compose(**{"ms": 1_700_000_000_000, "node": 0, "sequence": 0, **part})
