"""Receptive fields layer by layer, for every format: a row for each, and the field of the network in a sentence."""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .. import wording
from ..analysis.field.extent import NOTHING, WHOLE
from ..analysis.field.report import seen
from ..types import dims
from .blocks import FIGURE, FOUND, GRID, SHARE, TEXT, Column, Kind, Table
from .rows import scope
from .texts import field_text, first_output, stride_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..analysis.field.extent import Extent, Field
    from ..analysis.field.report import Answer, FieldReport, FieldRow


COLUMNS = ("layer", "operation", "output", "field", "stride", "start", "coverage")


RAW = ("layer", "operation", "output", "size", "min", "max", "stride", "start", "center", "coverage", "grid")


LEGEND = (
    "field     input positions that one output position reads",
    "jump      from there to those of the next output position",
    "start     where the field of output position 0 begins",
    "coverage  the share of the field that is really read",
)


class Result(NamedTuple):
    """A network of the command line: its word there, its fields, the one layer asked for, the answer to a question."""

    word: str
    report: FieldReport
    layer: FieldRow | None = None
    answer: Answer | None = None


class View(NamedTuple):
    """How layers are shown: folded to so many words of their names, as a plot against depth, with all digits."""

    depth: int | None = None
    grow: bool = False
    exact: bool = False


def rows(result: Result, view: View) -> list[FieldRow]:
    """The layers asked for."""
    if result.layer:
        return [result.layer]
    return folded(result.report.layers, view.depth) if view.depth else result.report.layers


def folded(layers: Sequence[FieldRow], depth: int) -> list[FieldRow]:
    """Layers whose dotted names begin with the same `depth` words become one row with the field of the last."""
    found = []
    for name, group in groupby(layers, lambda row: scope(row.name, depth)):
        *others, last = group
        found.append(last._replace(name=name))
        if others:
            count = len(others) + 1
            found[-1] = found[-1]._replace(op=None, label=f"{count:,} layers", layers=count)
    return found


Quotient: TypeAlias = "tuple[int, int] | None"


def _shown(values: tuple[Quotient, ...], between: str) -> str:
    return _joined([wording.fraction(*value) if value else wording.NOTHING for value in values], between)


def _raw(values: tuple[Quotient, ...], between: str) -> object:
    """A number where all axes agree."""
    every = ["" if value is None else value[0] if value[1] == 1 else value[0] / value[1] for value in values]
    return every[0] if len(set(every)) == 1 else between.join(map(str, every))


SIZES = Kind(lambda values, exact: _shown(values, "x"), lambda values: _raw(values, "x"))
"""A quotient per axis; one number where all are the same."""


PLACES = Kind(lambda values, exact: _shown(values, ","), lambda values: _raw(values, " "))


def layer_table(result: Result, view: View, keys: Sequence[str] = COLUMNS) -> Table[FieldRow]:
    """A row per layer."""
    every: list[Column[FieldRow]] = [
        Column("layer", "layer", TEXT, lambda row: row.name),
        Column("operation", "operation", TEXT, lambda row: row.label, keep=6),
        Column("output", "output", TEXT, lambda row: dims(row.output_shape), keep=3),
        Column("field", "field", FIGURE, lambda row: size_text(row.field)),
        Column("size", "size", FOUND, lambda row: field_text(row.field)),
        Column("min", "min", SIZES, lambda row: _each(row.field, lambda extent: (extent.smallest, 1))),
        Column("max", "max", SIZES, lambda row: _each(row.field, lambda extent: (extent.largest, 1))),
        Column("stride", "jump", SIZES, lambda row: _each(row.field, lambda extent: extent.stride), keep=5),
        Column("start", "start", PLACES, lambda row: _each(row.field, _start), keep=2),
        Column("center", "center", PLACES, lambda row: _each(row.field, lambda extent: extent.center)),
        Column("coverage", "coverage", SHARE, lambda row: row.coverage or (0, 0), keep=4),
        Column("grid", "grid", GRID, lambda row: row.grid),
    ]
    columns = {column.key: column for column in every}
    found = rows(result, view)
    return Table([columns[key] for key in keys], found, style=_style(result, found))


def _each(field: Field, value: Callable[[Extent], Quotient]) -> tuple[Quotient, ...]:
    """A figure for each axis; that of none where the field is no window."""
    return tuple(map(value, field)) if isinstance(field, tuple) and field else (None,)


def _start(extent: Extent) -> Quotient:
    return None if extent.start is None else (extent.start, 1)


def _style(result: Result, found: Sequence[FieldRow]) -> Callable[[FieldRow], str]:
    """The layer that the network's field is taken at stands out, those that change no field recede."""
    taken = result.report.network_row()
    prefix = f"{taken.name}." if taken else "."
    styles = {row.name: "dim" for before, row in pairwise(found) if row.field == before.field}
    styles.update([(row.name, "bold") for row in found if f"{row.name}.".startswith(prefix)][-1:])
    return lambda row: styles.get(row.name, "")


def size_text(field: Field) -> str:
    """The size of a field; from the smallest to the largest where output positions take turns.

    >>> from convcost.analysis.field.extent import Extent
    >>> size_text((Extent(1, ((0, 2), (0, 3))), Extent(1, ((-3, 3),))))
    '3-4x7'
    """
    if not isinstance(field, tuple) or not field:
        return field_text(field)
    sizes = [(extent.smallest, extent.largest) for extent in field]
    return _joined([str(most) if least == most else f"{least}-{most}" for least, most in sizes], "x")


def _joined(texts: Sequence[str], between: str) -> str:
    return texts[0] if len(set(texts)) == 1 else between.join(texts)


def conclusion(result: Result) -> str:
    """The field of the network, or of the layer asked for, and how much of the input it sees."""
    report = result.report
    row = result.layer or report.network_row()
    if not row:
        return ""
    field, sizes = row.field, report.input_sizes
    whole = f"{dims(sizes)} input" if len(report.inputs) == 1 else f"{dims(sizes)} input {report.wrt}"
    outputs = "" if result.layer else first_output(report.outputs)
    if field is NOTHING:
        return f"{row.name}{outputs} depends on none of the {whole}"
    if field == ():
        return f"{row.name} has no axes, so no receptive field"
    if not isinstance(field, tuple):
        return f"receptive field at {row.name}{outputs}: {f'the whole {whole}' if field is WHOLE else 'not computed'}"
    text = f"receptive field {size_text(field)} at {row.name}{outputs}, {stride_text(field)}"
    text += f", grid {wording.grid(row.grid)}"
    if report.input_assumed:
        return text
    part, all_of_it = seen(field, sizes)
    sees = "covers" if part == all_of_it else f"sees {wording.percent(part, all_of_it)} of"
    return f"{text}: {sees} the {whole}"
