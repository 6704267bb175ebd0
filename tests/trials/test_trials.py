"""Questions that people asked in public, written as a new user would, and what is right.

`right.csv` holds a figure a line, with where it is known from: a thread, a paper, torch, Keras, arithmetic by hand; never
from our own output. The specs of `networks/` and `gaps/` carry theirs in `expect:`. What the language cannot say yet
stands in UNSAID and SHORT, by name: when it can, a test here fails, and the case gets its figures.
"""

from __future__ import annotations

import csv
import json
import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.fuzz.running import Answer, call
from tests.language.networks import chain, layer, shapes, wrong

HERE = Path(__file__).parent
CASES = HERE / "cases"


class Right(NamedTuple):
    case: str
    variant: str
    figure: str
    of: str
    value: str
    source: str

    def __str__(self) -> str:
        return "-".join(filter(None, self[:4]))


def table() -> list[Right]:
    with open(HERE / "right.csv", encoding="utf-8", newline="") as stream:
        head, *rows = csv.reader(stream)
    assert head == list(Right._fields)
    return [Right(*row) for row in rows]


RIGHT = table()

# What is refused, or counted otherwise, because the language has no word for it. ------------------------------

UNSAID = {
    # a word that is missing: a step that needs it, and the code it is refused with
    "share": ("{conv: {out: 4, kernel: 1}, share: a}", "CC010"),
    "frozen": ("{conv: {out: 4, kernel: 1}, frozen: true}", "CC010"),
    "group of steps": ("{repeat: 2, do: [relu]}", "CC201"),
    "sub": ("sub: input", "CC201"),
    "div": ("div: input", "CC201"),
    "maximum": ("maximum: input", "CC201"),
    "minimum": ("minimum: input", "CC201"),
    "rms_norm": ("rms_norm", "CC201"),
    "adaptive_max_pool": ("adaptive_max_pool: 1", "CC201"),
    "reduce": ("reduce: channels", "CC201"),
    "reshape": ("reshape: {shape: [12, 4, 4]}", "CC201"),
    "rearrange": ('rearrange: "c h w -> c w h"', "CC201"),
    "einsum": ('einsum: {pattern: "c h w, d h w -> c d", with: input}', "CC201"),
    "function": ("function: exp", "CC201"),
    "learned": ("learned: [3, 8, 8]", "CC201"),
    "custom": ("custom: {shape: [3, 8, 8]}", "CC201"),
    "pad of channels": ("pad: {channels: [0, 3]}", "CC101"),
    "slice along a size": ("slice: {range: [0, 4], axis: 1}", "CC101"),
    "conv_transpose to a size": ("conv_transpose: {out: 4, kernel: 3, stride: 2, size: 16}", "CC101"),
    "slopes of prelu": ("prelu: {slopes: one}", "CC101"),
    "causal padding": ("conv: {out: 4, kernel: 3, padding: causal}", "CC104"),
    "power": ("pointwise: 2 ** 3", "CC007"),
    "make_divisible": ('pointwise: "make_divisible(30, 8)"', "CC007"),
}
REFUSED = {
    # cases and gaps that are refused as they stand: each problem's code and line, and what they wait for
    "c16_spatial_attention": (["12 CC106"], "merges that stretch along channels; reduce"),
    "c19_mfm": (["7 CC201"], "maximum"),
    "c44_dssd": (["6 CC106"], "right as it is: kernel 3 is the cure, which the sentence should name"),
    "c48_keras_outpad": (["4 CC109"], "right as it is: padding 1 is the equal form, which the sentence should name"),
    "c75_nonlocal": (["7 CC201", "9 CC201"], "einsum"),
    "c77_local": (["3 CC201"], "custom"),
    "c83_fpn_sizes": (["6 CC106"], "right as it is: the sizes do not meet"),
    "c92_skip_sum": (["14 CC202"], "gathering by glob"),
}
SHORT = {
    # specs whose published figure is not met, because something stands in for what the language lacks
    "cbam_resnet18": (["51 CC304"], "share: 89,080 weights of the shared MLPs are counted twice"),
    "retinanet_r50_fpn": (["52 CC304"], "share: the heads of five levels"),
    "vit_tiny_without_attention": (["23 CC304", "24 CC304"], "learned, einsum"),
}
WITHOUT_FIGURE = {
    # cases that are answered in words, or by a figure that does not exist yet
    "c33_dense_on_map": "a note; below",
    "c70m_stride_zero": "a sentence; below",
    "c78_training_memory": "memory while training",
    "c105_second_input": "a sentence; below",
}


def convcost(*words: object) -> Answer:
    """Run a command; nothing may go wrong inside it."""
    answer = call([str(word) for word in words])
    assert not answer.trouble
    return answer


@cache
def analysis(case: str, variant: str) -> Any:
    path = f"{CASES / case}.yaml"
    answer = convcost("analyze", f"{path}@{variant}" if variant else path, "--json")
    assert answer.code == 0
    return json.loads(answer.out)


def found(right: Right) -> Any:
    """The figure of a case: of the network, or of the layers that a name means (their sum; of shapes, the last)."""
    document = analysis(right.case, right.variant)
    if right.of:
        rows = [row for row in document["layers"] if f"{row['name']}.".startswith(f"{right.of}.")]
        assert rows, right
        counts = {key: sum(row[key] for row in rows) for key in ("params", "macs", "useful_macs")}
        field, output = rows[-1]["receptive_field"], rows[-1]["output_shape"]
    else:
        counts, field, output = document["totals"], document["receptive_field"], document["outputs"][0]["shape"]
    match right.figure:
        case "output":
            return output
        case "rf":
            return field["size"]
        case "rf_min":
            return field["min"]
        case "useful":
            return Fraction(100 * counts["useful_macs"], counts["macs"])
        case "bflops":  # as Darknet prints them
            return Fraction(2 * counts["macs"], 10**9)
    return counts[right.figure]


def agrees(value: Any, printed: str) -> bool:
    """Whether a figure is the one printed: exactly, or rounded or cut to its digits where it has a point."""
    if isinstance(value, list):
        return "x".join(map(str, value)) == printed
    number = re.fullmatch(r"(\d+)(?:\.(\d+))?([MG]?)%?", printed)
    assert number, printed
    scaled = Fraction(value) * 10 ** len(number[2] or "") / {"": 1, "M": 10**6, "G": 10**9}[number[3]]
    digits = int(number[1] + (number[2] or ""))
    return digits in ({scaled} if printed.isdigit() else {int(scaled), int(scaled + Fraction(1, 2))})


@pytest.mark.parametrize("right", RIGHT, ids=str)
def test_a_figure_is_right(right: Right) -> None:
    assert agrees(found(right), right.value), found(right)


@pytest.mark.parametrize(
    ("value", "printed", "same"),
    [
        (763, "763", True),
        (762, "763", False),
        ([3, 4], "3x4", True),
        ([3, 5], "3x4", False),
        (13_926_017, "13.92M", True),
        (13_926_017, "13.93M", True),
        (13_936_017, "13.92M", False),
        (Fraction(511, 10), "51.0%", False),
    ],
)
def test_a_wrong_figure_is_found(value: Any, printed: str, same: bool) -> None:
    assert agrees(value, printed) == same


def test_every_case_is_here_and_every_figure_has_a_source() -> None:
    assert {path.stem for path in CASES.glob("*.yaml")} == {right.case for right in RIGHT} | {*REFUSED, *WITHOUT_FIGURE}
    assert {path.stem for path in (HERE / "gaps").glob("*.yaml")} == {*SHORT}
    assert all(right.source for right in RIGHT)


@pytest.mark.parametrize("path", sorted((HERE / "networks").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_network_has_its_published_figures(path: Path) -> None:
    assert "macs" in path.read_text(encoding="utf-8").partition("\nexpect:")[2]
    answer = convcost("check", path)
    assert (answer.code, answer.err) == (0, "")


@pytest.mark.parametrize("name", UNSAID)
def test_what_the_language_cannot_say_yet(name: str) -> None:
    step, code = UNSAID[name]
    assert {problem.split()[1] for problem in wrong(chain(step))} == {code}, (
        f"it can be said: {name}; rewrite its cases"
    )


@pytest.mark.parametrize("name", [*REFUSED, *SHORT])
def test_a_case_that_cannot_be_said_is_refused_at_its_place(name: str) -> None:
    path = (CASES if name in REFUSED else HERE / "gaps") / f"{name}.yaml"
    answer = convcost("check", path, "--json")
    [spec] = json.loads(answer.out)["specs"]
    problems = [
        f"{problem['line']} {problem['code']}" for problem in spec["problems"] if problem["severity"] == "error"
    ]
    assert (answer.code, problems) == (1, (REFUSED | SHORT)[name][0])


# Answers that are sentences. ----------------------------------------------------------------------------------


def test_the_cures_that_people_found_work() -> None:
    """DSSD's map of 3x3 (weiliu89/caffe#563: kernel 3), and Keras's 2 -> 4 -> 7 -> 13 -> 25 without `same`."""
    three = chain(
        "conv: {out: 8, kernel: 3, stride: 2, padding: 1}",
        "conv_transpose: {out: 8, kernel: 3, stride: 2, padding: 1}",
        input="[8, 3, 3]",
    )
    assert shapes(three)["conv_transpose1"] == (8, 3, 3)
    step = "conv_transpose: {{out: 8, kernel: 3, stride: 2, padding: 1, output_padding: {}}}"
    decoder = shapes(chain(*[step.format(extra) for extra in (1, 0, 0, 0)], input="[8, 2, 2]"))
    assert list(decoder.values()) == [(8, 4, 4), (8, 7, 7), (8, 13, 13), (8, 25, 25)]


def test_dense_on_every_position_is_pointwise() -> None:
    """Keras: 1,290 params, 218x218x10."""
    text = (CASES / "c33_dense_on_map.yaml").read_text(encoding="utf-8").replace("linear: 10", "pointwise: 10")
    node = layer(text, "pointwise1")
    assert (node.shape, node.op.params(*node.input_shapes)) == ((10, 218, 218), 1290)


def test_linear_on_a_map_is_noted() -> None:
    answer = convcost("analyze", CASES / "c33_dense_on_map.yaml")
    assert answer.code == 0
    assert "c33_dense_on_map.yaml:9:" in answer.err
    assert "pointwise" in answer.err


def test_a_causal_residual_is_not_shifted_by_mistake() -> None:
    assert "CC407" not in "".join(convcost("check", CASES / "c01_tcn_k4.yaml", "--advice")[1:])


def test_no_stride_is_told_where_there_is_none() -> None:
    assert "stride 0" not in convcost("analyze", CASES / "c70m_stride_zero.yaml").out


@pytest.mark.parametrize("words", [["analyze"], ["compare", CASES / "c110_two_inputs.yaml"]])
def test_an_input_that_is_not_read_is_not_read_whole(words: list[Any]) -> None:
    answer = convcost(*words, CASES / "c105_second_input.yaml")
    assert answer.code == 0
    assert "whole input" not in answer.out
    assert not re.search(r"\ball\b(?! layer outputs)", answer.out)


def test_an_error_in_one_variant_leaves_the_others() -> None:
    answer = convcost("compare", CASES / "c72_pspnet_ppm.yaml")
    assert answer.code == 1
    assert "at473" in answer.out
    assert "at224" in answer.err
