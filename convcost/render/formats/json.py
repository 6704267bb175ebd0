"""Results for programs: JSON, one layer per line, written as it goes.

Keys and their order are a promise (`schema` names and versions each document): one may be added, none renamed.
"""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONEncoder
from typing import TYPE_CHECKING

from ..analysis import ANALYSIS, analysis_members
from ..comparison import comparison_members
from ..field_answers import FIELDS
from ..specs import SPECS, member
from ..verification import VERIFICATION, verification_members

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...analysis.compare import Comparison
    from ...analysis.cost import Analysis
    from ...analysis.verification import Verification
    from ..comparison import ByLayer
    from ..field import Result
    from ..field import View as FieldView
    from ..rows import View
    from .core.terminal import Terminal

_encode = JSONEncoder().encode


def encode(value: object) -> str:
    r"""A value in JSON; `##[`, which GitHub's runner takes for a command wherever it is in a log, is spelled otherwise.

    >>> encode("##[group]")
    '"#\\u0023[group]"'
    """
    return inert(_encode(value))


def inert(text: str) -> str:
    """JSON in which no string has `##[` as it is."""
    return text.replace("##[", r"#\u0023[")


def analyses(results: Sequence[tuple[str, Analysis]], view: View, terminal: Terminal) -> Iterator[str]:
    """One analysis as a document, several as a list of such."""
    yield from _documents(ANALYSIS, [analysis_members(analysis, view) for _, analysis in results])


def fields(results: Sequence[Result], view: FieldView, terminal: Terminal) -> Iterator[str]:
    """The fields of one network as a document, those of several as a list of such."""
    from ..field_answers import members

    yield from _documents(FIELDS, [members(result, view) for result in results])


def verifications(results: Sequence[tuple[str, Verification]], terminal: Terminal) -> Iterator[str]:
    """One verification as a document, several as a list of such."""
    yield from _documents(VERIFICATION, [verification_members(found) for _, found in results])


def comparison(result: Comparison, by_layer: ByLayer | None, exact: bool, terminal: Terminal) -> Iterator[str]:
    """One comparison as a document."""
    yield from document(comparison_members(result, by_layer))
    yield "\n"


def specs(results: Sequence[tuple[str, Analysis]], exact: bool, terminal: Terminal) -> Iterator[str]:
    """The networks that come with convcost as a document."""
    yield from document((("schema", SPECS), ("specs", (member(name, analysis) for name, analysis in results))))
    yield "\n"


def _documents(schema: str, results: Sequence[Iterator[tuple[str, object]]]) -> Iterator[str]:
    if len(results) == 1:
        yield from document(results[0])
    else:
        yield f'{{\n"schema": {encode(schema)},\n"results": [\n'
        for i, members in enumerate(results):
            yield ",\n" if i else ""
            yield from document(members)
        yield "\n]\n}"
    yield "\n"


def document(members: Iterable[tuple[str, object]]) -> Iterator[str]:
    """An object with a member per line, and an item per line where a member is an iterator."""
    before = "{\n"
    for key, value in members:
        yield f"{before}{encode(key)}: "
        yield from _array(value) if isinstance(value, Iterator) else (encode(value),)
        before = ",\n"
    yield "\n}"


def _array(items: Iterator[object]) -> Iterator[str]:
    before = "[\n"
    for item in items:
        yield before + encode(item)
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"
