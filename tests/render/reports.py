"""Reports that the tests of this folder show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcost.check.report import Checked, CheckReport, Drift, Verdict
from convcost.errors import Location, Note, Problem
from convcost.render import check
from convcost.render.formats.core.terminal import Terminal

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

PIPE = Terminal()
FIGURES = {"params": 4_231_976, "macs": 572_140_352, "peak_activation_bytes": 4_816_896}
BUDGET = Location("specs/x.yaml", 5, 9, "  macs: 570M")
EXCEEDED = Problem(
    BUDGET,
    "CC303",
    "macs must be at most 570M, but is 572.1 M: 2.1 M more",
    notes=(Note("what weighs most: conv1 300.0 M (52.4 %)"),),
)
WARNED = Problem(
    Location("specs/x.yaml", 6, 21, "  params: {warn: 4M}"),
    "CC303",
    "params should be at most 4M, but is 4.232 M",
    "warning",
)
ADVICE = Problem(Location("specs/x.yaml", 12, 5, "  - conv: 3"), "CC403", "stride 2 skips positions", "advice")
UNUSED = Problem(Location("convcost.lock.json"), "CC409", "the lock has specs/gone.yaml, but there is none", "warning")


def verdict(status: str = "ok", location: Location = BUDGET, of: str | None = None, metric: str = "macs") -> Verdict:
    return Verdict("budget", metric, of, 572_140_352, "max 570M", status, location)


HELD = Checked("specs/ok.yaml", None, verdicts=(verdict(), verdict(of="conv1")), figures=FIGURES)
FAILED = Checked(
    "specs/x.yaml",
    None,
    (EXCEEDED, WARNED, ADVICE),
    (verdict("error"), verdict("warning", WARNED.location, metric="params"), verdict(of="conv1")),
    FIGURES,
    "git:origin/main",
    (Drift("macs", 568_740_352, 572_140_352), Drift("peak_activation_bytes", 4_816_897, 4_816_896)),
)
NEW = Checked("specs/new.yaml", "wide", figures=FIGURES, notes=("it is new: git:origin/main has no such spec",))
GOOD = CheckReport([HELD])
MIXED = CheckReport([HELD, FAILED, NEW], (UNUSED,))
EMPTY = CheckReport([])

RUDE = "::error::x\x1b[31m<script>|`a|b`]]>\n=cmd()\r\n::warning file=a::y\ud800 ##[error]z @all [l](http://evil.example) www.evil.example & 100% {0}"
"""A name that would do something in a log, a terminal, HTML, XML, a table, a spreadsheet or SARIF if it were let."""


def rude() -> CheckReport:
    """A report that holds nothing but that name, wherever a spec has a word to say."""
    place = Location(RUDE, 3, 2, RUDE)
    problems = tuple(
        Problem(place, "CC303", RUDE, severity, (Note(RUDE, place),), RUDE)
        for severity in ("error", "warning", "advice")
    )
    verdicts = (
        Verdict("budget", RUDE, RUDE, RUDE, RUDE, "error", place),
        Verdict("expect", RUDE, RUDE, RUDE, RUDE, "ok", place),
    )
    spec = Checked(RUDE, RUDE, problems, verdicts, {}, RUDE, (Drift(RUDE, 1, 2),), (RUDE,))
    return CheckReport([spec, Checked(RUDE, RUDE, figures=FIGURES)], problems[:1])


def shown(form: ModuleType, found: CheckReport, terminal: Terminal = PIPE) -> str:
    """A report in a format: of those that know blocks, or of those that know problems."""
    result: Any = found if ".ci." in form.__name__ else [check.shown(found)]
    return "".join(form.write(result, terminal))


def many(count: int, severity: str = "error", message: str = "macs is too large") -> CheckReport:
    """A report of one spec with so many problems."""
    problems = tuple(Problem(Location("a.yaml", i + 1, 1), "CC303", message, severity) for i in range(count))
    return CheckReport([Checked("a.yaml", None, problems)])
