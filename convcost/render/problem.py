"""A problem as every document has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..errors import Problem


def problem(problem: Problem) -> dict[str, object]:
    """A problem as every document has it."""
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "path": problem.location.path,
        "line": problem.location.line,
        "column": problem.location.column,
        **({"variants": problem.variants} if problem.variants else {}),
    }
