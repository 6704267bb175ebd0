"""The docstrings that are pages, also where Python runs without them (`PYTHONOPTIMIZE=2`)."""

from __future__ import annotations

from typing import Any


def docstring(documented: Any) -> str:
    """The docstring of a class or function: its own, or the one in its source; "" where it has none."""
    return documented.__doc__ or _in_source(documented)


def _in_source(documented: Any) -> str:
    from ast import get_docstring, parse
    from inspect import getsource
    from textwrap import dedent

    node: Any = parse(dedent(getsource(documented))).body[0]
    return get_docstring(node, clean=False) or ""
