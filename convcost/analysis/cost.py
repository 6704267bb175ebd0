"""What does each layer cost, and the whole network?"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..types import Cost, size_in_bytes, volume
from .memory import peak_activations
from .receptive_field import network_field, receptive_fields, spatial_output

if TYPE_CHECKING:
    from ..errors import Problem
    from ..graph import Graph, Node
    from ..ops.base import Op
    from ..types import Shape
    from .receptive_field import Field


class Layer(NamedTuple):
    """One row: a layer, what feeds it, what it makes, what it costs."""

    name: str
    op: str
    label: str
    inputs: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    cost: Cost
    receptive_field: Field
    line: int

    @property
    def activations(self) -> int:
        """Elements of the output."""
        return volume(self.output_shape)


class Totals(NamedTuple):
    """The figures of a network, in the order JSON has them."""

    params: int
    macs: int
    useful_macs: int
    flops: int
    elementwise: int
    weight_bytes: int
    activations: int
    peak_activation_bytes: int


class Analysis:
    """Every figure of one network, from its formulas: its totals and a row per layer."""

    def __init__(self, graph: Graph) -> None:
        self.name = graph.name
        self.variant = graph.variant
        self.dtype = graph.dtype
        self.inputs: dict[str, Shape] = {node.name: node.shape for node in graph.inputs}
        self.outputs: tuple[tuple[str, Shape], ...] = tuple((node.title, node.shape) for node in graph.outputs)
        self.notes: tuple[Problem, ...] = tuple(graph.notes)
        fields = receptive_fields(graph)
        self.receptive_field = network_field(graph, fields)
        end = spatial_output(graph)
        self.spatial_field: Field | None = None if end is None else fields[end]
        self.layers: list[Layer] = _layers(graph, fields)
        self.totals = _totals(graph, self.layers)


def cost_of(op: Op, *inputs: Shape) -> Cost:
    """The four counts of one operation on inputs of these shapes."""
    return Cost(op.params(*inputs), op.macs(*inputs), op.useful_macs(*inputs), op.elementwise(*inputs))


def _layers(graph: Graph, fields: list[Field]) -> list[Layer]:
    known: dict[tuple[int, tuple[Shape, ...]], tuple[str, Cost]] = {}  # a step makes each of its operations once
    rows = []
    for node, field in zip(graph.nodes, fields):
        shapes = node.input_shapes
        key = (id(node.op), shapes)
        found = known.get(key)
        if found is None:
            found = known[key] = (node.op.label(), cost_of(node.op, *shapes))
        rows.append(_row(node, shapes, *found, field))
    return rows


def _row(node: Node, shapes: tuple[Shape, ...], label: str, cost: Cost, field: Field) -> Layer:
    names = tuple([source.name for source in node.inputs])
    return Layer(node.name, node.op.word, label, names, shapes, node.shape, cost, field, node.site.line)


def _totals(graph: Graph, layers: list[Layer]) -> Totals:
    costs = [layer.cost for layer in layers]
    params, macs, useful, elementwise = (sum(column) for column in zip(*costs)) if costs else (0, 0, 0, 0)
    return Totals(
        params=params,
        macs=macs,
        useful_macs=useful,
        flops=2 * macs,
        elementwise=elementwise,
        weight_bytes=size_in_bytes(params, graph.dtype.weights),
        activations=sum(layer.activations for layer in layers),
        peak_activation_bytes=peak_activations(graph),
    )
