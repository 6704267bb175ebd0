"""Formulas against what the execution showed: a figure for each, a problem where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..analysis.cost import cost_of
from ..analysis.memory import peak_activations
from ..errors import Note, Problem
from ..numpy_backend import find
from ..types import dims
from ..verification import Layer, Pair, Totals, Verification
from .fields import field_faults
from .masks import dependent, poison_difference
from .ones import Ones
from .smaller import first_layers
from .together import product_faults
from .whole import poison_mask

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..graph import Graph, Node
    from .whole import Pass, Seen


class Judge:
    """A network, what its execution showed, and what is found to differ."""

    def __init__(self, graph: Graph, shown: Pass) -> None:
        self.graph = first_layers(graph, len(shown.layers))
        self.shown = shown
        self.problems: list[Problem] = []
        if shown.stopped is not None:
            node = graph.nodes[len(shown.layers)]
            self.problems.append(_problem(node, "CC507", f"the run stopped here: {shown.stopped}"))
        self._ones = Ones()
        self._seen: dict[int, Seen] = {id(node): seen for node, seen in zip(graph.nodes, shown.layers)}

    def verdict(self, chosen: Sequence[Node], whole: Graph, kind: type[Verification]) -> Verification:
        """The figures of some layers; `whole` is the network they were taken from, before it was made smaller."""
        graph = self.graph
        faults = self._faults()
        wanted = set(map(id, chosen))
        layers = [self._layer(node, faults) for node in graph.nodes if id(node) in wanted]
        peak = Pair(peak_activations(graph), max(self.shown.alive, default=0))
        if not peak.agrees and not self.problems:
            self._memory(peak)
        params, macs, useful = (
            Pair(sum(pair.formula for pair in pairs), sum(pair.execution for pair in pairs))
            for pairs in (
                [layer.params for layer in layers],
                [layer.macs for layer in layers],
                [layer.useful_macs for layer in layers],
            )
        )
        totals = Totals(params, macs, useful, peak)
        work = [sum(node.op.macs(*node.input_shapes) for node in each.nodes) for each in (graph, whole)]
        inputs = {node.name: node.shape for node in graph.inputs}
        return kind(graph.name, graph.variant, inputs, layers, totals, self.problems, (work[0], work[1]))

    def _layer(self, node: Node, faults: dict[int, str]) -> Layer:
        seen = self._seen[id(node)]
        shapes = self._input_shapes(node)
        cost = cost_of(node.op, *node.input_shapes)
        output = Pair(node.shape, seen.shape)
        params = Pair(cost.params, seen.params)
        macs = Pair(cost.macs, seen.macs)
        useful = Pair(cost.useful_macs, self._ones.useful(node, shapes, seen.macs))
        if shapes == node.input_shapes:  # else a layer before it is to blame
            fault = faults.get(id(node))
            self.problems += self._problems(node, output, params, macs, useful, fault)
        confirmed = output.agrees and id(node) not in faults
        return Layer(node.name, node.op.word, node.op.label(), output, params, macs, useful, confirmed, node.site.line)

    def _problems(
        self,
        node: Node,
        output: Pair[tuple[int, ...]],
        params: Pair[int],
        macs: Pair[int],
        useful: Pair[int],
        fault: str | None,
    ) -> Iterator[Problem]:
        if not output.agrees:
            made, shown = dims(output.formula), dims(output.execution)
            yield _problem(node, "CC501", f"the output is {made} by the formula, but {shown} in the run")
        if not params.agrees:
            said, read = params
            yield _problem(node, "CC502", f"params are {said:,} by the formula, but the run read {read:,} weights")
        if not macs.agrees:
            said, counted = macs
            yield _problem(node, "CC503", f"MACs are {said:,} by the formula, but the run multiplied {counted:,} times")
        elif not useful.agrees:
            said, counted = useful
            message = f"useful MACs are {said:,} by the formula, but {counted:,} products of the run were useful"
            yield _problem(node, "CC504", message)
        if fault and output.agrees:
            yield _problem(node, "CC505", fault)

    def _faults(self) -> dict[int, str]:
        """The layers whose receptive field was not confirmed, each with the sentence about it."""
        faults = dict(self._poison()) | dict(field_faults(self.graph))
        poison = [seen.poison for seen in self.shown.layers]
        if all(seen.shape == node.shape for seen, node in zip(self.shown.layers, self.graph.nodes)):
            faults |= dict(product_faults(self.graph, poison, faults.keys()))
        return {id(self.graph.nodes[place]): message for place, message in faults.items()}

    def _poison(self) -> Iterator[tuple[int, str]]:
        """The layers that poison of the real network reached elsewhere than their formulas say."""
        first, *others = self.graph.inputs
        masks = {id(node): np.zeros(node.shape[1:], bool) for node in others}
        masks[id(first)] = poison_mask(first.shape[1:])
        for place, node in enumerate(self.graph.nodes):
            seen = masks[id(node)] = self._seen[id(node)].poison
            if self._input_shapes(node) != node.input_shapes or seen.shape != node.shape[1:]:
                continue
            expected = dependent(node, [masks[id(source)] for source in node.inputs])
            if message := poison_difference(expected, seen):
                yield place, message

    def _input_shapes(self, node: Node) -> tuple[tuple[int, ...], ...]:
        """The shapes that the execution gave a layer."""
        found = [self._seen.get(id(source)) for source in node.inputs]
        return tuple([seen.shape if seen else source.shape for seen, source in zip(found, node.inputs)])

    def _memory(self, peak: Pair[int]) -> None:
        said, held = peak
        message = f"peak memory is {said:,} B by the formula, but {held:,} B were alive in the run, at this layer"
        self.problems.append(_problem(self.graph.nodes[self.shown.alive.index(held)], "CC506", message))


def unrunnable(graph: Graph) -> Iterator[Problem]:
    """The layers whose operation has no kernel."""
    for node in graph.nodes:
        try:
            find(node.op.word)
        except LookupError as error:
            yield _problem(node, "CC507", f"{node.op.word} must have a kernel to be run, but {error}")


def _problem(node: Node, code: str, message: str) -> Problem:
    note = Note(f"in layer {node.name} ({node.op.word}), input {' and '.join(map(dims, node.input_shapes))}")
    return Problem(node.site.locate(""), code, message, notes=(note,), layer=node.name)
