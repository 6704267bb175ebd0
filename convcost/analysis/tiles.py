"""Inference by tiles: how far must tiles overlap, and how much work is done twice?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .receptive_field import Extent


class Tile(NamedTuple):
    """One axis of a tile: its input positions, those before and after the ones its outputs stand for, the output
    positions that no tile border touches, and the distance to the next tile."""

    size: int
    before: int
    after: int
    outputs: int
    step: int

    @property
    def overlap(self) -> int:
        """Input positions that two neighbors share."""
        return self.size - self.step


def tile(extent: Extent, size: int) -> Tile | None:
    """The tile of so many input positions on an axis; None where not one whole period of output positions fits.

    Tiles begin at multiples of the stride's period, so that all are alike. An output is valid where its field lies
    inside the tile. That holds for networks whose windows are placed alike on any size (no `same` with a stride, no
    adaptive pool), whose crops take away no more than padding has added, and where every position reads something (no
    bed_of_nails before padding).
    """
    if extent.bounded or not extent.p or not any(extent.table):
        return None
    first = _first_turn(extent)
    # the turns between the first whose fields all begin inside the tile and the last whose fields all end inside
    turns = (size - 1 - _last_read(extent)) // extent.p - first + 1
    if turns < 1:
        return None
    before, step = first * extent.p, turns * extent.p
    return Tile(size, before, size - before - step, turns * len(extent.table), step)


def smallest_tile(extent: Extent) -> int:
    """The input positions of the smallest tile with a valid output."""
    return _last_read(extent) + _first_turn(extent) * extent.p + 1


def done_twice(tiles: list[Tile]) -> tuple[int, int]:
    """The share of the work that neighbors do too, as numerator and denominator of input positions."""
    area = kept = 1
    for one in tiles:
        area *= one.size
        kept *= min(one.step, one.size)
    return area - kept, area


def _first_turn(extent: Extent) -> int:
    """The first turn through the table whose fields all begin at or after 0; 0 where fields do not move."""
    return max([0, *[-(entry[0] // extent.p) for entry in extent.table if entry and extent.p]])


def _last_read(extent: Extent) -> int:
    """The last position that the first turn reads."""
    return max([entry[1] for entry in extent.table if entry], default=0)
