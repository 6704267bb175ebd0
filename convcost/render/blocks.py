"""What a result is shown as, in every format: headings, tables, sentences, pictures.

A result makes blocks and knows no format; a format writes blocks and knows no result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from .. import wording
from ..types import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..analysis.field.grid import Grid
    from ..errors import Problem
    from .formats.core.terminal import Line, Terminal

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


NAME = Kind(lambda value, exact: Name(value), _plain, right=False)
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


# Texts. -----------------------------------------------------------------------------------------------------


class Name(str):
    """A name in a text: of a spec, a place. Formats that can, show it as code."""

    __slots__ = ()


class Lines(str):
    """Texts of one cell, each on a line of its own."""

    __slots__ = ()


ARROW = Name("->")
"""Between what was and what is; drawn where the encoding has arrows."""

Text: TypeAlias = "str | tuple[str, ...]"
"""A text, or its pieces: some may be names, or the arrow."""


def pieces(text: Text) -> tuple[str, ...]:
    """The pieces of a text."""
    return (text,) if isinstance(text, str) else text


# Blocks. ----------------------------------------------------------------------------------------------------


class Heading(Record):
    """What is shown, and what enters and leaves it."""

    title: Text
    way: Text = ""


class Section(Record):
    """What introduces the blocks that follow; `apart`, with a heading of its own."""

    title: str
    apart: bool = False


class Bars(Record):
    """A figure of each row of a table, to be drawn where there is room."""

    heading: str
    figures: Sequence[int]


class Listing(Record):
    """A table, and what the signs in it mean; `noun` is what a row is called."""

    table: Table[Any]
    exact: bool = False
    remarks: Sequence[str] = ()
    bars: Bars | None = None
    noun: str = "row"


class Facts(Record):
    """A table of a figure, its value and a word about it in each row, read without a heading."""

    table: Table[Any]
    exact: bool = False


class Said(Record):
    """A sentence; `inset` are the steps that it stands further in, `hanging` those that its further lines do."""

    text: Text
    style: str = ""
    inset: int = 0
    hanging: int = 0


class Items(Record):
    """Short texts, one below the other; `noun` is what one of them is called."""

    texts: Sequence[Text]
    noun: str


class Told(Record):
    """Problems, each with its place."""

    problems: Sequence[Problem]


class Hint(Record):
    """Lines that help to read what stands above, or to go on; only for a screen. A close one follows at once."""

    lines: Sequence[str]
    close: bool = False


class Picture(Record):
    """A drawing in characters; one that stands `alone` shows what no table beside it does."""

    draw: Callable[[Terminal], Iterable[Line]]
    alone: bool = False


Block: TypeAlias = "Heading | Section | Listing | Facts | Said | Items | Told | Hint | Picture"


class Shown(Record):
    """A result ready for every format; each part is made when a format asks for it.

    `word` is what the command line called it. `page` are the blocks of a page, where they are others than those of a
    screen.
    """

    blocks: Callable[[], Iterable[Block]]
    raw: Callable[[], Table[Any]]
    members: Callable[[], Iterator[tuple[str, object]]]
    word: str = ""
    page: Callable[[], Iterable[Block]] | None = None
