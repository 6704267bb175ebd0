"""Blocks as people read them on a screen or in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...wording import one_line
from ..blocks import ARROW, Bars, Facts, Heading, Hint, Items, Listing, Picture, Said, Section, Told, pieces
from .core import layout
from .core.terminal import painted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..blocks import Block, Shown, Text
    from .core.terminal import Line, Terminal

PARTS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")
BARS = (6, 30)
"""Columns that a bar needs at least, and takes at most."""
INDENT = "  "


def write(results: Sequence[Shown], terminal: Terminal) -> Iterator[str]:
    """Each result, an empty line between them."""
    for i, shown in enumerate(results):
        if i:
            yield "\n"
        yield from painted(_lines(shown.blocks(), terminal), terminal.color)


def _lines(blocks: Iterable[Block], terminal: Terminal) -> Iterator[Line]:
    """Blocks, an empty line between those that are not sentences."""
    before: Block | None = None
    for block in blocks:
        lines = list(WRITERS[type(block)](block, terminal))
        if not lines:
            continue
        if before is not None and not _follows(before, block):
            yield []
        yield from lines
        before = block


def _follows(before: Block, block: Block) -> bool:
    """Whether a block stands directly below the one before."""
    sentences = (Said, Told)
    return (isinstance(before, sentences) and isinstance(block, sentences)) or (isinstance(block, Hint) and block.close)


def _heading(heading: Heading, terminal: Terminal) -> Iterator[Line]:
    way = _plain(heading.way, terminal)
    yield [(_plain(heading.title, terminal), "bold"), (f": {way}" if way else "", "")]


def _section(section: Section, terminal: Terminal) -> Iterator[Line]:
    yield [(one_line(section.title), "bold")]


def _listing(listing: Listing, terminal: Terminal) -> Iterator[Line]:
    """A table in the columns that fit, what its signs mean, and a line that names the columns left out."""
    blocks, left_out = layout.fit(layout.laid_out(listing.table, terminal, listing.exact), terminal.width)
    if listing.bars and terminal.width:
        blocks += _bars(listing.bars, terminal.width - layout.width_of(blocks) - len(layout.GAP), terminal.drawing)
    yield from layout.drawn(listing.table, blocks, terminal)
    for remark in listing.remarks:
        yield from _said(Said(remark, "yellow"), terminal)
    if left_out:
        yield from _said(Said(f"left out at this width: {', '.join(left_out)}", "dim"), terminal)


def _facts(facts: Facts, terminal: Terminal) -> Iterator[Line]:
    columns = layout.laid_out(facts.table, terminal, facts.exact)
    for heading, value, remark in zip(*[column.cells for column in columns]):
        yield [(heading + layout.GAP, ""), (value + layout.GAP, "bold"), (remark.rstrip(), "dim")]


def _said(said: Said, terminal: Terminal) -> Iterator[Line]:
    """A sentence on as many lines as it takes."""
    indent, hanging = INDENT * said.inset, INDENT * said.hanging
    width = None if terminal.width is None else terminal.width - len(indent + hanging)
    for i, line in enumerate(layout.wrapped(_plain(said.text, terminal), width)):
        yield [(indent + (hanging if i else "") + line, said.style)]


def _items(items: Items, terminal: Terminal) -> Iterator[Line]:
    for text in items.texts:
        yield from _said(Said(text), terminal)


def _told(told: Told, terminal: Terminal) -> Iterator[Line]:
    from .core.problems import lines

    yield from lines(told.problems)


def _hint(hint: Hint, terminal: Terminal) -> Iterator[Line]:
    for text in hint.lines:
        yield from ([(line, "dim")] for line in layout.wrapped(text, terminal.width))


def _picture(picture: Picture, terminal: Terminal) -> Iterable[Line]:
    return picture.draw(terminal)


WRITERS: dict[type[Any], Callable[[Any, Terminal], Iterable[Line]]] = {
    Heading: _heading,
    Section: _section,
    Listing: _listing,
    Facts: _facts,
    Said: _said,
    Items: _items,
    Told: _told,
    Hint: _hint,
    Picture: _picture,
}


def _plain(text: Text, terminal: Terminal) -> str:
    """A text on one line, with the arrow that the encoding has."""
    arrow = "→" if terminal.drawing else ARROW
    return "".join([arrow if piece is ARROW else one_line(piece) for piece in pieces(text)])


def _bars(bars: Bars, room: int, drawing: bool) -> list[layout.Block]:
    """A bar for each row, the longest for the largest, where there is room for them."""
    least, most = BARS
    if room < least or not any(bars.figures):
        return []
    width = min(room, most)
    cells = [bar(value, max(bars.figures), width, drawing).ljust(width) for value in bars.figures]
    return [layout.Block("bars", 0, width, [bars.heading.ljust(width)], cells)]


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
