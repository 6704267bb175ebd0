"""Receptive fields as tables and sentences, for every format: a row per layer, and the answers to questions."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ..types import dims
from . import numbers
from .layers import field_text
from .rows import scope
from .table import ALWAYS, FIGURE, SHARE, TEXT, Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..analysis.field_report import Answer, FieldReport, FieldRow
    from ..analysis.receptive_field import Extent

SHOWN = ("layer", "operation", "output", "field", "stride", "start", "coverage")
RAW = ("layer", "operation", "output", "size", "min", "max", "stride", "start", "center", "coverage")
LEGEND = (
    "field: input positions that one output position reads; jump: from one output position to the next; "
    "start: where the field of position 0 begins; coverage: the share of the field that is really read"
)
PERCENT = 95
"""The share of the influence whose width is told."""


class Result(NamedTuple):
    """A network on the command line: its word there, its fields, the one layer asked for, the answer to a question."""

    word: str
    report: FieldReport
    layer: FieldRow | None = None
    answer: Answer | None = None


class View(NamedTuple):
    """How the layers are shown: folded to so many words of their names, as a plot against depth."""

    depth: int | None = None
    grow: bool = False
    exact: bool = False


# Layers. ----------------------------------------------------------------------------------------------------


def rows(result: Result, view: View) -> list[FieldRow]:
    """The layers asked for; folded, a block is its last layer."""
    if result.layer:
        return [result.layer]
    return folded(result.report.layers, view.depth) if view.depth else result.report.layers


def folded(layers: Sequence[FieldRow], depth: int) -> list[FieldRow]:
    """Layers whose dotted names begin with the same `depth` words become one row, with the field of the last."""
    groups = [(name, list(group)) for name, group in groupby(layers, lambda row: scope(row.name, depth))]
    return [
        group[-1]._replace(name=name, **({"op": None, "label": f"{len(group)} layers"} if len(group) > 1 else {}))
        for name, group in groups
    ]


def layer_table(result: Result, view: View, keys: Sequence[str] = SHOWN) -> Table[FieldRow]:
    """A row per layer."""
    every: list[Column[FieldRow]] = [
        Column("layer", "layer", TEXT, lambda row: row.name),
        Column("operation", "operation", TEXT, lambda row: row.label, keep=6),
        Column("output", "output", TEXT, lambda row: dims(row.output_shape), keep=3),
        Column("field", "field", FIGURE, lambda row: size_text(row.field)),
        Column("size", "field", FIGURE, lambda row: field_text(row.field)),
        _extents("min", lambda extent: str(extent.smallest)),
        _extents("max", lambda extent: str(extent.largest)),
        _extents("stride", lambda extent: _fraction(extent.stride), "jump", keep=5),
        _extents("start", lambda extent: numbers.NOTHING if extent.start is None else str(extent.start), ",", keep=2),
        _extents("center", lambda extent: _fraction(extent.center), ","),
        Column("coverage", "coverage", SHARE, lambda row: row.coverage or (0, 0), keep=4),
    ]
    columns = {column.key: column for column in every}
    return Table([columns[key] for key in keys], rows(result, view), style=_style)


def _extents(
    key: str, text: Callable[[Extent], str], heading: str = "", between: str = "x", keep: int = ALWAYS
) -> Column[FieldRow]:
    return Column(key, heading or key, FIGURE, lambda row: _per_axis(row.field, text, between), keep)


def _style(row: FieldRow) -> str:
    """What changes no field recedes."""
    return "dim" if row.op and not isinstance(row.field, tuple) else ""
