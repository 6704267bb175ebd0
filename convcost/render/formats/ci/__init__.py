"""What a check found, for tools that show problems beside the code: one of them per file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from .. import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ....check.report import CheckReport
    from ..core.terminal import Terminal

    Writer = Callable[[CheckReport, Terminal], Iterator[str]]


def names() -> tuple[str, ...]:
    """Every such format, sorted; from the names of the files."""
    return tuple(sorted(files(__file__)))


def find(name: str) -> Writer:
    """The writer of a format; imports only its file."""
    writer: Writer = import_module(f".{name}", __name__).write
    return writer
