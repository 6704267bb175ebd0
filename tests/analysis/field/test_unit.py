"""What one position reads, point by point: against the definitions of the layers, and PyTorch where it is installed."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.field import unit
from convcost.analysis.field.extent import WHOLE, receptive_fields
from convcost.analysis.field.runs import joined, points, within
from convcost.analysis.field.unit import TooLarge, read_by
from convcost.api.network import Network
from tests.analysis.field import test_extent_holes as holes
from tests.analysis.field.definitions import Truth, places, random_graph
from tests.ops.samples import dice

if TYPE_CHECKING:
    from convcost.analysis.field.runs import Runs
    from convcost.analysis.field.unit import Product
    from convcost.graph import Graph


def members(runs: Runs) -> set[int]:
    return {i for first, last in runs for i in range(first, last + 1)}


def listed(products: list[Product]) -> set[tuple[int, ...]]:
    return {point for item in products for point in product(*map(members, item))}


def compare(graph: Graph, truths: tuple[Truth, Truth]) -> int:
    compared = 0
    source = graph.inputs[0]
    fields = receptive_fields(graph)
    for node, field in zip(graph.nodes, fields):
        if len(node.shape) == 1 or field is WHOLE:
            continue
        for place in places(node.shape):
            for unbounded, truth in zip((True, False), truths):
                found = read_by(graph, node, place, source, unbounded)
                expected = truth.read(node, place).positions
                assert listed(found) == expected, (node, place, unbounded)
                assert points(found) == len(expected)
                compared += 1
    return compared


@pytest.mark.parametrize(("rank", "count", "largest"), [(1, 100, 14), (2, 25, 6)])
def test_positions_read_what_definitions_read(rank: int, count: int, largest: int) -> None:
    graphs = [random_graph(("unit", rank, number), rank, largest) for number in range(count)]
    assert sum(compare(graph, (Truth(graph, True), Truth(graph, False))) for graph in graphs) > 1000


def test_positions_read_what_definitions_read_beside_holes() -> None:
    graphs = [holes.random_graph(("unit", number)) for number in range(20)]
    assert sum(compare(graph, (Truth(graph, True), Truth(graph, False))) for graph in graphs) > 1000


def test_runs_are_sets() -> None:
    rng = dice("runs")
    for _ in range(500):
        one, other = (
            joined([(i, i + rng.randint(0, 3)) for i in rng.sample(range(12), rng.randint(0, 5))]) for _ in "ab"
        )
        assert members(joined([*one, *other])) == members(one) | members(other)
        assert within(one, other) == (members(one) <= members(other))
        assert all(a[1] + 1 < b[0] for a, b in pairwise(one))


def read(layers: str, input: str, place: tuple[int, ...]) -> list[Product]:
    graph = Network.from_text(layers, input=input).graph()
    return read_by(graph, graph.nodes[-1], place, graph.inputs[0], unbounded=True)


def test_a_dense_window_is_one_run_however_large() -> None:
    huge = "conv: {out: 1, kernel: 999999999, padding: same}"
    assert read(f"[{huge}, {huge}]", "1x1000000000", (3,)) == [(((3 - 2 * 499999999, 3 + 2 * 499999999),),)]


@pytest.mark.parametrize(
    "layers",
    [
        "conv: {out: 1, kernel: 70000, dilation: 3}",
        "conv: {out: 1, kernel: 70000}, max_pool: {kernel: 1, stride: 2}, conv: {out: 1, kernel: 70000}",
        "conv: {out: 1, kernel: 600000, dilation: 2, stride: 2}",
        "conv: {out: 1, kernel: 300, stride: 2, dilation: 1000}, conv: {out: 1, kernel: 300}",
    ],
)
def test_what_is_too_large_to_be_listed_is_refused_at_once(layers: str) -> None:
    with pytest.raises(TooLarge):
        read(f"[{layers}]", "1x5000000", (0,))


def test_too_many_products_are_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit, "MAX_PRODUCTS", 3)
    lines = (
        "{a: [conv: {out: 1, kernel: [1, 3], padding: [0, 1]}], b: [conv: {out: 1, kernel: [3, 1], padding: [1, 0]}]}"
    )
    assert len(read(f"[{{add: {lines}, repeat: 2}}]", "1x9x9", (4, 4))) == 3
    with pytest.raises(TooLarge):
        read(f"[{{add: {lines}, repeat: 3}}]", "1x9x9", (4, 4))


def test_pytorch_reads_25_of_81() -> None:
    torch = pytest.importorskip("torch")
    x: Any = torch.ones(1, 1, 24, 24, requires_grad=True)
    weights = torch.ones(1, 1, 3, 3)
    y = torch.nn.functional.conv2d(torch.nn.functional.conv2d(x, weights, dilation=2), weights, dilation=2)
    y[0, 0, 4, 4].backward()
    assert {tuple(point) for point in x.grad[0, 0].nonzero().tolist()} == set(product(range(4, 13, 2), repeat=2))
