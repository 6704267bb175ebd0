"""What a person reads."""

from __future__ import annotations

import re

import pytest

from convcost.check.report import Checked, CheckReport, Drift
from convcost.render.formats import text
from convcost.render.formats.core.terminal import Terminal
from convcost.wording import columns
from tests.render.reports import (
    ADVICE,
    EMPTY,
    EXCEEDED,
    FAILED,
    GOOD,
    HELD,
    MIXED,
    NEW,
    UNUSED,
    WARNED,
    many,
    rude,
    shown,
    verdict,
)

MIXED_SHOWN = """\
specs/ok.yaml: ok, 2 demands hold
specs/x.yaml: 1 error, 1 warning, 1 piece of advice, 2 of 3 demands hold
specs/x.yaml:5:9: error[CC303]: macs must be at most 570M, but is 572.1 M: 2.1 M more
    5 |   macs: 570M
      |         ^
note: what weighs most: conv1 300.0 M (52.4 %)
specs/x.yaml:6:21: warning[CC303]: params should be at most 4M, but is 4.232 M
    6 |   params: {warn: 4M}
      |                     ^
specs/x.yaml:12:5: advice[CC403]: stride 2 skips positions
   12 |   - conv: 3
      |     ^
  changed against git:origin/main:
    macs 568.7 M → 572.1 M: +3.400 M (+0.6 %)
    peak_activation_bytes 4.817 MB → 4.817 MB: -1 B (<-0.1 %)
specs/new.yaml@wide: ok
  it is new: git:origin/main has no such spec
convcost.lock.json: warning[CC409]: the lock has specs/gone.yaml, but there is none
convcost check: failed with 1 error, 2 warnings, 1 piece of advice; 4 of 5 demands hold in 3 specs, 1 variant
"""


def test_each_spec_has_its_outcome_its_problems_its_changes_and_its_notes() -> None:
    assert shown(text, MIXED) == MIXED_SHOWN


def test_what_holds_takes_one_line() -> None:
    assert shown(text, GOOD) == (
        "specs/ok.yaml: ok, 2 demands hold\nconvcost check: passed; 2 demands hold in 1 spec\n"
    )


@pytest.mark.parametrize(
    ("report", "last"),
    [
        (EMPTY, "convcost check: passed; no demands in 0 specs"),
        (CheckReport([NEW]), "convcost check: passed; no demands in 1 spec, 1 variant"),
        (CheckReport([HELD.replace(verdicts=(verdict(),))]), "convcost check: passed; 1 demand holds in 1 spec"),
        (CheckReport([], (WARNED,)), "convcost check: passed with 1 warning; no demands in 0 specs"),
        (CheckReport([], (WARNED,), "warning"), "convcost check: failed with 1 warning; no demands in 0 specs"),
        (CheckReport([], (ADVICE, EXCEEDED), None), "convcost check: passed with 1 error, 1 piece of advice; no demands in 0 specs"),
        (CheckReport([HELD] * 1200), "convcost check: passed; 2,400 demands hold in 1 spec"),
    ],
)  # fmt: skip
def test_the_last_line_can_be_quoted(report: CheckReport, last: str) -> None:
    assert shown(text, report).splitlines()[-1] == last


def test_a_problem_that_variants_share_is_shown_once() -> None:
    one, two = (Checked("specs/x.yaml", name, (EXCEEDED,)) for name in ("one", "two"))
    lines = shown(text, CheckReport([one, two])).splitlines()
    assert [line for line in lines if "error" in line] == [
        "specs/x.yaml@one: 1 error",
        "specs/x.yaml:5:9: error[CC303]: macs must be at most 570M, but is 572.1 M: 2.1 M more",
        "specs/x.yaml@two: 1 error",
        "convcost check: failed with 1 error; no demands in 1 spec, 2 variants",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Drift("params", 1000, 900), "params 1.000 k → 900: -100 (-10.0 %)"),
        (Drift("weight_bytes", 1000, 3500), "weight_bytes 1.000 kB → 3.500 kB: +2.500 kB (+250.0 %)"),
        (Drift("macs", 0, 5), "macs 0 → 5: +5"),
        (Drift("macs", 5, 0), "macs 5 → 0: -5 (-100 %)"),
        (Drift("layers", 100_000, 100_001), "layers 100.0 k → 100.0 k: +1 (<+0.1 %)"),
    ],
)
def test_a_change_is_told_in_units_and_as_a_share(change: Drift, words: str) -> None:
    spec = HELD.replace(baseline="old.json", changes=(change,))
    assert f"  changed against old.json:\n    {words}\n" in shown(text, CheckReport([spec]))


def test_sentences_fit_a_narrow_terminal_of_plain_characters() -> None:
    note = "the baseline is a shallow clone that does not have the commit; fetch it with git fetch --unshallow"
    found = CheckReport([FAILED.replace(problems=(), notes=(note,))] * 2, (UNUSED,))
    lines = shown(text, found, Terminal(60, drawing=False)).splitlines()
    assert lines[:8] == [
        "specs/x.yaml: ok, 2 of 3 demands hold",
        "  changed against git:origin/main:",
        "    macs 568.7 M -> 572.1 M: +3.400 M (+0.6 %)",
        "    peak_activation_bytes 4.817 MB -> 4.817 MB: -1 B",
        "      (<-0.1 %)",
        "  the baseline is a shallow clone that does not have the",
        "    commit; fetch it with git fetch --unshallow",
        "specs/x.yaml: ok, 2 of 3 demands hold",
    ]
    assert all(line.isascii() for line in lines)
    assert all(columns(line) <= 60 for line in lines if "CC409" not in line)


def test_color_changes_no_character() -> None:
    colored = shown(text, MIXED, Terminal(color=True))
    assert "\x1b[1;31mconvcost check: failed" in colored
    assert "\x1b[1;31mspecs/x.yaml: 1 error" in colored
    assert "\x1b[1;32mconvcost check: passed" in shown(text, GOOD, Terminal(color=True))
    assert re.sub(r"\x1b\[[\d;]*m", "", colored) == MIXED_SHOWN


def test_many_problems_of_a_spec_are_counted() -> None:
    assert "... and 10 more problems (60 in all)\n" in shown(text, many(60))


@pytest.mark.parametrize("width", [None, 60])
def test_nothing_from_a_spec_reaches_the_terminal_as_it_is(width: int | None) -> None:
    result = shown(text, rude(), Terminal(width))
    assert all(line.isprintable() for line in result.split("\n"))
    assert r"\x1b[31m<script>" in result
    assert r"\ud800" in result
    assert "\n=cmd" not in result
