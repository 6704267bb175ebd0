"""Advice: what raises each piece, in what words and where, and what does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from convcost.analysis.advice import advise
from convcost.api.network import Network
from convcost.errors import describe

SPECS = sorted((Path(__file__).parents[2] / "specs").glob("*.yaml"))


def advice(layers: str, input: str | None = "1x64x64") -> list[Any]:
    return advise(Network.from_text(layers, input=input).graph())


def said(code: str, layers: str, input: str | None = "1x64x64") -> list[str]:
    """The messages of one code; of a whole spec, where it has its own input."""
    input = None if layers.startswith("{input:") else input
    return [problem.message for problem in advice(layers, input) if problem.code == code]


# CC401 ------------------------------------------------------------------------------------------------------


def test_gridding_is_said_at_the_last_dilation() -> None:
    dilated = "conv: {out: 1, kernel: 3, dilation: 2}"
    [problem] = advice(f"[{dilated}, {dilated}, relu]")
    assert problem.severity == "advice"
    assert problem.layer == "conv2"
    assert describe([problem]).splitlines() == [
        "<inline>:1:78: advice[CC401]: only 25 of the 81 input positions in the network's field are read (31 %)",
        f"    1 | [{dilated}, {dilated}, relu]",
        f"      | {' ' * 77}^",
        "note: in layer conv2 (conv)",
        "note: dilations with a common divisor leave a grid of holes; mix them, as 1, 2, 5",
    ]


@pytest.mark.parametrize("dilations", ["1, 2, 4", "1, 2, 5", "1, 1, 2, 4, 8, 16, 1"])
def test_dilations_that_fill_each_others_holes_are_no_grid(dilations: str) -> None:
    loop = f"for: d\n  in: [{dilations}]\n  do: [conv: {{out: 1, kernel: 3, dilation: d, padding: d}}]"
    assert said("CC401", f"- {loop}") == []


def test_holes_that_a_stride_leaves_are_not_laid_to_a_dilation() -> None:
    stride = "conv: {out: 1, kernel: 1, stride: 2}"
    dilated = "conv: {out: 1, kernel: 3, padding: 1}, conv: {out: 1, kernel: 3, dilation: 2}"
    assert said("CC401", f"[{stride}, conv: {{out: 1, kernel: 2}}]") == []
    assert said("CC401", f"[{stride}, {dilated}]") == []
    both = said("CC401", f"[{stride}, conv: {{out: 1, kernel: 2, dilation: 2}}]")
    assert both == ["only 4 of the 25 input positions in the network's field are read (16 %)"]


def test_a_share_near_one_is_not_rounded_to_all() -> None:
    assert said("CC401", "[conv: {out: 1, kernel: 2, dilation: 300}, conv: {out: 1, kernel: 299}]", "1x700") == [
        "only 598 of the 599 input positions in the network's field are read (99 %)"
    ]


def test_pools_have_dilations_too() -> None:
    assert said("CC401", "[max_pool: {kernel: 2, stride: 1, dilation: 2}]", "1x9") == [
        "only 2 of the 3 input positions in the network's field are read (67 %)"
    ]


# CC402 ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("kernel: 3, stride: 2", "kernel 3 with stride 2: along the height, outputs add 2, 1 products in turn"),
        (
            "kernel: 5, stride: 3, padding: 1",
            "kernel 5 with stride 3: along the height, outputs add 2, 1, 2 products in turn",
        ),
        ("kernel: [4, 3], stride: 2", "kernel 3 with stride 2: along the width, outputs add 2, 1 products in turn"),
        ("kernel: 1, stride: 2", "kernel 1 with stride 2: along the height, outputs add 1, 0 products in turn"),
        ("kernel: 63, stride: 32", "kernel 63 with stride 32: along the height, outputs add 1 to 2 products in turn"),
        (
            "kernel: 4, stride: 2, dilation: 2",
            "kernel 4 with stride 2, dilation 2: along the height, outputs add 4, 0 products in turn",
        ),
    ],
)
def test_a_checkerboard_shows_its_pattern(fields: str, message: str) -> None:
    assert said("CC402", f"[conv_transpose: {{out: 1, {fields}}}]") == [f"{message} (checkerboard)"]


@pytest.mark.parametrize(
    "fields", ["kernel: 4, stride: 2", "kernel: 3", "kernel: 64, stride: 32", "kernel: 2, stride: [1, 2]"]
)
def test_a_kernel_that_its_stride_divides_is_no_checkerboard(fields: str) -> None:
    assert said("CC402", f"[conv_transpose: {{out: 1, {fields}}}]") == []


# CC403 ------------------------------------------------------------------------------------------------------


def test_input_that_nothing_reads() -> None:
    assert said("CC403", "[conv: {out: 1, kernel: 2, stride: 5}]") == [
        "stride 5 jumps over 3 of every 5 input positions along the height, and nothing else reads them"
    ]
    assert said("CC403", "[max_pool: {kernel: [3, 1], stride: 2}]") == [
        "stride 2 jumps over 1 of every 2 input positions along the width, and nothing else reads them"
    ]


def test_a_dilation_may_miss_what_its_stride_does_not() -> None:
    assert len(said("CC403", "[conv: {out: 1, kernel: 3, stride: 2, dilation: 2}]")) == 1
    assert said("CC403", "[conv: {out: 1, kernel: 3, stride: 2, dilation: 3}]") == []


def test_what_another_path_reads_is_read() -> None:
    shortcut = "[conv: {out: 1, kernel: 1, stride: 2}]"
    wide = "[conv: {out: 1, kernel: 3, stride: 2, padding: 1}]"
    assert said("CC403", f"[add: {{main: {wide}, shortcut: {shortcut}}}]") == []
    early = "[conv: {out: 1, kernel: 1, stride: 2}, conv: {out: 1, kernel: 3, padding: 1}]"
    assert len(said("CC403", f"[add: {{main: {early}, shortcut: {shortcut}}}]")) == 1


@pytest.mark.parametrize(
    "step",
    [
        "relu",
        "batch_norm",
        "slice: [0, 1]",
        "pad: 1",
        "pad: {padding: 1, mode: reflect}",
        "crop: {margins: [[1, 0], [1, 0]]}",
    ],
)
def test_what_another_path_reads_is_read_through_steps_that_pass_positions_on(step: str) -> None:
    stride, wide = "conv: {out: 1, kernel: 1, stride: 2}", "conv: {out: 1, kernel: 3}"
    jumps = "stride 2 jumps over 1 of every 2 input positions along the height, and nothing else reads them"
    assert said("CC403", chains(f"{step}, {stride}", wide)) == []
    assert said("CC403", chains(stride, f"{step}, {wide}")) == []
    assert said("CC403", chains(f"{step}, {stride}")) == [jumps]
    # a convolution computes what is jumped over, whoever reads its input
    assert said("CC403", chains(f"conv: {{out: 1, kernel: 1}}, {step}, {stride}", wide)) == [jumps]


def chains(*every: str) -> str:
    """Chains of layers that read the same one; the end of each is an output."""
    ways = [f"{{identity: , from: x}}, {way}, {{identity: , name: y{i}}}" for i, way in enumerate(every)]
    layers = f"[{{conv: {{out: 2, kernel: 3}}, name: x}}, {', '.join(ways)}]"
    return f"{{input: [1, 12342, 12342], layers: {layers}, outputs: [{', '.join(f'y{i}' for i in range(len(ways)))}]}}"


def test_windows_that_jump_over_different_positions() -> None:
    stride, shift = "conv: {out: 1, kernel: 1, stride: %d}", "crop: {margins: [[1, 0], [1, 0]]}"
    jumps = "stride %d jumps over %d of every %d input positions along the height, and nothing else reads"
    assert said("CC403", chains(stride % 2, f"{shift}, {stride % 2}")) == []
    assert said("CC403", chains(stride % 4, f"{shift}, {stride % 4}")) == [f"{jumps % (4, 3, 4)} 1 of every 2"]
    assert said("CC403", chains(stride % 3, stride % 2)) == [f"{jumps % (3, 2, 3)} 1 of every 3"]  # 1 and 5 of 6
    assert said("CC403", chains(stride % 64, stride % 65)) == []  # they meet too rarely to be listed


def test_an_output_is_read() -> None:
    text = (
        "{input: [1, 8, 8], layers: [{relu: , name: x}, {conv: {out: 1, kernel: 1, stride: 2}, name: y}], outputs: %s}"
    )
    for outputs, count in (("[x, y]", 0), ("[y]", 1)):
        assert len(advise(Network.from_text(text % outputs).graph())) == count


def test_one_window_alone_jumps_over_nothing() -> None:
    assert said("CC403", "[conv: {out: 1, kernel: 3, stride: 4}]", "1x5x5") == []
    assert said("CC403", "[conv: {out: 1, kernel: 3, stride: 3}, global_avg_pool, linear: 3]") == []


# CC404 ------------------------------------------------------------------------------------------------------


def test_a_dilation_as_large_as_the_map() -> None:
    """DeepLab's rate of 36 on a map of 33 x 33: 11 % of the work is useful."""
    [problem] = [
        p for p in advice("[conv: {out: 1, kernel: 3, dilation: 36, padding: 36}]", "1x33x33") if p.code == "CC404"
    ]
    assert problem.message == "dilation 36 is as large as the input height 33: all taps but one meet padding"
    assert [note.message for note in problem.notes] == ["in layer conv1 (conv)", "11 % of its MACs are useful"]


def test_a_pool_has_no_macs_to_speak_of() -> None:
    [problem] = [
        p for p in advice("[max_pool: {kernel: 3, stride: 1, dilation: 9, padding: 9}]", "1x9") if p.code == "CC404"
    ]
    assert [note.message for note in problem.notes] == ["in layer max_pool1 (max_pool)"]


def test_a_dilation_smaller_than_the_map_is_none() -> None:
    assert said("CC404", "[conv: {out: 1, kernel: 3, dilation: 32, padding: 32}]", "1x33x33") == []


# CC405 ------------------------------------------------------------------------------------------------------


def test_a_classifier_that_does_not_see_the_whole_input() -> None:
    small = "conv: {out: 4, kernel: [3, 70], padding: [1, 35]}"
    assert said("CC405", f"[{small}, global_avg_pool, linear: 2]") == [
        "no position of conv1 sees more than 3x70 of the 64x64 input"
    ]


def test_a_classifier_that_does_and_a_network_that_is_none() -> None:
    assert said("CC405", "[conv: {out: 4, kernel: 65, padding: 32}, global_avg_pool, linear: 2]") == []
    assert said("CC405", "[conv: {out: 4, kernel: 3}]") == []
    assert said("CC405", "[mul: {map: [], gate: [global_avg_pool]}, global_avg_pool, linear: 2]") == []


# CC406 ------------------------------------------------------------------------------------------------------


def test_windows_after_the_input_was_covered_twice_over() -> None:
    layers = "[{conv: {out: 1, kernel: 9, padding: 4}, repeat: 6}]"
    [problem] = [problem for problem in advice(layers, "1x16x16") if problem.code == "CC406"]
    assert problem.layer == "conv5"  # 4 x 8 + 1 = 33 positions before it
    assert problem.message == "the input of this layer already sees 33x33, 2 times the network's input or more"


def test_layers_without_a_window_may_come_as_late_as_they_like() -> None:
    assert said("CC406", "[conv: {out: 1, kernel: 65, padding: 32}, conv: {out: 1, kernel: 1}, relu]", "1x16x16") == []
    assert said("CC406", "[{conv: {out: 1, kernel: 9, padding: 4}, repeat: 6}]", "1x16x32") == []


# CC407 ------------------------------------------------------------------------------------------------------


def test_paths_with_a_shift() -> None:
    window = "stride: 2, padding: same"
    paths = f"a: [conv: {{out: 1, kernel: 3, {window}}}], b: [conv: {{out: 1, kernel: 1, {window}}}]"
    assert said("CC407", f"[add: {{{paths}}}]") == [
        "along the height, the fields of the paths are shifted: add1.a.conv1 lies 1 input position behind add1.b.conv1"
    ]
    assert said("CC407", f"[add: {{{paths}}}]", "1x63x63") == []


def test_half_a_position_is_what_even_windows_leave() -> None:
    even = "add: {a: [conv: {out: 1, kernel: [1, 2], padding: same}], b: []}"
    assert said("CC407", f"[{even}]") == []
    # half a position of a map with stride 2 is a whole one of the input, and no padding mends it either
    assert said("CC407", f"[max_pool: 2, {even}]") == []
    assert (
        said("CC407", "[max_pool: 2, add: {a: [conv: {out: 1, kernel: 3, padding: [[2, 0], [1, 1]]}], b: [relu]}]")
        == []
    )
    assert said(
        "CC407", "[max_pool: 2, add: {a: [conv: {out: 1, kernel: 3, padding: [[0, 2], [1, 1]]}], b: [relu]}]"
    ) == [
        "along the height, the fields of the paths are shifted: add1.a.conv1 lies 2 input positions behind add1.b.relu1"
    ]


@pytest.mark.parametrize(
    "causal",
    [
        "conv: {out: 1, kernel: 3, dilation: 4, padding: [[8, 0]]}",
        "pad: [[8, 0]], conv: {out: 1, kernel: 3, dilation: 4}",
        "conv: {out: 1, kernel: 3, dilation: 4, padding: 8}, crop: {margins: [[0, 8]]}",
    ],
)
def test_causal_paths_end_where_their_shortcut_does(causal: str) -> None:
    """A temporal convolutional network: what pads the past only, in each of its spellings."""
    assert said("CC407", f"[{{add: {{a: [{causal}, relu, {causal}], b: []}}, repeat: 3}}]", "1x64") == []
    beside = "conv: {out: 1, kernel: 3, dilation: 4, padding: 4}"
    assert said("CC407", f"[add: {{a: [{causal}], b: [{beside}]}}]", "1x64") != []


def test_a_shortcut_without_padding_is_cropped_at_its_beginning() -> None:
    """WaveNet without padding: the convolution ends where the last of what is kept does."""
    assert (
        said("CC407", "[add: {a: [conv: {out: 1, kernel: 2, dilation: 8}], b: [crop: {margins: [[8, 0]]}]}]", "1x64")
        == []
    )


def test_paths_that_start_from_different_inputs_part_nowhere() -> None:
    text = "{input: {x: [1, 8], y: [1, 8]}, layers: [{conv: {out: 1, kernel: 3, padding: 1}, name: a}, add: y]}"
    assert advise(Network.from_text(text).graph()) == []


def test_paths_with_different_strides() -> None:
    paths = "a: [conv: {out: 1, kernel: 1, stride: 2}], b: [conv: {out: 1, kernel: 5}]"
    strides = "concat1.a.conv1 moves by 2, concat1.b.conv1 moves by 1 input positions a step"
    message = f"along the length, the strides of the paths differ: {strides}"
    assert said("CC407", f"[concat: {{{paths}}}]", "1x8") == [message]
    # said where they meet, not again where the result meets itself or another path
    itself = "add: {a: [], b: [conv: {out: 2, kernel: 1}]}"
    another = "add: {a: [], b: [{crop: {margins: [[2, 2]]}, from: input}]}"
    assert said("CC407", f"[concat: {{{paths}}}, {itself}, {another}]", "2x8") == [message]


def test_a_skip_connection_over_a_pool_is_no_shift() -> None:
    """Positions 0 and 1 of the upsampled path both look at 1/2, those of the skip at 0 and 1: alike on the average."""
    skip = "{conv: {out: 1, kernel: 3, padding: 1}, name: skip}, max_pool: 2"
    for up in ("conv_transpose: {out: 1, kernel: 2, stride: 2}", "unpool: 2", "resize: {scale: 2, mode: bilinear}"):
        assert said("CC407", f"[{skip}, {up}, concat: skip]") == []
    lopsided = "conv_transpose: {out: 1, kernel: 3, stride: 2, padding: 1, output_padding: 1}"
    assert said("CC407", f"[{skip}, {lopsided}, concat: skip]") == []  # 1/2 of the skip's positions


def test_a_gate_of_one_position_and_a_whole_input_have_no_center() -> None:
    assert said("CC407", "[mul: {map: [], gate: [conv: {out: 1, kernel: 64}]}]") == []
    assert said("CC407", "[mul: {map: [], gate: [global_avg_pool]}, add: {a: [], b: [relu]}]") == []


def test_phases_that_read_nothing_have_no_center() -> None:
    nails = "{unpool: {scale: 2, mode: bed_of_nails}, name: u}"
    assert said("CC407", f"[{nails}, {{unpool: 2, from: input}}, add: u]") == []
    odd = "pad: [[1, 0]], crop: {margins: [[0, 1]]}"
    both = f"[{nails}, {{unpool: {{scale: 2, mode: bed_of_nails}}, from: input}}, {odd}, add: u]"
    assert said("CC407", both, "1x8") == []  # one reads at odd positions, the other at even ones: they never meet


# CC408 ------------------------------------------------------------------------------------------------------


def test_a_field_that_is_not_listed() -> None:
    layers = "[{conv_transpose: {out: 1, kernel: 4, stride: 2, padding: 1}, repeat: 14}]"
    [problem] = [problem for problem in advice(layers, "1x2") if problem.code == "CC408"]
    assert problem.layer == "conv_transpose13"
    assert problem.message == (
        "the receptive field from here on is not computed: it is a pattern that repeats after more than 4,096 positions, or 10^100 of the input"
    )
    assert said("CC408", layers.replace("14", "12"), "1x2") == []


# All --------------------------------------------------------------------------------------------------------


def test_what_one_place_causes_in_many_layers_is_said_once() -> None:
    [problem] = advice("[{conv_transpose: {out: 1, kernel: 3, stride: 2}, repeat: 3}]", "1x4")
    assert problem.notes[-1].message == "and in 2 more layers that this place makes"


def test_advice_comes_in_the_order_of_the_spec() -> None:
    layers = "[conv: {out: 1, kernel: 1, stride: 2}, conv_transpose: {out: 1, kernel: 3, stride: 2}]"
    assert [problem.code for problem in advice(layers)] == ["CC403", "CC402"]


PUBLISHED = {  # CC405: their last map sees 195, 207 or 212 positions of 224; CC406: what comes late sees all of them
    "alexnet": {"CC405"},
    "alexnet_torchvision": {"CC405"},
    "convnext_tiny": {"CC406"},
    "densenet121": {"CC406"},
    "googlenet": {"CC406"},
    "shufflenet_v1": {"CC406"},
    "squeezenet1_1": {"CC405"},
    "vgg16": {"CC405"},
    "xception": {"CC406", "CC407"},  # a strided 1x1 beside a pool that pads an even map at its end
}


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_published_networks_need_little_advice(path: Path) -> None:
    codes = {problem.code for problem in advise(Network.from_file(str(path)).graph())}
    assert codes == PUBLISHED.get(path.stem, set())


def test_a_vector_has_no_axes_to_advise_on() -> None:
    assert advice("[linear: 4, relu, {linear: 4, name: a}, add: {x: [], y: [relu]}]", "7") == []
