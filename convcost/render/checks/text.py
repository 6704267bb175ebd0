"""What a check found, as people read it on a screen or in a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...check.report import SEVERITIES
from ...errors import one_line
from ..layout import wrapped
from ..problems import SEVERITY
from ..problems import problems as told
from ..terminal import painted
from . import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...check.report import Checked, CheckReport
    from ...errors import Problem
    from ..terminal import Line, Terminal

INDENT = "  "


def report(found: CheckReport, terminal: Terminal) -> Iterator[str]:
    """Each spec: how it fared, its problems, what changed, what is to be known; last the line to quote."""
    shown: set[Problem] = set()
    for spec in found.specs:
        lines = _sentence(f"{spec.title}: {wording.outcome(spec)}", terminal, _style(spec.problems))
        yield from painted(lines, terminal.color)
        yield from _problems(spec.problems, shown, terminal)
        yield from painted(_details(spec, terminal), terminal.color)
    yield from _problems(found.problems, shown, terminal)
    style = "bold green" if found.ok else "bold red"
    yield from painted(_sentence(wording.summary(found), terminal, style), terminal.color)


def _problems(problems: tuple[Problem, ...], shown: set[Problem], terminal: Terminal) -> Iterator[str]:
    """Problems not shown before: variants of a spec may share some."""
    new = [problem for problem in problems if problem not in shown]
    shown.update(new)
    if new:
        yield from told(new, terminal)


def _details(spec: Checked, terminal: Terminal) -> Iterator[Line]:
    arrow = "→" if terminal.drawing else "->"
    if spec.changes:
        yield from _sentence(f"changed against {spec.baseline}:", terminal, indent=INDENT)
    for changed in spec.changes:
        yield from _sentence(wording.change(changed, arrow), terminal, indent=2 * INDENT)
    for note in spec.notes:
        yield from _sentence(note, terminal, "dim", INDENT)


def _sentence(text: str, terminal: Terminal, style: str = "", indent: str = "") -> Iterator[Line]:
    """A sentence on as many lines as it takes; those after the first are indented further."""
    width = None if terminal.width is None else terminal.width - len(indent + INDENT)
    for i, line in enumerate(wrapped(one_line(text), width)):
        yield [(indent + INDENT * bool(i) + line, style)]


def _style(problems: tuple[Problem, ...]) -> str:
    """The style of the gravest problem."""
    found = {problem.severity for problem in problems}
    return next((SEVERITY[severity] for severity in reversed(SEVERITIES) if severity in found), "")
