from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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
