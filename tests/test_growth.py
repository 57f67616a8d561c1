"""When the map grows, how it evacuates, what overflows (SPEC 3, and its table in 6)."""

from __future__ import annotations

from typing import Any

import pytest

from gomap import Map, float64, inspect, int64
from support.inside import assert_valid, fill_until_growing, flags, layout, pile_up
from support.reference import is_too_loaded, spares


@pytest.mark.large
def test_growth_starts_at_the_assign_that_would_exceed_the_load() -> None:
    m = Map[int64, int64]()
    for n in range(10_000):
        before = inspect.stats(m)
        m[n] = n
        after = inspect.stats(m)
        must = not before.growing and is_too_loaded(n + 1, before.B)
        assert (after.doublings - before.doublings) == must
        assert after.B == before.B + must


def test_fourteen_keys_in_two_buckets_start_a_growth() -> None:
    m = Map[int64, int64]({n: n for n in range(13)})
    assert inspect.hmap(m).B == 1
    m[0] = 5
    m[-1] = 1
    assert inspect.hmap(m).B == 2


@pytest.mark.large
def test_ten_thousand_keys_double_eleven_times() -> None:
    """From B = 0 to 11; the map's own growth counter says so."""
    for types in ((int64, int64), (int, int), (str, int)):
        m = Map[types]()
        for n in range(10_000):
            m[str(n) if types[0] is str else n] = n
        assert inspect.stats(m).doublings == 11
        assert inspect.hmap(m).B == 11


def test_update_of_a_full_map_starts_no_growth() -> None:
    m = Map[int64, int64]({n: n for n in range(8)})
    for n in range(8):
        m[n] = -n
        m.add(n, 1)
        m.setdefault(n, 5)
    assert inspect.hmap(m).B == 0


def test_evacuation_moves_one_or_two_buckets_per_write() -> None:
    m = Map[int64, int64]()
    n = 0
    while n < 3000:
        before = inspect.stats(m)
        m[n] = n
        after = inspect.stats(m)
        if before.growing and after.growing:
            assert 1 <= after.evacuated - before.evacuated <= 2
            assert after.old_total == before.old_total
        n += 1


def test_deletes_evacuate_and_reads_do_not() -> None:
    m = Map[int64, int64]()
    keys = fill_until_growing(m, range(100_000), 1)
    before = layout(m)
    for key in [*keys, *range(-50, 0)]:
        _ = m[key], m.get(key), key in m, m.lookup(key)
        m.random_item()
    list(m.values())
    assert layout(m)[1:] == before[1:]
    evacuated = inspect.stats(m).evacuated
    del m[-1]
    assert inspect.stats(m).evacuated > evacuated


def test_every_key_is_found_at_every_moment_of_a_growth() -> None:
    for types in ((int64, int64), (object, object)):
        m = Map[types]()
        for n in range(900):
            m[n] = n
            if n % 7 == 0 or inspect.hmap(m).growing:
                assert all(m.lookup(k) == (k, True) for k in range(0, n, 3))
                assert m.lookup(n + 1)[1] is False


def test_map_never_shrinks_by_itself() -> None:
    m = Map[int64, int64]({n: n for n in range(1000)})
    size = inspect.hmap(m).B
    for n in range(1000):
        del m[n]
    m.clear()
    assert inspect.hmap(m).B == size


def test_overflow_buckets_pile_up_and_same_size_growth_removes_them() -> None:
    """Insert and delete so that the count stays low while chains grow long."""
    m = Map[int64, int64](hasher=lambda key, seed: key, hint=200)
    keys = pile_up(m)
    stats = inspect.stats(m)
    assert (stats.doublings, stats.same_size_growths) == (0, 1)
    assert inspect.hmap(m).same_size_grow
    assert flags(m) == 8
    assert stats.old_overflow_buckets >= 32
    assert_valid(m)
    assert sorted(m) == sorted(keys)
    m.finish_growth()
    assert inspect.stats(m).overflow_buckets < 10
    assert inspect.hmap(m).B == 5
    assert not inspect.hmap(m).same_size_grow
    assert sorted(m.to_dict()) == sorted(keys)


@pytest.mark.large
def test_ring_buffer_keeps_its_memory() -> None:
    """Go's map_test: inserting at one end and deleting at the other must not leak."""
    m = Map[int64, int64]()
    for n in range(30_000):
        m[n] = n
        if n >= 100:
            del m[n - 100]
        if n == 5000:
            size = m.__sizeof__()
    assert len(m) == 100
    assert m.__sizeof__() < 3 * size


@pytest.mark.parametrize("b", range(4, 13))
def test_preallocated_overflow_buckets_are_go_s(b: int) -> None:
    """The array has as many spares as Go's allocator would round up to."""
    classes: list[tuple[Any, int]] = [
        (Map[int64, int64], 144),
        (Map[int, int], 144),
        (Map[str, int], 208),
        (Map[str, str], 272),
        (Map[object, object], 272),
        (Map[float64, int64], 144),
    ]
    for cls, bucket_size in classes:
        m = cls(hint=13 * (1 << (b - 1)), hasher=lambda key, seed: 0)
        assert inspect.hmap(m).B == b
        assert inspect.hmap(m).next_overflow == 0
        expected = spares(b, bucket_size)
        names = str if cls.key_type is str else int
        elem = "" if cls.elem_type is str else 0
        for n in range(8 * (expected + 2)):
            if expected + 2 > 60:
                break
            m[names(n)] = elem
        if expected + 2 <= 60:
            chain = inspect.hmap(m).buckets[0]
            assert [bucket.preallocated for bucket in chain] == [
                None,
                *range(expected),
                None,
            ]
            assert inspect.hmap(m).next_overflow is None


@pytest.mark.parametrize("b", range(4))
def test_small_arrays_have_no_spares(b: int) -> None:
    m = Map[int64, int64](hint=13 * (1 << b) // 2, hasher=lambda key, seed: 0)
    assert inspect.hmap(m).B == b
    for n in range(16):
        m[n] = n
    assert inspect.hmap(m).next_overflow is None
    assert [bucket.preallocated for bucket in inspect.hmap(m).buckets[0]] == [None, None]


def test_deletes_propagate_empty_rest() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: 0xAA << 56)
    for n in range(8):
        m[n] = n
    del m[3]
    assert inspect.hmap(m).buckets[0][0].tophash.hex() == "aaaaaa01aaaaaaaa"
    for n in (5, 6, 7):
        del m[n]
    assert inspect.hmap(m).buckets[0][0].tophash.hex() == "aaaaaa01aa000000"
    del m[4]
    assert inspect.hmap(m).buckets[0][0].tophash.hex() == "aaaaaa0000000000"
    m[9] = 9
    assert inspect.hmap(m).buckets[0][0].keys == (0, 1, 2, 9, None, None, None, None)


def test_insert_takes_the_first_free_slot_of_the_chain() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: 0, hint=20)
    for n in range(20):
        m[n] = n
    del m[2]
    del m[11]
    m[100] = 100
    m[101] = 101
    first, second, _ = inspect.hmap(m).buckets[0]
    assert first.keys[2] == 100
    assert second.keys[3] == 101


def test_tophash_is_moved_up_past_the_states() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: key << 56)
    for top in range(8):
        m[top] = top
    assert list(inspect.hmap(m).buckets[0][0].tophash) == [5, 6, 7, 8, 9, 5, 6, 7]
    assert all(m[top] == top for top in range(8))


def test_low_hash_bits_choose_the_bucket() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: key, hint=1000)
    for n in range(0, 5000, 7):
        m[n] = n
    hmap = inspect.hmap(m)
    mask = (1 << hmap.B) - 1
    for index, chain in enumerate(hmap.buckets):
        for bucket in chain:
            assert bucket.index == index
            for top, key in zip(bucket.tophash, bucket.keys, strict=True):
                assert top < 5 or key & mask == index


def test_first_bucket_comes_with_the_first_assign() -> None:
    m = Map[int64, int64]()
    for read in (m.get, m.lookup, m.__contains__):
        read(1)
    del m[1]
    m.clear()
    assert inspect.hmap(m).buckets is None
    m[1] = 1
    assert len(inspect.hmap(m).buckets) == 1


def test_clear_keeps_the_buckets_and_their_spares() -> None:
    m = Map[int64, int64]({n: n for n in range(3000)})
    m.finish_growth()
    size, b = m.__sizeof__(), inspect.hmap(m).B
    m.clear()
    hmap = inspect.hmap(m)
    assert (hmap.B, hmap.count, hmap.noverflow, hmap.next_overflow) == (b, 0, 0, 0)
    assert all(len(chain) == 1 and chain[0].tophash == bytes(8) for chain in hmap.buckets)
    assert m.__sizeof__() <= size


def test_clear_while_growing_ends_the_growth_at_the_new_size() -> None:
    m = Map[int64, int64]()
    fill_until_growing(m, range(100_000), 1)
    b = inspect.hmap(m).B
    m.clear()
    hmap = inspect.hmap(m)
    assert (hmap.B, hmap.growing, hmap.oldbuckets, hmap.nevacuate) == (b, False, None, 0)


def test_chain_of_many_equal_hashes_is_exact() -> None:
    m = Map[int64, int64](hasher=lambda key, seed: 0xFFFF)
    for n in range(600):
        m[n] = n
    assert all(m[n] == n for n in range(600))
    for n in range(0, 600, 2):
        del m[n]
    assert sorted(m) == list(range(1, 600, 2))
    assert_valid(m)


@pytest.mark.parametrize("types", [(int64, int64), (str, int), (object, object)], ids=str)
def test_tombstones_hide_nothing(types: Any) -> None:
    """Go's map_test: after many deletes every key is still found, and free slots are used."""
    keys = [str(n) if types[0] is str else n for n in range(1000)]
    m = Map[types](dict.fromkeys(keys, 1))
    for key in keys[:980]:
        del m[key]
    assert [m.get(key) for key in keys] == [None] * 980 + [1] * 20
    size, b = m.__sizeof__(), inspect.hmap(m).B
    for key in keys[:900]:
        m[key] = 2
    assert len(m) == 920
    assert inspect.hmap(m).B == b
    assert m.__sizeof__() <= size * 1.1
    assert all(m.lookup(key)[1] == (n < 900 or n >= 980) for n, key in enumerate(keys))
