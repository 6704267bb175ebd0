"""What changed between two networks, layer by layer, and what each change costs.

Layers are matched in three passes, each in linear time: what is the same at both ends of the networks (so that a layer
put in does not renumber all that follow), then by name, then by place, between the same neighbours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ..types import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..graph import Graph, Node
    from .cost import Analysis, Layer

    Pairs: TypeAlias = dict[int, int]
    """The place of a layer in the new network, and its place in the old one."""

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"
OPERATION = "operation"


class Change(NamedTuple):
    """Something that is not what it was: `operation`, one of its fields (None where the other operation has no such
    field), `inputs`, `input_shapes`, `output_shape`."""

    what: str
    old: Any
    new: Any


class Difference(Record):
    """Two analyses and their layers side by side, in the order of the new one; a layer that is gone stands behind what
    it stood behind."""

    old: Analysis
    new: Analysis
    layers: tuple[Compared, ...]
    changes: tuple[Change, ...]
    """What changed of the networks as a whole: `inputs`, `outputs`, `dtype`."""

    @property
    def same(self) -> bool:
        """Whether nothing changed but, perhaps, names."""
        unchanged = all(layer.status == SAME for layer in self.layers)
        return unchanged and not self.changes and self.old.totals == self.new.totals

    @property
    def renamed(self) -> list[Compared]:
        """Layers that changed in nothing but their name."""
        return [layer for layer in self.layers if layer.status == SAME and layer.was]

    def count(self, status: str) -> int:
        """How many layers were added, removed, changed or left the same."""
        return sum(layer.status == status for layer in self.layers)


class Compared(Record):
    """A layer as it was and as it is; None where it was not, or is no more."""

    old: Layer | None
    new: Layer | None
    changes: tuple[Change, ...] = ()

    @property
    def layer(self) -> Layer:
        """The layer as it is, or as it was when it went."""
        layer = self.new or self.old
        assert layer is not None
        return layer

    @property
    def was(self) -> str | None:
        """The name it had, if that was another one."""
        return self.old.name if self.old and self.new and self.old.name != self.new.name else None

    @property
    def status(self) -> str:
        if self.old is None:
            return ADDED
        if self.new is None:
            return REMOVED
        return CHANGED if self.changes else SAME

    def figure(self, of: Callable[[Layer], int]) -> tuple[int, int]:
        """A figure as it was and as it is; 0 where there was or is no such layer."""
        return of(self.old) if self.old else 0, of(self.new) if self.new else 0


def difference(old: tuple[Graph, Analysis], new: tuple[Graph, Analysis]) -> Difference:
    """Two networks side by side."""
    before, after = old[0].nodes, new[0].nodes
    pairs = matched(before, after)
    names = {before[o].name: after[n].name for n, o in pairs.items()}
    names.update(zip([node.name for node in old[0].inputs], [node.name for node in new[0].inputs]))
    kept_old, kept_new = {before[o].name for o in pairs.values()}, {after[n].name for n in pairs}

    def sources(node: Node, kept: set[str]) -> list[str]:
        return [_kept(source, kept) for source in node.inputs]

    layers = []
    for o, n in _order(pairs, len(before), len(after)):
        was, now = None if o is None else old[1].layers[o], None if n is None else new[1].layers[n]
        changes: tuple[Change, ...] = ()
        if o is not None and n is not None:
            feeding = [names.get(name) for name in sources(before[o], kept_old)]
            changes = tuple(_changes(before[o], after[n], moved=feeding != sources(after[n], kept_new)))
        layers.append(Compared(was, now, changes))
    return Difference(old[1], new[1], tuple(layers), tuple(_whole(old[1], new[1], names)))


def _kept(node: Node, kept: set[str]) -> str:
    """What feeds a layer, seen through layers that were added or removed on the way: they are told by themselves."""
    while node.name not in kept and len(node.inputs) == 1:
        node = node.inputs[0]
    return node.name


def _whole(old: Analysis, new: Analysis, names: dict[str, str]) -> Iterator[Change]:
    inputs = {names.get(name, name): shape for name, shape in old.inputs.items()}
    if inputs != new.inputs:
        yield Change("inputs", old.inputs, new.inputs)
    if [shape for _, shape in old.outputs] != [shape for _, shape in new.outputs]:
        yield Change("outputs", dict(old.outputs), dict(new.outputs))
    for part in ("weights", "activations", "bias"):
        if getattr(old.dtype, part) != getattr(new.dtype, part):
            yield Change(f"dtype of {part}", getattr(old.dtype, part), getattr(new.dtype, part))


def _changes(old: Node, new: Node, moved: bool) -> Iterator[Change]:
    if old.op.word != new.op.word:
        yield Change(OPERATION, old.op.word, new.op.word)
    for name in dict.fromkeys([*old.op.fields, *new.op.fields]):
        decl = new.op.fields.get(name) or old.op.fields[name]
        before, after = (getattr(node.op, name) if name in node.op.fields else None for node in (old, new))
        spelled = (decl.spelled_out(before, len(old.shape) - 1), decl.spelled_out(after, len(new.shape) - 1))
        if not decl.refers and spelled[0] != spelled[1]:
            yield Change(name, before, after)  # a reference is one of the inputs
    if moved:
        yield Change("inputs", tuple(n.name for n in old.inputs), tuple(n.name for n in new.inputs))
    if old.input_shapes != new.input_shapes:
        yield Change("input_shapes", old.input_shapes, new.input_shapes)
    if old.shape != new.shape:
        yield Change("output_shape", old.shape, new.shape)


def matched(old: Sequence[Node], new: Sequence[Node]) -> Pairs:
    """Which layer of a new network was which of an old one."""
    start, end = _ends(list(map(_signature, old)), list(map(_signature, new)))
    pairs = {i: i for i in range(start)}
    places = {old[o].name: o for o in range(start, len(old) - end)}
    pairs |= {n: places[new[n].name] for n in range(start, len(new) - end) if new[n].name in places}
    pairs |= {len(new) - i: len(old) - i for i in range(end, 0, -1)}
    return pairs | _by_place(old, new, pairs)


def _signature(node: Node) -> tuple[object, ...]:
    """What a layer is, but for the numbers in its name."""
    return re.sub("[0-9]+", "", node.name), node.op, node.input_shapes, node.shape


def _ends(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    """How many layers are the same from the start on, and of the rest how many up to the end."""
    shorter = min(len(old), len(new))
    start = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    end = next((i for i in range(shorter - start) if old[-1 - i] != new[-1 - i]), shorter - start)
    return start, end


def _by_place(old: Sequence[Node], new: Sequence[Node], pairs: Pairs) -> Pairs:
    """Layers left over between the same neighbours: first those that are quite the same, then those of one operation,
    each in order."""
    gone = list(_gaps(len(old), {o: n for n, o in pairs.items()}))
    come = list(_gaps(len(new), {n: n for n in pairs}))
    found: Pairs = {}
    for likeness in (_exactly, _operation):
        taken = set(found.values())
        queues: dict[object, list[int]] = {}
        for o, gap in reversed(gone):
            if o not in taken:
                queues.setdefault((gap, likeness(old[o])), []).append(o)
        for n, gap in come:
            queue = queues.get((gap, likeness(new[n])))
            if queue and n not in found:
                found[n] = queue.pop()
    return found


def _exactly(node: Node) -> object:
    return node.op, node.input_shapes


def _operation(node: Node) -> object:
    return node.op.word


def _gaps(length: int, names: dict[int, int]) -> Iterator[tuple[int, tuple[int, int]]]:
    """Every layer without a partner, with its next neighbours that have one, by their place in the new network."""
    after, following = [-1] * length, -1
    for i in range(length - 1, -1, -1):
        after[i] = following
        following = names.get(i, following)
    before = -1
    for i in range(length):
        if i in names:
            before = names[i]
        else:
            yield i, (before, after[i])


def _order(pairs: Pairs, old: int, new: int) -> Iterator[tuple[int | None, int | None]]:
    """Places side by side in the order of the new network; one that is gone follows what it followed."""
    partners = set(pairs.values())

    def gone(place: int) -> Iterator[tuple[int | None, int | None]]:
        while place < old and place not in partners:
            yield place, None
            place += 1

    yield from gone(0)
    for n in range(new):
        o = pairs.get(n)
        yield o, n
        if o is not None:
            yield from gone(o + 1)
