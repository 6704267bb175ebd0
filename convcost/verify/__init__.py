"""The only room where formulas and execution meet: a network is run, and every figure is compared with what happened.

1. `whole.py`: the network as it is, run once by kernels that know no formula; every product is counted, and two input
   positions are poison (NaN). Shapes, params, MACs, memory, and the positions of every layer that poison reaches.
2. `fields.py`: the network in one channel along each axis, each position poisoned by itself: every position, hole,
   border and phase of every receptive field.
3. `together.py`: whether the axes of a read set belong together, as the poison of the real network shows.
4. `ones.py`: every layer in one channel, all data and weights 1: its outputs add up to the useful products.

A layer is judged by what its formulas say of the inputs that the execution gave it, so one mistake is one problem.

What both sides take from one definition, so that a mistake in it would be made twice: how `same` shares out its
padding; where `crop` to another size begins, floor((n - m) / 2); the shapes of weights (`*_weights`: others do not fit
what they are multiplied with, but nobody else says them); the rule of memory: in place where nobody else reads
(`sole` in `numpy_backend/program.py`), and what outputs, inputs and remembered places hold. Sizes have no such formula
in the kernels: windows are laid where they fit, a canvas ends where something is written, parts and places are found
among those of the input.

`needs.py` says before what all of this takes at most, in plain numbers; each run states its own (`memory_needed`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import SpecError, UsageError
from ..verification import Verification
from .judge import Judge, unrunnable
from .needs import check_dtype, check_memory, check_seed, memory_to_verify
from .smaller import halved, needed
from .whole import metered_pass

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..graph import Graph


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
    """Run a network and compare every figure of every layer; `layer` names one, or a block, that alone is judged.

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
        return Judge(graph, shown).verdict(chosen, whole, kind)
    except MemoryError:
        raise UsageError(f"there was not enough memory to run {graph.name}; --quick needs less") from None
