"""The receptive field of every layer of a network, and the questions one asks of a field: what a position reads, how
its influence is distributed, how to cut tiles, how to see more."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ...errors import UsageError
from ...ops.core.fields import axis_name
from ...types import Shape, dims, volume
from ...wording import suggestion
from .coverage import coverage, each_read_set, read_sets_of
from .extent import IRREGULAR, NOTHING, WHOLE, Field, network_field, receptive_fields, spatial_output
from .grid import Grid, grid_of, grids
from .influence import MAX_POSITIONS, Profile, TooWide, profile
from .runs import joined, points
from .tiles import Cut, Misfit, Tile, done_twice
from .unit import MAX_RUNS, TooLarge, read_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...errors import Problem
    from ...graph import Graph, Node
    from .extent import Extent, Interval
    from .need import Widening
    from .runs import Runs
    from .unit import Product

FOR_ADVICE = ("CC406",)
"""Advice on networks that are right as they are: said where advice is asked for."""
OF_THE_INPUT = ("CC404", "CC405")
"""Advice that depends on the size of the input."""


class FieldRow(NamedTuple):
    """A layer and its field; `coverage` is how many positions are read of how many inside the extent; the grid it is
    computed on. A row that stands for several layers has no operation."""

    name: str
    op: str | None
    label: str
    output_shape: Shape
    field: Field
    coverage: tuple[int, int] | None
    grid: Grid
    layers: int = 1


class Box(NamedTuple):
    """What one position of a layer reads, per axis: the runs of positions on an unbounded input, and of those that it
    reaches in the input; `read` is how many positions are read, all axes together."""

    layer: str
    position: tuple[int, ...]
    input_sizes: tuple[int, ...]
    runs: tuple[Runs, ...]
    runs_inside: tuple[Runs, ...]
    read: int

    @property
    def reads(self) -> tuple[Interval, ...]:
        """First and last position along each axis; None reads nothing."""
        return tuple(map(hull, self.runs))

    @property
    def inside(self) -> tuple[Interval, ...]:
        """First and last position along each axis that it reaches in the input."""
        return tuple(map(hull, self.runs_inside))

    @property
    def size(self) -> int:
        """How many positions the box has."""
        return volume(tuple(map(length, self.reads)))

    @property
    def padding(self) -> tuple[int, int] | None:
        """How many positions of the box lie outside the input, and how many there are; None for an empty box."""
        return (self.size - volume(tuple(map(length, self.inside))), self.size) if self.size else None


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
    """One layer with one field changed, from one value to another; the network's field with it, the MACs it adds; how
    many positions of that field are read of how many, how many of the layer's MACs are useful of how many."""

    layer: str
    field: str
    before: int | tuple[int, ...]
    value: int | tuple[int, ...]
    size: int
    added_macs: int
    coverage: tuple[int, int] | None
    useful: tuple[int, int]


class Need(NamedTuple):
    """How the network's field, along its smallest axis, gets from `size` to `wanted`: the changes of one layer that
    change its window least, how many more there are, and the largest size that any reaches. A size of None is the whole
    input."""

    wanted: int
    layer: str
    size: int | None
    changes: tuple[Growth, ...]
    best: int
    more: int = 0

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
        self._source = next(node for node in graph.inputs if node.name == self.wrt)
        self.input_assumed = False
        """Whether nobody said how large the input is: then nothing is said that depends on it."""
        self._fields = fields = receptive_fields(graph, self.wrt)
        self.network = network_field(graph, fields)

    @cached_property
    def layers(self) -> list[FieldRow]:
        """A row per layer, in the order of the spec; made when somebody asks."""
        graph = self._graph
        rows = zip(graph.nodes, self._fields, each_read_set(graph, self.wrt), grids(graph, self.wrt))
        return [
            FieldRow(node.name, node.op.word, node.op.label(), node.shape, field, coverage(field, read), grid_of(ways))
            for node, field, read, ways in rows
        ]

    @cached_property
    def grid(self) -> Grid:
        """How coarsely the network's output is computed."""
        end = spatial_output(self._graph)
        return None if end is None else self.layers[end].grid

    @property
    def input_sizes(self) -> tuple[int, ...]:
        """The size of the input along each axis."""
        return self.inputs[self.wrt][1:]

    @cached_property
    def notes(self) -> tuple[Problem, ...]:
        """What is noteworthy in the spec, and what a designer may have missed; `check --advice` says all of it."""
        from ..advice import advise

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

        Raises UsageError for a layer that does not exist, a position outside its output, and one that reads too much
        to be listed.
        """
        name, node, field = self._asked(layer, "a position")
        place = _inside(node, name, position)
        try:
            inside = read_by(self._graph, node, place, self._source, unbounded=False)
            read = inside if field is WHOLE else read_by(self._graph, node, place, self._source, unbounded=True)
        except TooLarge:
            what = f"what position {_listed(place)} of {name} reads is too much to be listed"
            raise UsageError(f"{what}: more than {MAX_RUNS:,} runs along an axis, or too many paths") from None
        rank = len(self.input_sizes)
        return Box(name, place, self.input_sizes, _along(read, rank), _along(inside, rank), points(read))

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
        tiles that are too small or that the network treats otherwise than its input.
        """
        name, node, field = self._windowed(layer, "a tile")
        rank = len(field)
        if len(sizes) not in (1, rank):
            raise UsageError(f"a tile must have one size or one per axis ({rank}), but {len(sizes)} are given")
        every = tuple(sizes) * rank if len(sizes) == 1 else tuple(sizes)
        for i, extent in enumerate(field):
            if extent.bounded or not extent.p or not extent.largest:
                axis = axis_name(rank, i)
                reason = f"along the {axis} its field does not move at one stride"
                raise UsageError(f"tiles of {name} must be alike, but {reason}")
        cuts = [Cut(self._graph, node, self._source, i, extent) for i, extent in enumerate(field)]
        tiles: list[Tile | None] = []
        misfit = ""
        for cut, size in zip(cuts, every):
            try:
                tiles.append(cut.tile(size))
            except Misfit as reason:
                misfit = misfit or str(reason)
                tiles.append(None)
        found = tuple([one for one in tiles if one])
        if len(found) < rank:
            enough = [size if one else cut.smallest(size) for cut, one, size in zip(cuts, tiles, every)]
            raise UsageError(_no_tile(name, every, [size for size in enough if size], misfit))
        return Tiling(name, found)

    def need(self, wanted: int) -> Need:
        """Which changes of one layer bring the network's field to a wanted size; the smallest come first.

        Raises UsageError with respect to another input than the first.
        """
        from .need import changes

        first = self._graph.inputs[0].name
        if self.wrt != first:
            raise UsageError(f"what a field needs must be asked of the first input, {first}, but not of {self.wrt}")
        if self.network is None:
            if self._output_field() is not WHOLE:
                raise UsageError(f"what a field needs must be asked of a network with one, but {self._windowless()}")
            return Need(wanted, self.outputs[0][0], None, (), 0)
        size = min(extent.largest for extent in self.network.extents)
        if size >= wanted:
            return Need(wanted, self.network.layer, size, (), size)
        found, best = changes(self._graph, wanted)
        growths = self._growths(found[:RANKED])
        return Need(wanted, self.network.layer, size, growths, best, len(found) - len(growths))

    def _growths(self, changes: Sequence[Widening]) -> tuple[Growth, ...]:
        from .need import with_change

        graph = self._graph
        nodes = {node.name: node for node in graph.nodes}
        end = spatial_output(graph)
        read = [] if end is None else read_sets_of(graph, end, [with_change(graph, change) for change in changes])
        growths = []
        for change, products in zip(changes, read):
            node = nodes[change.layer]
            before = getattr(node.op, change.field)
            useful = change.op.useful_macs(*node.input_shapes), change.op.macs(*node.input_shapes)
            layer, field, value, size, added, *_ = change
            share = coverage(change.extents, products)
            growths.append(Growth(layer, field, before, value, size, added, share, useful))
        return tuple(growths)

    # Layers. ------------------------------------------------------------------------------------------------------

    def _place(self, layer: str) -> int:
        """Where a layer, or the last one of a block, stands."""
        names = [node.name for node in self._graph.nodes]
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
                raise UsageError(f"{what} needs a layer to be named, for {self._windowless()}")
            layer = self.network.layer
        place = self._place(layer)
        return layer, self._graph.nodes[place], self._fields[place]

    def _output_field(self) -> Field:
        output = self._graph.outputs[0]
        return next((field for node, field in zip(self._graph.nodes, self._fields) if node is output), NOTHING)

    def _windowless(self) -> str:
        """Why the network has no field of some size."""
        field = self._output_field()
        if field is IRREGULAR:
            return f"the field of the output of {self.name} is not computed: it is {field}"
        return f"the output of {self.name} {f'depends on {field}' if field else 'has no axes'}"

    def _windowed(self, layer: str | None, what: str) -> tuple[str, Node, tuple[Extent, ...]]:
        name, node, field = self._asked(layer, what)
        if not isinstance(field, tuple):
            raise UsageError(f"{what} needs a field that is a window, but {name} depends on {field}")
        if not field:
            raise UsageError(f"{what} needs axes, but the output of {name} has none")
        return name, node, field


def hull(runs: Runs) -> Interval:
    """The first and the last position of a set; None for an empty one."""
    return (runs[0][0], runs[-1][1]) if runs else None


def length(interval: Interval) -> int:
    """How many positions an interval has."""
    return interval[1] - interval[0] + 1 if interval else 0


def seen(field: tuple[Extent, ...], sizes: tuple[int, ...]) -> tuple[int, int]:
    """The positions of an input that a field as large as this can lie on, and those of the input."""
    return volume(tuple([min(extent.largest, n) for extent, n in zip(field, sizes)])), volume(sizes)


def _along(products: Sequence[Product], rank: int) -> tuple[Runs, ...]:
    """The positions along each axis that any of some products has."""
    return tuple([joined(chain(*sets)) for sets in zip(*products)]) or ((),) * rank


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


def _no_tile(name: str, sizes: tuple[int, ...], enough: list[int], misfit: str) -> str:
    """Why a tile does not do, and the smallest that does, where it is known along each axis."""
    known = dims(tuple(enough)) if len(enough) == len(sizes) else ""
    if misfit:
        cure = f"; {known} does" if known else ""
        return f"a tile of {dims(sizes)} must go through as the whole input does, but {misfit}{cure}"
    reason = f"the smallest that does is {known}" if known else "is too small"
    return f"a tile of {dims(sizes)} must hold the field of {name}, but {reason}"


def _listed(numbers: Sequence[int]) -> str:
    return ",".join(map(str, numbers))
