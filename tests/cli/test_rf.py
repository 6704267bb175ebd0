from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import written
from tests.cli.test_main import loaded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Answer

    Run = Callable[..., Answer]

STEM = "[conv: {out: 1, kernel: 7, stride: 2}, max_pool: {kernel: 3, stride: 2, padding: 1}]"
ASSUMED = "<inline>: note: no input is given, {} is assumed (--input CxHxW sets another)\n"
NET = """
name: net
vars: {k: 3}
input: {image: [3, 40, 40], depth: [1, 40, 40]}
blocks: {Unit: {params: {d: 1}, layers: [conv: {out: 3, kernel: k, padding: d * (k // 2), dilation: d}, relu]}}
layers: [Unit: , {Unit: 2}, {conv: {out: 3, kernel: 5, padding: 2}, name: side, from: depth}, add: Unit2, max_pool: 2]
variants: {plain: {}, wide: {vars: {k: 5}}}
"""


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A spec with blocks, two inputs and two variants, in the working directory."""
    return written("net.yaml", NET, tmp_path, monkeypatch)


def rows(answer: Answer) -> list[dict[str, str]]:
    assert answer.code == 0, answer.err
    return list(csv.DictReader(StringIO(answer.out)))


def document(answer: Answer, code: int = 0) -> Any:
    assert (answer.code, answer.err) == (code, "")
    return json.loads(answer.out)


def names(answer: Answer) -> list[str]:
    return [row["layer"] for row in rows(answer)]


# Layers. ----------------------------------------------------------------------------------------------------


def test_every_layer_has_a_row(convcost: Run, net: str) -> None:
    answer = convcost("rf", net)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("net (plain): image 3x40x40, depth 1x40x40 → 3x20x20\n")
    # two 3x3, the second dilated: 3, 7; then a pool over positions that lie next to each other
    assert [row["size"] for row in rows(convcost("rf", net, "--format", "csv"))] == ["3", "3", "7", "7", "", "7", "8"]
    assert answer.out.endswith(
        "\nreceptive field 8 at max_pool1, stride 2, grid 1/2: sees 4.0 % of the 40x40 input image\n"
    )


def test_blocks_are_folded(convcost: Run, net: str) -> None:
    found = rows(convcost("rf", net, "--depth", 1, "--format", "csv"))
    assert [(row["layer"], row["operation"], row["size"]) for row in found] == [
        ("Unit1", "2 layers", "3"),
        ("Unit2", "2 layers", "7"),
        ("side", "conv 5x5", ""),
        ("add1", "add", "7"),
        ("max_pool1", "max_pool 2x2", "8"),
    ]


def test_one_layer_or_block_is_shown_alone(convcost: Run, net: str) -> None:
    assert names(convcost("rf", net, "--layer", "Unit2.conv1", "--format", "csv")) == ["Unit2.conv1"]
    answer = convcost("rf", net, "--layer", "Unit1")
    assert answer.out.splitlines()[4].split()[0] == "Unit1"
    assert answer.out.endswith("\nreceptive field 3 at Unit1, stride 1, grid 1: sees 0.6 % of the 40x40 input image\n")


def test_another_input_may_be_meant(convcost: Run, net: str) -> None:
    answer = convcost("rf", net, "--wrt", "depth")
    assert answer.out.endswith(
        "\nreceptive field 6 at max_pool1, stride 2, grid 1/2: sees 2.3 % of the 40x40 input depth\n"
    )
    assert convcost("rf", net, "--wrt", "depth", "--layer", "Unit1").out.endswith(
        "\nUnit1 depends on none of the 40x40 input depth\n"
    )


def test_variants_variables_and_inputs_are_as_in_analyze(convcost: Run, net: str) -> None:
    by_option = document(convcost("rf", net, "--variant", "wide", "--json"))
    assert by_option == document(convcost("rf", "net.yaml@wide", "--json"))
    assert (by_option["variant"], by_option["network"]["size"]) == ("wide", [14, 14])
    assert document(convcost("rf", net, "-D", "k=7", "--json"))["network"]["size"] == [20, 20]
    assert document(convcost("rf", net, "--input", "3x40x40", "--json"))["input"]["image"] == [3, 40, 40]


def test_several_networks_are_shown(convcost: Run, net: str) -> None:
    words = ("rf", net, "-e", "[relu]", "--input", "3x40x40")
    assert [line for line in convcost(*words).out.splitlines() if "→" in line] == [
        "net (plain): image 3x40x40, depth 1x40x40 → 3x20x20",
        "<inline>: 3x40x40 → 3x40x40",
    ]
    assert [row["spec"] for row in rows(convcost(*words, "--format", "csv"))][6:] == ["net.yaml", "<inline>"]
    assert [result["name"] for result in document(convcost(*words, "--json"))["results"]] == ["net", "<inline>"]


# An input that nobody gave. ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "size"),
    [
        (STEM, "3x224x224"),
        ("[relu]", "3x224x224"),
        ("[conv: {out: 1, kernel: [9]}]", "3x224"),
        ("[conv: {out: 1, kernel: [3, 3, 3]}]", "3x224x224x224"),
        ("[conv: {out: 1, kernel: 401}, max_pool: 2]", "3x448x448"),
        ("[conv: {out: 1, kernel: [1025]}, conv: {out: 1, kernel: 1000}]", "3x3584"),
    ],
)
def test_layers_need_no_input(layers: str, size: str, convcost: Run) -> None:
    answer = convcost("rf", "-e", layers)
    assert (answer.code, answer.err) == (0, ASSUMED.format(size))
    assert answer.out.startswith(f"<inline>: {size} → ")


def test_nothing_is_said_that_depends_on_an_assumed_input(convcost: Run) -> None:
    classifier = f"{STEM[:-1]}, global_avg_pool]"
    answer = convcost("rf", "-e", classifier)
    assert answer.err == ASSUMED.format("3x224x224")
    assert answer.out.endswith("\nreceptive field 11 at max_pool1, stride 4, grid 1/4\n")
    assert "input" not in convcost("rf", "-e", STEM, "--grow").out
    given = convcost("rf", "-e", classifier, "--input", "3x224x224")
    assert "advice[CC405]" in given.err
    assert given.out.endswith(
        "\nreceptive field 11 at max_pool1, stride 4, grid 1/4: sees 0.2 % of the 224x224 input\n"
    )


def test_json_says_whether_the_input_is_assumed(convcost: Run) -> None:
    answer = convcost("rf", "-e", STEM, "--json")
    assert answer.err == ASSUMED.format("3x224x224")
    assert json.loads(answer.out)["input_assumed"] is True
    assert document(convcost("rf", "-e", STEM, "--input", "3x90x90", "--json"))["input_assumed"] is False


def test_an_input_that_is_there_is_used(convcost: Run) -> None:
    assert convcost("rf", "-e", "{input: [1, 8, 8], layers: [relu]}").err == ""


def test_a_mistake_is_told_with_the_assumed_input_above_it(convcost: Run) -> None:
    answer = convcost("rf", "-e", "[conv: {out: 4, kernel: 3, groups: 4}]")
    assert (answer.code, answer.out) == (1, "")
    first, second, *_ = answer.err.splitlines(keepends=True)
    assert first == ASSUMED.format("3x224x224")
    assert second.endswith(" error[CC103]: groups=4 must divide the 3 input channels\n")


def test_layers_that_suit_no_number_of_axes_are_judged_on_two(convcost: Run) -> None:
    answer = convcost("rf", "-e", "[linear: 5, conv: {out: 3, kernel: 3}]")
    assert answer.code == 1
    assert answer.err.startswith(ASSUMED.format("3x224x224"))
    assert "error[CC108]" in answer.err


def test_a_file_without_an_input_is_wrong(convcost: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = convcost("rf", written("bare.yaml", "layers: [relu]", tmp_path, monkeypatch))
    assert answer.code == 1
    assert "error[CC004]: a spec needs input" in answer.err


# Questions. -------------------------------------------------------------------------------------------------


def test_what_a_position_reads(convcost: Run) -> None:
    words = ("rf", "-e", STEM, "--input", "3x100x120", "--unit", "0,5")
    lines = convcost(*words).out.splitlines()
    assert lines[2] == "position 0,5 of max_pool1 reads a box of 11x11 input positions"
    assert lines[-1] == "18.2 % of the box lies outside the input: padding"
    assert document(convcost(*words, "--json"))["unit"] == {
        "layer": "max_pool1",
        "position": [0, 5],
        "reads": [[-2, 8], [18, 28]],
        "inside": [[0, 8], [18, 28]],
        "padding": "2/11",
        "read": 121,
        "of": 121,
    }


def test_a_position_reads_less_than_its_box(convcost: Run) -> None:
    """25 of 81 is PyTorch's gradient."""
    words = ("rf", "-e", "[{conv: {out: 1, kernel: 3, dilation: 2}, repeat: 2}]", "--input", "1x24x24", "--unit", "4,4")
    lines = convcost(*words, "--color", "never").out.splitlines()
    assert lines[2] == "position 4,4 of conv2 reads 25 of 81 input positions: a box of 9x9 with holes"
    unit = document(convcost(*words, "--json"))["unit"]
    assert (unit["read"], unit["of"]) == (25, 81)


def test_a_question_is_about_the_layer_named(convcost: Run) -> None:
    words = ("rf", "-e", STEM, "--input", "3x100x120", "--layer", "conv1")
    assert document(convcost(*words, "--unit", "1,1", "--json"))["unit"]["reads"] == [[2, 8], [2, 8]]
    assert document(convcost(*words, "--profile", "--json"))["profile"]["layer"] == "conv1"
    assert document(convcost(*words, "--tile", "9", "--json"))["tile"]["outputs"] == [2, 2]


def test_a_profile_of_the_middle_or_of_a_position(convcost: Run) -> None:
    words = ("rf", "-e", STEM, "--input", "3x100x120", "--profile")
    answer = convcost(*words)
    assert "influence of the input on position 12,14 of max_pool1\n" in answer.out
    assert answer.out.splitlines()[-2:] == [
        "95 % of the influence lies within 10 of 11 positions (90.9 %) along each axis",
        "(often called the effective receptive field; assumes equal weights, no nonlinearity)",
    ]
    profile = document(convcost(*words, "--unit", "0,1", "--json"))["profile"]
    assert profile["position"] == [0, 1]
    assert profile["axes"][1] == {
        "axis": "width", "first": 2, "size": 11, "first_95": 2, "size_95": 10, "share": "10/11",
        "paths": [1, 1, 2, 2, 3, 3, 3, 2, 2, 1, 1],
    }  # fmt: skip


def test_tiles(convcost: Run) -> None:
    words = ("rf", "-e", STEM, "--input", "3x100x120", "--tile", "30x40")
    assert convcost(*words).out.splitlines()[-1] == "53.3 % of the work is done twice: neighboring tiles repeat it"
    assert document(convcost(*words, "--json"))["tile"] == {
        "layer": "max_pool1", "size": [30, 40], "before": [4, 4], "after": [6, 8], "overlap": [10, 12],
        "outputs": [5, 7], "step": [20, 28], "done_twice": "8/15",
    }  # fmt: skip


ONE = ("rf", "-e", "[conv: {out: 1, kernel: 3, padding: 1}]", "--input", "1x10x10")


def test_a_need_that_a_change_meets(convcost: Run) -> None:
    answer = convcost(*ONE, "--need", 5)
    assert answer.code == 0
    assert "the network's field is 3 at conv1: one of these changes brings it to 5\n" in answer.out
    assert document(convcost(*ONE, "--need", 5, "--json"))["need"] == {
        "wanted": 5, "layer": "conv1", "size": 3, "met": True,
        "changes": [
            {"layer": "conv1", "field": "dilation", "before": 1, "value": 2, "size": 5, "added_macs": 0,
             "coverage": "9/25", "useful": "169/225"},
            {"layer": "conv1", "field": "kernel", "before": 3, "value": 5, "size": 5, "added_macs": 1600,
             "coverage": 1, "useful": "484/625"},
        ],
        "more": 0,
        "best": 19,
    }  # fmt: skip


def test_a_need_that_is_met_already(convcost: Run) -> None:
    answer = convcost(*ONE, "--need", 3)
    assert answer == (
        0, "<inline>: 1x10x10 → 1x10x10\n\nthe network's field is 3 at conv1: 3 is reached already\n", "",
    )  # fmt: skip


def test_a_need_that_nothing_meets_is_an_answer_of_no(convcost: Run) -> None:
    answer = convcost(*ONE, "--need", 100)
    assert (answer.code, answer.err) == (1, "")
    now, best = "the network's field is 3 at conv1", "the best reaches 19, 81 short"
    assert answer.out.splitlines()[2:] == [
        f"{now}: no change of a single layer brings it to 100; {best}",
        "(no window is made larger than from one end of its map to the other: beyond is padding only)",
    ]
    assert document(convcost(*ONE, "--need", 100, "--json"), code=1)["need"]["met"] is False


def test_growth_says_where_the_input_is_reached(convcost: Run) -> None:
    layers = f"[{', '.join(['conv: {out: 1, kernel: 3, padding: 1}'] * 5)}, linear: 4]"
    lines = convcost("rf", "-e", layers, "--input", "1x8x8", "--grow").out.splitlines()
    assert lines[2] == "field by layer, height and width"
    assert lines[-4:] == [
        "the input's 8 is reached at conv4, layer 4 of 5",
        "left out: 1 layer whose field is no window",
        "",
        "receptive field 11 at conv5, stride 1, grid 1: covers the 8x8 input",
    ]


def test_json_has_the_layers_beside_an_answer(convcost: Run) -> None:
    found = document(convcost(*ONE, "--need", 5, "--json"))
    assert list(found) == [
        "schema", "name", "variant", "input", "input_assumed", "wrt", "network", "grid", "need", "layers", "notes",
    ]  # fmt: skip


# Bad input. -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--layer", "Unit3"], "net has no layer Unit3; did you mean Unit2?"),
        (["--layer", "xyz"], "net has no layer xyz"),
        (["--layer", ""], "net has no layer "),
        (["--wrt", "dept"], "net has no input dept; did you mean depth? (it has image, depth)"),
        (["--unit", "20,3"], "position 20,3 must lie inside the output of max_pool1, but that is 20x20 (0,0 to 19,19)"),
        (["--unit", "-1,3"], "position -1,3 must lie inside the output of max_pool1, but that is 20x20 (0,0 to 19,19)"),
        (["--unit", "3"], "a position of max_pool1 must have one number for each of its 2 axes, but is 3"),
        (["--unit", "3,x"], "--unit must be one whole number per axis, like 5,7, but is 3,x"),
        (["--unit", ""], "--unit must be one whole number per axis, like 5,7, but is "),
        (["--unit", "9" * 5000], f"--unit must be one whole number per axis, like 5,7, but is {'9' * 60}"),
        (["--tile", "7"], "a tile of 7x7 must hold the field of max_pool1, but the smallest that does is 9x9"),
        (["--tile", "9x9x9"], "a tile must have one size or one per axis (2), but 3 are given"),
        (["--tile", "large"], "--tile must be one size or one per axis, like 512x256, but is large"),
        (["--tile", "9", "--layer", "side"],
         "a tile needs a field that is a window, but side depends on none of the input"),
        (["--need", "9", "--wrt", "depth"],
         "what a field needs must be asked of the first input, image, but not of depth"),
        (["--need", "9", "--layer", "side"], "--need is about the whole network, but --layer names a part of it"),
        (["--grow", "--layer", "side"], "--grow is about the whole network, but --layer names a part of it"),
        (["--tile", "9", "--need", "9"], "--tile and --need are two questions, but one can be asked at a time"),
        (["--unit", "1,1", "--grow"], "--unit and --grow are two questions, but one can be asked at a time"),
        (["--unit", "1,1", "--depth", "1"],
         "--depth folds the rows of all layers, but --unit shows none of them"),
        (["--layer", "side", "--depth", "1"],
         "--depth folds the rows of all layers, but --layer shows none of them"),
        (["--variant", "large"], "net.yaml has no variant large (its variants are plain, wide)"),
    ],
)  # fmt: skip
def test_a_malformed_question_is_answered_with_a_sentence(
    words: list[str], message: str, convcost: Run, net: str
) -> None:
    assert convcost("rf", net, *words) == (2, "", f"convcost: {message}\n")


def test_a_need_is_a_positive_number(convcost: Run, net: str) -> None:
    assert convcost("rf", net, "--need", 0).code == 2
    assert convcost("rf", net, "--need", "x").code == 2


def test_nothing_is_written_where_one_of_several_cannot_be_answered(convcost: Run) -> None:
    answer = convcost("rf", "-e", "[relu]", "-e", "[max_pool: 2]", "--input", "1x8x8", "--unit", "7,7")
    assert (answer.code, answer.out) == (2, "")
    assert "must lie inside the output of max_pool1" in answer.err


# Advice. ----------------------------------------------------------------------------------------------------

UP = ("rf", "-e", "[conv_transpose: {out: 1, kernel: 3, stride: 2}]", "--input", "1x8x8")


@pytest.mark.parametrize("style", ["text", "markdown", "csv"])
def test_advice_is_given_below_the_result(style: str, convcost: Run) -> None:
    answer = convcost(*UP, "--format", style)
    assert answer.code == 0
    assert " advice[CC402]: kernel 3 " in answer.err.splitlines()[0]
    assert "CC402" not in answer.out


def test_advice_is_part_of_json(convcost: Run) -> None:
    assert [(note["code"], note["severity"]) for note in document(convcost(*UP, "--json"))["notes"]] == [
        ("CC402", "advice"),
    ]


def test_advice_does_not_follow_an_answer(convcost: Run) -> None:
    for question in (
        ["--unit", "1,1"],
        ["--profile"],
        ["--tile", "8"],
        ["--need", "2"],
        ["--layer", "conv_transpose1"],
    ):
        assert convcost(*UP, *question).err == ""


# A start-up pays for what it uses. --------------------------------------------------------------------------

SLOW = {"numpy", "rich", "dataclasses", "difflib", "pathlib", "tomllib", "importlib.metadata", "importlib.resources"}
OF_FIELDS = {
    f"convcost.{name}"
    for name in (
        "cli.rf", "analysis.field.report", "analysis.field.coverage", "analysis.field.influence", "analysis.field.tiles",
        "analysis.field.need", "analysis.advice", "api.views.field_report", "render.field", "render.field_answers",
        "render.pictures.characters",
    )
}  # fmt: skip


def test_a_start_loads_nothing_slow() -> None:
    for question in (
        [],
        ["--profile"],
        ["--unit", "1,1"],
        ["--tile", "500"],
        ["--need", "400"],
        ["--grow"],
        ["--json"],
    ):
        assert loaded("rf", "mobilenet_v1", *question).isdisjoint(SLOW)


def test_other_commands_do_not_pay_for_fields() -> None:
    assert loaded("analyze", "-e", STEM, "--input", "3x90x90").isdisjoint(OF_FIELDS)
    assert loaded("rf", "-e", STEM, "--input", "3x90x90", "--grow") >= {
        "convcost.cli.rf",
        "convcost.render.pictures.characters",
    }
