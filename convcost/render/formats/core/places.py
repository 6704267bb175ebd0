"""Where a problem is, for tools that look it up: its path, its line, what it is known by from run to run."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from typing import TYPE_CHECKING

from ....wording import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....errors import Problem

NUMBER = re.compile(r"[<>]?(?<![\w.])\d[\d.,]*(?: ?(?:%|(?:[kMGT]i?)?B?))?(?!\w)")
"""A figure in a sentence with its unit; not the number in a name (`conv1`)."""


def relative(path: str) -> str:
    """A path as seen from here, with forward slashes and without a leading `./`.

    >>> relative("./specs/../specs/x.yaml")
    'specs/x.yaml'
    """
    if not path:
        return path
    try:
        path = os.path.relpath(path)
    except ValueError:  # on another drive
        path = os.path.normpath(path)
    return path.replace(os.sep, "/")


def line(problem: Problem) -> int:
    """The line of a problem, for formats that have no file as a whole: that is at line 1."""
    return max(problem.location.line, 1)


def fingerprints(problems: Sequence[Problem]) -> Iterator[str]:
    """What each problem is known by: an edit above it or another figure leaves it as it is; no two are the same."""
    seen: dict[tuple[str, ...], int] = {}
    for problem in problems:
        message = NUMBER.sub("#", problem.message)
        parts = (relative(problem.location.path), problem.code, problem.layer, message)
        seen[parts] = seen.get(parts, 0) + 1
        text = "\n".join([one_line(part) for part in parts] + [str(seen[parts])])
        yield sha256(text.encode()).hexdigest()
