from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Answer

    Run = Callable[..., Answer]


def document(answer: Answer) -> Any:
    assert (answer.code, answer.err) == (0, "")
    return json.loads(answer.out)


def names(answer: Answer) -> list[str]:
    return [variant["name"] for variant in document(answer)["variants"]]


def test_the_variants_of_a_spec_are_compared(convcost: Run, stage: str) -> None:
    found = document(convcost("compare", stage, "--json"))
    assert found["baseline"] == "standard"
    assert [(v["name"], v["ratio"]["macs"]) for v in found["variants"]] == [
        ("standard", 1), ("grouped", 2), ("small", 4),
    ]  # fmt: skip


def test_a_comparison_reads_as_a_table(convcost: Run, stage: str) -> None:
    lines = convcost("compare", stage).out.splitlines()
    assert lines[0] == "stage: 8x10x10"
    assert [line.split()[0] for line in lines[4:7]] == ["standard", "grouped", "small"]
    assert lines[7:] == [
        "* grouped is no worse than standard in params, MACs, peak memory, field and grid, and better in at least one",
        "! output differs from the baseline's 8x10x10: small",
    ]


def test_several_specs_are_compared_by_name(convcost: Run, stage: str, chain: str) -> None:
    assert names(convcost("compare", stage, chain, "--json")) == ["stage", "chain"]
    assert names(convcost("compare", "stage.yaml@small", "stage.yaml@grouped", "--json")) == ["small", "grouped"]
    assert names(convcost("compare", stage, stage, "--json")) == ["stage.yaml (1)", "stage.yaml (2)"]


def test_inline_layers_are_compared(convcost: Run) -> None:
    layers = ("-e", "[conv: {out: 4, kernel: 3}]", "-e", "[conv: {out: 4, kernel: 5}]")
    found = document(convcost("compare", *layers, "--input", "1x9x9", "--json"))
    assert [v["name"] for v in found["variants"]] == ["<inline 1>", "<inline 2>"]
    assert found["variants"][1]["ratio"]["macs"] == (9 * 49) / (25 * 25)


def test_another_baseline_is_chosen(convcost: Run, stage: str, chain: str) -> None:
    assert document(convcost("compare", stage, "--baseline", "grouped", "--json"))["baseline"] == "grouped"
    assert document(convcost("compare", stage, chain, "--baseline", "chain", "--json"))["baseline"] == "chain"


def test_an_unknown_baseline_is_named_with_those_there_are(convcost: Run, stage: str, chain: str) -> None:
    assert convcost("compare", stage, chain, "--baseline", "chian") == (
        2, "", "convcost: --baseline must be one of stage, chain, but is chian; did you mean chain?\n",
    )  # fmt: skip
    assert convcost("compare", stage, "--baseline", "x").code == 2


def test_one_network_alone_is_no_comparison(convcost: Run, stage: str, chain: str) -> None:
    assert convcost("compare", "stage.yaml@small") == (
        2, "", "convcost: stage.yaml@small must stand beside a second spec, or be given without @small\n",
    )  # fmt: skip
    answer = convcost("compare", chain)
    assert answer.code == 2
    assert answer.err.startswith("convcost: chain.yaml has no variants to compare")


def test_layers_are_compared(convcost: Run, stage: str, chain: str) -> None:
    assert document(convcost("compare", stage, "--layers", "--json"))["layers"] == [
        {"name": "conv1", "macs": [8 * 8 * 900, 8 * 4 * 900, 8 * 2 * 900]},
    ]
    words = ("compare", chain, stage, "--layers", "--depth", 1, "--metric", "activations", "--json")
    assert document(convcost(*words))["layers"] == [
        {"name": "conv1", "activations": [None, 800]},
        {"name": "Unit1", "activations": [2 * 4 * 64, None]},
        {"name": "Unit2", "activations": [2 * 4 * 36, None]},
        {"name": "linear1", "activations": [5, None]},
    ]


def test_options_of_layers_need_layers(convcost: Run, stage: str) -> None:
    for option, value in (("--metric", "macs"), ("--depth", "1")):
        message = f"convcost: {option} must be used with --layers\n"
        assert convcost("compare", stage, option, value) == (2, "", message)


def test_all_formats_are_written(convcost: Run, stage: str) -> None:
    for style, start in (("markdown", "### stage"), ("csv", "variant,input,"), ("text", "stage: "), ("json", "{")):
        answer = convcost("compare", stage, "--format", style)
        assert (answer.code, answer.err) == (0, "")
        assert answer.out.startswith(start)


def test_a_note_that_all_variants_share_is_told_once(convcost: Run) -> None:
    text = (
        "{input: [1, 4, 4], layers: [{relu: , name: a}, {relu: , name: b, from: input}], outputs: [b],"
        " variants: {x: {}, y: {}}}"
    )
    assert convcost("compare", "-e", text).err.count("note[CC211]") == 1
    assert len(json.loads(convcost("compare", "-e", text, "--json").out)["notes"]) == 1


# Mistakes in some. -------------------------------------------------------------------------------------------

# The pyramid of PSPNet: 64 and 32 do not fit a map of 28x28, with an input of 224; 60 and 30 fit 60x60 of 473.
PYRAMID = """name: pyramid
input: [8, 60, 60]
vars: {a: 60, b: 30}
layers:
  - concat: {p1: [avg_pool: a], p2: [avg_pool: a]}
  - conv: {out: 2, kernel: 1}
  - conv: {out: 2, kernel: 3, padding: 1}
variants:
  at224: {input: [8, 28, 28], vars: {a: 64}}
  at473: {}
  at240: {input: [8, 30, 30], vars: {a: 64}}
"""
POOL = "the output height would be floor((28 + 0 - 64) / 64) + 1 = 0; the input must be at least 64 here, but is 28"
LEFT_OUT = "left out, with mistakes: at224 and at240"


def test_a_variant_with_mistakes_is_named_and_the_others_are_shown(
    convcost: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.yaml").write_text(PYRAMID, encoding="utf-8")
    answer = convcost("compare", "p.yaml")
    assert answer.code == 1
    assert [line.split()[0] for line in answer.out.splitlines()[4:]] == ["at473", "left"]
    assert answer.out.endswith(f"{LEFT_OUT}\n")
    lines = answer.err.splitlines()
    assert lines[0] == f"p.yaml:5:29: error[CC105]: {POOL}"
    assert lines.count("note: in variants at224, at240") == 2
    assert LEFT_OUT in convcost("compare", "p.yaml", "--format", "markdown").out
    assert convcost("compare", "p.yaml", "--format", "csv").out.splitlines()[1].startswith("at473,")
    assert "at473" in convcost("compare", "p.yaml", "--layers").out
    assert convcost("compare", "p.yaml", "--baseline", "at240").out == answer.out

    answer = convcost("compare", "p.yaml", "--json")
    found = json.loads(answer.out)
    assert (answer.code, answer.err) == (1, "")
    assert (found["baseline"], [variant["name"] for variant in found["variants"]]) == ("at473", ["at473"])
    assert [(one["line"], one["code"], one["variants"]) for one in found["problems"]] == [
        (5, "CC105", ["at224", "at240"]), (5, "CC105", ["at224", "at240"]),
    ]  # fmt: skip

    for command in ("analyze", "rf", "verify"):
        answer = convcost(command, "p.yaml@at224")
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.splitlines().count("note: in variant at224") == 2


def test_check_names_the_variants_that_share_a_mistake(
    convcost: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    Path("p.yaml").write_text(PYRAMID.replace("30, 30", "28, 28"), encoding="utf-8")
    out = convcost("check", "p.yaml").out
    assert out.count(POOL) == out.count("note: in variants at224, at240") == 2
    assert out.endswith("failed with 2 errors; no demands in 1 spec, 3 variants\n")
    for style in ("github", "sarif", "junit", "markdown"):
        assert "in variants at224, at240" in convcost("check", "p.yaml", "--format", style).out
    for spec in json.loads(convcost("check", "p.yaml", "--json").out)["specs"]:
        assert [one["variants"] for one in spec["problems"]] == [["at224", "at240"]] * 2 * (spec["variant"] != "at473")


def test_what_is_wrong_with_a_spec_as_a_whole_is_no_variants(convcost: Run, stage: str) -> None:
    Path(stage).write_text(Path(stage).read_text(encoding="utf-8") + "budgets: {mac: 3}\n", encoding="utf-8")
    answer = convcost("compare", stage)
    assert (answer.code, answer.out) == (1, "")
    assert "CC301" in answer.err
    assert "in variant" not in answer.err


@pytest.mark.parametrize("wrong", ["layers: [", "input: [3, 8, 8]\nlayers: [rellu]\n", "- 3\n"])
@pytest.mark.parametrize("first", [True, False])
def test_a_spec_with_mistakes_is_told_of_and_the_others_are_shown(
    wrong: str, first: bool, convcost: Run, stage: str
) -> None:
    Path("wrong.yaml").write_text(wrong, encoding="utf-8")
    words = [f"{stage}@standard", f"{stage}@small"]
    words.insert(0 if first else 2, "wrong.yaml")
    answer = convcost("compare", *words)
    assert answer.code == 1
    assert [line.split()[0] for line in answer.out.splitlines()[4:6]] == ["standard", "small"]
    assert answer.out.endswith("left out, with mistakes: wrong.yaml\n")
    assert answer.err.startswith("wrong.yaml:")
    found = json.loads(convcost("compare", *words, "--json").out)
    assert {problem["path"] for problem in found["problems"]} == {"wrong.yaml"}
    assert convcost("compare", *words, "--baseline", "small").out.splitlines()[5].split()[2] == "baseline"
    assert convcost("compare", "wrong.yaml", "wrong.yaml") == (1, "", answer.err)
