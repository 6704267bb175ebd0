"""Receptive fields, for every format: a row per layer, and the field of the network in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .blocks import Hint, Listing, Picture, Said, Shown
from .field_answers import answer_table, lead, members, raw_table, remarks
from .field_layers import LEGEND, Result, View, conclusion, layer_table, rows
from .totals import heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..analysis.field.report import Answer
    from .blocks import Block


def shown(result: Result, view: View | None = None) -> Shown:
    """Fields for every format: a row per layer and the network's field, or the answer to a question."""
    view = view or View()
    return Shown(
        lambda: _blocks(result, view),
        lambda: raw_table(result, view),
        lambda: members(result, view),
        result.word,
    )


def _blocks(result: Result, view: View) -> Iterator[Block]:
    yield heading(result.report)
    if result.answer:
        yield from _answer_blocks(result.answer, view.exact)
        return
    if view.grow:
        from .pictures.characters import growth

        yield Picture(lambda terminal: growth(rows(result, view), result.report, terminal), alone=True)
    else:
        yield Listing(layer_table(result, view), view.exact)
        yield Hint(LEGEND)
    if last := conclusion(result):
        yield Said(last, "bold")


def _answer_blocks(answer: Answer, exact: bool) -> Iterator[Block]:
    """The answer in a sentence, drawn, in figures, and what follows from those."""
    yield Said(lead(answer), "bold")
    table = answer_table(answer)
    if table.rows:
        from .pictures.characters import picture

        yield Picture(lambda terminal: picture(answer, terminal))
        yield Listing(table, exact)
    yield from map(Said, remarks(answer))
