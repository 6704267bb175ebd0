"""Results for programs: JSON, one layer per line, written as it goes.

Keys and their order are a promise (`schema` names and versions each document): one may be added, none renamed.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from json import JSONEncoder
from typing import TYPE_CHECKING

from ..errors import merge_repeats
from . import numbers
from .rows import Fold, select

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..analysis.cost import Analysis
    from ..analysis.grid import Grid
    from ..analysis.receptive_field import Extent, Field, NetworkField
    from ..compare import Comparison, Variant
    from ..errors import Problem
    from ..verification import Layer as VerifiedLayer
    from ..verification import Verification
    from .fields import Result
    from .fields import View as FieldView
    from .rows import Row, View
    from .terminal import Terminal
    from .variants import ByLayer

_encode = JSONEncoder().encode

ANALYSIS, COMPARISON, FIELDS = "convcost.analysis/1", "convcost.comparison/1", "convcost.receptive_field/1"
SPECS = "convcost.specs/1"
VERIFICATION = "convcost.verification/1"


def encode(value: object) -> str:
    r"""A value in JSON; `##[`, which GitHub's runner takes for a command wherever it is in a log, is spelled otherwise.

    >>> encode("##[group]")
    '"#\\u0023[group]"'
    """
    return inert(_encode(value))


def inert(text: str) -> str:
    """JSON in which no string has `##[` as it is."""
    return text.replace("##[", r"#\u0023[")


def analyses(results: Sequence[tuple[str, Analysis]], view: View, terminal: Terminal) -> Iterator[str]:
    """One analysis as a document, several as a list of such."""
    yield from _documents(ANALYSIS, [_analysis(analysis, view) for _, analysis in results])


def fields(results: Sequence[Result], view: FieldView, terminal: Terminal) -> Iterator[str]:
    """The fields of one network as a document, those of several as a list of such."""
    from .field_json import members

    yield from _documents(FIELDS, [members(result, view) for result in results])


def verifications(results: Sequence[tuple[str, Verification]], terminal: Terminal) -> Iterator[str]:
    """One verification as a document, several as a list of such."""
    yield from _documents(VERIFICATION, [_verification(found) for _, found in results])


def comparison(result: Comparison, by_layer: ByLayer | None, exact: bool, terminal: Terminal) -> Iterator[str]:
    """One comparison as a document."""
    yield from document(_comparison(result, by_layer))
    yield "\n"


def specs(results: Sequence[tuple[str, Analysis]], exact: bool, terminal: Terminal) -> Iterator[str]:
    """The networks that come with convcost as a document."""
    yield from document((("schema", SPECS), ("specs", (_spec(name, analysis) for name, analysis in results))))
    yield "\n"


def _spec(name: str, analysis: Analysis) -> dict[str, object]:
    return {
        "name": name,
        "title": analysis.name,
        "variant": analysis.variant,
        "input": analysis.inputs,
        "params": analysis.totals.params,
        "macs": analysis.totals.macs,
        "receptive_field": network_field(analysis.receptive_field, analysis.grid),
    }


def _documents(schema: str, results: Sequence[Iterator[tuple[str, object]]]) -> Iterator[str]:
    if len(results) == 1:
        yield from document(results[0])
    else:
        yield f'{{\n"schema": {encode(schema)},\n"results": [\n'
        for i, members in enumerate(results):
            yield ",\n" if i else ""
            yield from document(members)
        yield "\n]\n}"
    yield "\n"


def document(members: Iterable[tuple[str, object]]) -> Iterator[str]:
    """An object with a member per line, and an item per line where a member is an iterator."""
    before = "{\n"
    for key, value in members:
        yield f"{before}{encode(key)}: "
        yield from _array(value) if isinstance(value, Iterator) else (encode(value),)
        before = ",\n"
    yield "\n}"


def _array(items: Iterator[object]) -> Iterator[str]:
    before = "[\n"
    for item in items:
        yield before + encode(item)
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"


def _analysis(analysis: Analysis, view: View) -> Iterator[tuple[str, object]]:
    rows, rest = select(analysis.layers, view)
    yield "schema", ANALYSIS
    yield "name", analysis.name
    yield "variant", analysis.variant
    yield "input", analysis.inputs
    yield "outputs", [{"name": name, "shape": shape} for name, shape in analysis.outputs]
    yield "totals", analysis.totals._asdict()
    yield "receptive_field", network_field(analysis.receptive_field, analysis.grid)
    yield "layers", map(_layer, rows)
    if rest:
        yield "left_out", {"layers": rest.layers, **rest.cost._asdict(), "activations": rest.activations}
    yield "notes", map(problem, analysis.notes)


def _layer(row: Row) -> dict[str, object]:
    """A row; one that stands for several layers has no operation but their number."""
    known: dict[str, object] = {
        "name": row.name,
        "op": row.op,
        "inputs": row.inputs,
        "input_shapes": row.input_shapes,
        "output_shape": row.output_shape,
        **row.cost._asdict(),
        "receptive_field": _field(row.receptive_field, row.grid),
        "line": row.line,
    }
    return {**known, "layers": row.layers} if isinstance(row, Fold) else known


@lru_cache(maxsize=1024)
def _field(field: Field, grid: Grid) -> dict[str, object] | None:
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
    return None if value is None else numbers.fraction(*value) if value[1] != 1 else value[0]


def _comparison(comparison: Comparison, by_layer: ByLayer | None) -> Iterator[tuple[str, object]]:
    yield "schema", COMPARISON
    yield "baseline", comparison.baseline
    yield "variants", (_variant(comparison, variant) for variant in comparison.variants)
    if by_layer:
        from .variants import layer_rows

        rows = layer_rows(comparison, by_layer)
        yield "layers", ({"name": row.name, by_layer.metric: row.values} for row in rows)
    notes = merge_repeats(note for variant in comparison.variants for note in variant.analysis.notes)
    yield "notes", map(problem, notes)
    yield "problems", map(problem, comparison.problems)


def _variant(comparison: Comparison, variant: Variant) -> dict[str, object]:
    return {
        "name": variant.name,
        "totals": variant.analysis.totals._asdict(),
        "output_shapes": variant.output_shapes,
        "receptive_field": network_field(variant.analysis.receptive_field, variant.analysis.grid),
        "ratio": {figure: comparison.ratio(variant, figure) for figure in ("params", "macs")},
    }


def _verification(found: Verification) -> Iterator[tuple[str, object]]:
    yield "schema", VERIFICATION
    yield "name", found.name
    yield "variant", found.variant
    yield "input", found.inputs
    yield "agree", found.agree
    yield "totals", {key: pair._asdict() for key, pair in found.totals._asdict().items()}
    yield "layers", map(_verified_layer, found.layers)
    yield "problems", map(problem, found.problems)


def _verified_layer(layer: VerifiedLayer) -> dict[str, object]:
    return {
        "name": layer.name,
        "op": layer.op,
        "params": layer.params._asdict(),
        "macs": layer.macs._asdict(),
        "useful_macs": layer.useful_macs._asdict(),
        "output_shape": layer.output_shape._asdict(),
        "receptive_field": {"confirmed": layer.field},
        "line": layer.line,
    }


def problem(problem: Problem) -> dict[str, object]:
    """A problem as every document has it."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "path": problem.location.path,
        "line": problem.location.line,
        "column": problem.location.column,
        **({"variants": problem.variants} if problem.variants else {}),
    }
