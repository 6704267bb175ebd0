"""Tables as text: columns aligned, headings wrapped, whole columns left out where a terminal is too narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ....types import Record
from ....wording import columns as columns_of
from ....wording import one_line
from ...blocks import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...blocks import Column, Table
    from .terminal import Line, Terminal

R = TypeVar("R")
GAP = "  "


class Block(Record):
    """A column laid out: the lines of its heading and its cells, all padded to one width."""

    name: str
    keep: int
    width: int
    heading: list[str]
    cells: list[str]


def laid_out(table: Table[R], terminal: Terminal, exact: bool) -> list[Block]:
    """Every column; headings are wrapped on a terminal only, for in a pipe one line is easier to take apart."""
    rows = [*table.rows, *table.foot]
    return [_block(column, rows, exact, wrap=terminal.width is not None) for column in table.columns]


def fit(blocks: Sequence[Block], width: int | None) -> tuple[list[Block], list[str]]:
    """The columns to show, and the names of those left out: the least wanted first, until the rest fits or all that
    are left must stay."""
    kept = list(blocks)
    while width is not None and width_of(kept) > width:
        least = min(range(len(kept)), key=lambda i: (kept[i].keep, -i))
        if kept[least].keep == ALWAYS:
            break
        del kept[least]
    names = {block.name for block in kept}
    return kept, [block.name for block in blocks if block.name not in names]


def width_of(blocks: Sequence[Block]) -> int:
    return sum(block.width + len(GAP) for block in blocks) - len(GAP)


def drawn(table: Table[R], blocks: Sequence[Block], terminal: Terminal) -> Iterator[Line]:
    """Heading, rule, rows; below another rule the foot."""
    rule: Line = [(("─" if terminal.drawing else "-") * width_of(blocks), "dim")]
    height = max(len(block.heading) for block in blocks)
    headings = [[" " * block.width] * (height - len(block.heading)) + block.heading for block in blocks]
    yield from ([(text, "bold")] for text in map(GAP.join, zip(*headings)))
    yield rule
    texts = map(GAP.join, zip(*[block.cells for block in blocks]))
    for row, text in zip(table.rows, texts):
        yield [(text, table.style(row) if table.style else "")]
    if table.foot:
        yield rule
        yield from ([(text, "bold")] for text in texts)


def _block(column: Column[R], rows: Sequence[R], exact: bool, wrap: bool) -> Block:
    values = [column.value(row) for row in rows]
    texts = column.texts(values, exact, one_line)
    if column.kind.right:
        texts = units_aligned(texts)
    content = max(map(columns_of, texts.values()), default=0)
    heading = wrapped(one_line(column.heading), content if wrap else None)
    width = max(content, *map(columns_of, heading))
    padded = {value: pad(text, width, column.kind.right) for value, text in texts.items()}
    return Block(
        one_line(column.heading),
        column.keep,
        width,
        [pad(line, width, column.kind.right) for line in heading],
        [padded[value] for value in values],
    )


def pad(text: str, width: int, right: bool) -> str:
    """Text filled up with blanks to a number of terminal columns.

    >>> pad("ab", 4, right=True)
    '  ab'
    """
    blanks = " " * (width - columns_of(text))
    return blanks + text if right else text + blanks


def units_aligned(texts: dict[Any, str]) -> dict[Any, str]:
    """Numbers filled up on the right so that units, and what has none, stand below each other.

    >>> units_aligned({1: "864", 2: "10.84 M", 3: "2 kB"})
    {1: '864   ', 2: '10.84 M ', 3: '2 kB'}
    """
    units = {value: len(text) - text.find(" ") if " " in text else 0 for value, text in texts.items()}
    widest = max(units.values(), default=0)
    return {value: text + " " * (widest - units[value]) for value, text in texts.items()}


def wrapped(heading: str, width: int | None) -> list[str]:
    """A heading, or a sentence, on as many lines as a width asks for; words are never divided, nor a number from its %.

    >>> wrapped("MACs vs baseline", 10)
    ['MACs vs', 'baseline']
    """
    if width is None:
        return [heading]
    words = heading.replace(" %", "\xa0%").split(" ")
    width = max(width, *map(columns_of, words))
    result = [words[0]]
    for word in words[1:]:
        if columns_of(result[-1]) + 1 + columns_of(word) <= width:
            result[-1] += f" {word}"
        else:
            result.append(word)
    return [line.replace("\xa0", " ") for line in result]
