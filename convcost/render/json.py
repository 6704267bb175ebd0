"""Results for programs: JSON, one layer per line, written as it goes.

Keys and their order are a promise (`schema` names and versions each document): one may be added, none renamed.
"""

from __future__ import annotations

from json import JSONEncoder
from typing import TYPE_CHECKING, Any

from . import variants
from .layers import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..analysis.cost import Analysis
    from ..compare import Comparison, Variant
    from ..errors import Problem
    from .layers import Row, View
    from .terminal import Terminal
    from .variants import ByLayer

encode = JSONEncoder().encode

ANALYSIS, COMPARISON = "convcost.analysis/1", "convcost.comparison/1"


def analyses(results: Sequence[tuple[str, Analysis]], view: View, terminal: Terminal) -> Iterator[str]:
    """One analysis as a document, several as a list of such."""
    documents = (_document(_analysis(analysis, view)) for _, analysis in results)
    if len(results) == 1:
        yield from next(documents)
    else:
        yield f'{{\n"schema": {encode(ANALYSIS)},\n"results": [\n'
        for i, document in enumerate(documents):
            yield ",\n" if i else ""
            yield from document
        yield "]\n}\n"


def comparison(result: Comparison, by_layer: ByLayer | None, exact: bool, terminal: Terminal) -> Iterator[str]:
    """One comparison as a document."""
    yield from _document(_comparison(result, by_layer))


def _document(members: Iterable[tuple[str, object]]) -> Iterator[str]:
    """An object with a member per line; a member that is an iterator is written as an array with an item per line."""
    before = "{\n"
    for key, value in members:
        yield f"{before}{encode(key)}: "
        if hasattr(value, "__next__"):
            ...
