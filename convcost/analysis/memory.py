"""How much memory do the activations need at once?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ops.core.operation import Use
from ..types import size_in_bytes, volume

if TYPE_CHECKING:
    from ..graph import Graph, Node

INDEX_BYTES = 4
"""One remembered position of a max-pool: an int32."""


def peak_activations(graph: Graph) -> int:
    """Bytes of the largest sum of tensors alive at once, in the order of the spec (`convcost explain
    peak_activation_bytes` has the rules)."""
    nodes = [*graph.inputs, *graph.nodes]
    place = {id(node): i for i, node in enumerate(nodes)}
    readers, remembered = _taken(nodes, place)
    held = {place[id(node)] for node in graph.outputs}
    fixed = held | set(range(len(graph.inputs)))
    end = len(nodes)

    # A buffer is named by the place of the node that allocates it; nodes that work in place or share memory join it.
    buffer = list(range(end))
    until = list(range(end))
    for i, node in enumerate(nodes):
        if node.inputs:
            source = place[id(node.inputs[0])]
            if node.op.shares or (node.op.in_place and _sole_reader(source, nodes, place, readers, fixed)):
                buffer[i] = buffer[source]
        until[buffer[i]] = max(until[buffer[i]], end if i in held else readers[i][-1] if readers[i] else i)

    change = [0] * (end + 2)
    for i, node in enumerate(nodes):
        unread = i in fixed and until[i] == i  # an input nobody reads
        if buffer[i] == i and not unread:
            _alive(change, i, until[i], size_in_bytes(volume(node.shape), graph.dtype.activations))
    for pool, last in remembered.items():
        _alive(change, pool, last, INDEX_BYTES * volume(nodes[pool].shape))
    return _largest_sum(change[:end])


def _taken(nodes: list[Node], place: dict[int, int]) -> tuple[list[list[int]], dict[int, int]]:
    """For each node the places, in order, of the nodes that read its data; the pools whose indices a max_unpool takes,
    with the last step that takes them."""
    readers: list[list[int]] = [[] for _ in nodes]
    remembered: dict[int, int] = {}
    for i, node in enumerate(nodes):
        for use, source in zip(node.op.uses(len(node.inputs)), node.inputs):
            if use == Use.DATA:
                readers[place[id(source)]].append(i)
            elif use == Use.INDICES:
                remembered[place[id(source)]] = i
    return readers, remembered


def _sole_reader(
    source: int, nodes: list[Node], place: dict[int, int], readers: list[list[int]], fixed: set[int]
) -> bool:
    """Whether the memory of `source` is read once, through whatever views it has, and is neither input nor output."""
    while True:
        if source in fixed or len(readers[source]) != 1:
            return False
        node = nodes[source]
        if not node.op.shares:
            return True
        source = place[id(node.inputs[0])]


def _alive(change: list[int], first: int, last: int, size: int) -> None:
    change[first] += size
    change[last + 1] -= size


def _largest_sum(changes: list[int]) -> int:
    most = now = 0
    for change in changes:
        now += change
        most = max(most, now)
    return most
