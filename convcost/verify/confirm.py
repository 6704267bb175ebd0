"""Formulas against what the execution showed: a figure for each, a problem where they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..analysis.cost import Analysis
from ..analysis.verification import Pair, Verification, VerifiedLayer, VerifiedTotals
from ..errors import Note, Problem, SpecError, UsageError
from ..figures import FIGURES
from ..numpy_backend import find
from ..types import Cost, dims, volume
from .longer import Fields
from .masks import dependent, poison_difference
from .needs import check_dtype, check_memory, check_seed, memory_to_verify
from .ones import Ones
from .smaller import first_layers, halved, needed
from .together import product_faults
from .whole import metered_pass, poison_mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..analysis.cost import Layer as Row
    from ..graph import Graph, Node
    from .whole import Pass, Seen


class Confirmation:
    """A network, what its execution showed, and what is found to differ."""

    def __init__(self, graph: Graph, shown: Pass) -> None:
        self.graph = first_layers(graph, len(shown.layers))
        self.shown = shown
        self.problems: list[Problem] = []
        if shown.stopped is not None:
            node = graph.nodes[len(shown.layers)]
            self.problems.append(_problem(node, "CC507", f"the run stopped here: {shown.stopped}"))
        self._analysis = Analysis(self.graph)
        self._fields = Fields(self.graph, [row.receptive_field for row in self._analysis.layers])
        self._ones = Ones()
        self._seen: dict[int, Seen] = {id(node): seen for node, seen in zip(graph.nodes, shown.layers)}

    def verdict(self, chosen: Sequence[Node], whole: Graph, kind: type[Verification]) -> Verification:
        """The figures of some layers; `whole` is the network they were taken from, before it was made smaller."""
        graph = self.graph
        faults = self._faults()
        wanted = set(map(id, chosen))
        rows = zip(graph.nodes, self._analysis.layers)
        layers = [self._layer(node, row, faults) for node, row in rows if id(node) in wanted]
        totals = self._totals(layers)
        work = [sum(node.op.macs(*node.input_shapes) for node in each.nodes) for each in (graph, whole)]
        inputs = {node.name: node.shape for node in graph.inputs}
        return kind(graph.name, graph.variant, inputs, layers, totals, self.problems, (work[0], work[1]))

    def _totals(self, layers: Sequence[VerifiedLayer]) -> VerifiedTotals:
        """The figures of the network as they are published; of some of its layers, the sums of theirs."""
        said = self._analysis.totals
        counted = Cost()
        formula = Cost()
        for layer in layers:
            formula += Cost(layer.params.formula, layer.macs.formula, layer.useful_macs.formula)
            counted += Cost(layer.params.execution, layer.macs.execution, layer.useful_macs.execution)
        elements = [sum(volume(getattr(layer.output_shape, by)) for layer in layers) for by in Pair._fields]
        if len(layers) == len(self.graph.nodes):
            formula = Cost(said.params, said.macs, said.useful_macs)
            elements[0] = said.activations
        flops = said.flops if len(layers) == len(self.graph.nodes) else 2 * formula.macs
        totals = VerifiedTotals(
            Pair(formula.params, counted.params),
            Pair(formula.macs, counted.macs),
            Pair(formula.useful_macs, counted.useful_macs),
            Pair(flops, 2 * counted.macs),
            Pair(elements[0], elements[1]),
            Pair(said.peak_activation_bytes, max(self.shown.alive, default=0)),
        )
        if not self.problems:  # else a layer is to blame
            self.problems += self._network_problems(totals)
        return totals

    def _layer(self, node: Node, row: Row, faults: dict[int, str]) -> VerifiedLayer:
        seen = self._seen[id(node)]
        shapes = self._input_shapes(node)
        cost = row.cost
        output = Pair(row.output_shape, seen.shape)
        params = Pair(cost.params, seen.params)
        macs = Pair(cost.macs, seen.macs)
        useful = Pair(cost.useful_macs, self._ones.useful(node, shapes, seen.macs))
        if shapes == node.input_shapes:  # else a layer before it is to blame
            fault = faults.get(id(node))
            self.problems += self._problems(node, output, params, macs, useful, fault)
        confirmed = output.agrees and id(node) not in faults
        return VerifiedLayer(
            node.name, node.op.word, node.op.label(), output, params, macs, useful, confirmed, node.site.line
        )

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
        faults = dict(self._poison()) | dict(self._fields.faults())
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

    def _network_problems(self, totals: VerifiedTotals) -> Iterator[Problem]:
        """What is published of the network though all layers agree."""
        if not self.graph.nodes:
            return
        last = self.graph.nodes[-1]
        for code, name in (
            ("CC502", "params"),
            ("CC503", "macs"),
            ("CC504", "useful_macs"),
            ("CC503", "flops"),
            ("CC501", "activations"),
        ):
            said, counted = getattr(totals, name)
            if said != counted:
                heading = FIGURES[name].heading
                message = f"the network's {heading} are {said:,} by the formula, but {counted:,} in the run"
                yield _problem(last, code, message)
        said, held = totals.peak_activation_bytes
        if said != held:
            message = f"peak memory is {said:,} B by the formula, but {held:,} B were alive in the run, at this layer"
            yield _problem(self.graph.nodes[self.shown.alive.index(held)], "CC506", message)
        if fault := self._fields.network_fault(self._analysis.receptive_field):
            yield _problem(last, "CC505", fault)


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


def verify(
    graph: Graph,
    *,
    layer: str | None = None,
    quick: bool = False,
    seed: int = 0,
    dtype: str = "float32",
    max_memory: int | None = None,
    told: Callable[[int], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
    kind: type[Verification] = Verification,
) -> Verification:
    """Run a network and compare what is published of every layer; `layer` names one, or a block, that alone is judged.

    `told` hears the bytes that it will need before it runs, `progress` how many layers of how many have run.
    Raises UsageError for an unknown layer, and where it needs more memory than `max_memory` or than there is;
    SpecError for operations without a kernel.
    """
    check_dtype(dtype)
    check_seed(seed)
    whole = graph
    chosen = list(graph.nodes)
    if layer is not None:
        graph, chosen = needed(graph, layer)
    if quick:
        wanted, smaller = set(map(id, chosen)), halved(graph)
        chosen = [own for node, own in zip(graph.nodes, smaller.nodes) if id(node) in wanted]
        graph = smaller
    if missing := list(unrunnable(graph)):
        raise SpecError(missing)
    bytes_needed = memory_to_verify(graph, dtype)
    check_memory(graph, bytes_needed, max_memory, lambda: memory_to_verify(halved(graph), dtype))
    if told:
        told(bytes_needed)
    try:
        shown = metered_pass(graph, seed, dtype, progress and (lambda done: progress(done, len(graph.nodes))))
        return Confirmation(graph, shown).verdict(chosen, whole, kind)
    except MemoryError:
        raise UsageError(f"there was not enough memory to run {graph.name}; --quick needs less") from None
