"""The layers of an analysis as a table: the columns there are, and those asked for."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .. import wording
from ..figures import FIGURES
from ..types import dims
from .blocks import ALWAYS, BYTES, COUNT, FIGURE, FOUND, GRID, SHARE, TEXT, Column, Facts, Listing, Shown, Table
from .problem import problem
from .rows import COLUMNS, Fold, View, select, total
from .texts import field_text, shapes_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..analysis.cost import Analysis
    from ..analysis.field.extent import Extent, Field, NetworkField
    from ..analysis.field.grid import Grid
    from .blocks import Block
    from .rows import Row

SCHEMA = "convcost.analysis/1"


def shown(analysis: Analysis, view: View | None = None, word: str = "") -> Shown:
    """An analysis for every format: a row per layer, the totals and what they are."""
    view = view or View()
    return Shown(
        lambda: _blocks(analysis, view),
        lambda: layer_table(analysis, view, RAW),
        lambda: _members(analysis, view),
        word,
    )


def _blocks(analysis: Analysis, view: View) -> Iterator[Block]:
    from .totals import heading, totals_table

    yield heading(analysis)
    yield Listing(layer_table(analysis, view), view.exact)
    yield Facts(totals_table(analysis, view.exact), view.exact)


SHOWN = ("layer", "operation", "input", "output", "field", "params", "macs", "share")
RAW = tuple(key for key in COLUMNS if key not in ("share", "useful", "flops"))


def columns(macs: int) -> dict[str, Column[Row]]:
    """Every column there is, by its key; shares are of `macs`."""
    every: list[Column[Row]] = [
        Column("layer", "layer", TEXT, lambda row: row.name),
        Column("operation", "operation", TEXT, lambda row: row.label, keep=6),
        Column("from", "from", TEXT, lambda row: ", ".join(row.inputs), keep=0),
        Column("input", "input", TEXT, lambda row: shapes_text(row.input_shapes), keep=1),
        Column("output", "output", TEXT, lambda row: dims(row.output_shape), keep=3),
        Column("field", FIGURES["receptive_field"].heading, FOUND, _field, keep=2),
        Column("grid", FIGURES["grid"].heading, GRID, lambda row: row.grid if row.output_shape else (), keep=2),
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


def _members(analysis: Analysis, view: View) -> Iterator[tuple[str, object]]:
    rows, rest = select(analysis.layers, view)
    yield "schema", SCHEMA
    yield "name", analysis.name
    yield "variant", analysis.variant
    yield "input", analysis.inputs
    yield "outputs", [{"name": name, "shape": shape} for name, shape in analysis.outputs]
    yield "totals", analysis.totals._asdict()
    yield "receptive_field", network_field(analysis.receptive_field, analysis.grid)
    yield "grid", scales(analysis.grid)
    yield "layers", map(_member, rows)
    if rest:
        yield "left_out", {"layers": rest.layers, **rest.cost._asdict(), "activations": rest.activations}
    yield "notes", map(problem, analysis.notes)


def _member(row: Row) -> dict[str, object]:
    """A row; one that stands for several layers has no operation but their number."""
    known: dict[str, object] = {
        "name": row.name,
        "op": row.op,
        "inputs": row.inputs,
        "input_shapes": row.input_shapes,
        "output_shape": row.output_shape,
        **row.cost._asdict(),
        "receptive_field": _field_member(row.receptive_field, row.grid),
        "line": row.line,
    }
    return {**known, "layers": row.layers} if isinstance(row, Fold) else known


@lru_cache(maxsize=1024)
def _field_member(field: Field, grid: Grid) -> dict[str, object] | None:
    """A layer's receptive field; None where no window bounds it."""
    return {**field_figures(field), "grid": scales(grid)} if isinstance(field, tuple) and field else None


def field_figures(extents: Sequence[Extent]) -> dict[str, object]:
    """What there is to say of a receptive field: a list per figure with a value per axis."""
    return {
        "size": [extent.largest for extent in extents],
        "min": [extent.smallest for extent in extents],
        "max": [extent.largest for extent in extents],
        "stride": [fraction(extent.stride) for extent in extents],
        "start": [extent.start for extent in extents],
        "center": [fraction(extent.center) for extent in extents],
    }


def network_field(field: NetworkField | None, grid: Grid) -> dict[str, object] | None:
    """The receptive field of a network, and the layer it is that of; the grid there."""
    if field is None:
        return None
    sizes, strides = [e.largest for e in field.extents], [fraction(e.stride) for e in field.extents]
    return {"layer": field.layer, "size": sizes, "stride": strides, "grid": scales(grid)}


def scales(grid: Grid) -> list[int | str | None] | None:
    """A grid: a scale per axis."""
    return None if grid is None else [fraction((scale.numerator, scale.denominator)) for scale in grid]


def fraction(value: tuple[int, int] | None) -> int | str | None:
    """A whole number as such, a fraction as "1/2"."""
    return None if value is None else wording.fraction(*value) if value[1] != 1 else value[0]
