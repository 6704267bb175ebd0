from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from convcost.render.rows import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Answer

    Run = Callable[..., Answer]


def rows(answer: Answer) -> list[dict[str, str]]:
    assert answer.code == 0, answer.err
    return list(csv.DictReader(StringIO(answer.out)))


def document(answer: Answer) -> dict[str, object]:
    assert (answer.code, answer.err) == (0, "")
    result: dict[str, object] = json.loads(answer.out)
    return result


def names(answer: Answer) -> list[str]:
    return [row["layer"] for row in rows(answer)]


def test_a_file_is_analyzed(convcost: Run, chain: str) -> None:
    answer = convcost("analyze", chain)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("chain: 3x10x10 → 5\n")
    assert names(convcost("analyze", chain, "--format", "csv")) == [
        "Unit1.conv1", "Unit1.relu1", "Unit2.conv1", "Unit2.relu1", "linear1",
    ]  # fmt: skip


def test_stdin_is_analyzed(convcost: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import io
    import sys

    spec = io.TextIOWrapper(io.BytesIO(b"{name: piped, input: [1, 4, 4], layers: [relu]}"), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", spec)
    assert document(convcost("analyze", "-", "--json"))["name"] == "piped"


def test_inline_layers_are_analyzed(convcost: Run) -> None:
    found = document(convcost("analyze", "-e", "[conv: {out: 8, kernel: 3}]", "--input", "3x32x32", "--json"))
    assert found["totals"]["macs"] == 3 * 8 * 9 * 30 * 30  # type: ignore[index]


def test_several_specs_are_analyzed(convcost: Run, chain: str) -> None:
    words = ("analyze", chain, "-e", "[relu]", "-e", "[tanh]", "--input", "3x12x12")
    assert [row["spec"] for row in rows(convcost(*words, "--format", "csv"))][4:] == [
        "chain.yaml", "<inline 1>", "<inline 2>",
    ]  # fmt: skip
    assert len(document(convcost(*words, "--json"))["results"]) == 3  # type: ignore[arg-type]
    assert [line for line in convcost(*words).out.splitlines() if "→" in line] == [
        "chain: 3x12x12 → 5", "<inline 1>: 3x12x12 → 3x12x12", "<inline 2>: 3x12x12 → 3x12x12",
    ]  # fmt: skip


def test_variables_are_replaced(convcost: Run, stage: str) -> None:
    found = document(convcost("analyze", stage, "-D", "c=4", "--json"))
    assert found["input"] == {"input": [4, 10, 10]}


@pytest.mark.parametrize("text", ["c", "=4", ""])
def test_a_definition_must_have_a_name_and_a_value(text: str, convcost: Run, stage: str) -> None:
    assert convcost("analyze", stage, "-D", text) == (2, "", f"convcost: -D must be NAME=VALUE, but is {text!r}\n")


def test_a_variant_is_chosen_by_option_or_sign(convcost: Run, stage: str) -> None:
    by_option = document(convcost("analyze", stage, "--variant", "grouped", "--json"))
    assert by_option == document(convcost("analyze", "stage.yaml@grouped", "--json"))
    assert by_option["variant"] == "grouped"
    assert document(convcost("analyze", stage, "--json"))["variant"] == "standard"


def test_a_file_with_the_sign_in_its_name_is_that_file(convcost: Run, stage: str) -> None:
    import shutil

    shutil.copy(stage, "net@grouped")
    assert document(convcost("analyze", "net@grouped", "--json"))["variant"] == "standard"


def test_rows_are_sorted_cut_and_folded(convcost: Run, chain: str) -> None:
    assert names(convcost("analyze", chain, "--sort", "params", "--format", "csv"))[:2] == ["linear1", "Unit2.conv1"]
    assert names(convcost("analyze", chain, "--top", 1, "--format", "csv")) == ["Unit1.conv1"]
    assert names(convcost("analyze", chain, "--depth", 1, "--format", "csv")) == ["Unit1", "Unit2", "linear1"]
    assert "\n4 rows left out  " in convcost("analyze", chain, "--top", 1).out


@pytest.mark.parametrize("option", ["--top", "--depth"])
@pytest.mark.parametrize("value", ["0", "-1", "x"])
def test_a_number_of_rows_or_words_is_positive(option: str, value: str, convcost: Run, chain: str) -> None:
    assert convcost("analyze", chain, option, value).code == 2


def test_columns_are_chosen_and_ordered(convcost: Run, chain: str) -> None:
    answer = convcost("analyze", chain, "--columns", "macs, layer", "--format", "csv")
    assert answer.out.splitlines()[0] == "macs,layer"
    heading = convcost("analyze", chain, "--columns", "flops,layer").out.splitlines()[2]
    assert heading.split() == ["FLOPs", "layer"]


def test_an_unknown_column_is_named_with_those_there_are(convcost: Run, chain: str) -> None:
    assert convcost("analyze", chain, "--columns", "layer,mac") == (
        2,
        "",
        f"convcost: there is no column 'mac'; did you mean macs? (columns: {', '.join(COLUMNS)})\n",
    )


def test_json_has_no_columns_to_choose(convcost: Run, chain: str) -> None:
    answer = convcost("analyze", chain, "--columns", "macs", "--json")
    assert answer == (2, "", "convcost: --columns is for tables; JSON always holds every figure\n")


def test_exact_shows_all_digits(convcost: Run) -> None:
    words = ("analyze", "-e", "[conv: {out: 8, kernel: 3}]", "--input", "3x32x32")
    assert " 194.4 k " in convcost(*words).out
    assert " 194,400 " in convcost(*words, "--exact").out


def test_json_is_short_for_format_json(convcost: Run, chain: str) -> None:
    assert convcost("analyze", chain, "--json") == convcost("analyze", chain, "--format", "json")


def test_color_is_as_asked(convcost: Run, chain: str) -> None:
    assert "\x1b" not in convcost("analyze", chain).out
    assert "\x1b[1m" in convcost("analyze", chain, "--color", "always").out
    wrong = ("analyze", "-e", "[relux]", "--input", "1x4x4")
    assert "\x1b" not in convcost(*wrong).err
    assert "\x1b[1;31merror[CC201]:\x1b[0m" in convcost(*wrong, "--color", "always").err


UNUSED = "{input: [1, 4, 4], layers: [{relu: , name: a}, {relu: , name: b, from: input}], outputs: [b]}"


@pytest.mark.parametrize("style", ["text", "markdown", "csv"])
def test_notes_go_to_stderr(style: str, convcost: Run) -> None:
    answer = convcost("analyze", "-e", UNUSED, "--format", style)
    assert answer.code == 0
    assert "note[CC211]" in answer.err
    assert "CC211" not in answer.out


def test_notes_are_part_of_json(convcost: Run) -> None:
    assert [note["code"] for note in document(convcost("analyze", "-e", UNUSED, "--json"))["notes"]] == ["CC211"]  # type: ignore[attr-defined]
