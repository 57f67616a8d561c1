"""Decisions read from the bytes of a fuzzer's input."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Source:
    """An input that is read from its beginning; all zeros after its end."""

    def __init__(self, data: bytes) -> None:
        """Nothing read yet."""
        self.data = data
        self.at = 0

    def __bool__(self) -> bool:
        """Whether something is left."""
        return self.at < len(self.data)

    def below(self, n: int) -> int:
        """Return a number of 0 ... n - 1."""
        number, most = 0, 1
        while most < n:
            number = number << 8 | (self.data[self.at] if self else 0)
            self.at += 1
            most <<= 8
        return number % n

    def take(self, n: int) -> bytes:
        """Return up to n bytes as they are."""
        self.at += n
        return self.data[self.at - n : self.at]

    def choose(self, items: Sequence[T]) -> T:
        """Return one of them."""
        return items[self.below(len(items))]
