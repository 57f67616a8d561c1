"""What the chapters of `gomap demo` are made of: frames, words, and what an event says."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from rich.text import Text

from gomap import Map, inspect
from gomap.cli.demo_draw import Look, Marks, Place, arrays
from gomap.inspect import Event, Hmap

_TEXT = """
ant bat bee cat cod cow crab crow deer dog dove duck eel elk emu ewe fly foal fox frog gnat
goat gnu hare hawk hen hog ibex ibis jay kid kite kiwi koi lamb lark lion lynx mink mole moth
mule newt owl ox pig pony puma ram rat rook seal slug swan tick toad tuna vole wasp wolf worm
wren yak zebu ape asp boar bug bull calf carp clam colt cub dodo doe fawn fish flea gull grub
hake hind kudu loon mare mite orca oryx pike pug pup ray roe ruff shad skua smew sole stag
tern teal tit auk bass bear bird buck chub coot dace dory drum erne fowl
"""
WORDS = tuple(_TEXT.split())
"""Keys of at most four letters: they fit a slot."""


@dataclass(frozen=True)
class Frame:
    """One picture of the tour: what was done, what the map looks like, what that means."""

    code: str
    picture: list[Text]
    say: str
    #: Shown for a moment only, on a terminal only.
    passing: bool = False


Scene = Callable[["Stage"], Iterator[Frame]]


@dataclass
class Stage:
    """Where a chapter's map stands: the seed of all maps, and how to draw them."""

    seed: int
    look: Look

    def new(self, hint: int = 0, words: Iterable[str] = ()) -> Map[str, int]:
        """Return a map with some words in it, each with its number."""
        m = Map[str, int](hint=hint, seed=self.seed)
        for number, word in enumerate(words, 1):
            m[word] = number
        return m

    def made(self, hint: int = 0) -> str:
        """Return how `new` made it, as Python."""
        options = f"hint={hint}, " if hint else ""
        return f"m = Map[str, int]({options}seed={self.seed})"

    def show(
        self, m: Map[str, int], slots: Mapping[Place, str] | None = None, state: Hmap | None = None
    ) -> list[Text]:
        """Draw the map as it is, or a state that it was in."""
        h = inspect.hmap(m) if state is None else state
        return arrays(h, self.look, Marks(slots or {}, keys_for_y(m, h)))

    def film(self, m: Map[str, int], code: str, act: Callable[[], object]) -> Iterator[Frame]:
        """Do something to the map; show it after each thing that the engine did."""
        before = inspect.hmap(m)
        with inspect.record(m, states=True) as events:
            act()
        for event in events:
            assert event.state is not None
            shown = f"{code}  # {event.kind}"
            yield Frame(shown, self.show(m, touched(event), event.state), tell(event, before))
            before = event.state


def keys_for_y(m: Map[str, int], h: Hmap) -> frozenset[str]:
    """Return the keys of the old array that the next bit of their hash sends to Y."""
    if h.oldbuckets is None or h.same_size_grow:
        return frozenset()
    keys = [key for chain in h.oldbuckets for b in chain for key in b.keys if key is not None]
    return frozenset(key for key in keys if inspect.explain(m, key).hash & len(h.oldbuckets))


def touched(event: Event) -> dict[Place, str]:
    """Point at the slot that an event was about."""
    if event.slot is None or event.bucket is None:
        return {}
    return {(event.array or "new", event.bucket, event.position or 0, event.slot): "here"}


def words_of_bucket(m: Map[str, int], bucket: int) -> Iterator[str]:
    """Give words that the map's own hash puts into this bucket, without end."""
    more = (f"w{n}" for n in itertools.count())
    for word in itertools.chain(WORDS, more):
        if inspect.explain(m, word).bucket == bucket:
            yield word


def counted(n: int, one: str, many: str = "") -> str:
    """Write a number and what there is of it.

    >>> counted(1, "entry", "entries"), counted(0, "slot")
    ('1 entry', '0 slots')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def entries(n: int) -> str:
    """Write a number of entries."""
    return counted(n, "entry", "entries")


def tell(event: Event, before: Hmap) -> str:
    """Say in a sentence or two what the engine did, with its figures."""
    teller = TELLERS.get(event.kind)
    return teller(event, before) if teller else event.kind


def tell_grow(event: Event, before: Hmap) -> str:
    """Growth begins."""
    new = counted(1 << event.B, "bucket")
    limit = f"6.5 * 2**{before.B} = {6.5 * 2**before.B:g}"
    why = f"One more than {entries(event.count)} would be more than {limit}"
    if event.count == 8:
        why = "A ninth entry would be one more than a bucket holds"
    return (
        f"{why}: the map doubles to {new}. They are empty; the old array stands beside "
        "them, and nothing has moved yet."
    )


def tell_same_size_grow(event: Event, before: Hmap) -> str:
    """Growth to the same size begins."""
    return (
        f"{counted(before.noverflow, 'overflow bucket')} for {1 << before.B} buckets are too many, "
        f"and {entries(event.count)} need no larger array: the map grows to the same size, "
        "which packs its chains anew."
    )


def tell_evacuate(event: Event, before: Hmap) -> str:
    """One old chain has moved."""
    if before.same_size_grow:
        return f"Old chain {event.bucket} is packed into the new array: {entries(event.moved_x)}."
    olds = len(before.oldbuckets or ())
    assert event.bucket is not None
    x, y = event.bucket, event.bucket + olds
    return (
        f"Old bucket {x} is evacuated. One more bit of each hash decides: {event.moved_x} to "
        f"bucket {x} (X, the same number), {event.moved_y} to bucket {x} + {olds} = {y} (Y)."
    )


def tell_grow_done(event: Event, before: Hmap) -> str:
    """The old array is empty."""
    return "Every old bucket has been evacuated: the old array is freed, growth is over."


def tell_assign(event: Event, before: Hmap) -> str:
    """A new entry."""
    place = f"bucket {event.bucket}, slot {event.slot}"
    if event.noverflow > before.noverflow:
        return (
            f"{event.key!r} belongs into bucket {event.bucket} too, which is full: an overflow "
            f"bucket is chained to it, and takes the key in slot {event.slot}."
        )
    if event.position:
        place += f" of overflow bucket {event.position}"
    tail = " New entries go to the new array." if event.growing else ""
    return f"{event.key!r} goes to {place}: the first free slot of its chain.{tail}"


def tell_update(event: Event, before: Hmap) -> str:
    """An entry that was there."""
    return f"{event.key!r} is found in bucket {event.bucket}, slot {event.slot}, and updated."


TELLERS: dict[str, Callable[[Event, Hmap], str]] = {
    "grow": tell_grow,
    "same_size_grow": tell_same_size_grow,
    "evacuate": tell_evacuate,
    "grow_done": tell_grow_done,
    "assign": tell_assign,
    "update": tell_update,
}
