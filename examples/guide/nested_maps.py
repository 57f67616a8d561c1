"""Maps of maps: clicks of each page by country.

With a nil map as the zero value, two levels can be read at any keys: Go's `clicks[p][c]`.
Writing to a page that is not there fails as in Go; `setdefault` makes the page's own map. A
copy is shallow. Where nobody needs one page as a map, one map with a NamedTuple key is simpler.

    python examples/guide/nested_maps.py
"""

from __future__ import annotations

import copy
from typing import NamedTuple

import gomap
from gomap import Map

ByCountry = Map[str, int]
Clicks = Map[str, ByCountry]


class Cell(NamedTuple):
    """Two levels in one key."""

    page: str
    country: str


def no_clicks() -> Map[str, Map[str, int]]:
    """Return an empty map[string]map[string]int."""
    return Clicks(zero=ByCountry.nil())


def click(clicks: Map[str, Map[str, int]], page: str, country: str) -> int:
    """Count a click; return how many there are now."""
    return clicks.setdefault(page, ByCountry()).add(country, 1)


def flat(clicks: Map[str, Map[str, int]]) -> Map[Cell, int]:
    """Return the same counts in one map."""
    return Map[Cell, int](
        (Cell(page, country), n)
        for page, countries in clicks.items()
        for country, n in countries.items()
    )


def main() -> None:
    """Count, read what is not there, copy, flatten."""
    clicks = no_clicks()
    for page, country in (("/", "fr"), ("/", "de"), ("/", "fr"), ("/shop", "de")):
        click(clicks, page, country)
    print(f"/ from fr: {clicks['/']['fr']}, from jp: {clicks['/']['jp']}")
    print(f"/nowhere from fr: {clicks['/nowhere']['fr']}; pages: {sorted(clicks)}")
    try:
        clicks["/nowhere"]["fr"] = 1
    except gomap.NilMapError as error:
        print("clicks['/nowhere']['fr'] = 1:", error)

    shallow, deep = clicks.copy(), copy.deepcopy(clicks)
    click(clicks, "/", "fr")
    print(f"one more: {clicks['/']['fr']}, copy {shallow['/']['fr']}, deepcopy {deep['/']['fr']}")
    cells = flat(clicks)
    print(f"flat: {cells[Cell('/', 'fr')]} and {cells[Cell('/', 'jp')]}; {len(cells)} cells")


if __name__ == "__main__":
    main()
