"""Values that know their place in a text."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from ...errors import MAX_SHOWN, Location, Note, Problem
from ...wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


MAX_COMPARED = 20_000


NULLS = ("", "~", "null", "Null", "NULL")


class Scalar:
    """One value as written; `plain` tells that it was not quoted."""

    __slots__ = ("column", "line", "plain", "text")

    def __init__(self, text: str, plain: bool, line: int, column: int) -> None:
        self.text = text
        self.plain = plain
        self.line = line
        self.column = column

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in NULLS


class Items:
    """A list."""

    __slots__ = ("column", "items", "line")

    def __init__(self, items: list[Located], line: int, column: int) -> None:
        self.items = items
        self.line = line
        self.column = column


class Table:
    """A map: pairs in the order written, keys unique."""

    __slots__ = ("column", "line", "pairs")

    def __init__(self, pairs: list[tuple[Scalar, Located]], line: int, column: int) -> None:
        self.pairs = pairs
        self.line = line
        self.column = column

    def get(self, key: str) -> Located | None:
        """The value of a key, or None."""
        return next((value for name, value in self.pairs if name.text == key), None)


Located: TypeAlias = Scalar | Items | Table
"""What is written, of whatever kind."""


class Place:
    """A line and column without a value; both count from 0, as a node's do."""

    __slots__ = ("column", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column


class Source:
    """A spec's name and text: turns places into locations that show their line."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, as YAML's parser counts them."""
        return re.split("\r\n|[\n\r\x85\u2028\u2029]", self.text)

    def locate(self, place: Located | Place) -> Location:
        text = self.lines[place.line] if place.line < len(self.lines) else ""
        return Location(self.path, place.line + 1, place.column + 1, text)

    def inside(self, scalar: Scalar, offset: int) -> Place:
        """Where the character `offset` of a scalar's text is written; the quote for the first between quotes.

        YAML folds lines, so blanks say nothing: as many other characters stand before it here as there.
        """
        line, column, style = _beginning(scalar, self.lines)
        if not offset and style not in BLOCK:
            return Place(line, column)
        before = scalar.text[:offset]
        visible = "".join(before.split())
        on_it = scalar.text[offset : offset + 1].strip()
        spans = islice(_visible(self.lines, line, column, style), max(0, len(visible) - (not on_it)), None)
        line, start, stop = next(spans, (line, column, column))
        if on_it:
            return Place(line, start)
        blanks = len(before) - len(before.rstrip())
        return Place(line, min(stop + blanks, len(self.lines[line])))


BLOCK = ("|", ">")


_VISIBLE = {
    "": r"(\S)",
    "'": r"(''|\S)",
    '"': r"\\(?:[tnvfr NL_P\t]|(?:x|u00|U0{6})20|$)|(\\x..|\\u.{4}|\\U.{8}|\\?\S)",
}
"""How a character that is no blank is written, by the quote around it; what is escaped between double quotes may be
a blank, or the end of a line."""


def _beginning(scalar: Scalar, lines: list[str]) -> tuple[int, int, str]:
    """Where a scalar begins, behind its anchor, and with which quote or sign of a block; "" for plain text."""
    line, column = scalar.line, scalar.column
    while start := re.compile(r"(?:&\S+)?[ \t]*(?:#.*)?").match(lines[line], column):
        if start.end() < len(lines[line]):
            column = start.end()
            break
        line, column = line + 1, 0  # an anchor may stand alone
    return line, column, "" if scalar.plain else lines[line][column]


def _visible(lines: list[str], line: int, column: int, style: str) -> Iterator[tuple[int, int, int]]:
    """The line of every character that is no blank, and the columns from which and to which it is written.

    Goes on behind the end of the scalar that begins here.
    """
    if style in BLOCK:
        line, column, style = line + 1, 0, ""
    written = re.compile(_VISIBLE[style])
    column += len(style)
    while line < len(lines):
        for match in written.finditer(lines[line], column):
            if match[1]:
                yield line, *match.span()
        line, column = line + 1, 0


class Report:
    """What is wrong so far in one spec."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.layer = ""
        """The layer that is being made, if one is."""
        self._compared = 0

    def error(self, place: Located | Place, code: str, message: str, *notes: Note) -> None:
        location = self.source.locate(place)
        self.problems.append(Problem(location, code, message, notes=notes, layer=self.layer))

    def suggest(self, word: str, known: Iterable[str]) -> str:
        """`; did you mean ...?` while anybody will read it, for so many names in all: finding close ones is slow."""
        names = list(known)
        self._compared += len(names)
        read = len(self.problems) < MAX_SHOWN and self._compared <= MAX_COMPARED
        return suggestion(word, names) if read else ""

    def note_at(self, message: str, place: Located | Place) -> Note:
        return Note(message, self.source.locate(place))
