"""Comments that silence advice: `# convcost: ignore[CC402] the stem is meant to be wide`.

One stands on the line of the advice, or alone above it; several codes are separated by commas. Only advice can be
silenced, and a comment that silences nothing is reported, so that none outlives its reason.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import Problem
from ..language.reading.comments import comments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..language.reading.located import Place, Source

UNUSED = "CC409"
_MARK = "convcost:"
_COMMENT = re.compile(r"#\s*convcost:\s*ignore\b(?:\s*\[([^\]]*)\])?")
_ADVICE = re.compile(r"(?a)CC4\d\d")


class _Ignore:
    """One comment; `line` is the line it speaks of, `unused` its codes that have silenced nothing yet."""

    def __init__(self, place: Place, line: int, codes: list[str]) -> None:
        self.place = place
        self.line = line
        self.codes = codes
        self.unused = dict.fromkeys(codes)

    def silences(self, problem: Problem) -> bool:
        if problem.location.line != self.line or problem.code not in self.codes or not _ADVICE.fullmatch(problem.code):
            return False
        self.unused.pop(problem.code, None)
        return True


def apply(source: Source, problems: Sequence[Problem]) -> tuple[list[Problem], list[Problem]]:
    """The problems that are not silenced, and a warning for every code of a comment that silences none of them.

    Call it only where advice was asked for. In a spec with variants, a comment is unused if it is so in all of them.
    """
    if _MARK not in source.text:
        return list(problems), []
    ignores = list(_ignores(source))
    kept = [problem for problem in problems if not _silenced(problem, source, ignores)]
    return kept, [_warning(source, ignore, message) for ignore in ignores for message in _complaints(ignore)]


def _silenced(problem: Problem, source: Source, ignores: list[_Ignore]) -> bool:
    # every comment is asked: two on one line may both be meant
    return problem.location.path == source.path and sum(ignore.silences(problem) for ignore in ignores) > 0


def _ignores(source: Source) -> Iterator[_Ignore]:
    """The comments of a spec, in its order."""
    for place in comments(source, _MARK):
        text = source.lines[place.line]
        match = _COMMENT.match(text, place.column)
        if match:
            alone = not text[: place.column].strip()
            codes = [code.strip() for code in (match[1] or "").split(",")]
            yield _Ignore(place, _below(source, place.line) if alone else place.line + 1, [c for c in codes if c])


def _below(source: Source, line: int) -> int:
    """The line that a comment alone speaks of, from 1: the next one that is no comment."""
    while line < len(source.lines) and source.lines[line].lstrip().startswith("#"):
        line += 1
    return line + 1


def _complaints(ignore: _Ignore) -> Iterator[str]:
    if not ignore.codes:
        yield "an ignore must name the advice it silences, like ignore[CC402]"
    for code in ignore.unused:
        if _ADVICE.fullmatch(code):
            yield f"ignore[{code}] must silence an advice on line {ignore.line}, but there is none with this code"
        else:
            yield f"ignore[{code[:60]}] must name an advice (CC4xx), but only advice can be silenced"


def _warning(source: Source, ignore: _Ignore, message: str) -> Problem:
    return Problem(source.locate(ignore.place), UNUSED, message, "warning")
