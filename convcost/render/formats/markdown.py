"""Blocks as GitHub renders them: headings, tables, lists; nobody is mentioned and nothing becomes a link."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...errors import remarks
from ...wording import counted, one_line
from ..blocks import ARROW, Facts, Heading, Hint, Items, Lines, Listing, Name, Picture, Said, Section, Told, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ...errors import Problem
    from ..blocks import Block, Shown, Table, Text
    from .core.terminal import Terminal

# An underscore inside a word is no markup: `relu6_1` stays readable in the source. So is > where no line begins.
# A line that begins with `::` is a command to GitHub's runner.
MARKUP = re.compile(r"[\\`*\[\]|~#$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|(?<!\S):(?=:)")
LINK = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
LIVE = re.compile(rf"(?<=[@#!~$%])(?=\w)|{LINK.pattern}", re.IGNORECASE)
"""Where a mention, a reference or a link would begin; a backslash does not stop those, a blank without width does."""
GAP = "&#8203;"
ROOM = 10_000
"""Bytes for the heading and what says how much was left out."""


def write(results: Sequence[Shown], terminal: Terminal) -> Iterator[str]:
    """Each result, an empty line between them."""
    for i, shown in enumerate(results):
        if i:
            yield "\n"
        yield from page((shown.page or shown.blocks)())


def page(blocks: Iterable[Block], limit: int | None = None) -> Iterator[str]:
    """Blocks, an empty line between them; where there is a limit in bytes, what does not fit is counted in place of
    being shown: half of it is for problems, a quarter for a table, a quarter for a list."""
    quarter = None if limit is None else (limit - ROOM) // 4
    first = True
    for block in blocks:
        texts = WRITERS[type(block)](block, quarter)
        for i, text in enumerate(texts):
            if not i and not first:
                yield "\n"
            first = False
            yield text


def _heading(heading: Heading, limit: int | None) -> Iterator[str]:
    yield f"### {_inline(heading.title)}\n"
    if heading.way:
        yield f"\n{_inline(heading.way)}\n"


def _section(section: Section, limit: int | None) -> Iterator[str]:
    yield f"#### {inert(section.title)}\n" if section.apart else f"{inert(section.title)}:\n"


def _listing(listing: Listing, limit: int | None) -> Iterator[str]:
    yield from table(listing.table, listing.exact, limit, listing.noun)
    yield from (f"\n{inert(remark)}\n" for remark in listing.remarks)


def _facts(facts: Facts, limit: int | None) -> Iterator[str]:
    yield from table(facts.table, facts.exact)


def _said(said: Said, limit: int | None) -> Iterator[str]:
    yield f"{_inline(said.text)}\n"


def _items(items: Items, limit: int | None) -> Iterator[str]:
    yield from _within((f"- {_inline(text)}\n" for text in items.texts), limit, items.noun)


def _told(told: Told, limit: int | None) -> Iterator[str]:
    yield from _within(map(_problem, told.problems), limit and 2 * limit, "problem")


def _problem(problem: Problem) -> str:
    notes = "".join(f"\n  - {inert(remark)}" for remark in remarks(problem))
    return f"- **{problem.severity}** {problem.code} {code(str(problem.location))}: {inert(problem.message)}{notes}\n"


def _hint(hint: Hint, limit: int | None) -> Iterator[str]:
    return iter(())


def _picture(picture: Picture, limit: int | None) -> Iterator[str]:
    """One that stands alone, as in a pipe."""
    if picture.alone:
        from .core.terminal import Terminal, painted

        yield from ("```text\n", *painted(picture.draw(Terminal()), color=False), "```\n")


WRITERS: dict[type[Any], Callable[[Any, int | None], Iterator[str]]] = {
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


def table(content: Table[Any], exact: bool, limit: int | None = None, noun: str = "row") -> Iterator[str]:
    """Rows and foot with a heading."""
    yield _row([escape(column.heading) for column in content.columns])
    yield _row(["---:" if column.kind.right else "---" for column in content.columns])
    yield from _within(map(_row, content.cells(exact, _cell)), limit, noun)


def _cell(text: str) -> str:
    return "<br>".join(map(inert, text.split("\n"))) if isinstance(text, Lines) else _inline(text)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _within(texts: Iterable[str], limit: int | None, noun: str) -> Iterator[str]:
    """Texts as long as they fit, and how many do not."""
    left_out = 0
    for text in texts:
        size = len(text.encode())
        if limit is not None and size > limit:
            left_out += 1
            continue
        limit = limit and limit - size
        yield text
    if left_out:
        yield f"\n{counted(left_out, f'more {noun}')} left out: too many for a summary.\n"


def _inline(text: Text) -> str:
    """A text whose names are code, all but the arrow."""
    return "".join(
        [code(piece) if isinstance(piece, Name) and piece is not ARROW else inert(piece) for piece in pieces(text)]
    )


def code(text: str) -> str:
    """A name as code, in which nobody is mentioned."""
    return f"<code>{LINK.sub(GAP, escape(text))}</code>"


def inert(text: str) -> str:
    """Text that Markdown shows as it is, in which nothing becomes a link, a mention or a reference.

    >>> inert("@all <b> #1 http://x")
    '@&#8203;all &lt;b> \\\\#&#8203;1 http:&#8203;//x'
    """
    return LIVE.sub(GAP, escape(text))


def escape(text: str) -> str:
    """Text that Markdown shows as it is.

    >>> escape("a|b <i> *c* relu6_1")
    'a\\\\|b &lt;i> \\\\*c\\\\* relu6_1'
    """
    return MARKUP.sub(r"\\\g<0>", one_line(text)).replace("&", "&amp;").replace("<", "&lt;")
