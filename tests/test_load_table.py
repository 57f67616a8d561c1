"""gomap.inspect.load_factor_table: Go's published figures, measured on this engine."""

from __future__ import annotations

import pytest

from gomap import inspect


def test_it_has_gos_rows_beside_the_measured_ones() -> None:
    rows = inspect.load_factor_table()
    assert [row.load_factor for row in rows] == [4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 7.5, 8.0]
    assert tuple(row.published for row in rows) == inspect.GO_LOAD_TABLE
    assert rows[5].published[1:] == (20.90, 10.79, 4.25, 6.50)


def test_the_engine_gives_gos_figures() -> None:
    for row in inspect.load_factor_table(seeds=25):
        _, pct_overflow, bytes_per_entry, hit_probe, miss_probe = row.published
        assert row.pct_overflow == pytest.approx(pct_overflow, rel=0.04)
        assert row.bytes_per_entry == pytest.approx(bytes_per_entry, rel=0.01)
        assert row.hit_probe == pytest.approx(hit_probe, abs=0.02)
        assert row.miss_probe == pytest.approx(miss_probe, abs=0.02)


@pytest.mark.slow
def test_a_hundred_seeds_come_within_two_per_cent() -> None:
    for row in inspect.load_factor_table(seeds=100):
        assert row.pct_overflow == pytest.approx(row.published.pct_overflow, rel=0.02)
        assert row.bytes_per_entry == pytest.approx(row.published.bytes_per_entry, rel=0.02)


def test_the_same_seeds_give_the_same_table() -> None:
    assert inspect.load_factor_table(2) == inspect.load_factor_table(2)


@pytest.mark.parametrize("seeds", [0, -1, 10_001, 1 << 70])
def test_no_tables_are_refused(seeds: int) -> None:
    with pytest.raises(ValueError, match=f"seeds must be 1 to 10000, not {seeds}"):
        inspect.load_factor_table(seeds)


def test_seeds_is_a_whole_number() -> None:
    with pytest.raises(TypeError):
        inspect.load_factor_table(1.5)  # type: ignore[arg-type]
