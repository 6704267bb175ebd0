"""Every code has a page whose two specs do what it says, and every code the source uses has a page."""

from __future__ import annotations

import re
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from convcost.analysis import memory
from convcost.analysis.advice import advise
from convcost.codes import codes, page
from convcost.errors import SpecError
from convcost.network import Network
from convcost.numpy_backend import activation
from convcost.ops.axis import Window
from convcost.ops.conv import Conv
from convcost.ops.conv_transpose import ConvTranspose
from convcost.ops.pool import Pool
from convcost.types import volume
from tests.museum.mutants import ceil_for_floor, method, per_output, sized, undilated

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.museum.mutants import Patch

all_readers = memory._readers

SOURCE = Path(__file__).parent.parent / "convcost"

WITH: dict[str, Patch] = {
    "CC501": sized(Pool, lambda op, axis: ceil_for_floor(op, axis) if op.ceil_mode else axis.m),
    "CC502": method(Conv, "params", lambda op, *inputs: volume((inputs[0][0], op.out, op.kernel, op.kernel)) + op.out),
    "CC503": method(ConvTranspose, "macs", per_output),
    "CC504": method(Window, "useful", property(lambda axis: axis.taps)),
    "CC505": method(Window, "reads", undilated),
    "CC506": method(memory, "_readers", lambda nodes, place: [found[:1] for found in all_readers(nodes, place)]),
    "CC507": lambda patch: patch.delattr(activation, "tanh"),
}
"""What only a wrong formula raises, and one that does."""


def spec_of(code: str, section: str) -> str:
    match = re.search(rf"^{section}:\n((?:    .*\n|\n)+)", cleandoc(page(code) or "") + "\n", re.MULTILINE)
    assert match, f"{code} has no section {section}"
    return dedent(match[1])


def raised_by(text: str) -> set[str]:
    """The codes of everything that is said of a spec: its mistakes, or its notes and the advice on it."""
    try:
        graph = Network.from_text(text).graph()
        return {problem.code for problem in (*graph.notes, *advise(graph))}
    except SpecError as error:
        return {problem.code for problem in error.problems}


@pytest.mark.parametrize("code", [code for code in codes() if code not in WITH])
def test_the_first_spec_of_a_page_raises_its_code_and_the_second_is_clean(code: str) -> None:
    assert raised_by(spec_of(code, "Raises")) == {code}
    assert raised_by(spec_of(code, "Clean")) == set()


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
