"""What a check found, for programs: JSON, one spec per line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...check.measured import raw
from ..json import document, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...check.report import Checked, CheckReport, Verdict
    from ..terminal import Terminal

SCHEMA = "convcost.check/1"


def report(found: CheckReport, terminal: Terminal) -> Iterator[str]:
    """One document."""
    yield from document(
        (
            ("schema", SCHEMA),
            ("ok", found.ok),
            ("specs", map(_spec, found.specs)),
            ("problems", map(problem, found.problems)),
        )
    )
    yield "\n"


def _spec(spec: Checked) -> dict[str, object]:
    return {
        "path": spec.path,
        "variant": spec.variant,
        "problems": [problem(found) for found in spec.problems],
        "budgets": [_verdict(verdict) for verdict in spec.verdicts],
        "figures": spec.figures,
        "baseline": spec.baseline,
        "changes": [{"metric": one.metric, "before": one.before, "now": one.now} for one in spec.changes],
        "notes": spec.notes,
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "kind": verdict.kind,
        "metric": verdict.metric,
        "of": verdict.of,
        "value": raw(verdict.value),
        "limit": verdict.limit,
        "status": verdict.status,
    }
