"""Every code has a page whose two specs do what it says, and every code the source uses has a page."""

from __future__ import annotations

import re
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from convcost.analysis import memory
from convcost.api.network import Network
from convcost.check.measured import measured_analysis
from convcost.codes import codes, page
from convcost.errors import SpecError
from convcost.numpy_backend.kernels import activation
from convcost.ops.conv import Conv
from convcost.ops.conv_transpose import ConvTranspose
from convcost.ops.core.axis import Window
from convcost.ops.pool import Pool
from convcost.project.baselines import Found
from convcost.project.run import Plan, check
from convcost.types import volume
from tests.museum.mutants import ceil_for_floor, method, per_output, sized, undilated

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.museum.mutants import Patch

taken = memory._taken

SOURCE = Path(__file__).parents[2] / "convcost"

WITH: dict[str, Patch] = {
    "CC501": sized(Pool, lambda op, axis: ceil_for_floor(op, axis) if op.ceil_mode else axis.m),
    "CC502": method(Conv, "params", lambda op, *inputs: volume((inputs[0][0], op.out, op.kernel, op.kernel)) + op.out),
    "CC503": method(ConvTranspose, "macs", per_output),
    "CC504": method(Window, "useful", property(lambda axis: axis.taps)),
    "CC505": method(Window, "reads", undilated),
    "CC506": method(memory, "_taken", lambda nodes, place: only_first(*taken(nodes, place))),
    "CC507": lambda patch: patch.delattr(activation, "tanh"),
}
"""What only a wrong formula raises, and one that does."""

GIVEN = {"CC215": "32x32x3"}
"""What only an `--input` raises, and one that does."""


def only_first(readers: list[list[int]], remembered: dict[int, int]) -> tuple[list[list[int]], dict[int, int]]:
    """The readers of each tensor without all but the first."""
    return [found[:1] for found in readers], remembered


def spec_of(code: str, section: str) -> str:
    match = re.search(rf"^{section}:\n((?:    .*\n|\n)+)", cleandoc(page(code) or "") + "\n", re.MULTILINE)
    assert match, f"{code} has no section {section}"
    return dedent(match[1])


def raised_by(text: str, folder: Path) -> set[str]:
    """The codes of everything that `check` says of a spec, or that is noteworthy in it."""
    path = folder / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    report, kept = check([str(path)], Plan(baseline=Eight(), advice=True))
    notes = kept[0].network.graph().notes if kept else ()
    return {problem.code for problem in (*report.all_problems(), *notes)}


class Eight:
    """A baseline with 8 outputs, whatever the spec."""

    word = "eight"

    def of(self, path: str, network: Network) -> Callable[[str | None], Found]:
        eight = Network.from_text("input: [3, 8, 8]\nlayers: [{conv: {out: 8, kernel: 3}}]\n").analyze()
        return lambda variant: Found(measured_analysis(eight))


@pytest.mark.parametrize("code", [code for code in codes() if code not in {**WITH, **GIVEN}])
def test_the_first_spec_of_a_page_raises_its_code_and_the_second_is_clean(code: str, tmp_path: Path) -> None:
    assert raised_by(spec_of(code, "Raises"), tmp_path) == {code}
    assert raised_by(spec_of(code, "Clean"), tmp_path) == set()


@pytest.mark.parametrize("code", GIVEN)
def test_a_given_input_raises_the_code_in_the_first_spec_and_not_in_the_second(code: str) -> None:
    raised = [Network.from_text(spec_of(code, part), input=GIVEN[code]).graph().notes for part in ("Raises", "Clean")]
    assert [[note.code for note in notes] for notes in raised] == [[code], []]


@pytest.mark.parametrize("code", WITH)
def test_a_wrong_formula_raises_the_code_in_the_first_spec_and_not_in_the_second(
    code: str, changed: Callable[[Patch], None]
) -> None:
    assert {*confirmed(code, "Raises"), *confirmed(code, "Clean")} == set()
    changed(WITH[code])
    assert confirmed(code, "Raises") == {code}
    assert confirmed(code, "Clean") == set()


def confirmed(code: str, section: str) -> set[str]:
    try:
        return {problem.code for problem in Network.from_text(spec_of(code, section)).verify().problems}
    except SpecError as error:
        return {problem.code for problem in error.problems}


def test_every_code_in_the_source_has_a_page_and_every_page_is_used() -> None:
    texts = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if path.name != "codes.py"]
    used = {code for text in texts for code in re.findall(r'"(CC\d{3})"', text)}
    assert used == set(codes())


def test_a_code_without_a_page_is_none() -> None:
    assert page("CC999") is None
    assert page("page") is None
