"""Results for programs: JSON, one layer per line, written as it goes.

Keys and their order are a promise (`schema` names and versions each document): one may be added, none renamed.
"""

from __future__ import annotations

from collections.abc import Iterator
from json import JSONEncoder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..blocks import Shown
    from .core.terminal import Terminal

_encode = JSONEncoder().encode


def write(results: Sequence[Shown], terminal: Terminal) -> Iterator[str]:
    """One result as a document, several as a list of such."""
    if len(results) == 1:
        yield from document(results[0].members())
    else:
        _, schema = next(results[0].members())
        yield f'{{\n"schema": {encode(schema)},\n"results": [\n'
        for i, shown in enumerate(results):
            yield ",\n" if i else ""
            yield from document(shown.members())
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


def encode(value: object) -> str:
    r"""A value in JSON; `##[`, which GitHub's runner takes for a command wherever it is in a log, is spelled otherwise.

    >>> encode("##[group]")
    '"#\\u0023[group]"'
    """
    return inert(_encode(value))


def inert(text: str) -> str:
    """JSON in which no string has `##[` as it is."""
    return text.replace("##[", r"#\u0023[")
