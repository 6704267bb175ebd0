"""Results as GitHub renders them: headings and tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...figures import FIGURES
from ...wording import one_line
from .. import comparison as variants
from ..analysis import layer_table
from ..totals import passage, title, totals_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeVar

    from ...analysis.compare import Comparison
    from ...analysis.cost import Analysis
    from ...analysis.field.report import Answer
    from ...analysis.verification import Verification
    from ..blocks import Table
    from ..comparison import ByLayer
    from ..field import Result
    from ..field import View as FieldView
    from ..rows import View
    from .core.terminal import Terminal

    R = TypeVar("R")

# An underscore inside a word is no markup: `relu6_1` stays readable in the source. So is > where no line begins.
# A line that begins with `::` is a command to GitHub's runner.
MARKUP = re.compile(r"[\\`*\[\]|~#$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|(?<!\S):(?=:)")


def analyses(results: Sequence[tuple[str, Analysis]], view: View, terminal: Terminal) -> Iterator[str]:
    """Each analysis: a heading, a table of its layers, a table of its totals."""
    for i, (_, analysis) in enumerate(results):
        if i:
            yield "\n"
        yield f"### {escape(title(analysis))}\n\n{escape(passage(analysis))}\n\n"
        yield from table(layer_table(analysis, view), view.exact)
        yield "\n"
        yield from table(totals_table(analysis, view.exact), view.exact)


def comparison(result: Comparison, by_layer: ByLayer | None, exact: bool, terminal: Terminal) -> Iterator[str]:
    """A table of the variants and what follows from it; a table of the layers where asked for."""
    yield f"### {escape(variants.headline(result))}\n\n"
    yield from table(variants.variant_table(result), exact)
    yield from (f"\n{escape(remark)}\n" for remark in variants.remarks(result))
    if by_layer:
        yield f"\n{FIGURES[by_layer.metric].heading} by layer:\n\n"
        yield from table(variants.layer_table(result, by_layer), exact)


def fields(results: Sequence[Result], view: FieldView, terminal: Terminal) -> Iterator[str]:
    """Each network: a heading, a table of its layers' fields or the answer to a question, what follows from it."""
    from .. import field as tables

    for i, result in enumerate(results):
        yield "\n" if i else ""
        yield f"### {escape(title(result.report))}\n\n{escape(passage(result.report))}\n\n"
        if result.answer:
            yield from _answer(result.answer, view.exact)
            continue
        if view.grow:
            yield from _growth(result, view)
        else:
            yield from table(tables.layer_table(result, view), view.exact)
        last = tables.conclusion(result)
        yield f"\n{escape(last)}\n" if last else ""


def specs(results: Sequence[tuple[str, Analysis]], exact: bool, terminal: Terminal) -> Iterator[str]:
    """A table of the networks that come with convcost."""
    from ..specs import spec_table

    yield from table(spec_table(results), exact)


def _answer(answer: Answer, exact: bool) -> Iterator[str]:
    from .. import field_answers

    yield f"{escape(field_answers.lead(answer))}\n"
    content = field_answers.answer_table(answer)
    if content.rows:
        yield "\n"
        yield from table(content, exact)
    yield from (f"\n{escape(remark)}\n" for remark in field_answers.remarks(answer))


def _growth(result: Result, view: FieldView) -> Iterator[str]:
    """The plot, as it stands in a pipe."""
    from .. import field as tables
    from ..pictures.characters import growth
    from .core.terminal import Terminal, painted

    plot = growth(tables.rows(result, view), result.report, Terminal())
    yield from ("```text\n", *painted(plot, color=False), "```\n")


def verifications(results: Sequence[tuple[str, Verification]], terminal: Terminal) -> Iterator[str]:
    """Each verification: a heading, the figures with their two witnesses, the line to quote."""
    from .. import verification

    for i, (_, found) in enumerate(results):
        if i:
            yield "\n"
        yield f"### {escape(verification.headline(found))}\n\n"
        yield from table(verification.figures_table(found), exact=True)
        yield from (f"\n{escape(remark)}\n" for remark in verification.remarks(found))


def table(content: Table[R], exact: bool) -> Iterator[str]:
    """Rows and foot with a heading."""
    yield _row([escape(column.heading) for column in content.columns])
    yield _row(["---:" if column.kind.right else "---" for column in content.columns])
    yield from map(_row, content.cells(exact, escape))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def escape(text: str) -> str:
    """Text that Markdown shows as it is.

    >>> escape("a|b <i> *c* relu6_1")
    'a\\\\|b &lt;i> \\\\*c\\\\* relu6_1'
    """
    return MARKUP.sub(r"\\\g<0>", one_line(text)).replace("&", "&amp;").replace("<", "&lt;")
