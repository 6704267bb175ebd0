"""The networks that come with convcost as a table, for every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ..figures import FIGURES
from .analysis import network_field, scales
from .blocks import COUNT, FIGURE, TEXT, Column, Hint, Listing, Shown, Table
from .totals import field, tensors, title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..analysis.cost import Analysis

    Listed: TypeAlias = tuple[str, Analysis]

HINT = "convcost specs NAME prints a spec, convcost analyze NAME what its layers cost"


SCHEMA = "convcost.specs/1"


def shown(results: Sequence[Listed], exact: bool = False) -> Shown:
    """The networks that come with convcost, for every format: a row for each, and how to go on from here."""
    return Shown(
        lambda: (Listing(spec_table(results), exact), Hint([HINT], close=True)),
        lambda: spec_table(results),
        lambda: iter((("schema", SCHEMA), ("specs", (_member(name, analysis) for name, analysis in results)))),
    )


def spec_table(results: Sequence[Listed]) -> Table[Listed]:
    """A row per network: the name it is asked for with, its figures, its title."""
    return Table(
        [
            Column("name", "name", TEXT, lambda row: row[0]),
            Column("params", FIGURES["params"].heading, COUNT, lambda row: row[1].totals.params),
            Column("macs", FIGURES["macs"].heading, COUNT, lambda row: row[1].totals.macs),
            Column("input", "input", TEXT, lambda row: tensors(row[1].inputs), keep=3),
            Column("field", FIGURES["receptive_field"].heading, FIGURE, lambda row: field(row[1])[0], keep=2),
            Column("title", "title", TEXT, lambda row: title(row[1]), keep=1),
        ],
        results,
    )


def _member(name: str, analysis: Analysis) -> dict[str, object]:
    return {
        "name": name,
        "title": analysis.name,
        "variant": analysis.variant,
        "input": analysis.inputs,
        "params": analysis.totals.params,
        "macs": analysis.totals.macs,
        "receptive_field": network_field(analysis.receptive_field, analysis.grid),
        "grid": scales(analysis.grid),
    }
