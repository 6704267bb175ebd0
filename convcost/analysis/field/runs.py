"""Sets of positions as runs, and how many points a union of products of such sets has: no point is counted twice."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Runs: TypeAlias = "tuple[tuple[int, int], ...]"
"""The first and the last position of each run, upwards; between two runs at least one position is missing."""


def runs_of(base: int, bits: int) -> Runs:
    """The runs of a set that has base + i where bit i is 1.

    >>> runs_of(10, 0b1011)
    ((10, 11), (13, 13))
    """
    return tuple([(base + run.start(), base + run.end() - 1) for run in re.finditer("1+", bin(bits)[:1:-1])])


def joined(intervals: Iterable[tuple[int, int]]) -> Runs:
    """The runs of a set that is the union of some intervals.

    >>> joined([(4, 6), (0, 1), (2, 2)])
    ((0, 2), (4, 6))
    """
    runs: list[tuple[int, int]] = []
    for first, last in sorted(intervals):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = runs[-1][0], max(runs[-1][1], last)
        else:
            runs.append((first, last))
    return tuple(runs)


def within(inner: Runs, outer: Runs) -> bool:
    """Whether a set lies inside another one.

    >>> within(((1, 2), (5, 5)), ((0, 3), (5, 9))), within(((1, 4),), ((0, 3), (5, 9)))
    (True, False)
    """
    others = iter(outer)
    low, high = next(others, (0, -1))
    for first, last in inner:
        while high < first:
            step = next(others, None)
            if step is None:
                return False
            low, high = step
        if first < low or last > high:
            return False
    return True


def count(runs: Runs) -> int:
    """How many positions there are.

    >>> count(((10, 11), (13, 13)))
    3
    """
    return sum([last - first + 1 for first, last in runs])


def points(products: Sequence[Sequence[Runs]]) -> int:
    """The number of points in a union of products: along the first axis, positions that lie in the same factors share
    what the other axes contribute.

    >>> points([[((0, 2),), ((1, 1),)], [((1, 1),), ((0, 2),)]])
    5
    """
    if not products or not products[0]:
        return len(products[:1])
    changes: dict[int, int] = {}
    for i, (along, *_) in enumerate(products):
        for first, last in along:
            changes[first] = changes.get(first, 0) ^ 1 << i
            changes[last + 1] = changes.get(last + 1, 0) ^ 1 << i
    widths: dict[int, int] = {}
    inside = 0
    for place, following in pairwise(sorted(changes)):
        inside ^= changes[place]
        widths[inside] = widths.get(inside, 0) + following - place
    others = ([item[1:] for i, item in enumerate(products) if inside >> i & 1] for inside in widths)
    return sum([width * points(some) for width, some in zip(widths.values(), others)])
