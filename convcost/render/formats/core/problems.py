"""Problems as `errors.describe` words them, in colour where there is colour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....errors import describe
from .terminal import painted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....errors import Problem
    from .terminal import Line, Terminal

SEVERITY = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan", "advice": "bold cyan"}
HEADS = (r"(.*?: )((\w+)\[\w+\]:)( .*)", r"(|.*?:\d+:\d+: )((note):)( .*)")
SOURCE = r" *\d* \| "


def problems(found: Sequence[Problem], terminal: Terminal) -> Iterator[str]:
    """The lines that tell a person what is wrong."""
    yield from painted(map(_line, describe(found).splitlines()), terminal.color)


def _line(text: str) -> Line:
    if re.match(SOURCE, text):
        return [(text, "bold red" if text.endswith("^") and not text.strip("^ |") else "dim")]
    head = re.fullmatch(HEADS[0], text) or re.fullmatch(HEADS[1], text)
    if not head:
        return [(text, "")]
    place, label, severity, message = head.groups()
    return [(place, "bold"), (label, SEVERITY.get(severity, "bold")), (message, "")]
