"""One description of a table, for every format: what its columns are called, mean and hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .. import wording
from ..types import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..analysis.field.grid import Grid

R = TypeVar("R")
ALWAYS = 100


class Kind(Record):
    """What a column holds: how a person reads a value, and what stands in CSV."""

    show: Callable[[Any, bool], str]
    raw: Callable[[Any], object]
    right: bool = True


def _plain(value: object) -> object:
    return value


def _count(value: int | None, exact: bool) -> str:
    if value is None:
        return wording.NOTHING
    return wording.exact(value) if exact else wording.count(value)


def _bytes(value: int, exact: bool) -> str:
    return wording.exact(value, "B") if exact else wording.count(value, "B")


def _scales(grid: Grid) -> object:
    """A number where all axes agree."""
    every = [scale if isinstance(scale, int) else float(scale) for scale in grid or ()]
    return every[0] if len(set(every)) == 1 else "x".join(map(str, every))


TEXT = Kind(lambda value, exact: str(value), _plain, right=False)
FIGURE = Kind(lambda value, exact: str(value), _plain)
FOUND = Kind(lambda value, exact: str(value), lambda value: "" if value == wording.NOTHING else value)
"""A figure that need not be there."""
COUNT = Kind(_count, _plain)
BYTES = Kind(_bytes, _plain)
GRID = Kind(lambda value, exact: wording.grid(value), _scales, right=False)
SHARE = Kind(lambda value, exact: wording.percent(*value), lambda value: value[0] / value[1] if value[1] else "")


class Column(Record, Generic[R]):
    """A column: its key (`--columns`, CSV), its heading, what it holds.

    Where a terminal is too narrow, columns leave in the order of `keep`, the lowest first.
    """

    key: str
    heading: str
    kind: Kind
    value: Callable[[R], Any]
    keep: int = ALWAYS

    def texts(self, values: Iterable[Any], exact: bool, escape: Callable[[str], str]) -> dict[Any, str]:
        """Each value as a person reads it; a column repeats its values, each is formatted once."""
        return {value: escape(self.kind.show(value, exact)) for value in dict.fromkeys(values)}


class Table(Record, Generic[R]):
    """Columns, rows, and the rows below the line: what was left out, the total."""

    columns: Sequence[Column[R]]
    rows: Sequence[R]
    foot: Sequence[R] = ()
    style: Callable[[R], str] | None = None
    """What colour, where there is colour, makes of a row: `bold`, `dim`, ..."""

    def cells(self, exact: bool, escape: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
        """Rows and foot as a person reads them."""
        rows = [*self.rows, *self.foot]
        cells = []
        for column in self.columns:
            values = [column.value(row) for row in rows]
            texts = column.texts(values, exact, escape)
            cells.append([texts[value] for value in values])
        yield from zip(*cells)
