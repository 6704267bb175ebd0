"""The layers of an analysis as a table: folded, sorted, the first few, in the columns asked for."""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..analysis.cost import Layer
from ..errors import UsageError, suggestion
from ..types import FIGURES, Cost, Shape, dims
from .table import COUNT, FIGURE, SHARE, TEXT, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..analysis.cost import Analysis


class Fold(NamedTuple):
    """Several layers as one row: what enters the first, what leaves the last, the sum of what they cost."""

    name: str
    op: None
    label: str
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    cost: Cost
    line: int
    activations: int
    layers: int


Row: TypeAlias = Layer | Fold


class View(NamedTuple):
    """How much of the layers a person wants to see, and in what order."""

    sort: str | None = None
    top: int | None = None
    depth: int | None = None
    columns: tuple[str, ...] | None = None
    exact: bool = False


class Selection(NamedTuple):
    """The rows to show, and the sum of those left out, if any."""

    rows: Sequence[Row]
    rest: Fold | None


SORT_KEYS: dict[str, Callable[[Row], int]] = {
    "macs": lambda row: row.cost.macs,
    "params": lambda row: row.cost.params,
    "activations": lambda row: row.activations,
}


def select(layers: Sequence[Layer], view: View) -> Selection:
    """Fold, sort, and keep the first rows."""
    rows: Sequence[Row] = fold(layers, view.depth) if view.depth else layers
    order = view.sort or ("macs" if view.top else None)
    if order:
        rows = sorted(rows, key=SORT_KEYS[order], reverse=True)
    if view.top is None or len(rows) <= view.top:
        return Selection(rows, None)
    rest = rows[view.top :]
    return Selection(rows[: view.top], total(f"{_counted(len(rest), 'row')} left out", rest))


def fold(layers: Sequence[Layer], depth: int) -> list[Row]:
    """Layers whose dotted names begin with the same `depth` words become one row."""
    groups = ((name, list(group)) for name, group in groupby(layers, lambda layer: scope(layer.name, depth)))
    return [group[0]._replace(name=name) if len(group) == 1 else _folded(name, group) for name, group in groups]


def scope(name: str, depth: int) -> str:
    """The first words of a dotted name.

    >>> scope("Stage2.block1.conv1", 2)
    'Stage2.block1'
    """
    return ".".join(name.split(".", depth)[:depth])


def _folded(name: str, layers: list[Layer]) -> Fold:
    first = layers[0]
    return total(name, layers)._replace(
        inputs=first.inputs,
        input_shapes=first.input_shapes,
        output_shape=layers[-1].output_shape,
        line=first.line,
    )


def total(name: str, rows: Sequence[Row]) -> Fold:
    """The sum of some rows, as a row without shapes."""
    cost = Cost(*map(sum, zip(*(row.cost for row in rows))))
    activations = sum(row.activations for row in rows)
    layers = sum(1 if isinstance(row, Layer) else row.layers for row in rows)
    return Fold(name, None, _counted(layers, "layer"), (), (), (), cost, 0, activations, layers)


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


@lru_cache(maxsize=4096)
def shapes_text(shapes: tuple[Shape, ...]) -> str:
    """What enters a layer: of several tensors, only what differs is repeated.

    >>> shapes_text(((64, 28, 28), (128, 28, 28)))
    '64+128x28x28'
    >>> shapes_text(((64, 28, 28), (64, 28, 28)))
    '2 of 64x28x28'
    """
    if len(shapes) == 1:
        return dims(shapes[0])
    if len(set(shapes)) == 1:
        return f"{len(shapes)} of {dims(shapes[0])}"
    if len({shape[1:] for shape in shapes}) == 1:
        channels = "+".join(str(shape[0]) for shape in shapes)
        return "x".join((channels, *map(str, shapes[0][1:])))
    return ", ".join(map(dims, shapes))


SHOWN = ("layer", "operation", "input", "output", "params", "macs", "share")
RAW = (
    "layer",
    "operation",
    "from",
    "input",
    "output",
    "params",
    "macs",
    "useful_macs",
    "elementwise",
    "activations",
    "line",
)


def columns(macs: int) -> dict[str, Column[Row]]:
    """Every column there is, by its key; shares are of `macs`."""
    every: list[Column[Row]] = [
        Column("layer", "layer", TEXT, lambda row: row.name),
        Column("operation", "operation", TEXT, lambda row: row.label, keep=6),
        Column("from", "from", TEXT, lambda row: ", ".join(row.inputs), keep=0),
        Column("input", "input", TEXT, lambda row: shapes_text(row.input_shapes), keep=1),
        Column("output", "output", TEXT, lambda row: dims(row.output_shape), keep=4),
        _figure("params", lambda row: row.cost.params, keep=5),
        _figure("macs", lambda row: row.cost.macs),
        Column("share", "share", SHARE, lambda row: (row.cost.macs, macs), keep=3),
        _figure("useful_macs", lambda row: row.cost.useful_macs, keep=2),
        Column("useful", "useful", SHARE, lambda row: (row.cost.useful_macs, row.cost.macs), keep=2),
        _figure("flops", lambda row: 2 * row.cost.macs, keep=2),
        _figure("elementwise", lambda row: row.cost.elementwise, keep=2),
        _figure("activations", lambda row: row.activations, keep=2),
        Column("line", "line", FIGURE, lambda row: row.line or "", keep=0),
    ]
    return {column.key: column for column in every}


def _figure(key: str, value: Callable[[Row], int], keep: int = 100) -> Column[Row]:
    return Column(key, FIGURES[key].heading, COUNT, value, keep)


def check_columns(keys: Sequence[str]) -> None:
    """Every key must be a column's; UsageError names those there are."""
    known = columns(0)
    for key in keys:
        if key not in known:
            raise UsageError(f"unknown column {key!r}{suggestion(key, known)} (columns: {', '.join(known)})")


def layer_table(analysis: Analysis, view: View, default: Sequence[str] = SHOWN) -> Table[Row]:
    """The layers asked for, what was left out, and the total."""
    every = columns(analysis.totals.macs)
    rows, rest = select(analysis.layers, view)
    foot = [*([rest] if rest else []), total("total", analysis.layers)]
    return Table([every[key] for key in view.columns or default], rows, foot, _style(rows))


def _style(rows: Sequence[Row]) -> Callable[[Row], str]:
    """Rows with at least half the MACs of the largest stand out, those that cost nothing recede."""
    half = max((row.cost.macs for row in rows), default=0) / 2

    def style(row: Row) -> str:
        if row.cost.macs:
            return "bold" if row.cost.macs >= half else ""
        return "" if row.cost.params else "dim"

    return style
