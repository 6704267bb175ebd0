"""Problems as `errors.described` words them, in colour where there is colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....errors import described
from .terminal import painted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....errors import Problem
    from .terminal import Line, Terminal

SEVERITY = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan", "advice": "bold cyan"}
STYLES = {**SEVERITY, "place": "bold", "excerpt": "dim", "caret": "bold red"}


def problems(found: Sequence[Problem], terminal: Terminal) -> Iterator[str]:
    """The lines that tell a person what is wrong."""
    yield from painted(lines(found), terminal.color)


def lines(found: Sequence[Problem]) -> Iterator[Line]:
    """The same, not painted yet."""
    for parts in described(found):
        yield [(text, STYLES.get(what, "")) for text, what in parts]
