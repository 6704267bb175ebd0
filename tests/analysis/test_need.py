"""Changes of one layer that reach a wanted field: each is built anew and looked at, and so are all smaller ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.need import Change, changes, size_with
from convcost.analysis.receptive_field import receptive_fields
from convcost.network import Network
from tests.analysis.definitions import chain
from tests.ops.samples import complaints, dice

if TYPE_CHECKING:
    from random import Random

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


def field_with(size: int, steps: Steps, place: int, field: str, value: int) -> int:
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
        wanted = size_with(graph, {}) + rng.randint(1, 12)
        expected = {}
        best = size_with(graph, {})
        for place, (_, fields) in enumerate(steps):
            for field in ("kernel", "dilation") if "dilation" in fields else ("kernel",):
                first = fields[field] + (2 if field == "kernel" else 1)
                values = range(first, most(graph, place, fields, field) + 1, 2 if field == "kernel" else 1)
                sizes = {value: field_with(size, steps, place, field, value) for value in values}
                best = max([best, *sizes.values()])
                enough = [value for value, reached in sizes.items() if reached >= wanted]
                if enough:
                    expected[graph.nodes[place].name, field] = (min(enough), sizes[min(enough)])
        found, reached = changes(graph, wanted)
        assert {(c.layer, c.field): (c.value, c.size) for c in found} == expected, number
        assert reached == best, number
        assert [c.added_macs for c in found] == sorted(c.added_macs for c in found)
        found_any += len(found)
    assert found_any > 10


# Figures known by hand --------------------------------------------------------------------------------------


def test_changes_are_ranked_by_the_macs_they_add_then_by_order() -> None:
    graph = graph_of("[{conv: {out: 2, kernel: 3, padding: 1}, repeat: 2}]", "1x8x8")
    assert changes(graph, 9) == (
        [
            Change("conv1", "dilation", 3, 9, 0),
            Change("conv2", "dilation", 3, 9, 0),
            Change("conv1", "kernel", 7, 9, 2 * 64 * (49 - 9)),
            Change("conv2", "kernel", 7, 9, 4 * 64 * (49 - 9)),
        ],
        17,
    )


def test_where_none_suffices_the_best_is_told() -> None:
    graph = graph_of("[{conv: {out: 1, kernel: 3, padding: 1}, repeat: 2}]", "1x8x8")
    assert changes(graph, 100) == ([], 17)  # 2 x 7 + 1 from one end of the map to the other, and 2 more


def test_a_field_that_is_large_enough_needs_no_change() -> None:
    assert changes(graph_of("[conv: {out: 1, kernel: 5}]"), 5) == ([], 5)


def test_a_network_that_sees_the_whole_input_has_no_size() -> None:
    assert size_with(graph_of("[global_avg_pool]"), {}) == 0


def test_the_smallest_axis_is_the_one_that_counts() -> None:
    graph = graph_of("[conv: {out: 1, kernel: [1, 7], padding: [0, 3]}]", "1x16x16")
    found, best = changes(graph, 7)
    assert found == [Change("conv1", "kernel", (7, 13), 7, 256 * (91 - 7))]
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
    assert Change("conv_transpose1", "dilation", 8, 5, 0) in found


def test_parts_of_a_composite_are_layers() -> None:
    graph = graph_of("[separable: {out: 4, kernel: 3, padding: same}]", "2x16x16")
    found, _ = changes(graph, 5)
    assert [(c.layer, c.field, c.value) for c in found] == [
        ("separable1.depthwise", "dilation", 2),
        ("separable1.depthwise", "kernel", 5),
    ]
