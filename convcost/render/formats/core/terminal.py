"""What the place a result goes to can show: its width, its characters, colour. Decided here and nowhere else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TextIO

from ....types import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

DRAWING = "─━→█▒▏▁·"


class Terminal(Record):
    """A stream as a place to show things. Without a width it is a pipe or a file: nothing has to fit."""

    width: int | None = None
    color: bool = False
    drawing: bool = True
    """Whether the encoding has lines, arrows and blocks."""

    @classmethod
    def of(cls, stream: TextIO, color: bool | None = None, environ: Mapping[str, str] = os.environ) -> Terminal:
        """What a stream can show. `color` is the user's word; without it NO_COLOR, FORCE_COLOR, then the terminal."""
        terminal = stream.isatty()
        if color is None:
            color = _wants_color(terminal, environ)
        return cls(_width(stream, environ) if terminal else None, color, _can_draw(stream.encoding))


def _wants_color(terminal: bool, environ: Mapping[str, str]) -> bool:
    if environ.get("NO_COLOR"):
        return False
    return bool(environ.get("FORCE_COLOR")) or (terminal and environ.get("TERM") != "dumb")


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and len(columns) < 6 and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def _can_draw(encoding: str | None) -> bool:
    try:
        DRAWING.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


Line = list[tuple[str, str]]
"""Texts, each with its style: `bold`, `dim`, `red`, ..., or nothing."""


def painted(lines: Iterable[Line], color: bool) -> Iterator[str]:
    """Lines as they are written."""
    paint = _in_color() if color else _plain
    for line in lines:
        yield inert("".join([paint(*part) for part in line]).rstrip()) + "\n"


def _plain(text: str, style: str) -> str:
    return text


def _in_color() -> Callable[[str, str], str]:
    from rich.style import Style

    return lambda text, style: Style.parse(style).render(text) if style else text


def inert(line: str, environ: Mapping[str, str] = os.environ) -> str:
    """A line for people in which GitHub's runner finds no command: it takes `::` at the start for one, `##[` anywhere.

    >>> inert("::error::a ##[group]b", {"GITHUB_ACTIONS": "true"})
    '\\\\x3a:error::a #\\\\x23[group]b'
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return line
    blank = line[: len(line) - len(line.lstrip())]
    if line.startswith("::", len(blank)):
        line = rf"{blank}\x3a{line[len(blank) + 1 :]}"
    return line.replace("##[", r"#\x23[")
