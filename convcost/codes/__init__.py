"""Every kind of mistake convcost reports, one class per code: its docstring is the page `convcost explain CODE` shows.

Each page is one sentence, a spec that raises the code and one that does not; a test runs all of them. What only a wrong
formula raises has a sentence that says which; the test puts it in the place of ours.
"""

from __future__ import annotations

from importlib import import_module

from ..docstrings import docstring

ROOMS = {"0": "text", "1": "shapes", "2": "names", "3": "demands", "4": "advice", "5": "verification"}
"""Where the codes of each hundred stand."""


def page(code: str) -> str | None:
    """The docstring of a code, or None for what is none."""
    room = ROOMS.get(code[2:3])
    found = _pages(room).get(code) if room else None
    return docstring(found) if found else None


def codes() -> tuple[str, ...]:
    """Every code, in order."""
    return tuple(sorted(code for room in ROOMS.values() for code in _pages(room)))


def _pages(room: str) -> dict[str, type]:
    module = import_module(f".{room}", __name__)
    return {name: value for name, value in vars(module).items() if isinstance(value, type)}
