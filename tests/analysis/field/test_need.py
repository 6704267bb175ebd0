"""Changes of one layer that reach a wanted field: each is built anew and looked at, and so are all smaller ones."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.field.extent import receptive_fields
from convcost.analysis.field.need import _grown, _Network, _replaced, changes, field_with, size_of
from convcost.api.network import Network
from tests.analysis.field.definitions import chain, random_graph
from tests.ops.samples import complaints, dice

if TYPE_CHECKING:
    from random import Random

    from convcost.analysis.field.need import Widening
    from convcost.graph import Graph

Steps = list[tuple[str, dict[str, Any]]]


def graph_of(layers: str, input: str = "1x64x64") -> Any:
    return Network.from_text(layers, input=input).graph()


# Every smaller change, built anew ---------------------------------------------------------------------------


def random_steps(rng: Random) -> Steps:
    """A chain of layers with windows; the last one's field is the network's."""
    return [random_step(rng) for _ in range(rng.randint(1, 4))]


def random_step(rng: Random) -> tuple[str, dict[str, Any]]:
    word = rng.choice(["conv", "conv", "depthwise", "max_pool", "avg_pool", "conv_transpose"])
    kernel, stride = rng.randint(1, 4), rng.choice([1, 1, 2, 3])
    fields: dict[str, Any] = {"kernel": kernel, "stride": stride, "padding": rng.randint(0, kernel // 2)}
    if word in ("conv", "conv_transpose"):
        fields["out"] = 1
    if word != "avg_pool":
        fields["dilation"] = rng.choice([1, 1, 2, 3])
    if word == "max_pool":
        fields["ceil_mode"] = rng.random() < 0.3
    elif rng.random() < 0.2:
        fields["padding"] = rng.choice(["same", "valid"])
    return word, fields


def enlarged(fields: dict[str, Any], field: str, value: int) -> dict[str, Any]:
    """The fields with one changed and the padding grown with the window, the odd position at the end."""
    new = {**fields, field: value}
    if new["padding"] == "same":
        return new
    old, more = (f.get("dilation", 1) * (f["kernel"] - 1) for f in (fields, new))
    pad = 0 if new["padding"] == "valid" else new["padding"]
    return {**new, "padding": ((pad + (more - old) // 2, pad + (more - old) - (more - old) // 2),)}


def size_with(size: int, steps: Steps, place: int, field: str, value: int) -> int:
    """The network's field with one field changed; 0 where that is illegal or changes a shape."""
    word, fields = steps[place]
    old = chain((size,), *steps)
    new = [*steps[:place], (word, enlarged(fields, field, value)), *steps[place + 1 :]]
    op = type(old.nodes[place].op)(**new[place][1])
    shapes = old.nodes[place].input_shapes
    if complaints(op, *shapes) or op.shape(*shapes) != old.nodes[place].shape:
        return 0
    return int(receptive_fields(chain((size,), *new))[-1][0].largest)


def most(graph: Graph, place: int, fields: dict[str, Any], field: str) -> int:
    """The value with which a window still reaches no further than from one end of its input to the other."""
    n, kernel, dilation = graph.nodes[place].input_shapes[0][1], fields["kernel"], fields.get("dilation", 1)
    if field == "kernel":
        return max([k for k in range(kernel, 2 * n + kernel, 2) if dilation * (k - 1) <= 2 * (n - 1)], default=kernel)
    return 2 * (n - 1) // (kernel - 1) if kernel > 1 else 0


@pytest.mark.parametrize("part", range(4))
def test_the_smallest_change_of_each_layer_that_suffices_is_found(part: int) -> None:
    found_any = 0
    for number in range(part * 40, part * 40 + 40):
        rng = dice(("need", number))
        while True:
            size, steps = rng.randint(8, 14), random_steps(rng)
            try:
                graph = chain((size,), *steps)
            except AssertionError:  # nothing is left of the map
                continue
            break
        wanted = size_of(field_with(graph, {})) + rng.randint(1, 12)
        expected = {}
        best = size_of(field_with(graph, {}))
        for place, (_, fields) in enumerate(steps):
            for field in ("kernel", "dilation") if "dilation" in fields else ("kernel",):
                first = fields[field] + (2 if field == "kernel" else 1)
                values = range(first, most(graph, place, fields, field) + 1, 2 if field == "kernel" else 1)
                sizes = {value: size_with(size, steps, place, field, value) for value in values}
                best = max([best, *sizes.values()])
                enough = [value for value, reached in sizes.items() if reached >= wanted]
                if enough:
                    expected[graph.nodes[place].name, field] = (min(enough), sizes[min(enough)])
        found, reached = changes(graph, wanted)
        assert {(c.layer, c.field): (c.value, c.size) for c in found} == expected, number
        assert reached == best, number
        assert [c.growth for c in found] == sorted(c.growth for c in found)
        found_any += len(found)
    assert found_any > 10


@pytest.mark.parametrize(("rank", "count", "largest"), [(1, 150, 14), (2, 40, 6)])
def test_a_change_is_reckoned_with_as_if_the_network_were_asked_anew(rank: int, count: int, largest: int) -> None:
    at_once = 0
    for number in range(count):
        graph = random_graph(("need", rank, number), rank, largest)
        network = _Network(graph)
        for node in graph.nodes:
            for field in ("dilation", "kernel"):
                for steps in (1, 2, 5) if field in node.op.fields else ():
                    op = _grown(node.op, node.input_shapes, field, steps)
                    if op and network.field:
                        found, expected = network.field_with(node, op), field_with(graph, _replaced(graph, node, op))
                        assert len(found) == len(expected)
                        for one, other in zip(found, expected):
                            assert one.stride == other.stride
                            assert (one.smallest, one.largest, one.first) == (
                                other.smallest,
                                other.largest,
                                other.first,
                            )
                        at_once += isinstance(network.seen.get(id(node), ()), tuple)
    assert at_once > 100


# Figures known by hand --------------------------------------------------------------------------------------


def short(found: list[Widening]) -> list[tuple[str, str, Any, int, int]]:
    return [(c.layer, c.field, c.value, c.size, c.added_macs) for c in found]


def test_what_changes_a_window_least_comes_first_then_the_fewest_macs_then_later_layers() -> None:
    graph = graph_of("[{conv: {out: 2, kernel: 3, padding: 1}, repeat: 2}]", "1x8x8")
    found, best = changes(graph, 9)
    assert best == 17
    assert short(found) == [
        ("conv2", "dilation", 3, 9, 0),
        ("conv1", "dilation", 3, 9, 0),
        ("conv1", "kernel", 7, 9, 2 * 64 * (49 - 9)),
        ("conv2", "kernel", 7, 9, 4 * 64 * (49 - 9)),
    ]
    assert {c.growth for c in found} == {Fraction(7, 3)}
    wide = graph_of("[conv: {out: 1, kernel: 3, padding: 1}, conv: {out: 1, kernel: 5, padding: 2}]", "1x32x32")
    assert [(c.layer, c.field, c.growth) for c in changes(wide, 13)[0]] == [
        ("conv2", "kernel", Fraction(11, 5)),
        ("conv2", "dilation", Fraction(13, 5)),
        ("conv1", "dilation", Fraction(3)),
        ("conv1", "kernel", Fraction(3)),
    ]


def test_the_late_layers_of_a_deep_network_need_the_smallest_change() -> None:
    """VGG-16 sees 212 positions at pool5, a position of conv5_3 stands for 16: 404 with 13 of them more."""
    layers = "\n".join(
        f"  - {{conv: {{out: 1, kernel: 3, padding: 1}}, name: c{i}}}"
        + ("\n  - max_pool: 2" if i in (2, 4, 7, 10, 13) else "")
        for i in range(1, 14)
    )
    found, _ = changes(Network.from_text(f"input: [1, 224, 224]\nlayers:\n{layers}\n").graph(), 400)
    assert short(found)[0] == ("c13", "dilation", 7, 404, 0)
    assert [c.layer for c in found if c.field == "dilation"][:3] == ["c13", "c12", "c11"]


def test_where_none_suffices_the_best_is_told() -> None:
    graph = graph_of("[{conv: {out: 1, kernel: 3, padding: 1}, repeat: 2}]", "1x8x8")
    assert changes(graph, 100) == ([], 17)  # 2 x 7 + 1 from one end of the map to the other, and 2 more


def test_a_field_that_is_large_enough_needs_no_change() -> None:
    assert changes(graph_of("[conv: {out: 1, kernel: 5}]"), 5) == ([], 5)


def test_a_network_that_sees_the_whole_input_has_no_size() -> None:
    assert field_with(graph_of("[global_avg_pool]"), {}) == ()


def test_the_smallest_axis_is_the_one_that_counts() -> None:
    graph = graph_of("[conv: {out: 1, kernel: [1, 7], padding: [0, 3]}]", "1x16x16")
    found, best = changes(graph, 7)
    assert short(found) == [("conv1", "kernel", (7, 13), 7, 256 * (91 - 7))]
    assert best == 25  # the width's kernel of 31 reaches from end to end, and with it a height of 25


def test_kernels_keep_their_parity_and_strides_their_value() -> None:
    graph = graph_of("[max_pool: 2, conv: {out: 1, kernel: 1}]", "1x32x32")
    found, _ = changes(graph, 7)
    assert [(c.layer, c.field, c.value, c.size) for c in found] == [
        ("max_pool1", "dilation", 6, 7),
        ("max_pool1", "kernel", 8, 8),
        ("conv1", "kernel", 5, 10),
    ]


def test_a_pool_and_what_undoes_it_grow_together() -> None:
    graph = graph_of("[{max_pool: 2, name: pool}, max_unpool: pool]", "1x32x32")
    found, _ = changes(graph, 9)
    assert ("pool", "kernel", 6, 10) in [(c.layer, c.field, c.value, c.size) for c in found]  # windows 6 wide, 4 apart


def test_a_transposed_window_grows_where_its_taps_fall_on_the_same_phases() -> None:
    """Taps 0 and d of stride 2: for odd d each phase has one, and sees one position; for even d one phase sees both."""
    graph = graph_of("[conv_transpose: {out: 1, kernel: 2, stride: 2}]", "1x16")
    found, _ = changes(graph, 5)
    assert ("conv_transpose1", "dilation", 8, 5, 0) in short(found)


def test_parts_of_a_composite_are_layers() -> None:
    graph = graph_of("[separable: {out: 4, kernel: 3, padding: same}]", "2x16x16")
    found, _ = changes(graph, 5)
    assert [(c.layer, c.field, c.value) for c in found] == [
        ("separable1.depthwise", "dilation", 2),
        ("separable1.depthwise", "kernel", 5),
    ]
