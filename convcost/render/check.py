"""What a check found in words, the same in every format for people. Names are not escaped here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .. import wording
from ..check.measured import raw
from ..check.report import SEVERITIES
from ..figures import FIGURES
from ..wording import one_line
from .formats.core.layout import wrapped
from .formats.core.problems import SEVERITY
from .formats.core.problems import problems as told
from .formats.core.terminal import painted
from .formats.json import document
from .formats.markdown import escape
from .problem import problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..check.report import Checked, CheckReport, Verdict
    from ..errors import Problem
    from .formats.core.terminal import Line, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..check.report import Checked, CheckReport, Drift, Verdict
    from ..errors import Problem


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


def change(changed: Drift, arrow: str = "->") -> str:
    """A figure that changed: before and now, the change in units and as a share.

    >>> from convcost.check.report import Drift
    >>> change(Drift("macs", 568_740_352, 572_140_352))
    'macs 568.7 M -> 572.1 M: +3.400 M (+0.6 %)'
    """
    unit = unit_of(changed.metric)
    before, now = wording.count(changed.before, unit), wording.count(changed.now, unit)
    return f"{changed.metric} {before} {arrow} {now}: {difference(changed)}"


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


def remarks(problem: Problem) -> Iterator[str]:
    """The notes of a problem, each with its place where it has one."""
    for note in problem.remarks:
        yield f"{note.location}: {note.message}" if note.location else note.message


SCHEMA = "convcost.check/1"


def json_report(found: CheckReport, terminal: Terminal) -> Iterator[str]:
    """One document."""
    yield from document(
        (
            ("schema", SCHEMA),
            ("ok", found.ok),
            ("specs", map(_member, found.specs)),
            ("problems", map(problem, found.problems)),
        )
    )
    yield "\n"


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


COLUMNS = ("params", "macs", "peak_activation_bytes")


LINK = re.compile(r"(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)


LIVE = re.compile(rf"(?<=[@#!~$%])(?=\w)|{LINK.pattern}", re.IGNORECASE)
"""Where a mention, a reference or a link would begin; a backslash does not stop those, a blank without width does."""


GAP = "&#8203;"


ROOM = 10_000
"""Bytes for the heading and what says how much was left out."""


def markdown_report(found: CheckReport, terminal: Terminal) -> Iterator[str]:
    """The outcome, a table of the specs, the problems."""
    yield from sections(found)


def sections(found: CheckReport, limit: int | None = None) -> Iterator[str]:
    """The markdown_report; where there is a limit in bytes, what does not fit is counted in place of being shown."""
    yield f"### {inert(summary(found))}\n"
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
        yield f"\n{counted(left_out, f'more {noun}')} left out: too many for a summary.\n"


def _row(spec: Checked) -> str:
    cells = [code(spec.title), inert(outcome(spec)), *(_figure(spec, key) for key in COLUMNS)]
    return f"| {' | '.join(cells)} |\n"


def _figure(spec: Checked, key: str) -> str:
    """A figure, and what changed in it."""
    if key not in spec.figures:
        return wording.NOTHING
    shown = wording.count(spec.figures[key], FIGURES[key].unit)
    changed = [difference(change) for change in spec.changes if change.metric == key]
    return "<br>".join([shown, *map(inert, changed)])


def _item(problem: Problem) -> str:
    told = "".join(f"\n  - {inert(remark)}" for remark in remarks(problem))
    return f"- **{problem.severity}** {problem.code} {code(str(problem.location))}: {inert(problem.message)}{told}\n"


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


INDENT = "  "


def text_report(found: CheckReport, terminal: Terminal) -> Iterator[str]:
    """Each spec: how it fared, its problems, what changed, what is to be known; last the line to quote."""
    shown: set[Problem] = set()
    for spec in found.specs:
        lines = _sentence(f"{spec.title}: {outcome(spec)}", terminal, _style(spec.problems))
        yield from painted(lines, terminal.color)
        yield from _problems(spec.problems, shown, terminal)
        yield from painted(_details(spec, terminal), terminal.color)
    yield from _problems(found.problems, shown, terminal)
    style = "bold green" if found.ok else "bold red"
    yield from painted(_sentence(summary(found), terminal, style), terminal.color)


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
        yield from _sentence(change(changed, arrow), terminal, indent=2 * INDENT)
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
