"""What a check found, for a comment on a pull request or the summary of a job."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...check.report import SEVERITIES
from ...types import FIGURES
from .. import numbers
from ..markdown import escape
from . import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...check.report import Checked, CheckReport
    from ...errors import Problem
    from ..terminal import Terminal

COLUMNS = ("params", "macs", "peak_activation_bytes")
LINK = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
LIVE = re.compile(rf"(?<=[@#!~$%])(?=\w)|{LINK.pattern}", re.IGNORECASE)
"""Where a mention, a reference or a link would begin; a backslash does not stop those, a blank without width does."""
GAP = "&#8203;"
ROOM = 10_000
"""Bytes for the heading and what says how much was left out."""


def report(found: CheckReport, terminal: Terminal) -> Iterator[str]:
    """The outcome, a table of the specs, the problems."""
    yield from sections(found)


def sections(found: CheckReport, limit: int | None = None) -> Iterator[str]:
    """The report; where there is a limit in bytes, what does not fit is counted in place of being shown."""
    yield f"### {inert(wording.summary(found))}\n"
    if baselines := dict.fromkeys(code(spec.baseline) for spec in found.specs if spec.baseline):
        yield f"\nCompared with {', '.join(baselines)}.\n"
    quarter = None if limit is None else (limit - ROOM) // 4
    if found.specs:
        headings = [FIGURES[key].heading for key in COLUMNS]
        yield f"\n| spec | outcome | {' | '.join(headings)} |\n| --- | --- |{' ---: |' * len(COLUMNS)}\n"
        yield from _within(map(_row, found.specs), quarter, "spec")
    if problems := sorted(found.all_problems(), key=lambda problem: -SEVERITIES.index(problem.severity)):
        yield "\n#### Problems\n\n"
        yield from _within(map(_item, problems), quarter and 2 * quarter, "problem")
    if notes := list(_notes(found)):
        yield "\n#### Notes\n\n"
        yield from _within(notes, quarter, "note")


def _within(texts: Iterable[str], limit: int | None, noun: str) -> Iterator[str]:
    """Texts as long as they fit, and how many do not."""
    left_out = 0
    for text in texts:
        size = len(text.encode())
        if limit is not None and size > limit:
            left_out += 1
            continue
        limit = limit and limit - size
        yield text
    if left_out:
        yield f"\n{wording.counted(left_out, f'more {noun}')} left out: too many for a summary.\n"


def _row(spec: Checked) -> str:
    cells = [code(spec.title), inert(wording.outcome(spec)), *(_figure(spec, key) for key in COLUMNS)]
    return f"| {' | '.join(cells)} |\n"


def _figure(spec: Checked, key: str) -> str:
    """A figure, and what changed in it."""
    if key not in spec.figures:
        return numbers.NOTHING
    shown = numbers.count(spec.figures[key], FIGURES[key].unit)
    changed = [wording.difference(change) for change in spec.changes if change.metric == key]
    return "<br>".join([shown, *map(inert, changed)])


def _item(problem: Problem) -> str:
    remarks = "".join(f"\n  - {inert(remark)}" for remark in wording.remarks(problem))
    return f"- **{problem.severity}** {problem.code} {code(str(problem.location))}: {inert(problem.message)}{remarks}\n"


def _notes(found: CheckReport) -> Iterator[str]:
    for spec in found.specs:
        yield from (f"- {code(spec.title)}: {inert(note)}\n" for note in spec.notes)


def code(text: str) -> str:
    """A name as code, in which nobody is mentioned."""
    return f"<code>{LINK.sub(GAP, escape(text))}</code>"


def inert(text: str) -> str:
    """Text that Markdown shows as it is, in which nothing becomes a link, a mention or a reference.

    >>> inert("@all <b> #1 http://x")
    '@&#8203;all &lt;b> \\\\#&#8203;1 http:&#8203;//x'
    """
    return LIVE.sub(GAP, escape(text))
