"""Blocks as a notebook shows them: small, self-contained, everything escaped."""

from __future__ import annotations

from html import escape as escape_markup
from typing import TYPE_CHECKING, Any

from ...errors import remarks
from ...wording import one_line
from ..blocks import ARROW, Facts, Heading, Hint, Items, Lines, Listing, Name, Picture, Said, Section, Told, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ...errors import Problem
    from ..blocks import Block, Shown, Table, Text
    from .core.terminal import Terminal


def write(results: Sequence[Shown], terminal: Terminal) -> Iterator[str]:
    """Each result, one below the other."""
    for shown in results:
        yield from (f"{text}\n" for text in fragments((shown.page or shown.blocks)()))


def fragments(blocks: Iterable[Block]) -> Iterator[str]:
    """Each block as an element or several."""
    for block in blocks:
        yield from WRITERS[type(block)](block)


def _heading(heading: Heading) -> Iterator[str]:
    way = f": {_inline(heading.way)}" if heading.way else ""
    yield f"<p><b>{_inline(heading.title)}</b>{way}</p>"


def _section(section: Section) -> Iterator[str]:
    yield f"<p><b>{escape(section.title)}</b></p>"


def _listing(listing: Listing) -> Iterator[str]:
    yield table(listing.table, listing.exact)
    yield from (f"<p>{escape(remark)}</p>" for remark in listing.remarks)


def _facts(facts: Facts) -> Iterator[str]:
    yield table(facts.table, facts.exact)


def _said(said: Said) -> Iterator[str]:
    yield f"<p>{_inline(said.text)}</p>"


def _items(items: Items) -> Iterator[str]:
    yield _list(map(_inline, items.texts))


def _told(told: Told) -> Iterator[str]:
    yield _list(map(_problem, told.problems))


def _problem(problem: Problem) -> str:
    notes = _list(map(escape, remarks(problem))) if problem.remarks else ""
    place = f"<code>{escape(str(problem.location))}</code>"
    return f"<b>{problem.severity}</b> {problem.code} {place}: {escape(problem.message)}{notes}"


def _list(items: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _nothing(block: Hint | Picture) -> Iterator[str]:
    return iter(())


WRITERS: dict[type[Any], Callable[[Any], Iterator[str]]] = {
    Heading: _heading,
    Section: _section,
    Listing: _listing,
    Facts: _facts,
    Said: _said,
    Items: _items,
    Told: _told,
    Hint: _nothing,
    Picture: _nothing,
}


def table(content: Table[Any], exact: bool) -> str:
    """Rows and foot with a heading."""
    sides = ["right" if column.kind.right else "left" for column in content.columns]
    heading = _row("th", sides, (escape(column.heading) for column in content.columns))
    rows = [_row("td", sides, cells) for cells in content.cells(exact, _cell)]
    return "\n".join(("<table>", heading, *rows, "</table>"))


def _cell(text: str) -> str:
    return "<br>".join(map(escape, text.split("\n"))) if isinstance(text, Lines) else _inline(text)


def _row(tag: str, sides: Iterable[str], cells: Iterable[str]) -> str:
    inside = [f'<{tag} style="text-align: {side}">{cell}</{tag}>' for side, cell in zip(sides, cells)]
    return f"<tr>{''.join(inside)}</tr>"


def _inline(text: Text) -> str:
    """A text whose names are code, all but the arrow."""
    return "".join(
        [
            f"<code>{escape(piece)}</code>" if isinstance(piece, Name) and piece is not ARROW else escape(piece)
            for piece in pieces(text)
        ]
    )


def escape(text: str) -> str:
    """Text that HTML shows as it is.

    >>> escape("<b>")
    '&lt;b&gt;'
    """
    return escape_markup(one_line(text))
