"""The layers of an analysis as a table: the columns there are, and those asked for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ..analysis.receptive_field import WHOLE
from ..types import FIGURES, dims
from . import numbers
from .rows import COLUMNS, select, total
from .table import ALWAYS, BYTES, COUNT, FIGURE, FOUND, SHARE, TEXT, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..analysis.cost import Analysis
    from ..analysis.receptive_field import Extent, Field
    from ..types import Shape
    from .rows import Row, View


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


SHOWN = ("layer", "operation", "input", "output", "field", "params", "macs", "share")
RAW = tuple(key for key in COLUMNS if key not in ("share", "useful", "flops"))


def field_text(field: Field) -> str:
    """The size of a receptive field: one number where it is the same along all axes; "all" for the whole input.

    >>> from convcost.analysis.receptive_field import WHOLE, Extent
    >>> field_text((Extent(1, ((0, 2),)), Extent(1, ((-3, 3),)))), field_text(WHOLE)
    ('3x7', 'all')
    """
    if isinstance(field, tuple):
        sizes = [extent.largest for extent in field]
        return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes)) or numbers.NOTHING
    return "all" if field is WHOLE else numbers.NOTHING


def stride_text(extents: Sequence[Extent]) -> str:
    """How far the fields of neighboring output positions lie apart; there is no such number where paths of different
    strides meet.

    >>> from convcost.analysis.receptive_field import Extent
    >>> stride_text((Extent(1, ((0, 2),)), Extent(2, ((0, 2),)))), stride_text((Extent(0, ((0, 2),), True),))
    ('stride 1x2', 'no single stride')
    """
    strides = [numbers.fraction(*extent.stride) if extent.stride else numbers.NOTHING for extent in extents]
    if not any(extent.stride for extent in extents):
        return "no single stride"
    return f"stride {strides[0] if len(set(strides)) == 1 else 'x'.join(strides)}"


def first_output(outputs: Sequence[object]) -> str:
    """Whose field is told, where there are several outputs."""
    return f" (for the first of {len(outputs)} outputs)" if len(outputs) > 1 else ""


def columns(macs: int) -> dict[str, Column[Row]]:
    """Every column there is, by its key; shares are of `macs`."""
    every: list[Column[Row]] = [
        Column("layer", "layer", TEXT, lambda row: row.name),
        Column("operation", "operation", TEXT, lambda row: row.label, keep=6),
        Column("from", "from", TEXT, lambda row: ", ".join(row.inputs), keep=0),
        Column("input", "input", TEXT, lambda row: shapes_text(row.input_shapes), keep=1),
        Column("output", "output", TEXT, lambda row: dims(row.output_shape), keep=3),
        Column("field", FIGURES["receptive_field"].heading, FOUND, _field, keep=2),
        _figure("params", lambda row: row.cost.params, keep=5),
        _figure("macs", lambda row: row.cost.macs),
        Column("share", "share", SHARE, lambda row: (row.cost.macs, macs), keep=4),
        _figure("useful_macs", lambda row: row.cost.useful_macs, keep=2),
        Column("useful", "useful", SHARE, lambda row: (row.cost.useful_macs, row.cost.macs), keep=2),
        _figure("flops", lambda row: 2 * row.cost.macs, keep=2),
        _figure("elementwise", lambda row: row.cost.elementwise, keep=2),
        _figure("weight_bytes", lambda row: row.cost.weight_bytes, keep=2),
        _figure("activations", lambda row: row.activations, keep=2),
        Column("line", "line", FIGURE, lambda row: row.line or "", keep=0),
    ]
    return {column.key: column for column in every}


def _field(row: Row) -> str:
    return field_text(row.receptive_field) if row.output_shape else ""


def _figure(key: str, value: Callable[[Row], int], keep: int = ALWAYS) -> Column[Row]:
    figure = FIGURES[key]
    return Column(key, figure.heading, BYTES if figure.unit == "B" else COUNT, value, keep)


def layer_table(analysis: Analysis, view: View, default: Sequence[str] = SHOWN) -> Table[Row]:
    """The layers asked for, what was left out, and the total."""
    every = columns(analysis.totals.macs)
    rows, rest = select(analysis.layers, view)
    foot = [*([rest] if rest else []), total("total", analysis.layers)]
    keys = view.columns or default
    if view.sort and not view.columns and view.sort not in keys:
        keys = (*keys, view.sort)  # what rows are sorted by is seen
    return Table([every[key] for key in keys], rows, foot, _style(rows))


def _style(rows: Sequence[Row]) -> Callable[[Row], str]:
    """The rows with about the most MACs stand out, those that cost nothing recede."""
    most = max((row.cost.macs for row in rows), default=0)

    def style(row: Row) -> str:
        if row.cost.macs:
            return "bold" if 10 * row.cost.macs >= 9 * most else ""
        return "" if row.cost.params else "dim"

    return style
