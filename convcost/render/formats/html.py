"""Results as tables in a notebook: small, self-contained, everything escaped."""

from __future__ import annotations

from html import escape as escape_markup
from typing import TYPE_CHECKING

from ...wording import one_line
from .. import comparison as variants
from ..analysis import layer_table
from ..rows import View
from ..totals import passage, title, totals_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from ...analysis.compare import Comparison
    from ...analysis.cost import Analysis
    from ...analysis.field.report import FieldReport
    from ...analysis.verification import Verification
    from ..blocks import Table

    R = TypeVar("R")


def analysis(result: Analysis) -> str:
    """The layers and the totals of a network."""
    heading = f"<p><b>{escape(title(result))}</b>: {escape(passage(result))}</p>"
    return "\n".join((heading, table(layer_table(result, View())), table(totals_table(result, exact=False))))


def comparison(result: Comparison) -> str:
    """The variants, and what follows from their figures."""
    remarks = [f"<p>{escape(remark)}</p>" for remark in variants.remarks(result)]
    heading = f"<p><b>{escape(variants.headline(result))}</b></p>"
    return "\n".join((heading, table(variants.variant_table(result)), *remarks))


def fields(report: FieldReport) -> str:
    """The field of every layer, and that of the network."""
    from .. import field as tables

    result = tables.Result("", report)
    heading = f"<p><b>{escape(title(report))}</b>: {escape(passage(report))}</p>"
    last = f"<p>{escape(tables.conclusion(result))}</p>"
    return "\n".join((heading, table(tables.layer_table(result, tables.View())), last))


def verification(result: Verification) -> str:
    """The figures with their two witnesses, and the line to quote."""
    from .. import verification

    heading = f"<p><b>{escape(verification.headline(result))}</b></p>"
    remarks = [f"<p>{escape(remark)}</p>" for remark in verification.remarks(result)]
    return "\n".join((heading, table(verification.figures_table(result)), *remarks))


def table(content: Table[R]) -> str:
    """Rows and foot with a heading."""
    sides = ["right" if column.kind.right else "left" for column in content.columns]
    heading = _row("th", sides, (escape(column.heading) for column in content.columns))
    rows = [_row("td", sides, cells) for cells in content.cells(exact=False, escape=escape)]
    return "\n".join(("<table>", heading, *rows, "</table>"))


def _row(tag: str, sides: Iterable[str], cells: Iterable[str]) -> str:
    inside = [f'<{tag} style="text-align: {side}">{cell}</{tag}>' for side, cell in zip(sides, cells)]
    return f"<tr>{''.join(inside)}</tr>"


def escape(text: str) -> str:
    """Text that HTML shows as it is.

    >>> escape("<b>")
    '&lt;b&gt;'
    """
    return escape_markup(one_line(text))
