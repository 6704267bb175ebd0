"""Results as people read them on a screen or in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...figures import FIGURES
from ...wording import one_line
from ..analysis import layer_table
from ..totals import passage, title, totals_table
from .core import layout
from .core.terminal import painted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...analysis.compare import Comparison
    from ...analysis.cost import Analysis
    from ...analysis.field.report import Answer, FieldReport
    from ...analysis.verification import Verification
    from ..comparison import ByLayer
    from ..field import Result
    from ..field import View as FieldView
    from ..rows import View
    from .core.terminal import Line, Terminal

PARTS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
BARS = (6, 30)
"""Columns that a bar needs at least, and takes at most."""


def analyses(results: Sequence[tuple[str, Analysis]], view: View, terminal: Terminal) -> Iterator[str]:
    """Each analysis: a headline, a row per layer, the totals and what they are."""
    for i, (_, analysis) in enumerate(results):
        if i:
            yield "\n"
        yield from painted(_analysis(analysis, view, terminal), terminal.color)


def comparison(result: Comparison, by_layer: ByLayer | None, exact: bool, terminal: Terminal) -> Iterator[str]:
    """A row per variant and what follows from them; a row per layer where asked for."""
    yield from painted(_comparison(result, by_layer, exact, terminal), terminal.color)


def fields(results: Sequence[Result], view: FieldView, terminal: Terminal) -> Iterator[str]:
    """Each network: a headline, then a row per layer and the network's field, or the answer to a question."""
    for i, result in enumerate(results):
        if i:
            yield "\n"
        yield from painted(_fields(result, view, terminal), terminal.color)


def specs(results: Sequence[tuple[str, Analysis]], exact: bool, terminal: Terminal) -> Iterator[str]:
    """A row per network, and how to go on from here."""
    yield from painted(_specs(results, exact, terminal), terminal.color)


def _specs(results: Sequence[tuple[str, Analysis]], exact: bool, terminal: Terminal) -> Iterator[Line]:
    from ..specs import HINT, spec_table

    yield from layout.lines(spec_table(results), terminal, exact)
    yield from ([(line, "dim")] for line in layout.wrapped(HINT, terminal.width))


def verifications(results: Sequence[tuple[str, Verification]], terminal: Terminal) -> Iterator[str]:
    """Each verification: a headline, the figures with their two witnesses, the line to quote."""
    for i, (_, found) in enumerate(results):
        if i:
            yield "\n"
        yield from painted(_verification(found, terminal), terminal.color)


def _headline(result: Analysis | FieldReport, terminal: Terminal) -> Line:
    arrow = "→" if terminal.drawing else "->"
    return [(one_line(title(result)), "bold"), (f": {one_line(passage(result, arrow))}", "")]


def _analysis(analysis: Analysis, view: View, terminal: Terminal) -> Iterator[Line]:
    yield _headline(analysis, terminal)
    yield []
    yield from layout.lines(layer_table(analysis, view), terminal, view.exact)
    yield []
    figures = layout.laid_out(totals_table(analysis, view.exact), terminal, view.exact)
    for heading, value, remark in zip(*[block.cells for block in figures]):
        yield [(heading + layout.GAP, ""), (value + layout.GAP, "bold"), (remark.rstrip(), "dim")]


def _comparison(result: Comparison, by_layer: ByLayer | None, exact: bool, terminal: Terminal) -> Iterator[Line]:
    from .. import comparison as variants

    yield [(one_line(variants.headline(result)), "bold")]
    yield []
    table = variants.variant_table(result)
    blocks, left_out = layout.fit(layout.laid_out(table, terminal, exact), terminal.width)
    if terminal.width:
        blocks += _bars(result, terminal.width - layout.width_of(blocks) - len(layout.GAP), terminal.drawing)
    yield from layout.drawn(table, blocks, terminal)
    for remark in variants.remarks(result):
        yield from _sentence(remark, terminal, "yellow")
    yield from layout.missing(left_out)
    if by_layer:
        yield []
        yield [(f"{FIGURES[by_layer.metric].heading} by layer", "bold")]
        yield []
        yield from layout.lines(variants.layer_table(result, by_layer), terminal, exact)


def _fields(result: Result, view: FieldView, terminal: Terminal) -> Iterator[Line]:
    from .. import field as tables
    from ..pictures import characters

    yield _headline(result.report, terminal)
    yield []
    if result.answer:
        yield from _answer(result.answer, view.exact, terminal)
        return
    if view.grow:
        yield from characters.growth(tables.rows(result, view), result.report, terminal)
    else:
        yield from layout.lines(tables.layer_table(result, view), terminal, view.exact)
        yield []
        yield from ([(line, "dim")] for line in tables.LEGEND)
    last = tables.conclusion(result)
    if last:
        yield []
        yield from _sentence(last, terminal, "bold")


def _answer(answer: Answer, exact: bool, terminal: Terminal) -> Iterator[Line]:
    from .. import field_answers
    from ..pictures import characters

    yield from _sentence(field_answers.lead(answer), terminal, "bold")
    table = field_answers.answer_table(answer)
    if table.rows:
        yield []
        drawn = list(characters.picture(answer, terminal))
        yield from [*drawn, []] if drawn else []
        yield from layout.lines(table, terminal, exact)
    remarks = field_answers.remarks(answer)
    if table.rows and remarks:
        yield []
    for remark in remarks:
        yield from _sentence(remark, terminal)


def _sentence(text: str, terminal: Terminal, style: str = "") -> Iterator[Line]:
    yield from ([(line, style)] for line in layout.wrapped(one_line(text), terminal.width))


def _verification(found: Verification, terminal: Terminal) -> Iterator[Line]:
    from .. import verification

    yield [(one_line(verification.headline(found)), "bold")]
    yield []
    yield from layout.lines(verification.figures_table(found), terminal, exact=True)
    yield []
    *remarks, summary = verification.remarks(found)
    verdict = "bold green" if found.agree else "bold red"
    for text, style in (*((remark, "") for remark in remarks), (summary, verdict)):
        yield from ([(line, style)] for line in layout.wrapped(text, terminal.width))


def _bars(result: Comparison, room: int, drawing: bool) -> list[layout.Block]:
    """MACs as bars, the longest for the largest, where there is room for them."""
    least, most = BARS
    macs = [variant.analysis.totals.macs for variant in result.variants]
    if room < least or not any(macs):
        return []
    width = min(room, most)
    cells = [bar(figure, max(macs), width, drawing).ljust(width) for figure in macs]
    return [layout.Block("bars", 0, width, ["MACs".ljust(width)], cells)]


def bar(value: int, largest: int, width: int, drawing: bool = True) -> str:
    """A bar of up to `width` characters, in eighths of one where the encoding has them; what is not 0 is seen.

    >>> bar(1, 2, 4), bar(1, 2, 4, drawing=False)
    ('██', '##')
    """
    if not drawing:
        return "#" * max((2 * value * width + largest) // (2 * largest), value > 0)
    eighths = max((16 * value * width + largest) // (2 * largest), value > 0)
    whole, rest = divmod(eighths, 8)
    return "█" * whole + PARTS[rest]
