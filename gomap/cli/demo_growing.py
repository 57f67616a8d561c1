"""The first half of the tour: a bucket, a lookup, growth, evacuation, overflow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rich.text import Text

from gomap import Map, inspect
from gomap.cli.demo_draw import Place, bmap, hash_bits, hmap_line
from gomap.cli.demo_story import (
    WORDS,
    Frame,
    Stage,
    counted,
    entries,
    words_of_bucket,
)
from gomap.inspect import Explanation


def bucket(stage: Stage) -> Iterator[Frame]:
    """Eight keys fill one bucket."""
    m = stage.new()
    yield Frame(
        stage.made(),
        [hmap_line(inspect.hmap(m))],
        "A new map is this header and nothing else: the hmap of Go's runtime. There is no "
        "bucket before the first write.",
    )
    for number, word in enumerate(WORDS[:8], 1):
        m[word] = number
        path = inspect.explain(m, word)
        picture = one_bucket(m, stage, path.steps[-1].slot)
        if number == 1:
            picture += [Text(), *hash_bits(path.hash, 0, stage.look)]
            say = (
                "The first write makes a bucket: 8 tophash bytes, 8 keys side by side, 8 elements, "
                f"a pointer. {word!r} takes slot 0, and the top byte of its hash "
                f"({path.tophash:02x}) goes before all keys. Below 05 are states: 00 is empty."
            )
        else:
            say = "Each new key takes the next free slot."
        yield Frame(f'm["{word}"] = {number}', picture, say, passing=1 < number < 8)
    yield Frame(
        "len(m)",
        one_bucket(m, stage),
        f"{entries(len(m))} fill the one bucket (B = {inspect.hmap(m).B}: 2**B buckets). A lookup "
        "goes through the tophash bytes, eight in a row, and compares a whole key only where "
        "the byte is the same.",
    )


def one_bucket(m: Map[str, int], stage: Stage, *marked: int) -> list[Text]:
    """Show a map of one bucket as it lies in memory."""
    h = inspect.hmap(m)
    parts = [hmap_line(h)]
    if h.buckets is not None:
        chain = h.buckets[0]
        parts += bmap(chain[0], stage.look, marked)
        to = "nil" if len(chain) == 1 else "the next bucket"
        arrow = stage.look.glyph("→", "->")
        parts.append(Text(f"       overflow {arrow} {to}", style="dim"))
    return parts


def lookup(stage: Stage) -> Iterator[Frame]:
    """The paths of a key that is there and of one that is not."""
    m = stage.new(words=WORDS[:26])
    there = max(m, key=lambda word: interest(m, word))
    absent = max(WORDS[26:], key=lambda word: interest(m, word))
    yield Frame(
        stage.made() + "; ...",
        stage.show(m),
        f"{entries(len(m))} in {counted(1 << inspect.hmap(m).B, 'bucket')}. Before each key "
        "stands its tophash byte. Where is a key? The hash says it.",
    )
    for word in (there, absent):
        path = inspect.explain(m, word)
        picture = stage.show(m, looked_at(path))
        picture += [Text(), *hash_bits(path.hash, inspect.hmap(m).B, stage.look)]
        yield Frame(f'm["{word}"]', picture, told_path(word, path))


def interest(m: Map[str, int], word: str) -> tuple[int, int, str]:
    """Say how much there is to see on the way to a word; the same each time."""
    path = inspect.explain(m, word)
    return path.key_comparisons, path.slots_examined, word


VERDICTS = {"other tophash": "passed", "empty": "passed", "other key": "compared"}


def looked_at(path: Explanation) -> dict[Place, str]:
    """Point at the slots that a lookup looked at: where it ended, and what it passed."""
    return {
        (path.array, path.bucket, step.position, step.slot): VERDICTS.get(step.verdict, "here")
        for step in path.steps
    }


def told_path(word: str, path: Explanation) -> str:
    """Say how a lookup went."""
    compared = counted(path.key_comparisons, "key")
    looked = f"{counted(path.slots_examined, 'tophash byte')} looked at, {compared} compared"
    end = f"found, {path.element}" if path.found else "absent, so the zero value: 0"
    rest = ""
    if not path.found and path.steps and path.steps[-1].verdict == "rest":
        rest = " Byte 00 says that nothing follows: the search ends there."
    return (
        f'The last bits of the hash of "{word}" are its bucket, {path.bucket}; the first byte is '
        f"its tophash, {path.tophash:02x}. {looked}: {end}.{rest}"
    )


def growth(stage: Stage) -> Iterator[Frame]:
    """The ninth key doubles the map; so do the 14th and, in the next chapter, the 27th."""
    m = stage.new(words=WORDS[:8])
    yield Frame(
        stage.made() + "; ...",
        stage.show(m),
        "The full bucket again, now drawn in one line. One more key, please.",
    )
    yield from stage.film(m, f'm["{WORDS[8]}"] = 9', partial(m.update, {WORDS[8]: 9}))
    for number, word in enumerate(WORDS[9:26], 10):
        for frame in stage.film(m, f'm["{word}"] = {number}', partial(m.update, {word: number})):
            yield Frame(frame.code, frame.picture, frame.say, passing=True)
    h = inspect.hmap(m)
    yield Frame(
        "len(m)",
        stage.show(m),
        f"The 14th key doubled it again. Now {entries(h.count)} lie in "
        f"{counted(1 << h.B, 'bucket')}: {h.count / (1 << h.B):g} per bucket, and 6.5 is where Go "
        "draws the line. The next key is one too many.",
    )


def evacuation(stage: Stage) -> Iterator[Frame]:
    """Old buckets move one or two with each write; reads move nothing."""
    m = stage.new(words=WORDS[:26])
    yield from stage.film(m, f'm["{WORDS[26]}"] = 27', partial(m.update, {WORDS[26]: 27}))
    left = [word for word in m if inspect.explain(m, word).array == "old"]
    if left:
        word = min(left)
        path = inspect.explain(m, word)
        yield Frame(
            f'm["{word}"]',
            stage.show(m, looked_at(path)),
            f"This write is done, the growth is not. Reading {word!r} goes to the old array, for "
            f"its bucket {path.bucket} has not moved. A read never moves anything.",
        )
    for word in sorted(m):
        if not inspect.hmap(m).growing:
            break
        yield from stage.film(m, f'm["{word}"] = 0', partial(m.update, {word: 0}))
    yield Frame(
        "len(m)",
        stage.show(m),
        "dict moves everything at once when it grows. Here each write moved two old buckets at "
        "most: the worst pause of an insert does not grow with the map.",
    )


def overflow(stage: Stage) -> Iterator[Frame]:
    """More than eight keys of one bucket: a chain."""
    m = stage.new(hint=20)
    words = words_of_bucket(m, 1)
    for number in range(1, 9):
        m[next(words)] = number
    h = inspect.hmap(m)
    yield Frame(
        stage.made(hint=20) + "; ...",
        stage.show(m),
        f"hint=20 made room ahead: {counted(1 << h.B, 'bucket')}. These 8 words were chosen "
        "because their hashes end alike: bucket 1. It is full, the map is not.",
    )
    for number in range(9, 12):
        word = next(words)
        code = f'm["{word}"] = {number}'
        for frame in stage.film(m, code, partial(m.update, {word: number})):
            yield Frame(frame.code, frame.picture, frame.say, passing=number == 10)
    path = inspect.explain(m, word)
    yield Frame(
        f'm["{word}"]',
        stage.show(m, looked_at(path)),
        f"A chain costs: {counted(path.slots_examined, 'slot')} looked at for this one. In a full "
        "map of good hashes about one chain in five has an overflow bucket.",
    )
    other = Map[str, int](m, hint=20, seed=stage.seed + 1)
    h = inspect.hmap(other)
    shown = ", ".join(str(len(keys_of(chain))) for chain in h.buckets or ())
    yield Frame(
        f"Map[str, int](m, hint=20, seed={stage.seed + 1})",
        stage.show(other),
        f"The same words under another seed: {shown} in a bucket. Every map draws its hash0 at "
        "random, so nobody can send you keys that all end up in one chain.",
    )


def keys_of(chain: tuple[inspect.Bucket, ...]) -> list[str]:
    """Return the keys of a chain."""
    return [key for bucket in chain for key in bucket.keys if key is not None]
