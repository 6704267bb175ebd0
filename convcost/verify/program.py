"""What the kernels get of a network: plain values, the fields as the spec gives them and who feeds whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..numpy_backend.program import Instruction, Program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..graph import Graph, Node


def program_of(graph: Graph) -> Program:
    """A graph without its operations: no formula and no shape but the inputs' goes with it."""
    place = places(graph)
    return Program(
        tuple([(node.name, node.shape) for node in graph.inputs]),
        tuple([instruction_of(node, place) for node in graph.nodes]),
        tuple([place[id(node)] for node in graph.outputs]),
    )


def places(graph: Graph) -> dict[int, int]:
    """The place of every node: the inputs first, then the layers in order."""
    return {id(node): i for i, node in enumerate([*graph.inputs, *graph.nodes])}


def instruction_of(node: Node, place: Mapping[int, int]) -> Instruction:
    """One layer as the kernels see it."""
    fields = {name: getattr(node.op, name) for name in node.op.fields}
    return Instruction(node.name, node.op.word, fields, tuple([place[id(source)] for source in node.inputs]))
