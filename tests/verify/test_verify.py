"""Formula and execution agree, on known and on random networks; where they do not, verify says so and where."""

from __future__ import annotations

import os
import re
from io import BytesIO
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from convcost.analysis import cost
from convcost.analysis.field import coverage, extent
from convcost.api.network import Network
from convcost.errors import SpecError, UsageError, describe
from convcost.graph import Graph
from convcost.numpy_backend import find
from convcost.numpy_backend.kernels import conv
from convcost.numpy_backend.kernels.core import dense
from convcost.ops.conv import Conv
from convcost.ops.core import windows
from convcost.ops.merge import Concat
from convcost.verify import confirm, longer, needs, reduced, run, smaller, whole
from convcost.verify.fields import probes
from tests.analysis.field.definitions import Nowhere, random_graph
from tests.museum.mutants import last_module_only, layers, method, per_output
from tests.ops.samples import PLACED, dice, random_case

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from convcost.ops.core.operation import Op
    from convcost.types import Shape
    from tests.museum.mutants import Patch


def network(*steps: str, shape: str = "4, 8, 8", **keys: str) -> Network:
    return Network.from_text(layers(shape, *steps) + "".join(f"{key}: {value}\n" for key, value in keys.items()))


def found(*steps: str, **keys: str) -> list[tuple[str, str]]:
    return [(problem.code, problem.layer) for problem in network(*steps, **keys).verify().problems]


# Agreement --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "macs", "useful"),
    [
        ("conv: {out: 8, kernel: 3, padding: 1}", 18_432, 15_488),
        ("conv: {out: 8, kernel: 3, padding: 2, dilation: 2}", 18_432, 12_800),
        ("conv_transpose: {out: 6, kernel: 4, stride: 2, padding: 1}", 24_576, 21_600),
        ("linear: 10", 2_560, 2_560),
    ],
)
def test_published_figures_are_what_happens(step: str, macs: int, useful: int) -> None:
    result = network(step).verify()
    assert result.agree
    assert result.totals.macs == (macs, macs)
    assert result.totals.useful_macs == (useful, useful)


def test_a_verification_holds_both_witnesses_of_every_figure() -> None:
    result = network("conv: {out: 6, kernel: 3, groups: 2}", "{batch_norm: , name: norm}", "relu").verify()
    first, norm, relu = result.layers
    assert (first.name, first.op, first.label, first.line) == ("conv1", "conv", "conv 3x3 g2", 3)
    assert first.output_shape == ((6, 6, 6), (6, 6, 6))
    assert (first.params, first.macs, first.useful_macs) == ((114, 114), (3888, 3888), (3888, 3888))
    assert (norm.name, norm.params, norm.macs) == ("norm", (12, 12), (0, 0))
    assert relu.field
    assert result.totals.peak_activation_bytes == (1888, 1888)
    assert result.inputs == {"input": (4, 8, 8)}


@pytest.mark.parametrize(
    ("steps", "summary"),
    [
        (("linear: 2",), "1 layer (1 with weights), 512 multiplications counted; every figure compared agrees"),
        (("relu", "identity"), "2 layers (0 with weights), 0 multiplications counted; every figure compared agrees"),
    ],
)
def test_one_line_can_be_quoted(steps: tuple[str, ...], summary: str) -> None:
    assert network(*steps).verify().summary == summary


def test_a_verification_shows_itself() -> None:
    result = network("linear: 2").verify()
    assert str(result).startswith("<inline>: 4x8x8\n")
    assert str(result).endswith(result.summary)
    assert result.summary in result._repr_html_()  # type: ignore[attr-defined]


def alone(op: Op, inputs: tuple[Shape, ...]) -> Graph:
    """A network of one layer; max_unpool with its pool."""
    graph = Graph("one layer")
    if op.word == "max_unpool":
        image = graph.add_input("image", op.size, Nowhere())  # type: ignore[attr-defined]
        pool, _ = graph.add("pool", op.source, [image], Nowhere())  # type: ignore[attr-defined]
        assert pool
        sources = [graph.add_input("values", inputs[0], Nowhere()), pool]
    else:
        sources = [graph.add_input(f"input{i}", shape, Nowhere()) for i, shape in enumerate(inputs)]
    node, problems = graph.add("layer", op, sources, Nowhere())
    assert node, problems
    graph.outputs = [node]
    return graph


def assert_agrees(graph: Graph) -> None:
    result = confirm.verify(graph)
    assert result.agree, f"{graph.inputs} {graph.nodes} {[op.op for op in graph.nodes]}\n{describe(result.problems)}"


def check_layers(seed: object, count: int) -> None:
    for i in range(count):
        word = PLACED[i % len(PLACED)]
        assert_agrees(alone(*random_case(word, dice((seed, word, i)))))


def check_graphs(seed: object, count: int) -> None:
    checked = 0
    for i in range(count * 2):
        rank, largest = ((1, 24), (2, 12), (2, 12), (3, 7))[i % 4]
        graph = random_graph((seed, i), rank, largest)
        if graph.nodes and checked < count:
            checked += 1
            assert_agrees(graph)
    assert checked == count


def test_random_layers_agree(seed: str) -> None:
    check_layers(seed, 500)


def test_random_networks_agree(seed: str) -> None:
    check_graphs(seed, 50)


@pytest.mark.long
def test_many_random_layers_agree(seed: str) -> None:
    check_layers(("many", seed), 5_000)


@pytest.mark.long
def test_many_random_networks_agree(seed: str) -> None:
    check_graphs(("many", seed), 500)


@pytest.mark.parametrize(
    "steps",
    [
        # channels do not all carry what a position depends on
        ("space_to_depth: 2", "pixel_shuffle: 2"),
        ("concat: {a: [conv: {out: 2, kernel: 5, padding: 2}], b: [pointwise: 2]}", "slice: [2, 4]"),
        ("{max_pool: 2, name: p}", "concat: {a: [flatten: ], b: [flatten: ]}", "slice: [0, 3]", "linear: 2"),
        ("channel_shuffle: 2", "depthwise: 3"),
        # what reads everything, and what comes after it
        ("mul: {main: [], gate: [global_avg_pool: , pointwise: 4, sigmoid: ]}", "conv: {out: 2, kernel: 3}"),
        ("group_norm: 2", "conv: {out: 2, kernel: 3}"),
        ("conv: {out: 4, kernel: [8, 8]}", "relu", "flatten", "group_norm: 2", "linear: 3"),
        # padding that repeats, and padding that nothing reaches through
        ("pad: {padding: 3, mode: reflect}", "pad: {padding: 2, mode: replicate}", "conv: {out: 2, kernel: 3}"),
        ("max_pool: {kernel: 2, dilation: 15, stride: 1, padding: 8}", "conv: {out: 2, kernel: 3}"),
        ("pad: 4", "pointwise: {out: 2, stride: 9}", "relu"),
    ],
)
def test_what_is_hard_to_represent_agrees(steps: tuple[str, ...]) -> None:
    assert found(*steps) == []


def test_padding_that_keeps_all_poison_out_is_remembered_where_paths_meet() -> None:
    steps = (
        "pointwise: {out: 4, stride: 2}",
        "resize: {size: 1, mode: bilinear, align_corners: true}",
        "concat: {a: [conv: {out: 4, kernel: 4, padding: same_lower, dilation: 3}], b: []}",
    )
    assert found(*steps, shape="4, 7, 6") == []


@pytest.mark.long
def test_a_field_may_be_too_irregular_along_one_axis_only() -> None:
    step = "concat: {a: [avg_pool: {kernel: [1, 3], stride: [1, 3]}, resize: {size: [4, 5000]}], b: []}"
    assert found(step, shape="1, 4, 5000") == []


def test_a_view_of_a_view_spreads_no_poison_over_what_others_read() -> None:
    assert found("flatten", "flatten", "{conv: {out: 2, kernel: 3}, from: input}", "relu") == []
    assert found("identity", "flatten", "{conv: {out: 2, kernel: 3}, from: input}", "relu") == []


def test_every_input_is_followed() -> None:
    inputs = "input: {a: [2, 6, 6], b: [2, 6, 6], size: [1, 3, 3]}"
    side = "conv: {out: 2, kernel: 3, padding: 1}, {pointwise: 2, from: b}"
    net = Network.from_text(f"{inputs}\nlayers: [{side}, concat: [conv1, pointwise1], resize: {{like: size}}]")
    assert net.verify().agree


def test_a_layer_that_forgets_its_second_input_is_found(changed: Callable[[Patch], None]) -> None:
    changed(method(Concat, "uses", lambda op, count: ("data", "shape")))
    spec = "input: {a: [2, 6, 6], b: [2, 6, 6]}\nlayers: [concat: [a, b]]"
    assert [problem.code for problem in Network.from_text(spec).verify().problems] == ["CC505"]


def test_a_long_axis_is_poisoned_at_its_ends_and_in_the_middle() -> None:
    assert [len(some) for some in probes(3000)] == [16, 32, 16]
    assert found("conv: {out: 1, kernel: 9, stride: 4, dilation: 3, padding: same}", shape="1, 3000") == []


@pytest.mark.parametrize(
    ("shape", "runs"),
    [
        ("4, 12, 12", 6),  # height and width are alike, and so are the second relu and the third
        ("4, 12, 16", 9),
    ],
)
def test_layers_that_are_alike_are_run_once(shape: str, runs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    right, seen = reduced._after, []
    monkeypatch.setattr(reduced, "_after", lambda *given: seen.append(given) or right(*given))
    assert found("relu", "conv: {out: 4, kernel: 3}", "relu", "relu", shape=shape) == []
    assert len(seen) == runs


def test_not_more_runs_are_remembered_than_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduced, "KEPT", 1)
    assert found("relu", "conv: {out: 4, kernel: 3}", "relu", "max_pool: 2") == []


def test_where_read_sets_are_not_listed_extents_are_compared(
    changed: Callable[[Patch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coverage, "MAX_TABLE", 0)
    monkeypatch.setattr(longer, "MAX_BITS", 0)  # else what is short must be listed
    steps = ("conv: {out: 1, kernel: 3, dilation: 2, padding: 2}", "conv: {out: 1, kernel: 3}")
    assert coverage.read_sets(network(*steps, shape="1, 20, 20").graph()) == [None, None]
    assert found(*steps, shape="1, 20, 20") == []
    changed(method(extent, "composed", last_module_only))
    assert found(*steps, shape="1, 20, 20") == [("CC505", "conv2")]


POINT = coverage.Positions(1, ((0, 1),))
WIDE, HIGH = "conv: {out: 1, kernel: [1, 3], padding: [0, 1]}", "conv: {out: 1, kernel: [3, 1], padding: [1, 0]}"


@pytest.mark.parametrize(
    ("step", "combined", "message"),
    [
        (
            f"concat: {{a: [{WIDE}], b: [{HIGH}]}}",
            lambda wide, high: [(high[0], wide[1])],  # a square for a cross
            "position 2x2 depends on the poisoned input positions by the formula, but does not in the run",
        ),
        (
            "concat: {a: [conv: {out: 1, kernel: 3, padding: 1}], b: []}",
            lambda square, point: [(square[0], POINT), (POINT, square[1])],  # a cross for a square
            "position 2x2 does not depend on the poisoned input positions by the formula, but does in the run",
        ),
    ],
)
def test_what_is_read_along_all_axes_together_is_confirmed(
    step: str, combined: Callable[..., object], message: str, changed: Callable[[Patch], None]
) -> None:
    assert found("relu", step, shape="1, 9, 9") == []
    changed(method(coverage, "_reduced", lambda products: combined(*products)))
    [problem] = network("relu", step, shape="1, 9, 9").verify().problems
    assert (problem.code, problem.layer, problem.message) == ("CC505", "concat1", message)


def test_the_field_of_a_vector_is_not_asked_for() -> None:
    assert found("linear: 3", "relu", shape="5") == []


# Disagreement -----------------------------------------------------------------------------------------------


def test_one_mistake_is_one_problem(changed: Callable[[Patch], None]) -> None:
    right = Conv.shape
    changed(method(Conv, "shape", lambda op, *inputs: (op.out, *[n + 1 for n in right(op, *inputs)[1:]])))
    steps = ("relu", "{conv: {out: 4, kernel: 3}, name: wrong}", "relu", "max_pool: 2", "avg_pool: 2")
    assert found(*steps) == [("CC501", "wrong")]


def test_a_problem_names_both_figures_and_the_place(changed: Callable[[Patch], None]) -> None:
    from convcost.ops.conv_transpose import ConvTranspose

    changed(method(ConvTranspose, "macs", per_output))
    spec = layers("3, 2, 2", "relu", "conv_transpose: {out: 1, kernel: 2, stride: 2}")
    result = Network.from_text(spec, "net.yaml").verify()
    assert describe(result.problems) == (
        "net.yaml:4:5: error[CC503]: MACs are 192 by the formula, but the run multiplied 48 times\n"
        "    4 |   - conv_transpose: {out: 1, kernel: 2, stride: 2}\n"
        "      |     ^\n"
        "note: in layer conv_transpose1 (conv_transpose), input 3x2x2"
    )
    assert result.summary == "2 layers (1 with weights), 48 multiplications counted; 1 figure not confirmed"
    assert not result.agree
    assert not result.layers[1].macs.agrees


def test_the_real_channels_are_followed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    right = dense.dense

    def shifted(meter: Any, x: Any, *given: Any) -> Any:
        return right(meter, np.roll(x, 1, axis=0) if x.shape[-1] > 2 else x, *given)

    monkeypatch.setattr(conv, "dense", shifted)
    [problem] = network("conv: {out: 2, kernel: 3}").verify().problems
    assert problem.code == "CC505"
    assert problem.message == (
        "position 0x0 depends on the poisoned input positions by the formula, but does not in the run"
    )


def test_a_run_that_stops_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*given: Any, **fields: Any) -> Any:
        raise ValueError("tensors do not fit")

    monkeypatch.setattr(conv, "conv", refuse)
    result = network("relu", "conv: {out: 2, kernel: 3}", "relu").verify()
    assert [(problem.code, problem.layer, problem.message) for problem in result.problems] == [
        ("CC507", "conv1", "the run stopped here: tensors do not fit")
    ]
    assert [layer.name for layer in result.layers] == ["relu1"]


def test_an_operation_without_kernel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(conv, "conv")
    with pytest.raises(SpecError) as caught:
        network("conv: {out: 2, kernel: 3}", "relu", "conv: {out: 2, kernel: 3}").verify()
    first, second = caught.value.problems
    assert [(problem.code, problem.layer) for problem in (first, second)] == [("CC507", "conv1"), ("CC507", "conv2")]
    assert first.message == "conv must have a kernel to be run, but there is no kernel for conv"
    with pytest.raises(LookupError):
        find("conv")


# What is published is compared, by hand broken figure by figure ----------------------------------------------

DEEP = (
    *["conv: {out: 4, kernel: 3, padding: 1}", "max_pool: {kernel: 2, padding: same_lower}"] * 4,
    "global_avg_pool",
    "linear: 3",
)
"""Its field of 46 exceeds its input of 20: every position of the last convolution reads all of it."""
HOLES = ("unpool: {scale: 2, mode: bed_of_nails}", "relu")
MEETING = ("concat: {coarse: [avg_pool: 4, resize: {size: 12, mode: bilinear, align_corners: true}], fine: []}",)
BORDERS = (
    "{pointwise: {out: 1, stride: 2}, name: coarse}",
    "resize: {like: input}",
    "{crop: {like: coarse, offset: 1}}",
    "add: coarse",
    "max_pool: {kernel: 3, padding: 1, stride: 1}",
)
"""Paths of different strides meet: every position of the map is listed, and what lies beside it reads nothing."""
LARGE = "3, 20, 20"


def figure_of_extents(name: str, change: Callable[[Any], Any]) -> Patch:
    right = getattr(extent.Extent, name)
    return method(extent.Extent, name, property(lambda extent: change(right.fget(extent))))


def all_are(kind: object) -> Patch:
    return method(cost, "receptive_fields", lambda graph, *given: [kind] * len(graph.nodes))


def wider_at_0(fields: list[Any]) -> list[Any]:
    """The last layer's position 0 reads one position more, which lies beside the map."""
    (low, high), *others = fields[-1][0].table
    return [*fields[:-1], (fields[-1][0]._replace(table=((low - 1, high), *others)), *fields[-1][1:])]


def window_shifted(n: int, kernel: int, stride: int, dilation: int, padding: Any, ceil: bool = False) -> Any:
    """At least one position is padded by `same`."""
    found = right_window(n, kernel, stride, dilation, padding, ceil)
    missing = (-(-n // stride) - 1) * stride + dilation * (kernel - 1) + 1 - n
    return found._replace(before=1, after=0) if padding == "same_lower" and missing <= 0 else found


right_window, right_fields = windows.window, cost.receptive_fields


@pytest.mark.parametrize(
    ("steps", "shape", "patch"),
    [
        (DEEP, LARGE, figure_of_extents("largest", lambda size: size + 100)),
        (HOLES, LARGE, figure_of_extents("largest", lambda size: size + 100)),
        (MEETING, "1, 12, 12", figure_of_extents("largest", lambda size: size + 100)),
        (DEEP, LARGE, figure_of_extents("start", lambda start: start - 50)),
        (DEEP, LARGE, figure_of_extents("stride", lambda stride: (stride[0] + 1, stride[1]))),
        (DEEP, LARGE, figure_of_extents("center", lambda center: (center[0] + 1, center[1]))),
        (HOLES, LARGE, figure_of_extents("smallest", lambda size: size + 1)),
        (DEEP, LARGE, all_are(extent.NOTHING)),
        (DEEP, LARGE, all_are(extent.WHOLE)),
        (DEEP, LARGE, all_are(extent.IRREGULAR)),
        (DEEP, LARGE, all_are(None)),
        (DEEP, LARGE, all_are((extent.POINT,))),
        (MEETING, "1, 12, 12", all_are(extent.NOTHING)),
        (BORDERS, "1, 9, 10", all_are(extent.IRREGULAR)),
        (BORDERS, "1, 9, 10", method(cost, "receptive_fields", lambda *given: wider_at_0(right_fields(*given)))),
        (DEEP, LARGE, method(windows, "window", window_shifted)),
        (DEEP, LARGE, method(longer, "coverage", lambda field, read: (1, 1))),
        (DEEP, LARGE, method(longer, "read_sets", lambda graph, *given: [None] * len(graph.nodes))),
        (DEEP, LARGE, method(cost, "_totals", lambda graph, costs: cost.Totals(*[0] * 8))),
        (DEEP, LARGE, method(cost, "network_field", lambda graph, fields: None)),
        (DEEP, LARGE, method(cost, "network_field", lambda graph, fields: right_network_field(graph, fields[::-1]))),
    ],
)
def test_a_published_figure_that_is_broken_is_noticed(
    steps: tuple[str, ...], shape: str, patch: Patch, changed: Callable[[Patch], None]
) -> None:
    assert found(*steps, shape=shape) == []
    changed(patch)
    assert found(*steps, shape=shape)


right_network_field = cost.network_field


CODES = {
    "params": "CC502",
    "macs": "CC503",
    "useful_macs": "CC504",
    "flops": "CC503",
    "activations": "CC501",
    "peak_activation_bytes": "CC506",
}


@pytest.mark.parametrize("name", CODES)
def test_a_total_is_not_the_sum_of_what_agrees(name: str, changed: Callable[[Patch], None]) -> None:
    right = cost._totals
    changed(method(cost, "_totals", lambda *given: right(*given)._replace(**{name: 7})))
    [problem] = network(*DEEP, shape=LARGE).verify().problems
    assert problem.code == CODES[name]


# Less to run ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "size"),
    [
        (("conv: {out: 1, kernel: 3, padding: 1}",), 4),  # on 2x2 no window is off the padding
        (("conv: {out: 1, kernel: 3}",), 4),
        (("relu",), 1),
        (("max_pool: 2", "max_pool: 2", "conv: {out: 1, kernel: 3, padding: 1}"), 16),
        (("{max_pool: 3, name: p}", "max_unpool: p"), 4),
        (("conv: {out: 1, kernel: 80, padding: 40}",), 1),  # none is, even on the whole input: any shape will do
        (("space_to_depth: 8",), 8),
    ],
)
def test_quick_halves_the_input_while_every_layer_keeps_an_interior(steps: tuple[str, ...], size: int) -> None:
    graph = network(*steps, shape="1, 64, 64").graph()
    assert smaller.halved(graph).inputs[0].shape == (1, size, size)


def test_quick_agrees_and_says_how_much_was_run() -> None:
    net = network("conv: {out: 2, kernel: 3, padding: 1}", "{max_pool: 2, name: p}", "max_unpool: p")
    result = net.verify(quick=True)
    assert result.agree
    assert result.inputs == {"input": (4, 4, 4)}
    assert result.share == (1152, 4608)
    assert "25.0 % of the network's MACs were run\n" in str(result)


def test_one_layer_is_judged_with_what_it_needs(changed: Callable[[Patch], None]) -> None:
    net = network("{pointwise: 2, name: a}", "{conv: {out: 2, kernel: 3}, name: b}", "{linear: 9, name: c}")
    result = net.verify(layer="b")
    assert [layer.name for layer in result.layers] == ["b"]
    assert result.totals.macs == (1296, 1296)
    assert result.share == (8 * 64 + 1296, 8 * 64 + 1296 + 72 * 9)
    changed(method(Conv, "params", lambda op, *inputs: 1))
    assert net.verify(layer="a").problems[0].layer == "a"
    assert net.verify(layer="b", quick=True).problems[0].layer == "b"


def test_a_block_is_judged_as_a_whole() -> None:
    spec = "input: [2, 8, 8]\nblocks: {Two: {layers: [relu, pointwise: 2]}}\nlayers: [Two, Two]"
    result = Network.from_text(spec).verify(layer="Two2")
    assert [layer.name for layer in result.layers] == ["Two2.relu1", "Two2.pointwise1"]
    with pytest.raises(UsageError, match=r"^<inline> has no layer Tow2; did you mean Two2\?$"):
        Network.from_text(spec).verify(layer="Tow2")


# Memory -----------------------------------------------------------------------------------------------------


def test_memory_is_named_before_and_refused_above_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand: a fifth more than weights and two tensors; the input; a copy of the output, the kernel once more, and
    less than twice: two rows of it for each position; 3 bytes a position and 3 kB a layer."""
    for module in (needs, conv):
        monkeypatch.setattr(module, "processors", lambda: 2)
    net = network("conv: {out: 64, kernel: 3, padding: 1}", shape="64, 400, 400")
    told: list[int] = []
    sentence = "to run <inline> needs up to 332 MB, but --max-memory is 200 MB; --quick needs 151 MB"
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}$"):
        net.verify(max_memory=200_000_000, told=told.append)
    assert told == []
    assert net.verify(max_memory=200_000_000, told=told.append, quick=True).agree
    run = 6 * (36_928 * 4 + 2 * 64 * 9 * 4) // 5 + 64 * 9 * 4 + 4 * (64 * 9 + 36_864 + 2 * 64 * 3 * 9)
    assert told == [run + 3 * 9 + 3_000 + 150_000_000]


@pytest.mark.parametrize(
    ("limit", "shown"), [(150_999_999, "150 MB"), (999_999, "999 kB"), (1_000, "1 kB"), (999, "999 B"), (0, "0 B")]
)
def test_a_limit_is_not_rounded_up(limit: int, shown: str) -> None:
    net = network("relu", shape="1, 600, 600")
    with pytest.raises(UsageError, match=f"^to run <inline> needs up to 158 MB, but --max-memory is {shown}"):
        net.verify(max_memory=limit)


def test_outputs_that_are_written_keep_to_the_limit(tmp_path: Path) -> None:
    net = network("relu", shape="1, 600, 600")
    with pytest.raises(UsageError, match=r"^to run <inline> needs up to 157 MB, but --max-memory is 1 MB$"):
        net.write_outputs(str(tmp_path / "y.npz"), max_memory=1_000_000)
    assert list(tmp_path.iterdir()) == []


def test_four_fifths_of_the_free_memory_are_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "memory_free", lambda: 100_000_000)
    sentence = "to run <inline> needs up to 151 MB, but four fifths of the free memory are 80 MB"
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}$"):
        network("relu").verify()
    monkeypatch.setattr(needs, "memory_free", lambda: None)
    assert network("relu").verify().agree


def test_memory_that_runs_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*given: Any, **named: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(whole, "execute", exhausted)
    monkeypatch.setattr(run, "execute", exhausted)
    with pytest.raises(UsageError, match=r"^there was not enough memory to run <inline>; --quick needs less$"):
        network("relu").verify()
    with pytest.raises(UsageError, match=r"^there was not enough memory to run <inline>; a smaller input needs less$"):
        network("relu").run()


def test_progress_is_told_layer_by_layer() -> None:
    seen: list[tuple[int, int]] = []
    network("relu", "conv: {out: 1, kernel: 3}", "relu").verify(progress=lambda done, of: seen.append((done, of)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


# Values -----------------------------------------------------------------------------------------------------

NET = layers("1, 3, 3", "{conv: {out: 1, kernel: 3}, name: c}", "{scale: , name: s}", "{relu: , name: last}")


def test_a_network_is_run_on_given_inputs_and_weights() -> None:
    image = np.arange(9.0).reshape(1, 3, 3)
    weights = {"c": {"weight": np.ones((1, 1, 3, 3)), "bias": [4]}, "s": {"weight": np.array([0.5])}}
    result = Network.from_text(NET).run({"input": image}, weights, keep=["c"])
    assert {name: array.tolist() for name, array in result.items()} == {"last": [[[20.0]]], "c": [[[40.0]]]}
    assert result["last"].dtype == np.float32
    assert Network.from_text(NET).run({"input": image}, weights, dtype="float64")["last"].dtype == np.float64


def test_the_same_seed_gives_the_same_values() -> None:
    net = network("conv: {out: 4, kernel: 3}", "linear: 5")
    assert np.array_equal(net.run()["linear1"], net.run(seed=0)["linear1"])
    assert not np.array_equal(net.run()["linear1"], net.run(seed=1)["linear1"])


def test_outputs_have_the_names_that_analyze_shows() -> None:
    spec = "input: [1, 4, 4]\nblocks: {Two: {layers: [relu, tanh]}}\nlayers: [Two, Two]\noutputs: [Two1, Two2]"
    net = Network.from_text(spec)
    assert list(net.run()) == [name for name, _ in net.analyze().outputs] == ["Two1", "Two2"]
    assert set(net.run(keep=["Two1.relu1"])) == {"Two1", "Two2", "Two1.relu1"}


GOOD = {"c": {"weight": np.ones((1, 1, 3, 3)), "bias": np.ones(1)}, "s": {"weight": np.ones(1)}}


def image(value: object) -> dict[str, dict[str, object]]:
    return {"inputs": {"input": value}}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (image(np.ones((1, 3, 4))), "input input must have the shape 1x3x3, but has 1x3x4"),
        (image(np.ones((1, 3, 3), complex)), "input input must hold real numbers, but holds complex128"),
        (image([[[1, 2], [3]]]), "input input must be an array, but is a list of lists of different lengths"),
        (
            image(np.full((1, 3, 3), np.nan)),
            "input input must hold finite numbers of float32, but holds nan at [0, 0, 0], and 8 more",
        ),
        (
            image([[[1, 2, 3], [np.inf, 5, 6]]]),
            "input input must hold finite numbers of float32, but holds inf at [0, 1, 0]",
        ),
        (
            image([[[1, 2, 3], [4, 5, -1e300], [7, 8, 9]]]),
            "input input must hold finite numbers of float32, but holds -1e+300 at [0, 1, 2]",
        ),
        (image(None), "input input must hold real numbers, but holds object"),
        (image("photo.png"), "input input must hold real numbers, but holds <U9"),
        (image(5), "input input must have the shape 1x3x3, but has none"),
        ({"inputs": [[1.0]]}, "the inputs must be a dict with names as keys, but a list is given"),
        ({"weights": [[1.0]]}, "the weights must be a dict with names as keys, but a list is given"),
        (
            {"weights": {**GOOD, "s": np.ones(1)}},
            "the weights of s must be a dict with names as keys, but a ndarray is given",
        ),
        (
            {"weights": {**GOOD, "s": {"weight": [np.nan]}}},
            "weight of s must hold finite numbers of float32, but holds nan at [0]",
        ),
        ({"seed": -1}, "seed must be a whole number from 0 on, but is -1"),
        ({"seed": 0.5}, "seed must be a whole number from 0 on, but is 0.5"),
        ({"inputs": {"image": np.ones((1, 3, 3))}}, "the inputs must be input, but are image"),
        ({"weights": {**GOOD, "d": {}}}, "weights are given for d, but the network has no such layer"),
        ({"weights": {**GOOD, "s": {}}}, "the weights of s must be weight, but are none"),
        ({"weights": {**GOOD, "s": {"weight": np.ones(2)}}}, "weight of s must have the shape 1, but has 2"),
        ({"keep": ["lst"]}, "<inline> has no layer lst; did you mean last?"),
        ({"dtype": "int8"}, "dtype must be float32 or float64, but is int8"),
    ],
)
def test_what_cannot_be_run_is_told(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(sentence)}$"):
        Network.from_text(NET).run(**arguments)


def test_verify_is_run_in_a_type_it_knows() -> None:
    assert network("conv: {out: 2, kernel: 3}").verify(dtype="float64", seed=3).agree
    with pytest.raises(UsageError, match=r"^dtype must be float32 or float64, but is int8$"):
        network("relu").verify(dtype="int8")
    with pytest.raises(UsageError, match=r"^seed must be a whole number from 0 on, but is -1$"):
        network("relu").verify(seed=-1)


# Files ------------------------------------------------------------------------------------------------------


def test_outputs_are_written_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "y.npz"
    net = Network.from_text(NET)
    net.write_outputs(str(file), seed=4)
    with np.load(file) as arrays:
        assert np.array_equal(arrays["last"], net.run(seed=4)["last"])
    first = file.read_bytes()
    net.write_outputs(str(file), seed=4)
    assert file.read_bytes() == first


def test_outputs_go_into_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    net = Network.from_text(NET)
    net.write_outputs(str(pipe), seed=4)
    reader.join(timeout=10)
    with np.load(BytesIO(read[0])) as arrays:
        assert np.array_equal(arrays["last"], net.run(seed=4)["last"])
    assert pipe.is_fifo()


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError])
def test_an_interruption_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: type) -> None:
    file = tmp_path / "y.npz"
    file.write_bytes(b"old")

    def fail(target: Any, **arrays: Any) -> None:
        target.write(b"half")
        raise failure

    monkeypatch.setattr(run.np, "savez", fail)
    with pytest.raises(failure):
        Network.from_text(NET).write_outputs(str(file))
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("y.npz", b"old")]
