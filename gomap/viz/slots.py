"""The slots of an array as an image: a column a bucket, a pixel a slot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import ListedColormap
from numpy.typing import NDArray

from gomap.inspect import Bucket
from gomap.viz.theme import Theme

SLOTS = 8
#: What a pixel stands for.
NOTHING, EMPTY, HERE, IN_X, IN_Y, TO_X, TO_Y, TO_NOWHERE = range(8)
_OLD = np.array([EMPTY, EMPTY, TO_X, TO_Y, TO_NOWHERE, *[HERE] * 251], np.uint8)
#: Of a chain no more buckets are drawn.
MOST_BUCKETS = 4

Image = NDArray[np.uint8]


def image(chains: Sequence[Sequence[Bucket]], buckets: int, half: int | None = None) -> Image:
    """Return what each slot holds: a chain's first slot is the lowest of its column.

    Columns are `buckets` buckets high.  From `half` on, entries are in bucket Y of an
    evacuation, before it in bucket X.

    >>> from gomap import Map, inspect
    >>> h = inspect.hmap(Map[int, int]({1: 1, 2: 2}))
    >>> image(h.buckets, 1)[:3].ravel().tolist() == [HERE, HERE, EMPTY]
    True
    """
    pixels = np.full((SLOTS * buckets, max(1, len(chains))), NOTHING, np.uint8)
    for column, chain in enumerate(chains):
        bytes_ = b"".join(bucket.tophash for bucket in chain[:buckets])
        pixels[: len(bytes_), column] = _OLD[np.frombuffer(bytes_, np.uint8)]
    if half is not None:
        left, right = pixels[:, :half], pixels[:, half:]
        left[left == HERE] = IN_X
        right[right == HERE] = IN_Y
    return pixels


def colours(theme: Theme, *, old: bool) -> ListedColormap:
    """Return the colours of the pixels of an array."""
    here = theme.old if old else theme.map
    return ListedColormap(
        [theme.paper, theme.grid, here, theme.x, theme.y, theme.to_x, theme.to_y, theme.hatch]
    )
