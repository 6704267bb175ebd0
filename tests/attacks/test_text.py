"""Specs that once hung, took memory by the gigabyte, warned, or were answered at the wrong place.

The places are where an editor shows them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SECONDS = 2.0
BYTES = 300_000_000
TOO_LONG = "CC213 a network must run at most 120,000 steps, but this one goes on here"
NO_INPUT = (
    "CC004 a spec needs input: channels, then sizes: [C, H, W] (also [C], [C, L], [C, D, H, W]), "
    "or a map of names to such lists; or give it with --input"
)
ATTACKS = {
    "analyze_memory_names": [
        # the fewest names of 60 characters and a dot that make more than 1,000 behind `r1`: 2 + 17 * 61
        "81:32 CC213 a name must have at most 1,000 characters with those around it, but this one has 1,039"
    ],
    "guided_place-analyze": [
        "4:5 CC007 `( - ) - 2` is not an expression",
        "4:34 CC006 017 is not a number; write 17, or 0o17 for octal",
        "5:63 CC206 cin, the channels that enter a block, exists only inside a block",
        "6:61 CC206 there is no variable inf, and kernel must be a number",
        "13:18 CC209 a loop variable must be named by letters, digits and _, but this is `...`",
        "38:41 CC101 conv has no field prelu",
    ],
    "guided_place-rf": [
        "4:5 CC007 `( - ) - 2` is not an expression",
        "4:34 CC006 017 is not a number; write 17, or 0o17 for octal",
        "5:63 CC206 cin, the channels that enter a block, exists only inside a block",
        "6:62 CC206 there is no variable inf, and kernel must be a number",
        "24:19 CC201 there is no operation and; did you mean pad?",
        "27:28 CC005 flatten has no fields, but gets `1.0`",
        "38:41 CC101 conv has no field prelu",
    ],
    "hang-check_2_s_in_build.py_numbered": [f"4:6 {TOO_LONG}"],
    "hang-check_2_s_in_graph.py_add": [f"4:6 {TOO_LONG}", "8:76 CC101 conv has no field instance_norm"],
    "hang-document_in_the_API": [f"13:10 {TOO_LONG}"],
    "hang-expression_in_the_API": [f"4:6 {TOO_LONG}"],
    "hang-mutate_in_the_API": [f"3:6 {TOO_LONG}"],
    "place-CC006": [
        "1:1 CC004 a spec needs layers: the chain of steps",
        "2:1 CC006 12:0 is not a number; write [12, 0]",
    ],
    "place-CC007": ["1:1 CC004 a spec needs layers: the chain of steps", "2:2 CC007 `8 ]` is not an expression"],
    "place-CC206": [
        f"1:1 {NO_INPUT}",
        "2:8 CC206 there is no variable relu",
    ],
    "place_block_scalar": ["7:16 CC007 '\\n' must not stand in an expression"],
    "place_multiline": ["6:11 CC007 `8 + 4 4` is not an expression"],
    "place_multiline_quoted": ["7:13 CC206 there is no variable foo"],
    "repeat_bomb": [f"3:6 {TOO_LONG}"],
    "repeat_over": [f"3:6 {TOO_LONG}"],
    "warning-SyntaxWarning_invalid_decimal_literal": [
        f"1:1 {NO_INPUT}",
        "1:3 CC102 conv needs kernel: conv: {out: ..., kernel: ...}",
        "1:15 CC006 1.not is not a number",
    ],
    "warning_2.if": ["3:17 CC006 2.if is not a number"],
}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory differently")
@pytest.mark.parametrize("name", ATTACKS)
def test_a_spec_is_answered_at_its_places_in_little_time_and_memory(name: str) -> None:
    code, told, seconds, most = analyzed(f"{name}.yaml")
    assert code == 1
    assert [found for line in told.splitlines() if (found := problem(line, f"{name}.yaml:"))] == ATTACKS[name]
    assert ": SyntaxWarning:" not in told
    assert seconds < SECONDS
    assert most < BYTES


def problem(line: str, start: str) -> str:
    """A line of a message as `line:column CODE sentence`, "" for an excerpt."""
    if not line.startswith(start):
        return ""
    place, _, sentence = line.removeprefix(start).partition(": error[")
    return f"{place} {sentence.replace(']: ', ' ', 1)}"


WATCHED = """
import resource, sys
from convcost.__main__ import run

code = run()
usage = resource.getrusage(resource.RUSAGE_SELF)
[most] = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")]
print(usage.ru_utime + usage.ru_stime, most)
sys.exit(code)
"""


def analyzed(file: str) -> tuple[int, str, float, int]:
    """The exit code, what is told, seconds of work (others may be busy on the machine) and the most bytes held.

    The process says itself what it held: what its parent learns counts the parent's memory too.
    """
    words = [sys.executable, "-c", WATCHED, "analyze", file]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    done = subprocess.run(words, cwd=HERE, env=environment, capture_output=True, encoding="utf-8", check=False)
    seconds, kilobytes = done.stdout.splitlines()[-1].split()
    return done.returncode, done.stderr, float(seconds), int(kilobytes) * 1024


def test_every_file_of_these_kinds_is_tried() -> None:
    kinds = ("analyze_", "guided_", "hang-", "place", "repeat_", "warning")
    assert {path.stem for path in HERE.glob("*.yaml") if path.stem.startswith(kinds)} == {*ATTACKS}
