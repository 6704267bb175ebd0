"""Results for spreadsheets and scripts: raw numbers under one line of headings."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from ...wording import one_line
from .core.terminal import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..blocks import Shown, Table
    from .core.terminal import Terminal

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet compute a text."""


def write(results: Sequence[Shown], terminal: Terminal) -> Iterator[str]:
    """The rows of one result, or of several with the same columns: then each begins with what it is of."""
    several = len(results) > 1
    for i, shown in enumerate(results):
        table = shown.raw()
        if not i:
            yield from _lines([[*(["spec"] if several else []), *(column.key for column in table.columns)]])
        yield from _lines([*([shown.word] if several else []), *row] for row in _raw(table))


def _raw(table: Table[Any]) -> Iterator[list[object]]:
    for row in table.rows:
        yield [column.kind.raw(column.value(row)) for column in table.columns]


def _lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in rows:
        writer.writerow([escape(cell) if isinstance(cell, str) else cell for cell in row])
        yield inert(buffer.getvalue())
        buffer.seek(0)
        buffer.truncate()


def escape(text: str) -> str:
    """Text that no spreadsheet takes for a formula, on one line.

    >>> escape("=1+1"), escape("conv1")
    ("'=1+1", 'conv1')
    """
    return one_line(f"'{text}" if text.startswith(FORMULA) else text)
