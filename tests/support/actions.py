"""What foreign code may do to a map while an operation on it is under way."""

from __future__ import annotations

from typing import Any

from support.hostile import Acting


def filled(cls: Any, n: int = 6, **options: Any) -> tuple[Any, list[Acting]]:
    keys = [Acting(number) for number in range(n)]
    return cls({key: key.name for key in keys}, **options), keys


def clear(m: Any) -> None:
    m.clear()


def delete_all(m: Any) -> None:
    for key in list(m):
        del m[key]


def grow(m: Any) -> None:
    m.update({Acting(("grown", n), hashed=n * 77): n for n in range(300)})


def overflow(m: Any) -> None:
    m.update({Acting(("same", n)): n for n in range(30)})


def layout_changes(m: Any) -> None:
    m.reserve(500)
    m.shrink()
    m.finish_growth()
