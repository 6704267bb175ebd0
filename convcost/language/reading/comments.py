"""Where the comments of a YAML text stand; the parser drops them."""

from __future__ import annotations

from bisect import bisect
from typing import TYPE_CHECKING, Any

import yaml
from yaml.events import ScalarEvent, StreamEndEvent

from .located import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .located import Source


def comments(source: Source, mark: str) -> Iterator[Place]:
    """Every `#` that begins a comment, or a comment within one, in the lines that hold `mark`.

    A `#` within a quoted text or a block scalar is none. Nothing is found in a text that is no YAML.
    """
    lines = [number for number, line in enumerate(source.lines) if mark in line]
    try:
        texts = _texts(source.text) if lines else []
    except yaml.YAMLError:
        return
    starts = [start for start, _ in texts]
    for number in lines:
        line = source.lines[number]
        for column, character in enumerate(line):
            if character == "#" and (not column or line[column - 1] in " \t"):
                before = bisect(starts, (number, column))
                if not before or texts[before - 1][1] <= (number, column):
                    yield Place(number, column)


def _texts(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the scalars of a text begin and end, in order."""
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)(text)
    found = []
    try:
        while (kind := type(event := loader.get_event())) is not StreamEndEvent:
            if kind is ScalarEvent:
                start, end = event.start_mark, event.end_mark
                is_block = event.style in ("|", ">")  # its first line may end in a comment
                found.append(((start.line + is_block, 0 if is_block else start.column), (end.line, end.column)))
    finally:
        loader.dispose()
    return found
