"""One format per file; the folder is the registry. A format's `write(results, terminal)` knows blocks and no result.

Those under `ci/` are for tools that show what a check found; their `write(report, terminal)` knows its problems.
"""

from __future__ import annotations

from importlib import import_module
from os import listdir
from os.path import dirname
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..blocks import Shown
    from .core.terminal import Terminal

    Writer = Callable[[Sequence[Shown], Terminal], Iterator[str]]

FIRST = "text"
"""What is written where no format is named."""


def names() -> tuple[str, ...]:
    """Every format, the first by default; from the names of the files."""
    return FIRST, *sorted({*files(__file__)} - {FIRST})


def find(name: str) -> Writer:
    """The writer of a format; imports only its file."""
    writer: Writer = import_module(f".{name}", __name__).write
    return writer


def files(package: str) -> list[str]:
    """The modules beside a package's first file."""
    return [name[:-3] for name in listdir(dirname(package)) if name.endswith(".py") and name != "__init__.py"]
