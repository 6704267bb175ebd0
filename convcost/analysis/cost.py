"""What does each layer cost, and the whole network?"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ..ops.core.operation import is_bias
from ..types import Cost, Dtype, size_in_bytes, volume
from .field.extent import IRREGULAR, network_field, receptive_fields, spatial_output
from .field.grid import grid_of, grids
from .memory import peak_activations

if TYPE_CHECKING:
    from ..errors import Problem
    from ..graph import Graph
    from ..ops.core.operation import Op
    from ..types import Shape
    from .field.extent import Field
    from .field.grid import Grid


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
    grid: Grid
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
        self._graph = graph
        self._fields = fields = receptive_fields(graph)
        self._costs = _costs(graph)
        self._ways = ways = grids(graph)
        end = spatial_output(graph)
        self.spatial_field: Field | None = None if end is None else fields[end]
        self.spatial_axes = 0 if end is None else len(graph.nodes[end].shape) - 1
        self.receptive_field = network_field(graph, fields)
        self.grid: Grid = None if end is None else grid_of(ways[end])
        self.totals = _totals(graph, self._costs)

    @property
    def unbounded(self) -> Field | None:
        """The field of the output of a network that has none of some size; None where that is an input."""
        if self.spatial_field is not None:
            return self.spatial_field
        output = self._graph.outputs[0]
        return next((field for node, field in zip(self._graph.nodes, self._fields) if node is output), None)

    @property
    def windowless(self) -> str:
        """Why the network has no field of some size."""
        name = f" {self._graph.inputs[0].name}" if len(self.inputs) > 1 else ""
        outputs = self.outputs
        whose = f"{outputs[0][0]}, the first of {len(outputs)} outputs," if len(outputs) > 1 else "the output"
        if self.unbounded is None:
            return f"{whose} is an input itself"
        if self.unbounded is IRREGULAR:
            return f"{whose} has a field that is not computed: it is {IRREGULAR}"
        return f"{whose} {f'depends on {self.unbounded}{name}' if self.unbounded else 'has no axes'}"

    @property
    def size(self) -> int:
        """How many layers it has."""
        return len(self._costs)

    @cached_property
    def layers(self) -> list[Layer]:
        """A row per layer, in the order of the spec; made when somebody asks."""
        labels: dict[int, str] = {}
        rows = []
        for node, cost, field, ways in zip(self._graph.nodes, self._costs, self._fields, self._ways):
            label = labels.get(id(node.op))
            if label is None:
                label = labels[id(node.op)] = node.op.label()
            names = tuple([source.name for source in node.inputs])
            shapes = node.input_shapes
            grid, line = grid_of(ways), node.site.line
            rows.append(Layer(node.name, node.op.word, label, names, shapes, node.shape, cost, field, grid, line))
        return rows


def cost_of(op: Op, *inputs: Shape, dtype: Dtype = Dtype()) -> Cost:
    """What one operation costs on inputs of these shapes."""
    return Cost(
        params=op.params(*inputs),
        macs=op.macs(*inputs),
        useful_macs=op.useful_macs(*inputs),
        elementwise=op.elementwise(*inputs),
        weight_bytes=sum(
            [
                size_in_bytes(elements, dtype.bias if is_bias(tensor) else dtype.weights)
                for tensor, elements in op.weights(*inputs).items()
            ]
        ),
    )


def _costs(graph: Graph) -> list[Cost]:
    """What every layer costs; a step makes each of its operations once, so most are found again."""
    known: dict[tuple[int, tuple[Shape, ...]], Cost] = {}
    costs = []
    for node in graph.nodes:
        shapes = node.input_shapes
        key = (id(node.op), shapes)
        cost = known.get(key)
        if cost is None:
            cost = known[key] = cost_of(node.op, *shapes, dtype=graph.dtype)
        costs.append(cost)
    return costs


def _totals(graph: Graph, costs: list[Cost]) -> Totals:
    cost = Cost(*map(sum, zip(*costs)))
    return Totals(
        params=cost.params,
        macs=cost.macs,
        useful_macs=cost.useful_macs,
        flops=2 * cost.macs,
        elementwise=cost.elementwise,
        weight_bytes=cost.weight_bytes,
        activations=sum([volume(node.shape) for node in graph.nodes]),
        peak_activation_bytes=peak_activations(graph),
    )
