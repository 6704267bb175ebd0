"""Pages come from declarations and docstrings; every word has one, and the numbers put in are those of the formulas."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from convcost import ops
from convcost.cli.explain import command
from convcost.codes import codes
from convcost.errors import UsageError
from convcost.explain import ALIASES, explain
from convcost.spec.document import KEYS
from convcost.spec.expressions import FUNCTIONS
from convcost.spec.steps import LOOP_KEYS, SIBLINGS
from convcost.types import FIGURES

WORDS = sorted({*ops.names(), *FIGURES, *ALIASES, *codes(), *KEYS, *SIBLINGS, *LOOP_KEYS, *FUNCTIONS})


@pytest.mark.parametrize("word", WORDS)
def test_every_word_has_a_page(word: str) -> None:
    page = explain(word)
    assert page.splitlines()[0].startswith(ALIASES.get(word, word))
    assert len(page.splitlines()) > 1 or ": " in page


def test_the_list_names_every_word() -> None:
    listed = {line.split()[0] for line in explain(None).splitlines() if line.startswith("  ")}
    missing = {*ops.names(), *FIGURES, *codes(), *KEYS, *SIBLINGS, *FUNCTIONS} - listed
    assert not missing


def test_numbers_are_put_into_the_formulas() -> None:
    lines = explain("conv_transpose").splitlines()
    assert "  size = (n - 1) * stride + k' + output_padding - pads" in lines
    assert "  size = (28 - 1) * 2 + 4 + 0 - 2 = 56" in lines
    assert "  params = 64 * 32 / 1 * 16 + 32 * 1 = 32,800" in lines
    assert "  macs = 64 * 32 / 1 * 16 * 784 = 25,690,112" in lines
    assert "  output 32x56x56" in lines


def test_a_composite_and_an_operation_of_two_tensors_have_worked_examples() -> None:
    assert "  macs = 64 * 1 * (9 + 128) * 3136 = 27,496,448" in explain("separable").splitlines()
    assert "  on 64x56x56 and 64x56x56" in explain("add").splitlines()
    assert "  on 64x23x30 and 64x23x30" in explain("max_unpool").splitlines()


def test_fields_tell_their_defaults_and_words() -> None:
    page = " ".join(explain("conv").split())
    assert "kernel size of the window (required)" in page
    assert "[before, after] per axis, or valid, or same, or same_lower (default 0)" in page
    assert "one of nearest, bilinear (default nearest)" in " ".join(explain("resize").split())


def test_a_code_shows_a_spec_that_raises_it_and_one_that_does_not() -> None:
    page = explain("cc103")
    assert page.startswith("CC103\n\nA number must divide another, but does not")
    assert "This spec raises it\n  input: [64, 8, 8]" in page
    assert "This one does not\n  input: [64, 8, 8]" in page


def test_a_word_without_a_page_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError) as raised:
        explain("conv_transpos")
    sentence = "there is no page for conv_transpos; did you mean conv_transpose? (`convcost explain` lists all)"
    assert str(raised.value) == sentence


def test_the_command_prints_the_page() -> None:
    result = CliRunner().invoke(command, ["macs"])
    assert result.output == explain("macs") + "\n"
