"""A comparison as tables: a row per variant, or a row per layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .. import wording
from ..analysis.compare import compared
from ..errors import merge_repeats
from ..figures import FIGURES
from ..wording import listed
from .analysis import network_field, scales
from .blocks import ALWAYS, BYTES, COUNT, GRID, TEXT, Bars, Column, Heading, Kind, Listing, Section, Shown, Table
from .problem import problem
from .rows import SORT_KEYS, fold
from .totals import field, tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from ..analysis.compare import Comparison, Variant
    from .blocks import Block

SCHEMA = "convcost.comparison/1"

BEATEN, DIFFERS = "*", "!"


class Ratio(NamedTuple):
    """Baseline / variant, and whether this is the baseline itself."""

    value: float | None
    baseline: bool


class Marked(NamedTuple):
    """A text with a footnote's sign behind it."""

    text: str
    mark: str = ""


RATIO = Kind(
    lambda value, exact: "baseline" if value.baseline else wording.times(value.value),
    lambda value: value.value,
    right=False,
)
MARKED = Kind(lambda value, exact: " ".join(filter(None, value)), lambda value: value.text, right=False)

COLUMNS = (
    "variant",
    "params",
    "params_ratio",
    "macs",
    "macs_ratio",
    "useful_macs",
    "peak_activation_bytes",
    "field",
    "grid",
    "output",
)


def shown(comparison: Comparison, by_layer: ByLayer | None = None, exact: bool = False) -> Shown:
    """A comparison for every format: a row per variant and what follows from them; a row per layer where asked for."""
    return Shown(
        lambda: _blocks(comparison, by_layer, exact),
        lambda: _raw_table(comparison, by_layer),
        lambda: _members(comparison, by_layer),
    )


def _blocks(comparison: Comparison, by_layer: ByLayer | None, exact: bool) -> Iterator[Block]:
    yield Heading(headline(comparison))
    macs = [variant.analysis.totals.macs for variant in comparison.variants]
    yield Listing(variant_table(comparison), exact, remarks(comparison), Bars(FIGURES["macs"].heading, macs))
    if by_layer:
        yield Section(f"{FIGURES[by_layer.metric].heading} by layer")
        yield Listing(layer_table(comparison, by_layer), exact)


def _raw_table(comparison: Comparison, by_layer: ByLayer | None) -> Table[Any]:
    if by_layer:
        return layer_table(comparison, by_layer)
    return Table(list(columns(comparison).values()), comparison.variants)


def variant_table(comparison: Comparison) -> Table[Variant]:
    """A row per variant, in the columns people want to see, inputs among them where they differ."""
    every = columns(comparison)
    inputs = comparison.base.analysis.inputs
    same_input = all(variant.analysis.inputs == inputs for variant in comparison.variants)
    keys = COLUMNS if same_input else (COLUMNS[0], "input", *COLUMNS[1:])
    return Table([every[key] for key in keys], comparison.variants, style=_style(comparison))


def _style(comparison: Comparison) -> Callable[[Variant], str]:
    """Variants that are beaten recede, but not what all are compared with."""
    return lambda variant: "dim" if variant.beaten_by and variant.name != comparison.baseline else ""


def columns(comparison: Comparison) -> dict[str, Column[Variant]]:
    """Every column there is, by its key."""
    every: list[Column[Variant]] = [
        Column("variant", "variant", MARKED, lambda v: Marked(v.name, BEATEN if v.beaten_by else "")),
        Column("input", "input", TEXT, lambda v: tensors(v.analysis.inputs), keep=4),
        Column("field", FIGURES["receptive_field"].heading, TEXT, lambda v: field(v.analysis)[0], keep=3),
        Column("grid", FIGURES["grid"].heading, GRID, lambda v: v.analysis.grid, keep=3),
        Column("output", "output", MARKED, lambda v: Marked(_output(v), "" if v.same_output else DIFFERS), keep=5),
        _figure("params", keep=6),
        _figure("macs"),
        _figure("useful_macs", keep=2),
        _figure("flops"),
        _figure("elementwise"),
        _figure("weight_bytes"),
        _figure("activations"),
        _figure("peak_activation_bytes", keep=3),
        _ratio(comparison, "params", keep=1),
        _ratio(comparison, "macs", keep=7),
        Column("beaten_by", "beaten by", TEXT, lambda v: v.beaten_by or ""),
    ]
    return {column.key: column for column in every}


def _figure(key: str, keep: int = ALWAYS) -> Column[Variant]:
    figure = FIGURES[key]
    kind = BYTES if figure.unit == "B" else COUNT
    return Column(key, figure.heading, kind, lambda v: getattr(v.analysis.totals, key), keep)


def _ratio(comparison: Comparison, key: str, keep: int) -> Column[Variant]:
    return Column(
        f"{key}_ratio",
        f"{FIGURES[key].heading} vs baseline",
        RATIO,
        lambda v: Ratio(comparison.ratio(v, key), v.name == comparison.baseline),
        keep,
    )


def _output(variant: Variant) -> str:
    return tensors(dict(variant.analysis.outputs))


def headline(comparison: Comparison) -> str:
    """What is compared: a network's name where all share it, the input where all share that."""
    names = {variant.analysis.name for variant in comparison.variants}
    inputs = {tensors(variant.analysis.inputs) for variant in comparison.variants}
    what = names.pop() if len(names) == 1 else f"{len(comparison.variants)} networks"
    return f"{what}: {inputs.pop()}" if len(inputs) == 1 else what


def remarks(comparison: Comparison) -> list[str]:
    """What the signs in the table mean: who beats whom, whose output differs."""
    beaten: dict[str, list[str]] = {}
    for variant in comparison.variants:
        if variant.beaten_by:
            beaten.setdefault(variant.beaten_by, []).append(variant.name)
    result = [
        f"{BEATEN} {winner.name} is no worse than {listed(beaten[winner.name])} in "
        f"{listed([FIGURES[key].heading for key in compared(winner.analysis)])}, and better in at least one"
        for winner in comparison.variants
        if winner.name in beaten
    ]
    if any(len(variant.analysis.outputs) > 1 for variant in comparison.variants):
        result.append("field and grid are those of the first output")
    others = [variant.name for variant in comparison.variants if not variant.same_output]
    if others:
        result.append(f"{DIFFERS} output differs from the baseline's {_output(comparison.base)}: {listed(others)}")
    if comparison.left_out:
        result.append(f"left out, with mistakes: {listed(comparison.left_out)}")
    return result


# Row by row. ------------------------------------------------------------------------------------------------


class ByLayer(NamedTuple):
    """How layers are compared: by which figure, and to which depth their names are folded."""

    metric: str = "macs"
    depth: int | None = None


class LayerRow(NamedTuple):
    """One layer's figure in every variant; None where a variant has no layer of that name."""

    name: str
    values: tuple[int | None, ...]


def layer_rows(comparison: Comparison, by: ByLayer) -> list[LayerRow]:
    """The layers of all variants, those of one name in one row."""
    value = SORT_KEYS[by.metric]
    figures = [
        {row.name: value(row) for row in (fold(v.analysis.layers, by.depth) if by.depth else v.analysis.layers)}
        for v in comparison.variants
    ]
    return [LayerRow(name, tuple(figure.get(name) for figure in figures)) for name in aligned(figures)]


def aligned(orders: Iterable[Iterable[str]]) -> list[str]:
    """One order of all names: a new name follows the one it follows in its own order.

    >>> aligned([["conv1", "relu1", "conv2"], ["conv1", "norm1", "conv2"]])
    ['conv1', 'norm1', 'relu1', 'conv2']
    """
    follower: dict[str, str] = {"": ""}
    for names in orders:
        previous = ""
        for name in names:
            if name not in follower:
                follower[name] = follower[previous]
                follower[previous] = name
            previous = name
    result, name = [], follower[""]
    while name:
        result.append(name)
        name = follower[name]
    return result


def layer_table(comparison: Comparison, by: ByLayer) -> Table[LayerRow]:
    """A column per variant; where a terminal is too narrow the last ones leave first, the baseline never."""
    rows = layer_rows(comparison, by)
    names = [variant.name for variant in comparison.variants]
    columns = [
        Column(name, name, COUNT, _value(i), ALWAYS if name == comparison.baseline else 1)
        for i, name in enumerate(names)
    ]
    total = LayerRow("total", tuple(sum(row.values[i] or 0 for row in rows) for i in range(len(names))))
    return Table([Column("layer", "layer", TEXT, lambda row: row.name), *columns], rows, [total])


def _value(i: int) -> Callable[[LayerRow], int | None]:
    return lambda row: row.values[i]


def _members(comparison: Comparison, by_layer: ByLayer | None) -> Iterator[tuple[str, object]]:
    yield "schema", SCHEMA
    yield "baseline", comparison.baseline
    yield "variants", (_member(comparison, variant) for variant in comparison.variants)
    if by_layer:
        rows = layer_rows(comparison, by_layer)
        yield "layers", ({"name": row.name, by_layer.metric: row.values} for row in rows)
    notes = merge_repeats(note for variant in comparison.variants for note in variant.analysis.notes)
    yield "notes", map(problem, notes)
    yield "problems", map(problem, comparison.problems)


def _member(comparison: Comparison, variant: Variant) -> dict[str, object]:
    return {
        "name": variant.name,
        "totals": variant.analysis.totals._asdict(),
        "output_shapes": variant.output_shapes,
        "receptive_field": network_field(variant.analysis.receptive_field, variant.analysis.grid),
        "grid": scales(variant.analysis.grid),
        "ratio": {figure: comparison.ratio(variant, figure) for figure in ("params", "macs")},
    }
