"""The second half of the tour: deletes, same-size growth, iteration, nil, a million keys."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.text import Text

from gomap import Map, NilMapError, inspect, int64
from gomap._gotable import published_around
from gomap.cli.demo_draw import LABEL, fields, hmap_line
from gomap.cli.demo_growing import one_bucket
from gomap.cli.demo_story import (
    WORDS,
    Frame,
    Stage,
    counted,
    entries,
    words_of_bucket,
)
from gomap.display.terminal import Bars, block_bar, hash_bar

MILLION = 1_000_000


def deletes(stage: Stage) -> Iterator[Frame]:
    """Show emptyOne and emptyRest."""
    words = WORDS[:6]
    m = stage.new(words=words)
    yield Frame(
        stage.made() + "; ...",
        one_bucket(m, stage),
        "Six entries. The byte 00 in the last slots is emptyRest: nothing here, and nothing behind "
        "it in the chain either.",
    )
    for at, say in (
        (3, "A hole among entries: its byte becomes 01, emptyOne. A lookup steps over it."),
        (4, "Another one: an entry still follows."),
        (5, "The last entry goes, so 00: and the holes before it become 00, too. One delete has "
            "shortened every later search by three slots."),
    ):  # fmt: skip
        del m[words[at]]
        yield Frame(f'del m["{words[at]}"]', one_bucket(m, stage, at), say)
    del m[words[1]]
    yield Frame(
        f'del m["{words[1]}"]', one_bucket(m, stage, 1), "A hole once more, in slot 1.", True
    )
    word = WORDS[8]
    m[word] = 7
    slot = inspect.explain(m, word).steps[-1].slot
    yield Frame(
        f'm["{word}"] = 7',
        one_bucket(m, stage, slot),
        f"A new key takes the first hole of its chain: slot {slot}. No tombstones pile up, and "
        "deleting what is not there is no error.",
    )


def same_size(stage: Stage) -> Iterator[Frame]:
    """Many overflow buckets, few entries."""
    m = stage.new(hint=20)
    for bucket in range(4):
        yield from churn(stage, m, bucket)
    h = inspect.hmap(m)
    yield Frame(
        "len(m)",
        stage.show(m),
        f"Each bucket has had nine keys and lost seven. Left: {entries(h.count)}, but "
        f"{counted(h.noverflow, 'overflow bucket')} for {counted(1 << h.B, 'bucket')}: "
        "chains of air.",
    )
    word = next(word for word in words_of_bucket(m, 0) if word not in m)
    yield from stage.film(m, f'm["{word}"] = 1', partial(m.update, {word: 1}))
    for word in sorted(m):
        if not inspect.hmap(m).growing:
            break
        for frame in stage.film(m, f'm["{word}"] = 0', partial(m.update, {word: 0})):
            yield Frame(frame.code, frame.picture, frame.say, passing=True)
    h = inspect.hmap(m)
    yield Frame(
        "len(m)",
        stage.show(m),
        f"The same {counted(1 << h.B, 'bucket')}, {counted(h.noverflow, 'overflow bucket')}: "
        "packed. Without this, maps whose keys come and go would slowly leak.",
    )


def churn(stage: Stage, m: Map[str, int], bucket: int) -> Iterator[Frame]:
    """Put nine keys into a bucket, take the first seven out again."""
    words = words_of_bucket(m, bucket)
    mine = [next(words) for _ in range(9)]
    for word in mine:
        m[word] = 1
    say = f"Nine keys for bucket {bucket}: one more than it holds."
    yield Frame(f"# nine keys into bucket {bucket}", stage.show(m), say, passing=bucket > 0)
    for word in mine[:7]:
        del m[word]
    say = "Seven are deleted again. The overflow bucket stays in its chain."
    yield Frame(f"# seven out of bucket {bucket}", stage.show(m), say, passing=bucket > 0)


def order(stage: Stage) -> Iterator[Frame]:
    """Random starts, and changes under way."""
    m = stage.new(words=WORDS[:13])
    lines = [Text()]
    for number in range(1, 4):
        it = iter(m)
        shown = [next(it)]
        start = inspect.cursor(it)
        shown += it
        where = f"bucket {start.start_bucket}, slot {start.offset}: "
        lines.append(Text.assemble((where, "cyan"), " ".join(shown)))
        yield Frame(
            "list(m)",
            [*stage.show(m), *lines],
            "Each iteration starts at a random bucket, and in each bucket at a random slot, as in "
            "Go: so that nobody comes to rely on an order. seed= replays it.",
            passing=number < 3,
        )
    yield from changes(stage)


def changes(stage: Stage) -> Iterator[Frame]:
    """Deleting and inserting while iterating."""
    m = stage.new(words=WORDS[:13])
    whole, seen = len(m), []
    for word in m:
        seen.append(word)
        if len(seen) % 2:
            del m[word]
        if len(seen) == 3:
            m.update(dict.fromkeys(WORDS[40:60], 1))
    old = [word for word in seen if word in WORDS[:13]]
    yield Frame(
        "for word in m: del m[word]; m[...] = 1",
        [*stage.show(m), Text(), Text(f"seen: {' '.join(seen)}")],
        f"This loop deleted every other key that it saw and put 20 new ones in, while it ran; the "
        f"map grew meanwhile. Of the {whole} that were there it saw {len(old)}, each "
        f"{'once' if len(set(old)) == len(old) else 'more than once'}. Go guarantees that; dict "
        "raises RuntimeError.",
    )


def nil(stage: Stage) -> Iterator[Frame]:
    """The zero value of a map type."""
    m = Map[str, int].nil()
    steps = [
        ('m["ant"]', repr(m["ant"])),
        ('m.lookup("ant")', repr(m.lookup("ant"))),
        ("len(m), list(m)", repr((len(m), list(m)))),
        ('del m["ant"]', ""),
    ]
    del m["ant"]
    try:
        m["ant"] = 1
    except NilMapError as error:
        steps.append(('m["ant"] = 1', f"{type(error).__name__}: {error}"))
    lines = [hmap_line(inspect.hmap(m)), Text()]
    for code, result in steps:
        lines.append(Text.assemble((">>> ", "dim"), (code, "bold")))
        if result:
            lines.append(Text(result, style="red" if "Error" in result else "green"))
    yield Frame(
        "m = Map[str, int].nil()",
        lines,
        "Go's nil map: it reads as empty and refuses to be written to. Reading what is absent "
        "gives the zero value, in every map, and inserts nothing.",
    )


def million(stage: Stage) -> Iterator[Frame]:
    """The same at scale."""
    m = Map[int64, int64](seed=stage.seed)
    step = MILLION // 20
    for start in range(0, MILLION, step):
        for key in range(start, start + step):
            m[key] = 1
        last = start + step == MILLION
        picture, say = scale(m, stage)
        yield Frame(f"for key in range({MILLION:,}): m[key] = 1", picture, say, passing=not last)


def scale(m: Map[int64, int64], stage: Stage) -> tuple[list[Text], str]:
    """Show a large map: its buckets by slots in use."""
    s = inspect.stats(m)
    bar: Bars = block_bar if stage.look.fancy else hash_bar
    most = max(s.occupancy)
    lines = [
        fields(
            count=f"{s.count:,}",
            B=f"{s.B}",
            buckets=f"{s.buckets:,}",
            overflow=f"{s.overflow_buckets:,}",
        ),
        Text(),
        Text("slots in use per bucket", style="dim"),
    ]
    for slots, buckets in enumerate(s.occupancy):
        label = f"{slots:>{LABEL - 1}} ", "dim"
        drawn = bar(buckets / most, stage.look.width // 2)
        lines.append(Text.assemble(label, drawn, f" {buckets:>9,}"))
    (row, *_) = published_around(s.load_factor)
    beside = f" (Go's table at {row.load_factor:g}: {row.hit_probe:.2f} and {row.miss_probe:.2f})"
    say = (
        f"{entries(s.count)}, {s.load_factor:.2f} a bucket, {s.bytes_total / s.count:.1f} bytes "
        f"each with everything. A hit looks at {s.hit_probe:.2f} entries, a miss at "
        f"{s.miss_probe:.2f}{beside}. {counted(s.doublings, 'doubling')} on the way, "
        "each spread over the writes after it."
    )
    return lines, say
