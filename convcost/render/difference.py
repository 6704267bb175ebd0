"""What changed between two networks, in every format: the layers that changed, the totals, what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import wording
from ..analysis.diff import ADDED, CHANGED, OPERATION, REMOVED, SAME
from ..figures import FIGURES
from ..ops.core.fields import plain
from ..types import Record, dims
from .analysis import network_field, scales
from .blocks import ARROW, FIGURE, TEXT, Column, Heading, Kind, Listing, Said, Shown, Table
from .problem import problem
from .texts import shapes_text
from .totals import field, tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..analysis.cost import Layer
    from ..analysis.diff import Change, Compared, Difference
    from .blocks import Block

SCHEMA = "convcost.diff/1"
SIGNS = {ADDED: "+", REMOVED: "-", CHANGED: "~", SAME: ""}
STYLES = {ADDED: "green", REMOVED: "red", CHANGED: "yellow", SAME: "dim"}
PER_LAYER: dict[str, Callable[[Layer], int]] = {
    "params": lambda layer: layer.cost.params,
    "macs": lambda layer: layer.cost.macs,
    "useful_macs": lambda layer: layer.cost.useful_macs,
    "elementwise": lambda layer: layer.cost.elementwise,
    "weight_bytes": lambda layer: layer.cost.weight_bytes,
    "activations": lambda layer: layer.activations,
}
KEEP = {"params": 3, "activations": 1}


class Result(Record):
    """A difference, and what its two sides were called when it was asked for."""

    old: str
    new: str
    difference: Difference


class View(Record):
    """Whether the layers that are the same are shown too, and whether figures have all digits."""

    every: bool = False
    exact: bool = False


def shown(result: Result, view: View | None = None) -> Shown:
    """A difference for every format: a row per layer that changed, the totals, what follows."""
    view = view or View()
    return Shown(
        lambda: _blocks(result, view),
        lambda: raw_table(result.difference, view),
        lambda: _members(result, view),
    )


def _blocks(result: Result, view: View) -> Iterator[Block]:
    yield Heading((result.old, " ", ARROW, " ", result.new))
    layers = layer_table(result.difference, view)
    if layers.rows:
        yield Listing(layers, view.exact)
    if not result.difference.same:
        yield Listing(totals_table(result.difference, view.exact), view.exact)
    yield from map(Said, remarks(result.difference))


def rows(difference: Difference, view: View) -> list[Compared]:
    """The layers to show."""
    return [layer for layer in difference.layers if view.every or layer.status != SAME]


def remarks(difference: Difference) -> list[str]:
    """What changed of the networks as a whole, and how many layers did."""
    said = [f"{change.what}: {' -> '.join(map(_whole, change[1:]))}" for change in difference.changes]
    renamed = len(difference.renamed)
    names = f", {renamed:,} of them under another name" if renamed else ""
    same = difference.count(SAME)
    if difference.same:
        return [f"nothing changed: every layer ({same:,}) and every figure is as it was{names}"]
    counts = [f"{number:,} {status}" for status in (ADDED, REMOVED, CHANGED) if (number := difference.count(status))]
    changed = ", ".join(counts) or "none changed"
    return [*said, f"layers: {changed}, {same:,} the same{names}"]


def _whole(value: Any) -> str:
    return tensors(value) if isinstance(value, dict) else str(value)


# Tables. ----------------------------------------------------------------------------------------------------


def _signed(value: int, exact: bool, unit: str = "") -> str:
    number = wording.exact if exact else wording.count
    return f"{'-' if value < 0 else '+'}{number(abs(value), unit)}" if value else wording.NOTHING


GROWTH = Kind(_signed, lambda value: value)


def layer_table(difference: Difference, view: View) -> Table[Compared]:
    """The layers that changed, in the columns people want to see."""
    columns: list[Column[Compared]] = [
        Column("sign", "", TEXT, lambda row: SIGNS[row.status]),
        Column("layer", "layer", TEXT, lambda row: f"{row.layer.name} (was {row.was})" if row.was else row.layer.name),
        Column("operation", "operation", TEXT, lambda row: row.layer.label, keep=2),
        Column("change", "change", TEXT, change_text, keep=4),
        *[
            Column(key, FIGURES[key].heading, GROWTH, _growth(PER_LAYER[key]), keep=KEEP.get(key, 5))
            for key in ("params", "macs", "activations")
        ],
    ]
    return Table(columns, rows(difference, view), style=lambda row: STYLES[row.status])


def _growth(figure: Callable[[Layer], int]) -> Callable[[Compared], int]:
    def growth(row: Compared) -> int:
        before, after = row.figure(figure)
        return after - before

    return growth


def raw_table(difference: Difference, view: View) -> Table[Compared]:
    """The layers that changed, with every figure as it was and as it is."""
    columns: list[Column[Compared]] = [
        Column("status", "status", TEXT, lambda row: row.status),
        Column("layer", "layer", TEXT, lambda row: row.layer.name),
        Column("was", "was", TEXT, lambda row: row.was or ""),
        Column("operation", "operation", TEXT, lambda row: row.layer.label),
        Column("change", "change", TEXT, change_text),
    ]
    for key, figure in PER_LAYER.items():
        columns += [_side(key, figure, 0), _side(key, figure, 1)]
    return Table(columns, rows(difference, view))


def _side(key: str, figure: Callable[[Layer], int], side: int) -> Column[Compared]:
    name = f"{key}_{('old', 'new')[side]}"
    return Column(name, name, FIGURE, lambda row: row.figure(figure)[side])


class Total(Record):
    """A figure of the networks: before, after, the change and the ratio, as they are shown."""

    heading: str
    old: str
    new: str
    change: str
    ratio: str


def totals_table(difference: Difference, exact: bool) -> Table[Total]:
    """Every figure of the networks, one per row."""
    number = wording.exact if exact else wording.count
    shown = []
    for key, before, after in _totals(difference):
        unit = FIGURES[key].unit
        change = _signed(after - before, exact, unit)
        ratio = wording.times(1.0 if before == after else _ratio(before, after))
        shown.append(Total(FIGURES[key].heading, number(before, unit), number(after, unit), change, ratio))
    both = (difference.old, difference.new)
    texts = {"receptive_field": [field(side)[0] for side in both], "grid": [wording.grid(side.grid) for side in both]}
    for key, (old, new) in texts.items():
        shown.append(Total(FIGURES[key].heading, old, new, "", "same" if old == new else ""))
    return Table(
        [
            Column("figure", "figure", TEXT, lambda row: row.heading),
            Column("old", "before", FIGURE, lambda row: row.old),
            Column("new", "after", FIGURE, lambda row: row.new),
            Column("change", "change", FIGURE, lambda row: row.change, keep=2),
            Column("ratio", "", TEXT, lambda row: row.ratio, keep=1),
        ],
        shown,
    )


def _totals(difference: Difference) -> Iterator[tuple[str, int, int]]:
    yield from zip(difference.old.totals._fields, difference.old.totals, difference.new.totals)


def _ratio(before: int, after: int) -> float | None:
    """Before / after: 2 means half of it is left; None where nothing is."""
    return before / after if after else None


# Changes in words. ------------------------------------------------------------------------------------------


def change_text(row: Compared) -> str:
    """What changed of a layer: `out 64 -> 128; output 64x28x28 -> 64x14x14`; of a new one, or one that is gone, its
    output."""
    if row.status in (ADDED, REMOVED):
        return dims(row.layer.output_shape)
    return "; ".join(_words(row))


def _words(row: Compared) -> Iterator[str]:
    changed = {change.what for change in row.changes}
    for change in row.changes:
        if change.what == OPERATION:
            yield f"{change.old} -> {change.new}"
        elif change.what == "inputs":
            yield f"from {', '.join(change.old)} -> {', '.join(change.new)}"
        elif change.what == "input_shapes":
            if "output_shape" not in changed:
                yield f"input {shapes_text(change.old)} -> {shapes_text(change.new)}"
        elif change.what == "output_shape":
            if "out" not in changed or change.old[1:] != change.new[1:]:  # else the field says it
                yield f"output {dims(change.old)} -> {dims(change.new)}"
        elif (change.old is not None and change.new is not None) or OPERATION not in changed:
            yield f"{change.what} {written(change.old)} -> {written(change.new)}"


def written(value: Any) -> str:
    """A field's value as a spec writes it.

    >>> written((1, (0, 2))), written(True), written(None)
    ('[1, [0, 2]]', 'true', '~')
    """
    if isinstance(value, tuple):
        return f"[{', '.join(map(written, value))}]"
    if value is None:
        return "~"
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else plain(value)


# JSON. ------------------------------------------------------------------------------------------------------


def _members(result: Result, view: View) -> Iterator[tuple[str, object]]:
    difference = result.difference
    old, new = difference.old, difference.new
    yield "schema", SCHEMA
    for key, word, side in (("old", result.old, old), ("new", result.new, new)):
        yield key, {"spec": word, "name": side.name, "variant": side.variant, "input": side.inputs}
    yield "same", difference.same
    yield "changes", list(map(_change, difference.changes))
    yield "totals", {key: _pair(before, after) for key, before, after in _totals(difference)}
    fields = [network_field(side.receptive_field, side.grid) for side in (old, new)]
    yield "receptive_field", dict(zip(("old", "new"), fields))
    yield "grid", {"old": scales(old.grid), "new": scales(new.grid)}
    yield "counts", {status: difference.count(status) for status in (ADDED, REMOVED, CHANGED, SAME)}
    yield "layers", map(_layer, rows(difference, view))
    yield "notes", map(problem, new.notes)


def _pair(before: int, after: int) -> dict[str, object]:
    return {"old": before, "new": after, "change": after - before, "ratio": _ratio(before, after)}


def _layer(row: Compared) -> dict[str, object]:
    return {
        "status": row.status,
        "name": row.layer.name,
        "was": row.was,
        "op": row.layer.op,
        "changes": list(map(_change, row.changes)),
        **{key: _pair(*row.figure(figure)) for key, figure in PER_LAYER.items()},
    }


def _change(change: Change) -> dict[str, object]:
    return {"what": change.what, "old": _raw(change.old), "new": _raw(change.new)}


def _raw(value: Any) -> object:
    """A value as JSON has it: a fraction is a text."""
    if isinstance(value, tuple):
        return list(map(_raw, value))
    if isinstance(value, int | str | dict) or value is None:
        return value
    return wording.fraction(value.numerator, value.denominator)
