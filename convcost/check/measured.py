"""The figures of one network, wherever they come from: an analysis, or a document that was written earlier."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..analysis.field.extent import WHOLE, Extent
from ..language.demands import SUMS, json_name
from ..types import Cost, divided, volume

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ..analysis.cost import Analysis
    from ..analysis.field.extent import Field
    from ..types import Number, Shape

Value: TypeAlias = "int | tuple[Number, ...] | str | None"
"""A count, sizes or scales per axis, EVERYTHING for a field that is the whole input, None for what there is not."""

EVERYTHING = "whole"


class Row(NamedTuple):
    """A layer and its figures."""

    name: str
    cost: Cost
    output: Shape
    field: Field | Value
    grid: Value


class Measured:
    """The figures of one network, and of its layers where they are known."""

    def __init__(
        self,
        name: str,
        variant: str | None,
        totals: Mapping[str, int],
        field: Value,
        grid: Value,
        outputs: Sequence[Shape],
        layers: int,
        rows: Callable[[], Iterable[Row]] = tuple,
        no_field: str = "",
    ) -> None:
        self.name = name
        self.variant = variant
        self.totals = {**totals, "layers": layers}
        self.field = field
        self.grid = grid
        self.outputs = tuple(outputs)
        self.no_field = no_field
        """Why there is no field of the network, where that is known."""
        self._rows = rows

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """The layers in the order of the spec; empty where only totals are known."""
        return tuple(self._rows())

    def value(self, metric: str, of: str | None = None) -> Value:
        """A figure of the network, or of the layers that `of` matches: their sum; of the last its field, grid, output.

        None where there is no such figure: no layer matches, or the figure is one of the whole network alone.
        """
        metric = json_name(metric)
        if of is not None:
            return self.together(metric, self.matched(of))
        if metric == "rf":
            return self.field
        if metric == "grid":
            return self.grid
        if metric == "output":
            return self.outputs[0] if self.outputs else None
        return self.totals.get(metric)

    def matched(self, of: str) -> list[Row]:
        """The layers that a name or a glob means: those it matches, and those of a block or path that it matches."""
        if not is_glob(of):
            scope = f"{of}."
            return [row for row in self.rows if row.name == of or row.name.startswith(scope)]
        pattern = glob(of)
        return [row for row in self.rows if pattern.fullmatch(row.name)]

    def together(self, metric: str, rows: Sequence[Row]) -> Value:
        """A figure of several layers: their sum; the field, the grid and the output of the last."""
        if not rows:
            return None
        if metric == "layers":
            return len(rows)
        if metric == "rf":
            return _field(rows[-1].field)
        if metric == "grid":
            return rows[-1].grid
        if metric == "output":
            return rows[-1].output
        return sum([self.figure(row, metric) for row in rows]) if metric in SUMS else None

    def figure(self, row: Row, metric: str) -> int:
        """One of SUMS of a layer."""
        if metric == "activations":
            return volume(row.output)
        return 2 * row.cost.macs if metric == "flops" else int(getattr(row.cost, metric))


def is_glob(of: str) -> bool:
    """Whether `of` is a pattern, not a name."""
    return "*" in of or "?" in of


def glob(of: str) -> re.Pattern[str]:
    """The dotted names that a glob (`*`, `?`) matches, and those in a scope that it matches.

    >>> bool(glob("Stage*").fullmatch("Stage1.conv")), bool(glob("Stage?").fullmatch("Head.conv"))
    (True, False)
    """
    import re

    return re.compile(re.escape(of).replace(r"\*", ".*").replace(r"\?", ".") + r"(\..*)?", re.DOTALL)


def measured_analysis(analysis: Analysis) -> Measured:
    """The figures of an analysis."""

    def rows() -> Iterable[Row]:
        return [
            Row(layer.name, layer.cost, layer.output_shape, layer.receptive_field, layer.grid)
            for layer in analysis.layers
        ]

    totals = analysis.totals._asdict()
    outputs = [shape for _, shape in analysis.outputs]
    field = _field(analysis.spatial_field)
    no_field = analysis.windowless if field is None else ""
    size = analysis.size
    return Measured(analysis.name, analysis.variant, totals, field, analysis.grid, outputs, size, rows, no_field)


def _field(field: Field | Value) -> Value:
    """A field as a value: the sizes of extents, EVERYTHING, or None for what has no size."""
    if isinstance(field, tuple):
        return tuple([e.largest if isinstance(e, Extent) else e for e in field]) or None
    return EVERYTHING if field is WHOLE else None


def measured_document(document: Mapping[str, Any]) -> Measured:
    """The figures of a document that `analyze --json` wrote; KeyError or TypeError for one that it did not, or that has
    not every layer."""
    if "left_out" in document or any("layers" in layer for layer in document["layers"]):
        raise KeyError("layers")

    def row(layer: Mapping[str, Any]) -> Row:
        field = layer["receptive_field"]
        cost = Cost(*[layer[metric] for metric in Cost._fields])
        return Row(layer["name"], cost, tuple(layer["output_shape"]), field and tuple(field["size"]), _grid(field))

    rows = [row(layer) for layer in document["layers"]]
    field = document["receptive_field"]
    outputs = [tuple(output["shape"]) for output in document["outputs"]]
    return Measured(
        document["name"],
        document["variant"],
        document["totals"],
        field and tuple(field["size"]),
        _grid(field) or _grid(document),
        outputs,
        len(rows),
        lambda: rows,
    )


def _grid(found: Mapping[str, Any] | None) -> Value:
    """The grid of a document or of a field in it; older ones have none."""
    return scales(found.get("grid")) if found else None


def scales(written: list[int | str] | None) -> Value:
    """A grid as JSON has it, where a fraction is a text; TypeError for what is none.

    >>> scales([8, "3/2"])
    (8, Fraction(3, 2))
    """
    if written is None:
        return None
    try:
        return tuple([divided(*map(int, one.split("/"))) if isinstance(one, str) else _whole(one) for one in written])
    except (ValueError, ZeroDivisionError):
        raise TypeError(written) from None


def _whole(written: object) -> int:
    if type(written) is not int:
        raise TypeError(written)
    return written


def raw(value: Value) -> object:
    """A figure as JSON has it.

    >>> raw(scales([8, "3/2"]))
    [8, '3/2']
    """
    if isinstance(value, tuple):
        return [one if isinstance(one, int) else str(one) for one in value]
    return value
