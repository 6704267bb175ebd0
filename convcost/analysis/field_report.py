"""The receptive field of every layer of a network, and the questions one asks of a field: what a position reads, how
its influence is distributed, how to cut tiles, how to see more."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..errors import UsageError, suggestion
from ..ops.axis import Whole
from ..ops.base import Use, axis_name
from ..types import Shape, dims, volume
from .coverage import coverage, read_sets
from .profile import MAX_POSITIONS, Profile, TooWide, profile
from .receptive_field import IRREGULAR, NOTHING, Field, network_field, receptive_fields
from .tiles import Tile, done_twice, smallest_tile, tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..errors import Problem
    from ..graph import Graph, Node
    from ..ops.axis import Axis
    from .receptive_field import Extent, Interval

FOR_ADVICE = ("CC406",)
"""Advice on networks that are right as they are: said where advice is asked for."""
OF_THE_INPUT = ("CC404", "CC405")
"""Advice that depends on the size of the input."""


class FieldRow(NamedTuple):
    """A layer and its field; `coverage` is how many positions are read of how many inside the extent. A row that stands
    for several layers has no operation."""

    name: str
    op: str | None
    label: str
    output_shape: Shape
    field: Field
    coverage: tuple[int, int] | None
    layers: int = 1


class Box(NamedTuple):
    """What one position of a layer reads, per axis: first and last input position on an unbounded input, and those of
    them that lie in the input; None reads nothing."""

    layer: str
    position: tuple[int, ...]
    input_sizes: tuple[int, ...]
    reads: tuple[Interval, ...]
    inside: tuple[Interval, ...]

    @property
    def padding(self) -> tuple[int, int] | None:
        """How many positions of the box lie outside the input, and how many there are; None for an empty box."""
        total = volume(tuple(map(length, self.reads)))
        return (total - volume(tuple(map(length, self.inside))), total) if total else None


class Influence(NamedTuple):
    """How the influence on one position of a layer is distributed, per axis."""

    layer: str
    position: tuple[int, ...]
    profiles: tuple[Profile, ...]


class Tiling(NamedTuple):
    """How a layer is computed by tiles, per axis."""

    layer: str
    tiles: tuple[Tile, ...]

    @property
    def done_twice(self) -> tuple[int, int]:
        """The share of the work that neighbors do too, as numerator and denominator of input positions."""
        return done_twice(list(self.tiles))


class Growth(NamedTuple):
    """One layer with one field changed, from one value to another; the network's field with it, the MACs it adds."""

    layer: str
    field: str
    before: int | tuple[int, ...]
    value: int | tuple[int, ...]
    size: int
    added_macs: int


class Need(NamedTuple):
    """How the network's field, along its smallest axis, gets from `size` to `wanted`: the cheapest changes of one
    layer, and the largest size that any reaches. A size of None is the whole input."""

    wanted: int
    layer: str
    size: int | None
    changes: tuple[Growth, ...]
    best: int

    @property
    def already(self) -> bool:
        """Whether the field is large enough as it is."""
        return self.size is None or self.size >= self.wanted

    @property
    def met(self) -> bool:
        """Whether the field is large enough, or one change makes it so."""
        return self.already or bool(self.changes)


Answer: TypeAlias = Box | Influence | Tiling | Need

RANKED = 5
"""Changes that are named; there are often as many as layers."""


class FieldReport:
    """The receptive field of every layer with respect to one input (the first), and that of the network."""

    def __init__(self, graph: Graph, wrt: str | None = None) -> None:
        self._graph = graph
        self.name = graph.name
        self.variant = graph.variant
        self.inputs: dict[str, Shape] = {node.name: node.shape for node in graph.inputs}
        self.outputs: tuple[tuple[str, Shape], ...] = tuple((node.title, node.shape) for node in graph.outputs)
        if wrt is not None and wrt not in self.inputs:
            names = ", ".join(self.inputs)
            raise UsageError(f"{graph.name} has no input {wrt[:60]}{suggestion(wrt, self.inputs)} (it has {names})")
        self.wrt = wrt or graph.inputs[0].name
        self.input_assumed = False
        """Whether nobody said how large the input is: then nothing is said that depends on it."""
        fields = receptive_fields(graph, self.wrt)
        self.network = network_field(graph, fields)
        rows = zip(graph.nodes, fields, read_sets(graph, self.wrt))
        self.layers = [
            FieldRow(node.name, node.op.word, node.op.label(), node.shape, field, coverage(field, read))
            for node, field, read in rows
        ]

    @property
    def input_sizes(self) -> tuple[int, ...]:
        """The size of the input along each axis."""
        return self.inputs[self.wrt][1:]

    @cached_property
    def notes(self) -> tuple[Problem, ...]:
        """What is noteworthy in the spec, and what a designer may have missed; `check --advice` says all of it."""
        from .advice import advise

        unsaid = (*FOR_ADVICE, *(OF_THE_INPUT if self.input_assumed else ()))
        advice = [problem for problem in advise(self._graph) if problem.code not in unsaid]
        return (*self._graph.notes, *advice)

    def row(self, layer: str) -> FieldRow:
        """The field of a layer, or of a block by that block's name.

        Raises UsageError for a name that the network does not have.
        """
        return self.layers[self._place(layer)]._replace(name=layer)

    def network_row(self) -> FieldRow | None:
        """The layer that the network's field is taken at; its output where that depends on more than a window; None
        where the output is no layer."""
        if self.network:
            return self.row(self.network.layer)
        output = self._graph.outputs[0]
        pairs = zip(self._graph.nodes, self.layers)
        return next((row._replace(name=output.title) for node, row in pairs if node is output), None)

    # Questions. ---------------------------------------------------------------------------------------------------

    def box(self, position: Sequence[int], layer: str | None = None) -> Box:
        """What one position reads; of the layer that the network's field is taken at where none is named.

        Raises UsageError for a layer that does not exist and a position outside its output.
        """
        name, node, field = self._asked(layer, "a position")
        place = _inside(node, name, position)
        if field is IRREGULAR:
            raise UsageError(f"the receptive field of {name} is not computed: it is {field}")
        inside = self._reached(node, place)
        reads = inside
        if isinstance(field, tuple):
            reads = tuple([extent.at(o) for extent, o in zip(field, place)])
        return Box(name, place, self.input_sizes, reads, inside)

    def influence(self, position: Sequence[int] | None = None, layer: str | None = None) -> Influence:
        """How the influence on one position, by default the middle of the output, is distributed.

        Raises UsageError for a layer that does not exist or whose field is no window, and a position outside its
        output or that reads nothing.
        """
        name, node, _ = self._windowed(layer, "a profile")
        place = _inside(node, name, [size // 2 for size in node.shape[1:]] if position is None else position)
        try:
            found = [profile(self._graph, node, i, o, self.wrt) for i, o in enumerate(place)]
        except TooWide:
            reason = f"it reads more than {MAX_POSITIONS:,} positions, or along too many paths"
            raise UsageError(f"the profile of {name} is too large: {reason}") from None
        profiles = tuple([one for one in found if one])
        if len(profiles) < len(found):
            raise UsageError(f"position {_listed(place)} of {name} reads nothing, but a profile needs something read")
        return Influence(name, place, profiles)

    def tiling(self, sizes: Sequence[int], layer: str | None = None) -> Tiling:
        """How far tiles of some size, one number for all axes or one per axis, must overlap.

        Raises UsageError for a layer that does not exist or whose field is no window, a wrong number of sizes, and
        tiles that are too small.
        """
        name, _, field = self._windowed(layer, "a tile")
        rank = len(field)
        if len(sizes) not in (1, rank):
            raise UsageError(f"a tile must have one size or one per axis ({rank}), but {len(sizes)} are given")
        every = tuple(sizes) * rank if len(sizes) == 1 else tuple(sizes)
        tiles = [tile(extent, size) for extent, size in zip(field, every)]
        small = [i for i, one in enumerate(tiles) if one is None]
        if small:
            raise UsageError(_too_small(name, field, every, small))
        return Tiling(name, tuple([one for one in tiles if one]))

    def need(self, wanted: int) -> Need:
        """Which change of one layer brings the network's field to a wanted size for the fewest MACs.

        Raises UsageError with respect to another input than the first.
        """
        from .need import changes

        first = self._graph.inputs[0].name
        if self.wrt != first:
            raise UsageError(f"what a field needs must be asked of the first input, {first}, but not of {self.wrt}")
        if self.network is None:
            return Need(wanted, self.outputs[0][0], None, (), 0)
        size = min(extent.largest for extent in self.network.extents)
        if size >= wanted:
            return Need(wanted, self.network.layer, size, (), size)
        found, best = changes(self._graph, wanted)
        ops = {node.name: node.op for node in self._graph.nodes}
        growths = [
            Growth(c.layer, c.field, getattr(ops[c.layer], c.field), c.value, c.size, c.added_macs)
            for c in found[:RANKED]
        ]
        return Need(wanted, self.network.layer, size, tuple(growths), best)

    # Layers. ------------------------------------------------------------------------------------------------------

    def _place(self, layer: str) -> int:
        """Where a layer, or the last one of a block, stands."""
        names = [row.name for row in self.layers]
        if layer in names:
            return names.index(layer)
        inside = [i for i, name in enumerate(names) if name.startswith(f"{layer}.")]
        if inside:
            return inside[-1]
        scopes = {".".join(words[:i]) for name in names for words in [name.split(".")] for i in range(1, len(words))}
        raise UsageError(f"{self.name} has no layer {layer[:60]}{suggestion(layer, [*names, *scopes])}")

    def _asked(self, layer: str | None, what: str) -> tuple[str, Node, Field]:
        """The layer that is meant: its name as it was asked for, its node, its field."""
        if layer is None:
            if self.network is None:
                row = self.network_row()
                field = row.field if row else NOTHING
                reason = f"depends on {field}" if field else "has no axes"
                raise UsageError(f"{what} needs a layer to be named, for the output of {self.name} {reason}")
            layer = self.network.layer
        place = self._place(layer)
        return layer, self._graph.nodes[place], self.layers[place].field

    def _windowed(self, layer: str | None, what: str) -> tuple[str, Node, tuple[Extent, ...]]:
        name, node, field = self._asked(layer, what)
        if not isinstance(field, tuple):
            raise UsageError(f"{what} needs a field that is a window, but {name} depends on {field}")
        if not field:
            raise UsageError(f"{what} needs axes, but the output of {name} has none")
        return name, node, field

    def _reached(self, node: Node, place: tuple[int, ...]) -> tuple[Interval, ...]:
        """First and last position of the input itself that one position reads along each axis, through the layers'
        positions that exist."""
        reached: dict[int, list[set[int]]] = {id(node): [{position} for position in place]}
        for layer in reversed(self._graph.nodes):
            places = reached.pop(id(layer), None)
            if places is None:
                continue
            uses = layer.op.uses(len(layer.inputs))
            for index, source in enumerate(layer.inputs):
                if uses[index] == Use.SHAPE:
                    continue
                axes = layer.op.input_axes(index, *layer.input_shapes)
                found = [_sources(positions, axis) for positions, axis in zip(places, axes)]
                if all(found):  # what reads nothing along one axis reads nothing at all
                    known = reached.setdefault(id(source), [set() for _ in found])
                    for positions, more in zip(known, found):
                        positions.update(more)
        source = next(node for node in self._graph.inputs if node.name == self.wrt)
        ends = reached.get(id(source), [])
        return tuple([(min(positions), max(positions)) for positions in ends]) or (None,) * len(place)


def length(interval: Interval) -> int:
    """How many positions an interval has."""
    return interval[1] - interval[0] + 1 if interval else 0


def seen(field: tuple[Extent, ...], sizes: tuple[int, ...]) -> tuple[int, int]:
    """The positions of an input that a field as large as this can lie on, and those of the input."""
    return volume(tuple([min(extent.largest, n) for extent, n in zip(field, sizes)])), volume(sizes)


def _sources(places: set[int], axis: Axis) -> set[int]:
    """The positions of an axis that exist and that some positions read."""
    if isinstance(axis, Whole):
        return set(range(axis.n))
    return {i for o in places for i in axis.reads(o) if 0 <= i < axis.n}


def _inside(node: Node, name: str, position: Sequence[int]) -> tuple[int, ...]:
    sizes = node.shape[1:]
    if not sizes:
        raise UsageError(f"{name} has no positions: its output {dims(node.shape)} is a vector without axes")
    if len(position) != len(sizes):
        axes = f"{len(sizes)} axes" if len(sizes) > 1 else "1 axis"
        raise UsageError(
            f"a position of {name} must have one number for each of its {axes}, but is {_listed(position)}"
        )
    if any(not 0 <= o < n for o, n in zip(position, sizes)):
        raise UsageError(
            f"position {_listed(position)} must lie inside the output of {name}, but that is {dims(sizes)} "
            f"({_listed([0] * len(sizes))} to {_listed([n - 1 for n in sizes])})"
        )
    return tuple(position)


def _too_small(name: str, field: tuple[Extent, ...], sizes: tuple[int, ...], small: list[int]) -> str:
    """Why some axes have no tile."""
    for i in small:
        if not (field[i].p and field[i].largest):
            axis = axis_name(len(field), i)
            return f"tiles of {name} must be alike, but along the {axis} its field does not move at one stride"
    least = [smallest_tile(extent) if i in small else 0 for i, extent in enumerate(field)]
    enough = dims(tuple(max(pair) for pair in zip(least, sizes)))
    return f"a tile of {dims(sizes)} must hold the field of {name}, but the smallest that does is {enough}"


def _listed(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))
