"""What a check found: how each spec fared, its problems, what changed; worded once for every format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import wording
from ..check.measured import raw
from ..check.report import SEVERITIES
from ..errors import remarks
from ..figures import FIGURES
from ..wording import counted, one_line
from .blocks import (
    ARROW,
    NAME,
    TEXT,
    Column,
    Heading,
    Items,
    Kind,
    Lines,
    Listing,
    Name,
    Said,
    Section,
    Shown,
    Table,
    Told,
)
from .problem import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..check.report import Checked, CheckReport, Drift, Verdict
    from ..errors import Problem
    from .blocks import Block

SCHEMA = "convcost.check/1"
COLUMNS = ("params", "macs", "peak_activation_bytes")
"""The figures that a page shows of every spec."""


def shown(found: CheckReport) -> Shown:
    """A check for every format: a log for a screen, tables and lists for a page, a row per demand."""
    return Shown(lambda: _log(found), lambda: _demand_table(found), lambda: _members(found), page=lambda: page(found))


def _log(found: CheckReport) -> Iterator[Block]:
    """Each spec: how it fared, its problems, what changed, what is to be known; last the line to quote."""
    told: set[Problem] = set()
    for spec in found.specs:
        yield Said(f"{spec.title}: {outcome(spec)}", _style(spec.problems), hanging=1)
        yield Told(_new(spec.problems, told))
        if spec.changes:
            yield Said(f"changed against {spec.baseline}:", inset=1, hanging=1)
        yield from (Said(change(changed), inset=2, hanging=1) for changed in spec.changes)
        yield from (Said(note, "dim", inset=1, hanging=1) for note in spec.notes)
    yield Told(_new(found.problems, told))
    yield Said(summary(found), "bold green" if found.ok else "bold red", hanging=1)


def _new(problems: Iterable[Problem], told: set[Problem]) -> list[Problem]:
    """Problems not told before: variants of a spec may share some."""
    new = [problem for problem in problems if problem not in told]
    told.update(new)
    return new


def _style(problems: tuple[Problem, ...]) -> str:
    """The style of the gravest problem."""
    from .formats.core.problems import SEVERITY

    found = {problem.severity for problem in problems}
    return next((SEVERITY[severity] for severity in reversed(SEVERITIES) if severity in found), "")


def page(found: CheckReport) -> Iterator[Block]:
    """The outcome, a table of the specs, the problems, the notes."""
    yield Heading(summary(found))
    if baselines := dict.fromkeys(spec.baseline for spec in found.specs if spec.baseline):
        names = [piece for baseline in baselines for piece in (", ", Name(baseline))]
        yield Said(("Compared with ", *names[1:], "."))
    if found.specs:
        yield Listing(_spec_table(found), noun="spec")
    if problems := sorted(found.all_problems(), key=lambda problem: -SEVERITIES.index(problem.severity)):
        yield Section("Problems", apart=True)
        yield Told(problems)
    if notes := [(Name(spec.title), f": {note}") for spec in found.specs for note in spec.notes]:
        yield Section("Notes", apart=True)
        yield Items(notes, "note")


CHANGED = Kind(lambda value, exact: Lines("\n".join(value)), lambda value: value[0])
"""A figure, and below it how much it changed."""


def _spec_table(found: CheckReport) -> Table[Checked]:
    """A row per spec: how it fared, its main figures and what changed in them."""
    figures = [Column(key, FIGURES[key].heading, CHANGED, _figure(key)) for key in COLUMNS]
    named: list[Column[Checked]] = [
        Column("spec", "spec", NAME, lambda spec: spec.title),
        Column("outcome", "outcome", TEXT, outcome),
    ]
    return Table([*named, *figures], found.specs)


def _figure(key: str) -> Callable[[Checked], tuple[str, ...]]:
    """A figure of a spec, and what changed in it."""

    def figure(spec: Checked) -> tuple[str, ...]:
        if key not in spec.figures:
            return (wording.NOTHING,)
        changed = [difference(change) for change in spec.changes if change.metric == key]
        return (wording.count(spec.figures[key], FIGURES[key].unit), *changed)

    return figure


def _demand_table(found: CheckReport) -> Table[tuple[Checked, Verdict]]:
    """A row per demand, for spreadsheets."""
    return Table(
        [
            Column("spec", "spec", TEXT, lambda row: row[0].path),
            Column("variant", "variant", TEXT, lambda row: row[0].variant or ""),
            Column("kind", "kind", TEXT, lambda row: row[1].kind),
            Column("metric", "metric", TEXT, lambda row: row[1].metric),
            Column("of", "of", TEXT, lambda row: row[1].of or ""),
            Column("value", "value", VALUE, lambda row: row[1].value),
            Column("limit", "limit", TEXT, lambda row: row[1].limit),
            Column("status", "status", TEXT, lambda row: row[1].status),
        ],
        [(spec, verdict) for spec in found.specs for verdict in spec.verdicts],
    )


def _raw(value: int | tuple[int, ...] | str | None) -> object:
    if value is None:
        return ""
    return "x".join(map(str, value)) if isinstance(value, tuple) else value


VALUE = Kind(lambda value, exact: str(_raw(value)), _raw)


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


def change(changed: Drift) -> tuple[str, ...]:
    """A figure that changed: before and now, the change in units and as a share.

    >>> from convcost.check.report import Drift
    >>> "".join(change(Drift("macs", 568_740_352, 572_140_352)))
    'macs 568.7 M -> 572.1 M: +3.400 M (+0.6 %)'
    """
    unit = unit_of(changed.metric)
    before, now = wording.count(changed.before, unit), wording.count(changed.now, unit)
    return f"{changed.metric} {before} ", ARROW, f" {now}: {difference(changed)}"


def difference(changed: Drift) -> str:
    """How much a figure changed.

    >>> from convcost.check.report import Drift
    >>> difference(Drift("weight_bytes", 10**6, 999_999)), difference(Drift("macs", 0, 7))
    ('-1 B (<-0.1 %)', '+7')
    """
    more = changed.now - changed.before
    sign = "+" if more > 0 else "-"
    units = f"{sign}{wording.count(abs(more), unit_of(changed.metric))}"
    if not changed.before:
        return units
    share = wording.percent(abs(more), changed.before)
    bound = share[0] if share[0] in "<>" else ""
    return f"{units} ({bound}{sign}{share.removeprefix(bound)})"


def unit_of(metric: str) -> str:
    """The unit of a figure; nothing for what is counted."""
    return FIGURES[metric].unit if metric in FIGURES else ""


def message(problem: Problem) -> str:
    """What is wrong, and the notes, each on a line of its own; what would break a line is made visible."""
    return "\n".join([one_line(problem.message), *(f"note: {one_line(remark)}" for remark in remarks(problem))])


def _members(found: CheckReport) -> Iterator[tuple[str, object]]:
    yield "schema", SCHEMA
    yield "ok", found.ok
    yield "specs", map(_member, found.specs)
    yield "problems", map(problem, found.problems)


def _member(spec: Checked) -> dict[str, object]:
    return {
        "path": spec.path,
        "variant": spec.variant,
        "problems": [problem(found) for found in spec.problems],
        "budgets": [_verdict_member(verdict) for verdict in spec.verdicts],
        "figures": spec.figures,
        "baseline": spec.baseline,
        "changes": [{"metric": one.metric, "before": one.before, "now": one.now} for one in spec.changes],
        "notes": spec.notes,
    }


def _verdict_member(verdict: Verdict) -> dict[str, object]:
    return {
        "kind": verdict.kind,
        "metric": verdict.metric,
        "of": verdict.of,
        "value": raw(verdict.value),
        "limit": verdict.limit,
        "status": verdict.status,
    }
