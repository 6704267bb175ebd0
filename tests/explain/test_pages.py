"""Every word that `explain` lists has a page, and every number on a page is what convcost itself computes."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from convcost import ops
from convcost.cli.explain import command
from convcost.codes import codes
from convcost.errors import UsageError
from convcost.explain.pages import ALIASES, DEMANDS, explain
from convcost.figures import FIGURES
from convcost.language.document import KEYS
from convcost.language.expressions import FUNCTIONS, compiled
from convcost.language.steps import LOOP_KEYS, SIBLINGS
from convcost.project.run import Plan, check
from convcost.types import dims
from tests.ops.samples import WORDS, example

if TYPE_CHECKING:
    from pathlib import Path

INDEX = explain(None)


def listed() -> list[str]:
    return re.findall(r"^  (\S+)", INDEX, re.MULTILINE)


def test_the_index_lists_operations_figures_keys_functions_and_codes() -> None:
    assert set(listed()) == {*ops.names(), *FIGURES, *KEYS, *SIBLINGS, *FUNCTIONS, *codes()}
    headings = [line for line in INDEX.splitlines() if line and not line.startswith(" ")]
    assert headings == [
        "Operations",
        "Figures",
        "Keys of a spec",
        "Beside a step",
        "Functions in expressions",
        "Problem codes",
        "`convcost explain WORD` has a page for each of these words.",
    ]


def test_no_line_of_the_index_is_wider_than_80_columns() -> None:
    assert max(map(len, INDEX.splitlines())) <= 80


@pytest.mark.parametrize("word", sorted(set(listed())))
def test_every_word_listed_has_a_page(word: str) -> None:
    page = explain(word)
    assert page.startswith(word)
    assert page.isascii()
    assert not any(line.endswith(" ") for line in page.splitlines())


@pytest.mark.parametrize("word", [*ALIASES, *LOOP_KEYS])
def test_other_words_have_pages_too(word: str) -> None:
    assert explain(word).startswith(ALIASES.get(word, word))


@pytest.mark.parametrize(
    ("word", "start"),
    [
        ("rf", "receptive_field\n"),
        ("weights", "weight_bytes\n"),
        ("peak_activations", "peak_activation_bytes\n"),
        ("for", "for (key of a for step)"),
        ("do", "do (key of a for step)"),
        ("cc103", "CC103\n"),
        ("MACs", "macs\n"),
        ("FLOPs", "flops\n"),
        ("useful MACs", "useful_macs\n"),
        ("peak memory", "peak_activation_bytes\n"),
    ],
)
def test_other_names_for_a_word_have_its_page_too(word: str, start: str) -> None:
    assert explain(word).startswith(start)


def test_a_word_with_two_meanings_shows_both() -> None:
    assert explain("name").splitlines() == [
        "name (key of a spec): the title shown in results; the file's name where it is",
        "left out",
        "name (beside a step): the layer's name",
    ]


def test_a_word_without_a_page_gets_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        explain("conv_transposed")
    assert str(caught.value) == (
        "there is no page for conv_transposed; did you mean conv_transpose? (`convcost explain` lists all)"
    )
    with pytest.raises(UsageError) as caught:
        explain("xyzzy")
    assert str(caught.value) == "there is no page for xyzzy (`convcost explain` lists all)"


# Operations --------------------------------------------------------------------------------------------------


def worked(word: str) -> tuple[list[str], list[str]]:
    """The lines of a page's example: the steps, and what follows `on`."""
    lines = explain(word).split("\nExample\n")[1].split("\n\n")[0].splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("  on "))
    return lines[:place], lines[place:]


@pytest.mark.parametrize("word", WORDS)
def test_a_page_has_every_field_with_its_default(word: str) -> None:
    op = ops.find(word)
    assert op
    page = " ".join(explain(word).split())
    for name, decl in op.fields.items():
        assert f"{name} {decl.doc}" in page
    if op.main:
        assert f"(`{word}: value` sets {op.main})" in page


@pytest.mark.parametrize("word", WORDS)
def test_the_example_runs_on_the_shapes_it_names(word: str) -> None:
    op, inputs = example(word)
    _, results = worked(word)
    assert results[0] == f"  on {' and '.join(map(dims, inputs))}"
    assert results[-1] == f"  output {dims(op.shape(*inputs))}"


@pytest.mark.parametrize("word", WORDS)
def test_the_numbers_put_into_a_formula_give_the_figure_of_the_method(word: str) -> None:
    op, inputs = example(word)
    page = explain(word)
    formulas = page.split("\nFormulas\n")[1].split("\n\n")[0].splitlines() if "\nFormulas\n" in page else []
    rows = worked(word)[1][1:-1]
    assert [row.split(" = ")[0] for row in rows] == [formula.split(" = ")[0] for formula in formulas]
    for row in rows:
        name, *middle, value = row.strip().split(" = ")
        number = compiled(value.replace(",", ""))({})
        for text in middle:
            assert compiled(text)({}) == number, row
        if name in ("params", "macs", "elementwise"):
            assert getattr(op, name)(*inputs) == number, row
        if name == "size":
            assert op.shape(*inputs)[1] == number, row
        if name == "out":
            assert op.shape(*inputs)[0] == number, row


def test_the_formulas_of_a_convolution_are_shown_with_numbers_put_in() -> None:
    # 64 -> 128 channels, 3x3, stride 2 on 56x56: 28x28 positions, by hand
    page = explain("conv")
    assert "  params = 64 * 128 / 1 * 9 + 128 * 1 = 73,856\n" in page
    assert "  macs = 64 * 128 / 1 * 9 * 784 = 57,802,752\n" in page
    assert "  output 128x28x28\n" in page


# Figures and codes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(FIGURES))
def test_the_page_of_a_figure_is_its_meaning(key: str) -> None:
    title, _, text = explain(key).partition("\n\n")
    assert title == key
    assert " ".join(text.split()) == FIGURES[key].meaning


@pytest.mark.parametrize("code", codes())
def test_the_page_of_a_code_has_a_sentence_and_two_specs(code: str) -> None:
    page = explain(code)
    assert page.startswith(f"{code}\n\n")
    assert "\n\nThis spec raises it\n  " in page
    assert "\n\nThis one does not\n  " in page


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


def test_the_command_prints_the_page() -> None:
    result = CliRunner().invoke(command, ["macs"])
    assert result.output == explain("macs") + "\n"


# Keys --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", DEMANDS)
def test_the_example_of_a_demand_holds(word: str, tmp_path: Path) -> None:
    example = dedent(explain(word).partition("\nExample\n")[2])
    spec = tmp_path / "spec.yaml"
    layers = "input: [3, 8, 8]\nlayers: [conv: {out: 8, kernel: 3, padding: 1}]\nvariants: {one: {}, other: {}}\n"
    spec.write_text(layers + example, encoding="utf-8")
    report, _ = check([str(spec)], Plan())
    assert report.all_problems() == []
    assert {verdict.kind for one in report.specs for verdict in one.verdicts} == {word.removesuffix("s")}


def test_the_page_of_budgets_names_the_figures_and_every_form() -> None:
    text = explain("budgets")
    assert "Figures: params, macs, useful_macs, flops, elementwise, weights, activations," in text
    for word in ("min", "warn", "of", "each", "max_increase", "%", "lock file"):
        assert word in text
