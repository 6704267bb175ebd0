"""Where the keys and values of a TOML text stand: `tomllib` reads them, but tells no places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .located import Items, Place, Scalar, Table

if TYPE_CHECKING:
    from .located import Located

    Path: TypeAlias = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?\"{3}(?!")|'{3}.*?'{3}(?!')|"(?:\\.|[^"\\])*"|'[^']*'""",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]+")


class _Spot(NamedTuple):
    """Offsets of a key and of its value."""

    key: int
    value: int


class Places:
    """The places of a text that `tomllib` has accepted, by path: `("budgets", "macs")`, `("budgets", 0, "metric")`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._spots: dict[Path, _Spot] = {(): _Spot(0, 0)}
        self._last_row: dict[Path, int] = {}
        table: Path = ()
        while self._skip():
            if self._took("[["):
                table = self._header(True)
            elif self._took("["):
                table = self._header(False)
            else:
                self._pair(table)

    def key(self, path: Path) -> Place:
        """Where a key stands; for one that is not found, the table it is in."""
        return self._place(self._spot(path).key)

    def node(self, value: object, path: Path) -> Located:
        """A value as the reader of specs would give it."""
        place = self._place(self._spot(path).value)
        if isinstance(value, dict):
            pairs = [
                (self._scalar(key, self.key((*path, key))), self.node(v, (*path, key))) for key, v in value.items()
            ]
            return Table(pairs, place.line, place.column)
        if isinstance(value, list):
            items = [self.node(item, (*path, i)) for i, item in enumerate(value)]
            return Items(items, place.line, place.column)
        return self._scalar(value, place)

    @staticmethod
    def _scalar(value: object, place: Place) -> Scalar:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return Scalar(text, not isinstance(value, str), place.line, place.column)

    def _spot(self, path: Path) -> _Spot:
        while path not in self._spots:
            path = path[:-1]
        return self._spots[path]

    def _place(self, offset: int) -> Place:
        line_start = self._text.rfind("\n", 0, offset) + 1
        return Place(self._text.count("\n", 0, offset), offset - line_start)

    # The scanner may be lax: what it sees is valid. ------------------------------------------------------------

    def _skip(self) -> str:
        """Pass over blanks and comments; the character that follows."""
        self._take(_BLANK)
        return self._text[self._at : self._at + 1]

    def _took(self, sign: str) -> bool:
        found = self._text.startswith(sign, self._at)
        self._at += len(sign) * found
        return found

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if not match:
            return ""
        self._at = match.end()
        return match[0]

    def _header(self, is_array: bool) -> Path:
        """The table that `[a.b]` or `[[a.b]]` begins."""
        path: Path = ()
        names = self._dotted()
        for depth, (name, at) in enumerate(names, 1):
            path = (*path, name)
            self._spots.setdefault(path, _Spot(at, at))
            if is_array and depth == len(names):
                self._last_row[path] = self._last_row.get(path, -1) + 1
            if path in self._last_row:
                path = (*path, self._last_row[path])
                self._spots.setdefault(path, _Spot(at, at))
        self._skip()
        self._took("]]" if is_array else "]")
        return path

    def _dotted(self) -> list[tuple[str, int]]:
        """The names of a key, each with its offset."""
        names: list[tuple[str, int]] = []
        while True:
            quoted = self._skip() in ("'", '"')
            at = self._at
            word = self._take(_STRING if quoted else _BARE_KEY)
            names.append((word[1:-1] if quoted else word, at))
            self._skip()
            if not self._took("."):
                return names

    def _pair(self, table: Path) -> None:
        path = table
        names = self._dotted()
        self._took("=")
        self._skip()
        for name, at in names:
            path = (*path, name)
            self._spots.setdefault(path, _Spot(at, self._at if len(path) == len(table) + len(names) else at))
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._took("["):
            self._array(path)
        elif self._took("{"):
            while self._skip() != "}":
                self._pair(path)
                self._skip()
                self._took(",")
            self._took("}")
        else:
            self._take(_STRING) or self._take(_BARE_VALUE)

    def _array(self, path: Path) -> None:
        index = 0
        while self._skip() != "]":
            self._spots[(*path, index)] = _Spot(self._at, self._at)
            self._value((*path, index))
            self._skip()
            self._took(",")
            index += 1
        self._took("]")
