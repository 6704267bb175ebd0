"""Which rows of an analysis are shown: all layers, or folded, sorted, the first few."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..analysis.cost import Layer
from ..analysis.field.extent import NOTHING
from ..types import Cost, Record, Shape
from ..wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..analysis.field.extent import Field
    from ..analysis.field.grid import Grid

COLUMNS = (
    "layer",
    "operation",
    "from",
    "input",
    "output",
    "field",
    "grid",
    "params",
    "macs",
    "share",
    "useful_macs",
    "useful",
    "flops",
    "elementwise",
    "weight_bytes",
    "activations",
    "line",
)
"""What a column may show of a row; `analysis.py` says how."""


class Fold(NamedTuple):
    """Several layers as one row: what enters the first, what leaves the last, the sum of what they cost."""

    name: str
    op: None
    label: str
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    cost: Cost
    receptive_field: Field
    grid: Grid
    line: int
    activations: int
    layers: int


Row: TypeAlias = Layer | Fold


class View(Record):
    """How much of the layers a person wants to see, in what order, in which columns."""

    sort: str | None = None
    top: int | None = None
    depth: int | None = None
    columns: tuple[str, ...] | None = None
    exact: bool = False


SORT_KEYS: dict[str, Callable[[Row], int]] = {
    "macs": lambda row: row.cost.macs,
    "params": lambda row: row.cost.params,
    "activations": lambda row: row.activations,
}


def select(layers: Sequence[Layer], view: View) -> tuple[Sequence[Row], Fold | None]:
    """The rows to show, and the sum of those left out, if any are."""
    rows: Sequence[Row] = fold(layers, view.depth) if view.depth else layers
    order = view.sort or ("macs" if view.top else None)
    if order:
        rows = sorted(rows, key=SORT_KEYS[order], reverse=True)
    if view.top is None or len(rows) <= view.top:
        return rows, None
    rest = rows[view.top :]
    return rows[: view.top], total(f"{counted(len(rest), 'row')} left out", rest)


def fold(layers: Sequence[Layer], depth: int) -> list[Row]:
    """Layers whose dotted names begin with the same `depth` words become one row."""
    groups = ((name, list(group)) for name, group in groupby(layers, lambda layer: scope(layer.name, depth)))
    return [group[0]._replace(name=name) if len(group) == 1 else _folded(name, group) for name, group in groups]


def scope(name: str, depth: int) -> str:
    """The first words of a dotted name.

    >>> scope("Stage2.block1.conv1", 2)
    'Stage2.block1'
    """
    return ".".join(name.split(".")[:depth])


def _folded(name: str, layers: list[Layer]) -> Fold:
    first = layers[0]
    return total(name, layers)._replace(
        inputs=first.inputs,
        input_shapes=first.input_shapes,
        output_shape=layers[-1].output_shape,
        receptive_field=layers[-1].receptive_field,
        grid=layers[-1].grid,
        line=first.line,
    )


def total(name: str, rows: Sequence[Row]) -> Fold:
    """The sum of some rows, as a row without shapes."""
    cost = Cost(*map(sum, zip(*(row.cost for row in rows))))
    activations = sum(row.activations for row in rows)
    layers = sum(1 if isinstance(row, Layer) else row.layers for row in rows)
    return Fold(name, None, counted(layers, "layer"), (), (), (), cost, NOTHING, None, 0, activations, layers)
