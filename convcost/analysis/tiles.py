"""Inference by tiles: how far must tiles overlap, and how much work is done twice?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .receptive_field import Extent


class Tile(NamedTuple):
    """One axis of a tile: its input positions, those it shares with its neighbours, the output positions that no tile
    border touches, and the distance to the next tile."""

    size: int
    before: int
    after: int
    outputs: int
    step: int

    @property
    def overlap(self) -> int:
        """Input positions that two neighbours share."""
        return self.size - self.step


def tile(extent: Extent, size: int) -> Tile | None:
    """The tile of so many input positions on an axis; None where not one whole period of output positions fits.

    Tiles begin at multiples of the stride's period, so that all are alike.
    """
    q = len(extent.table)
    read = [entry for entry in extent.table if entry]
    if extent.bounded or not read or not extent.p:
        return None
    # the first turn whose fields all begin inside the tile, and the last one whose fields all end inside
    first = max(-(low // extent.p) for low, _ in read)
    last = min((size - 1 - high) // extent.p for _, high in read)
    turns = last - first + 1
    if turns < 1:
        return None
    before = first * extent.p
    step = turns * extent.p
    return Tile(size, before, size - before - step, turns * q, step)


def smallest_tile(extent: Extent) -> int:
    """The input positions of the smallest tile with a valid output."""
    read = [entry for entry in extent.table if entry]
    first = max(-(low // extent.p) for low, _ in read)
    return max(high for _, high in read) + first * extent.p + 1


def done_twice(tiles: list[Tile]) -> tuple[int, int]:
    """The share of the work that neighbours do too, as numerator and denominator of input positions."""
    area = kept = 1
    for one in tiles:
        area *= one.size
        kept *= one.step
    return area - kept, area
