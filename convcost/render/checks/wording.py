"""What a check found in words, the same in every format for people. Names are not escaped here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...check.report import SEVERITIES
from ...errors import one_line
from ...types import FIGURES
from .. import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ...check.report import Change, Checked, CheckReport, Verdict
    from ...errors import Problem


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "spec"), counted(1200, "error"), counted(2, "advice")
    ('1 spec', '1,200 errors', '2 pieces of advice')
    """
    if noun == "advice":
        noun = "piece of advice" if number == 1 else "pieces of advice"
    elif number != 1:
        noun += "s"
    return f"{number:,} {noun}"


def tally(problems: Iterable[Problem]) -> str:
    """How many problems there are of each severity, the gravest first; nothing where there are none."""
    severities = [problem.severity for problem in problems]
    found = [(severities.count(severity), severity) for severity in reversed(SEVERITIES)]
    return ", ".join(counted(number, severity) for number, severity in found if number)


def outcome(spec: Checked) -> str:
    """How a spec fared: its problems, or that there are none, and how many of its demands hold."""
    return ", ".join(filter(None, [tally(spec.problems) or "ok", demands(spec.verdicts)]))


def demands(verdicts: Iterable[Verdict]) -> str:
    """How many demands hold, of how many."""
    held = [verdict.status != "error" for verdict in verdicts]
    if not held:
        return ""
    if not all(held):
        return f"{sum(held):,} of {len(held):,} demands hold"
    return f"{counted(len(held), 'demand')} {'holds' if len(held) == 1 else 'hold'}"


def summary(found: CheckReport) -> str:
    """The line to quote."""
    problems = tally(found.all_problems())
    answer = "passed" if found.ok else "failed"
    held = demands(verdict for spec in found.specs for verdict in spec.verdicts)
    specs = counted(len({spec.path for spec in found.specs}), "spec")
    variants = sum(spec.variant is not None for spec in found.specs)
    where = f"{specs}, {counted(variants, 'variant')}" if variants else specs
    return f"convcost check: {answer}{f' with {problems}' if problems else ''}; {held or 'no demands'} in {where}"


def change(changed: Change, arrow: str = "->") -> str:
    """A figure that changed: before and now, the change in units and as a share.

    >>> from convcost.check.report import Change
    >>> change(Change("macs", 568_740_352, 572_140_352))
    'macs 568.7 M -> 572.1 M: +3.400 M (+0.6 %)'
    """
    unit = unit_of(changed.metric)
    before, now = numbers.count(changed.before, unit), numbers.count(changed.now, unit)
    return f"{changed.metric} {before} {arrow} {now}: {difference(changed)}"


def difference(changed: Change) -> str:
    """How much a figure changed.

    >>> from convcost.check.report import Change
    >>> difference(Change("weight_bytes", 10**6, 999_999)), difference(Change("macs", 0, 7))
    ('-1 B (<-0.1 %)', '+7')
    """
    more = changed.now - changed.before
    sign = "+" if more > 0 else "-"
    units = f"{sign}{numbers.count(abs(more), unit_of(changed.metric))}"
    if not changed.before:
        return units
    share = numbers.percent(abs(more), changed.before)
    bound = share[0] if share[0] in "<>" else ""
    return f"{units} ({bound}{sign}{share.removeprefix(bound)})"


def unit_of(metric: str) -> str:
    """The unit of a figure; nothing for what is counted."""
    return FIGURES[metric].unit if metric in FIGURES else ""


def message(problem: Problem) -> str:
    """What is wrong, and the notes, each on a line of its own; what would break a line is made visible."""
    return "\n".join([one_line(problem.message), *(f"note: {one_line(remark)}" for remark in remarks(problem))])


def remarks(problem: Problem) -> Iterator[str]:
    """The notes of a problem, each with its place where it has one."""
    for note in problem.remarks:
        yield f"{note.location}: {note.message}" if note.location else note.message
