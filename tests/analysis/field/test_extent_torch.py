"""The gradients of random chains of ones in PyTorch, where it is installed: what they reach is what is read.

All weights and inputs are positive, so no two paths cancel. Max pools run as sums: a maximum passes its gradient to one
position only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.field.coverage import read_sets
from convcost.graph import Graph
from tests.analysis.field.definitions import FIELDS, Dice, Nowhere, Truth, before, each, grow, window
from tests.analysis.field.test_coverage import listed
from tests.ops.samples import dice

if TYPE_CHECKING:
    from convcost.graph import Node

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # the tensors are tiny
functional = torch.nn.functional

SLIDING = ("conv", "depthwise", "pointwise", "max_pool", "avg_pool", "space_to_depth")
WORDS = (*SLIDING, "conv_transpose", "unpool", "resize", "adaptive_avg_pool", "pad", "crop", "relu", "layer_norm")


def run(node: Node, x: Any) -> Any:
    """One layer on a tensor of one channel."""
    op: Any = node.op
    n, m = x.shape[-1], node.shape[1]
    match op.word:
        case "space_to_depth":
            return slide(x, each(op.scale, 0), each(op.scale, 0), 1, 0, m)
        case word if word in SLIDING:
            return slide(x, *window(op, 0, n), m)
        case "conv_transpose":
            kernel, stride, dilation = each(op.kernel, 0), each(op.stride, 0), each(op.dilation, 0)
            start = before(op.padding, 0, max(dilation * (kernel - 1) + 1 - stride, 0))
            return spread(x, kernel, stride, dilation, start, m)
        case "unpool":
            return spread(x, each(op.scale, 0) if op.mode == "nearest" else 1, each(op.scale, 0), 1, 0, m)
        case "resize":
            size = {"size": m} if op.scale is None else {"scale_factor": float(op.scale)}
            mode = (
                {"mode": "nearest"} if op.mode == "nearest" else {"mode": "linear", "align_corners": op.align_corners}
            )
            return functional.interpolate(x, **size, **mode)
        case "adaptive_avg_pool":
            return functional.adaptive_avg_pool1d(x, m)
        case "pad":
            start = before(op.padding, 0, 0)
            return functional.pad(x, (start, m - n - start), mode="constant" if op.mode == "zeros" else op.mode)
        case "crop":
            start = before(op.margins, 0, 0)
            return x[..., start : start + m]
    return x


def ones(kernel: int) -> Any:
    return torch.ones(1, 1, kernel, dtype=torch.float64)


def slide(x: Any, kernel: int, stride: int, dilation: int, start: int, m: int) -> Any:
    reach = (m - 1) * stride + dilation * (kernel - 1) + 1 - start
    return functional.conv1d(
        functional.pad(x, (start, max(reach - x.shape[-1], 0))), ones(kernel), None, stride, 0, dilation
    )[..., :m]


def spread(x: Any, kernel: int, stride: int, dilation: int, start: int, m: int) -> Any:
    written = functional.conv_transpose1d(x, ones(kernel), stride=stride, dilation=dilation)
    return functional.pad(written, (0, max(start + m - written.shape[-1], 0)))[..., start : start + m]


def random_chain(seed: object) -> Graph:
    rng = dice(seed)
    graph = Graph("chain")
    node: Node = graph.add_input("input", (4, rng.randint(3, 20)), Nowhere())
    for _ in range(rng.randint(1, 8)):
        word = rng.choice(WORDS)
        fields = FIELDS.get(word, lambda _: {})(Dice(1, rng))
        if word == "resize" and fields["mode"] == "nearest" and "scale" in fields:
            fields["scale"] = rng.randint(1, 3)  # torch rounds other scales to floats
        node = grow(graph, word, node, **fields) or node
    return graph


@pytest.mark.parametrize("part", range(4))
def test_gradients_reach_what_is_read(part: int) -> None:
    compared = 0
    for number in range(part * 75, part * 75 + 75):
        graph = random_chain(("torch", number))
        if not graph.nodes:
            continue
        truth, sets = Truth(graph, unbounded=False), read_sets(graph)
        x = torch.ones(1, 1, graph.inputs[0].shape[1], dtype=torch.float64, requires_grad=True)
        values = x
        for node, read in zip(graph.nodes, sets):
            values = run(node, values)
            assert values.shape[-1] == node.shape[1]
            if truth.reached(node) == "whole":
                break
            for o in range(node.shape[1]):
                gradient = torch.autograd.grad(values[0, 0, o], x, retain_graph=True, allow_unused=True)[0]
                reached = {(i,) for i in range(x.shape[-1]) if gradient is not None and gradient[0, 0, i] > 1e-9}
                expected = truth.read(node, (o,))
                assert reached == expected.positions, (number, node, o)
                if not expected.edge:
                    assert reached == {place for place in listed(read, (o,)) if 0 <= place[0] < x.shape[-1]}
                    compared += 1
    assert compared > 1000
