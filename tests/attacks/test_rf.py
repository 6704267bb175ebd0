"""Specs on which `convcost rf` once took minutes or gigabytes; each is a file beside this one.

Every command ends within 2 s of a processor and 300 MB, with a figure or a sentence: the system itself ends one that
takes more.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SECONDS = 2
SLACK = 1
"""Seconds more, for slow machines."""
KILOBYTES = 300_000

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")


class Answer(NamedTuple):
    code: int
    out: str
    err: str


def rf(*words: str, seconds: int = SECONDS + SLACK) -> Answer:
    limits = f'ulimit -t {seconds}; ulimit -v {KILOBYTES}; exec "$@"'
    run = subprocess.run(
        ["/bin/sh", "-c", limits, "sh", sys.executable, "-m", "convcost", "rf", *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=HERE,
    )
    return Answer(run.returncode, run.stdout, run.stderr)


def test_a_position_under_a_window_of_a_thousand_million() -> None:
    """By hand: same padding puts 499,999,999 positions before, and position 3 reads from 3 less these on."""
    answer = rf("rf_unit_huge_kernel.yaml", "--unit", "3,3")
    assert answer.code == 0
    assert "position 3,3 of conv1 reads a box of 999999999x999999999 input positions\n" in answer.out
    assert "-499999996" in answer.out


@pytest.mark.parametrize(
    ("name", "last", "value", "field"),
    [
        # 3000 convolutions see 6001, and 2 more with every step of one's dilation: 6051 with 25 steps
        ("rf_need_long.yaml", "B1.conv3000", 26, 6051),
        # 3001 see 6003: 6051 with 24 steps
        ("rf_need_dense.yaml", "concat3000.b.conv1", 25, 6051),
    ],
)
def test_what_thousands_of_layers_need(name: str, last: str, value: int, field: int) -> None:
    answer = rf(name, "--need", "6050")
    assert answer.code == 0, answer.err
    first = next(line for line in answer.out.splitlines() if line.startswith(last))
    assert first.split()[:5] == [last, "dilation", "1", str(value), str(field)]
    unmet = rf(name, "--need", "10000")
    assert unmet.code == 1
    assert "no change of a single layer brings it to 10000" in unmet.out


@pytest.mark.parametrize("question", [("--unit", "1,1"), ("--tile", "9"), ("--profile",), ()])
@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("rf_*.yaml")))
def test_every_question_has_an_answer(name: str, question: tuple[str, ...]) -> None:
    answer = rf(name, *question)
    assert answer.code in (0, 2)
    assert answer.out if answer.code == 0 else answer.err.startswith("convcost: ")


@pytest.mark.parametrize("name", [*sorted(path.name for path in HERE.glob("hang-*.yaml")), "guided_place-rf.yaml"])
def test_a_mistake_has_its_place(name: str) -> None:
    answer = rf(name)
    assert answer.code == 1
    assert answer.err.startswith(f"{name}:")


@pytest.mark.long
def test_a_hundred_thousand_layers_fit_into_memory(tmp_path: Path) -> None:
    spec = tmp_path / "deep.yaml"
    layers = "[{conv: {out: 1, kernel: 3, padding: 1}, repeat: 100000}]"
    spec.write_text(f"input: [1, 56, 56]\nlayers: {layers}\n", encoding="utf-8")
    answer = rf(str(spec), seconds=120)
    assert answer.code == 0, answer.err
    assert answer.out.endswith("receptive field 200001 at conv100000, stride 1: covers the 56x56 input\n")
