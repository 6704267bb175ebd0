"""What a check found, as GitLab's Code Quality reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....wording import one_line
from ..core.places import fingerprints, line, relative
from ..json import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....check.report import CheckReport
    from ....errors import Problem
    from ..core.terminal import Terminal

SEVERITIES = {"error": "major", "warning": "minor", "advice": "info"}


def write(found: CheckReport, terminal: Terminal) -> Iterator[str]:
    """A list with an entry per problem."""
    problems = found.all_problems()
    before = "[\n"
    for problem, fingerprint in zip(problems, fingerprints(problems)):
        yield before + encode(_entry(problem, fingerprint))
        before = ",\n"
    yield "\n]\n" if problems else "[]\n"


def _entry(problem: Problem, fingerprint: str) -> dict[str, object]:
    return {
        "description": one_line(problem.message),
        "check_name": problem.code,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[problem.severity],
        "location": {"path": one_line(relative(problem.location.path)), "lines": {"begin": line(problem)}},
    }
