"""Pictures of receptive fields in characters: what a position reads, how influence is spread, tiles, growth."""

from __future__ import annotations

from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from ...analysis.field.report import Box, Influence, Tiling, hull
from ...ops.core.fields import axis_name
from ...wording import listed
from ..field_answers import HELD
from ..formats.core.layout import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    from ...analysis.field.influence import Profile
    from ...analysis.field.report import Answer, FieldReport, FieldRow
    from ...analysis.field.runs import Runs
    from ...analysis.field.tiles import Tile
    from ..formats.core.terminal import Line, Terminal

    T = TypeVar("T")

NARROWEST, WIDEST, WITHOUT_TERMINAL = 20, 100, 80
"""Columns of a picture: at least, at most, and where there is no terminal."""
HEIGHT = 8
WIDEST_BAR = 4


class Marks(NamedTuple):
    """The characters of a picture; `blocks` are a cell filled by 0 to 8 eighths."""

    blocks: str
    read: str
    holes: str
    padding: str
    unread: str
    line: str
    thick: str


BLOCKS = Marks(" ▁▂▃▄▅▆▇█", "█", "▚", "▒", "·", "─", "━")
ASCII = Marks(" ...:::##", "#", "%", "+", ".", "-", "=")


def picture(answer: Answer, terminal: Terminal) -> Iterator[Line]:
    """The picture of an answer, if it has one."""
    width, marks = _place(terminal)
    match answer:
        case Box():
            yield from _box(answer, width, marks)
        case Influence():
            yield from _influence(answer, width, marks)
        case Tiling():
            yield from _tiling(answer, width, marks)


def _place(terminal: Terminal) -> tuple[int, Marks]:
    width = min(max(terminal.width or WITHOUT_TERMINAL, NARROWEST), WIDEST)
    return width, BLOCKS if terminal.drawing else ASCII


class Spread(NamedTuple):
    """How positions share the columns of a picture: several in one column, or several columns for each."""

    positions: int
    columns: int

    @classmethod
    def over(cls, positions: int, width: int) -> Spread:
        """As many columns as there is room for, and none wider than a bar may be."""
        return cls(positions, positions * min(width // positions, WIDEST_BAR) or width)

    def columns_of(self, first: int, last: int) -> range:
        """The columns of some neighboring positions.

        >>> Spread(4, 2).columns_of(1, 2), Spread(4, 8).columns_of(1, 2)
        (range(0, 2), range(2, 6))
        """
        ends = [((position + 1) * self.columns - 1) // self.positions for position in (first, last)]
        return range(ends[0] - max(self.columns // self.positions, 1) + 1, ends[1] + 1)

    def gathered(self, values: Sequence[int], pick: Callable[[Sequence[int]], int]) -> list[int]:
        """A value for each column, picked from those of its positions."""
        starts = [column * self.positions // self.columns for column in range(self.columns + 1)]
        return [pick(values[low : max(high, low + 1)]) for low, high in pairwise(starts)]


def bars(heights: Sequence[int], top: int, rows: int, blocks: str) -> list[str]:
    """Bars side by side, in rows from the top down, in eighths of a row; what is not 0 is seen.

    >>> bars([0, 1, 2, 4], 4, 2, BLOCKS.blocks)
    ['   █', ' ▄██']
    """
    eighths = [max((16 * rows * height + top) // (2 * top), height > 0) for height in heights]
    return ["".join([blocks[min(max(e - 8 * row, 0), 8)] for e in eighths]) for row in reversed(range(rows))]


def labels(wanted: Sequence[tuple[int, str]], width: int) -> str:
    """A line with each text below its column, further left where it would not fit; earlier texts go first, and one that
    finds no room is left out.

    >>> labels([(0, "-3"), (9, "14"), (1, "0")], 10)
    '-3      14'
    """
    line = [" "] * width
    for column, text in wanted:
        start = max(min(column, width - len(text)), 0)
        around = line[max(start - 1, 0) : start + len(text) + 1]
        if len(text) <= width and not "".join(around).strip():
            line[start : start + len(text)] = text
    return "".join(line).rstrip()


def _by_axis(values: Sequence[T], draw: Callable[[T], Iterator[Line]], title: str = "") -> Iterator[Line]:
    """A picture per axis, one for those that look the same."""
    for i, value in enumerate(dict.fromkeys(values)):
        if i:
            yield []
        names = [axis_name(len(values), k) for k, other in enumerate(values) if other == value]
        yield [(title + listed(names), "bold")]
        yield from draw(value)


# Answers. ---------------------------------------------------------------------------------------------------


def _box(box: Box, width: int, marks: Marks) -> Iterator[Line]:
    """Per axis the input as a strip, with what is read of it and what is read beyond it."""
    axes = list(zip(box.runs, box.runs_inside, box.input_sizes))
    strips = list(_by_axis(axes, lambda axis: _strip(*axis, width, marks)))
    yield from strips
    holes = f"{marks.holes} read in part   " if any(marks.holes in text for line in strips for text, _ in line) else ""
    yield [(f"{marks.read} read   {holes}{marks.padding} padding   {marks.unread} not read", "dim")]


def _strip(reads: Runs, inside: Runs, size: int, width: int, marks: Marks) -> Iterator[Line]:
    whole, field = (0, size - 1), hull(reads)
    low, high = (min(field[0], 0), max(field[1], size - 1)) if field else whole
    spread = Spread.over(high - low + 1, width)

    def columns(runs: Runs) -> set[int]:
        places = [spread.columns_of(first - low, last - low) for first, last in runs]
        return {column for run in places for column in run}

    beyond = ((-1, -1), *inside, (size, size)) if len(inside) > 1 else inside  # one run is drawn to its ends
    gaps = [(one[1] + 1, other[0] - 1) for one, other in pairwise(beyond)]
    read, unread = columns(inside), columns(tuple([gap for gap in gaps if gap[0] <= gap[1]]))
    looks = [
        (read & unread, (marks.holes, "cyan")),
        (read, (marks.read, "cyan")),
        (columns((whole,)), (marks.unread, "dim")),
        (columns(reads), (marks.padding, "yellow")),
    ]
    cells = [next((look for where, look in looks if i in where), (" ", "")) for i in range(spread.columns)]
    yield [(mark * len(list(run)), style) for (mark, style), run in groupby(cells)]
    ends = [end for one in (field, whole) if one for end in _ends(spread.columns_of(one[0] - low, one[1] - low), one)]
    yield [(labels(ends, spread.columns), "")]


def _ends(columns: range, interval: tuple[int, int]) -> list[tuple[int, str]]:
    return [(columns.start, str(interval[0])), (columns.stop - 1, str(interval[1]))]


def _influence(answer: Influence, width: int, marks: Marks) -> Iterator[Line]:
    """The paths from every input position, as bars over an axis on which the middle is thick."""
    yield from _by_axis(answer.profiles, lambda one: _profile(one, width, marks))
    yield [(f"bars: paths from each input position   {marks.thick * 3} {HELD} % of them", "dim")]


def _profile(profile: Profile, width: int, marks: Marks) -> Iterator[Line]:
    size = len(profile.counts)
    spread = Spread.over(size, width)
    # groups differ in size by one: their means are compared, times the size to stay whole
    heights = spread.gathered(profile.counts, lambda group: sum(group) * size // len(group))
    middle = profile.width(HELD)
    held = spread.columns_of(*[end - profile.start for end in middle])
    for row in bars(heights, max(heights), HEIGHT, marks.blocks):
        yield [(row[: held.start], "dim"), (row[held.start : held.stop], "cyan"), (row[held.stop :], "dim")]
    outside = marks.line * spread.columns
    yield [(outside[: held.start], "dim"), (marks.thick * len(held), "cyan"), (outside[held.stop :], "dim")]
    whole = (profile.start, profile.start + size - 1)
    ends = [*_ends(range(spread.columns), whole), *_ends(held, middle)]
    yield [(labels(ends, spread.columns), "")]


def _tiling(answer: Tiling, width: int, marks: Marks) -> Iterator[Line]:
    """Two neighboring tiles, one above the other, with their halos."""
    yield from _by_axis(answer.tiles, lambda tile: _tiles(tile, width, marks))
    yield [(f"{marks.read} valid   {marks.padding} halo", "dim")]


def _tiles(tile: Tile, width: int, marks: Marks) -> Iterator[Line]:
    looks = ((" ", ""), (marks.padding, "yellow"), (marks.read, "cyan"), (marks.padding, "yellow"))
    room, whole = width - len("the next  "), tile.size + tile.step
    for name, begin in (("a tile    ", 0), ("the next  ", tile.step)):
        edges = [edge * room // whole for edge in accumulate((0, begin, tile.before, tile.step, tile.after))]
        parts = [(mark * (high - low), style) for (mark, style), (low, high) in zip(looks, pairwise(edges))]
        yield [(name, ""), *parts]


# Growth. ----------------------------------------------------------------------------------------------------


def growth(layers: Sequence[FieldRow], report: FieldReport, terminal: Terminal) -> Iterator[Line]:
    """The field of one layer after the other, the input's size, where it is known, as a line."""
    width, marks = _place(terminal)
    rank = len(report.input_sizes)
    windows = [
        (row.name, [extent.largest for extent in row.field])
        for row in layers
        if isinstance(row.field, tuple) and len(row.field) == rank
    ]
    names = [name for name, _ in windows]
    sizes = [0] * rank if report.input_assumed else report.input_sizes
    axes = list(zip(zip(*[field for _, field in windows]), sizes))
    yield from _by_axis(axes, lambda axis: _grown(names, *axis, width, marks), "field by layer, ")
    others = len(layers) - len(names)
    if others:
        yield [(f"left out: {others:,} layer{'s' * (others > 1)} whose field is no window", "dim")]


def _grown(names: Sequence[str], fields: Sequence[int], size: int, width: int, marks: Marks) -> Iterator[Line]:
    most = max(fields)
    top = max(most, size, 1)
    margin, note = " " * len(f"{most} "), f" input {size}" if size else ""
    spread = Spread.over(len(fields), width - len(margin) - len(note))
    most_at, size_at = (HEIGHT - -(-value * HEIGHT // top) for value in (most, size))
    for i, row in enumerate(bars(spread.gathered(fields, max), top, HEIGHT, marks.blocks)):
        bar = row.replace(" ", marks.line) if i == size_at else row
        yield [(f"{most} " if i == most_at else margin, ""), (bar, "cyan"), (note if i == size_at else "", "yellow")]
    yield [(margin + marks.line * spread.columns, "dim")]
    first, last = names[0], names[-1] if len(names) > 1 else ""
    yield [(f"{margin}{first} {last.rjust(spread.columns - len(first) - 1)}", "")]
    reached = next((i for i, field in enumerate(fields) if field >= size > 0), None)
    if reached is not None:
        where = f"{names[reached]}, layer {reached + 1:,} of {len(names):,}"
        yield from ([(line, "")] for line in wrapped(f"the input's {size} is reached at {where}", width))
