from __future__ import annotations

import re

import pytest

from convcost.errors import Location, Note, Problem, describe
from convcost.render.formats.core.problems import problems
from convcost.render.formats.core.terminal import Terminal

HERE = Location("a: note: b.yaml", 7, 3, "  conv: {error[CC1]: 1}\x1b[31m")
FOUND = [
    Problem(HERE, "CC101", "stride must be 1: error[CC9]: x", notes=(Note("in layer a"), Note("b", HERE))),
    Problem(Location("b.yaml"), "CC301", "macs is 7", "warning"),
    Problem(Location("b.yaml", 2, 1, "^^^"), "CC211", "no output needs\nrelu1", "note"),
]


@pytest.mark.parametrize("found", [FOUND, FOUND * 40, []])
def test_color_changes_no_character(found: list[Problem]) -> None:
    plain = "".join(problems(found, Terminal()))
    assert plain == (f"{describe(found)}\n" if found else "")
    assert re.sub(r"\x1b\[[\d;]*m", "", "".join(problems(found, Terminal(color=True)))) == plain


def test_severities_and_carets_stand_out() -> None:
    first, code, caret, *_ = problems(FOUND[:1], Terminal(color=True))
    assert first.startswith("\x1b[1ma: note: b.yaml:7:3: \x1b[0m\x1b[1;31merror[CC101]:\x1b[0m stride must")
    assert code.startswith("\x1b[2m    7 | ")
    assert caret.startswith("\x1b[1;31m      |   ^")
