"""Results for spreadsheets and scripts: raw numbers under one line of headings."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Any

from ...wording import one_line
from .. import comparison as variants
from ..analysis import RAW, layer_table
from ..blocks import Table
from .core.terminal import inert

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ...analysis.compare import Comparison
    from ...analysis.cost import Analysis
    from ...analysis.verification import Verification
    from ..comparison import ByLayer
    from ..field import Result
    from ..field import View as FieldView
    from ..rows import View
    from .core.terminal import Terminal

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet compute a text."""


def analyses(results: Sequence[tuple[str, Analysis]], view: View, terminal: Terminal) -> Iterator[str]:
    """The layers, without the total; of several specs, each row begins with its spec."""
    yield from tables([(path, layer_table(analysis, view, RAW)) for path, analysis in results])


def fields(results: Sequence[Result], view: FieldView, terminal: Terminal) -> Iterator[str]:
    """The layers, or the rows that answer a question; of several specs, each row begins with its spec."""
    from ..field_answers import raw_table

    yield from tables([(result.word, raw_table(result, view)) for result in results])


def verifications(results: Sequence[tuple[str, Verification]], terminal: Terminal) -> Iterator[str]:
    """The layers; of several networks, each row begins with its own."""
    from .. import verification

    yield from tables([(name, verification.layer_table(found)) for name, found in results])


def comparison(result: Comparison, by_layer: ByLayer | None, exact: bool, terminal: Terminal) -> Iterator[str]:
    """A row per variant, or where asked for a row per layer."""
    every = list(variants.columns(result).values())
    table: Table[Any] = variants.layer_table(result, by_layer) if by_layer else Table(every, result.variants)
    yield from _lines([_keys(table)])
    yield from _lines(_raw(table))


def specs(results: Sequence[tuple[str, Analysis]], exact: bool, terminal: Terminal) -> Iterator[str]:
    """A row per network that comes with convcost."""
    from ..specs import spec_table

    yield from tables([("", spec_table(results))])


def tables(named: Sequence[tuple[str, Table[Any]]]) -> Iterator[str]:
    """The rows of one table, or of several with the same columns: then each begins with its spec."""
    several = len(named) > 1
    yield from _lines([[*(["spec"] if several else []), *_keys(named[0][1])]])
    for path, table in named:
        yield from _lines([*([path] if several else []), *row] for row in _raw(table))


def _keys(table: Table[Any]) -> list[str]:
    return [column.key for column in table.columns]


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
