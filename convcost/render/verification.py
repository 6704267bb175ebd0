"""What a verification confirmed: each figure of the network with its two witnesses, and a row per layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import wording
from ..figures import FIGURES
from ..types import Record, dims
from .blocks import COUNT, FIGURE, TEXT, Column, Heading, Listing, Said, Shown, Table
from .problem import problem
from .totals import tensors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..analysis.verification import Pair, Verification, VerifiedLayer
    from .blocks import Block

SCHEMA = "convcost.verification/1"


def shown(found: Verification, word: str = "") -> Shown:
    """A verification for every format: the figures with their two witnesses, the line to quote."""
    return Shown(lambda: _blocks(found), lambda: layer_table(found), lambda: _members(found), word)


def _blocks(found: Verification) -> Iterator[Block]:
    yield Heading(headline(found))
    yield Listing(figures_table(found), exact=True)
    *others, summary = remarks(found)
    yield from map(Said, others)
    yield Said(summary, "bold green" if found.agree else "bold red")


class Confirmed(Record):
    """A figure as the formula has it and as the execution showed it."""

    heading: str
    formula: str
    execution: str


def headline(found: Verification) -> str:
    """What was run: the network's name, its variant, its input."""
    variant = f" ({found.variant})" if found.variant else ""
    return f"{found.name}{variant}: {tensors(found.inputs)}"


def remarks(found: Verification) -> list[str]:
    """What is to be known of the figures, the line to quote last."""
    run, whole = found.share
    less = [f"{wording.percent(run, whole)} of the network's MACs were run"] if run != whole else []
    return [*less, found.summary]


def figures_table(found: Verification) -> Table[Confirmed]:
    """Every figure of the network, in all digits, and in how many layers shapes and fields agree."""
    rows = [
        Confirmed(FIGURES[key].heading, *[wording.exact(value, FIGURES[key].unit) for value in pair])
        for key, pair in found.totals._asdict().items()
    ]
    layers = wording.exact(len(found.layers))
    rows += [
        Confirmed("output shapes", layers, wording.exact(sum(layer.output_shape.agrees for layer in found.layers))),
        Confirmed("receptive fields", layers, wording.exact(sum(layer.field for layer in found.layers))),
    ]
    return Table(
        [
            Column("figure", "figure", TEXT, lambda row: row.heading),
            Column("formula", "formula", FIGURE, lambda row: row.formula),
            Column("execution", "execution", FIGURE, lambda row: row.execution),
        ],
        rows,
        style=lambda row: "" if row.formula == row.execution else "bold red",
    )


def layer_table(found: Verification) -> Table[VerifiedLayer]:
    """A row per layer."""
    columns: list[Column[VerifiedLayer]] = [
        Column("layer", "layer", TEXT, lambda row: row.name),
        Column("operation", "operation", TEXT, lambda row: row.label),
        Column("output_formula", "output by formula", TEXT, lambda row: dims(row.output_shape.formula)),
        Column("output_execution", "in execution", TEXT, lambda row: dims(row.output_shape.execution)),
        *_witnesses("params", lambda row: row.params),
        *_witnesses("macs", lambda row: row.macs),
        *_witnesses("useful_macs", lambda row: row.useful_macs),
        Column("field", "field", TEXT, lambda row: "confirmed" if row.field else "not confirmed"),
        Column("line", "line", FIGURE, lambda row: row.line or ""),
    ]
    return Table(columns, found.layers)


def _witnesses(key: str, pair: Callable[[VerifiedLayer], Pair[int]]) -> list[Column[VerifiedLayer]]:
    heading = FIGURES[key].heading
    return [
        Column(f"{key}_formula", f"{heading} by formula", COUNT, lambda row: pair(row).formula),
        Column(f"{key}_execution", "in execution", COUNT, lambda row: pair(row).execution),
    ]


def _members(found: Verification) -> Iterator[tuple[str, object]]:
    yield "schema", SCHEMA
    yield "name", found.name
    yield "variant", found.variant
    yield "input", found.inputs
    yield "agree", found.agree
    yield "totals", {key: pair._asdict() for key, pair in found.totals._asdict().items()}
    yield "layers", map(_member, found.layers)
    yield "problems", map(problem, found.problems)


def _member(layer: VerifiedLayer) -> dict[str, object]:
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
