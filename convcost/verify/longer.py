"""Is the field that is published, that on an unbounded input, the one that the kernels show on a longer one?

Along each axis the network is run in a channel or two on an input that is as long as it must be for the poison to end
before the borders do: where it does not, on one twice as long. Sizes along which a spec is exact are lengthened with
it, by whole turns: q positions of a layer for p of the input, so that `same` pads as it does. As many positions side by
side as two turns have are poisoned, each by itself; what is a turn further on is the same field, shifted. Put together
they are the read set of every phase: its first and last position are size, min, max, stride, start and center.

Where paths of different strides meet there is no turn. From there on layers are run as long as they are, on the part
of the longer tensors that stands for the real one, and every position of the input is poisoned.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm, prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..analysis.field.coverage import MAX_BITS, coverage, read_sets
from ..analysis.field.extent import IRREGULAR, MAX_TABLE, NOTHING, WHOLE, reads_everything, receptive_fields
from ..ops.core.axis import Border, Resample
from ..ops.core.fields import axis_name
from ..ops.core.operation import Op, Use
from .fields import (
    PER_CELL,
    PER_CHANNEL,
    PER_POSITION,
    Fault,
    difference,
    hulls,
    last_uses,
    own_faults,
    quotient,
    read_by,
    size_along,
)
from .fields import memory_needed as memory_of_own
from .masks import padded, through
from .program import places
from .reduced import KEPT, Probes, along, given

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ..analysis.field.coverage import ReadSet
    from ..analysis.field.extent import Extent, Field, NetworkField
    from ..graph import Graph, Node
    from ..ops.core.axis import Axis
    from .masks import Mask

MANY = 4096
"""Positions of an input that is longer than windows are."""
MOST = 1 << 24
"""Positions that are run at once, those of all probes together: a field that needs more is not confirmed."""
GROWN, SMALL = 16, 1 << 20
"""How many times the cells of the run that is planned a longer one may have, as long as they are so few: where the
poison does not end in them, a field is not confirmed."""
MAX_PERIOD = 4096
"""Input positions of a turn of the whole network."""
MAX_PROBES = 4096
"""Positions that are poisoned where there is no turn."""
ROOM = 16
"""Positions more than a field needs on either side of it."""


class Turn(NamedTuple):
    """q positions further on a tensor reads p positions further on."""

    p: int
    q: int


class Way(NamedTuple):
    """How a tensor that depends on the input is run: by turns, or without as long as it is; whether it depends on the
    whole input."""

    turn: Turn | None
    whole: bool = False


class Shown(NamedTuple):
    """A tensor of the run: (probe, position), the position that stands for its first one, those that met padding, those
    that met padding that repeats others, and those that met padding that a field is reckoned without: all but that of
    layers whose field is `bounded`, in which what lies beside a map reads nothing."""

    mask: Mask
    origin: int
    edge: Mask


class Measured(NamedTuple):
    """What the run showed of a layer along an axis, phase by phase: first and last position that are read, and how many
    are; of a phase that reads nothing the first comes after the last."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    read: NDArray[np.int64]
    stride: Fraction

    @property
    def sizes(self) -> NDArray[np.int64]:
        return self.last - self.first + 1


class Plan(NamedTuple):
    """A run along an axis: how each tensor is run, how far fields may reach, the place of the real input's first
    position, how many positions more it has, which are poisoned, and how long the longest tensor is."""

    axis: int
    ways: dict[int, Way]
    reach: int
    origin: int
    more: int
    some: range
    longest: int

    @property
    def cells(self) -> int:
        """Positions of the longest tensor, those of all probes together."""
        return len(self.some) * self.longest

    @property
    def most(self) -> int:
        """Cells that a longer run in its place may have; memory is reckoned with them."""
        return max(self.cells, min(GROWN * self.cells, SMALL))


def memory_needed(graph: Graph) -> int:
    """Bytes that probes take at most: of a layer's own inputs, or of the network's on longer ones."""
    nodes = [*graph.inputs, *graph.nodes]
    alive = most = 0
    for done in last_uses(nodes, places(graph)):
        alive += 1
        most = max(most, alive)
        alive -= len(done)
    needed = [memory_of_own(node) for node in graph.nodes]
    known = 0
    for wrt, source in enumerate(graph.inputs):
        longer = Longer(graph, Probes(), wrt, receptive_fields(graph, source.name), (), set())
        for axis in range(len(source.shape) - 1):
            plan = longer.plan(axis)
            widest = [along(node, min(axis, len(node.input_shapes[0]) - 2), 1)[1] for node in graph.nodes]
            each = most + PER_CELL + PER_CHANNEL * max(widest, default=1)
            needed.append(plan.most * each + plan.longest * PER_POSITION)
            known += 2 * plan.most * len(nodes)
    return max(needed, default=0) + min(KEPT, known)


class Fields:
    """The fields of a network, and what a run shows of them; `published` are those with respect to the first input."""

    def __init__(self, graph: Graph, published: Sequence[Field]) -> None:
        self.graph = graph
        self.published = published
        self._run = Probes()
        self._spoiled: set[int] = set()

    def faults(self) -> Iterator[Fault]:
        """The layers whose field was not confirmed; of those that follow such a layer none is judged."""
        graph, first = self.graph, len(self.graph.inputs)
        for fault in own_faults(graph, self._run):
            self._spoiled.add(first + fault.place)
            yield fault
        for wrt, source in enumerate(graph.inputs):
            fields = receptive_fields(graph, source.name) if wrt else self.published
            yield from Longer(graph, self._run, wrt, fields, read_sets(graph, source.name), self._spoiled).faults()

    def network_fault(self, said: NetworkField | None) -> str | None:
        """What is published of the network's field and not shown."""
        end = self._spatial_output()
        node = None if end is None else self.graph.nodes[end]
        field = None if end is None else self.published[end]
        if said is None:
            has = node is not None and isinstance(field, tuple) and bool(field)
            return (
                f"the network has no field by the formula, but {node.title} has one in the run"
                if has and node
                else None
            )
        if node is None or said.layer != node.title:
            shown = node.title if node else "an input"
            return f"the network's field is that of {said.layer} by the formula, but of {shown} in the run"
        if said.extents != field:
            return f"the network's field is not that of {said.layer}, which is confirmed"
        return None

    def _spatial_output(self) -> int | None:
        """Back from the first output through layers with one input: what feeds the earliest that makes one position of
        all of its input, however long that is."""
        if not self.graph.outputs:
            return None
        node = found = self.graph.outputs[0]
        while len(node.inputs) == 1:
            if self._ends_space(node):
                found = node.inputs[0]
            node = node.inputs[0]
        return next((i for i, layer in enumerate(self.graph.nodes) if layer is found), None)

    def _ends_space(self, node: Node) -> bool:
        if max(node.shape[1:], default=1) > 1:
            return False
        for axis in range(max(1, len(node.input_shapes[0]) - 1)):
            size = max(MANY, 2 * size_along(node.inputs[0], axis) + 1) if len(node.input_shapes[0]) > 1 else 1
            ends = np.zeros((2, size), bool)
            ends[0, 0] = ends[1, -1] = True
            try:
                mask = self._run.after(node, axis, [ends])
            except ValueError:  # that length does not suit it, so it is not made for any
                return False
            if mask.shape[1] > 1 or not mask.all():
                return False
        return len(node.input_shapes[0]) > 1 or node.op.whole_input


class Longer:
    """A network on longer inputs, with respect to one of them; `spoiled` layers, and what follows them, are not judged,
    and who does not agree becomes one of them."""

    def __init__(
        self, graph: Graph, run: Probes, wrt: int, fields: Sequence[Field], reads: Sequence[ReadSet], spoiled: set[int]
    ) -> None:
        self.graph = graph
        self.run = run
        self.wrt = wrt
        self.fields = fields
        self.reads = reads
        self.spoiled = spoiled
        self.place = places(graph)
        self.first = len(graph.inputs)
        self.measured: dict[int, dict[int, Measured]] = {}
        self.mixed = _mixed(graph, self.place, fields)

    def faults(self) -> Iterator[Fault]:
        """The layers of which something is published that the run does not show."""
        for i, field in enumerate(self.fields, self.first):
            if i not in self.spoiled and (message := self._unlike(i, field)):
                self.spoiled.add(i)
                yield Fault(i - self.first, message)
        asked: list[list[object]] = []
        for axis in range(len(self.graph.inputs[self.wrt].shape) - 1):
            everything = self._all_of(axis)
            if everything in asked:  # of a square network one axis answers for both
                like = asked.index(everything)
                for along_axes in self.measured.values():
                    if like in along_axes:
                        along_axes[axis] = along_axes[like]
            else:
                yield from self._faults(axis)
            asked.append(everything)
        for i, (field, read) in enumerate(zip(self.fields, self.reads, strict=True), self.first):
            if i not in self.spoiled and (message := self._together(i, field, read)):
                self.spoiled.add(i)
                yield Fault(i - self.first, message)

    def _all_of(self, axis: int) -> list[object]:
        """All that a run along an axis, and what is published of it, depend on."""
        everything: list[object] = [size_along(self.graph.inputs[self.wrt], axis)]
        for node, field, read in zip(self.graph.nodes, self.fields, self.reads):
            lines = [node.op.input_axes(k, *node.input_shapes)[axis : axis + 1] for k in range(len(node.inputs))]
            everything += (
                [size_along(one, axis) for one in (node, *node.inputs)],
                along(node, min(axis, max(0, len(node.input_shapes[0]) - 2)), None),
                [(type(line), *line) for some in lines for line in some],
                field[axis] if isinstance(field, tuple) and axis < len(field) else field,
                [item[axis : axis + 1] for item in read] if read else read,
            )
        return everything

    def _faults(self, axis: int) -> Iterator[Fault]:
        plan = self.plan(axis)
        most = plan.most
        while True:
            run = _Run(self, plan)
            longer = self.plan(axis, 2 * plan.reach)
            last = longer.cells > most or longer.reach == plan.reach
            found = list(run.judged(last))
            if last or not run.short:
                break
            plan = longer
        self.spoiled.update(run.unjudged)
        for i, message in found:
            self.spoiled.add(i)
            yield Fault(i - self.first, message)

    def plan(self, axis: int, reach: int | None = None) -> Plan:
        """The run that shows fields of so many positions; of as many as are published."""
        n = self.graph.inputs[self.wrt].shape[1 + axis]
        ways, period = _ways(self.graph, self.place, self.wrt, axis)
        turning = all(way.turn or way.whole for way in ways.values())
        if reach is None:
            listed = [field[axis] for field in self.fields if isinstance(field, tuple) and axis < len(field)]
            reach = max(map(_reach, listed), default=0)
        reach = min(reach, MOST // (8 * period)) + ROOM
        some = range(2 * period)
        if not turning:
            some = range(max(-reach, -MAX_PROBES // 4), max(2 * period, min(n + reach, MAX_PROBES)))
        origin = -(-(reach - some.start) // period) * period
        more = origin + max(some.stop, 0 if turning else n) + reach - n
        more = -(-more // period) * period
        sizes = [n + more]
        for i, node in enumerate(self.graph.nodes, self.first):
            turn = ways[i].turn if i in ways else None
            sizes.append(size_along(node, axis) + (more * turn.q // turn.p if turn else 0))
        return Plan(axis, ways, reach, origin, more, some, max(sizes))

    def field(self, node: Node) -> Field:
        """What is published of a layer; of an input nothing."""
        place = self.place[id(node)] - self.first
        return self.fields[place] if place >= 0 else ()

    def _unlike(self, place: int, field: Field) -> str | None:
        """What is said of a field that none of its shape can be; one is too irregular only along an axis without a
        turn, of more positions than are listed."""
        node = self.graph.nodes[place - self.first]
        rank = len(node.shape) - 1
        if isinstance(field, tuple):
            return (
                None if len(field) == rank else f"the field has {len(field)} axes by the formula, but the layer {rank}"
            )
        if field not in (WHOLE, NOTHING, IRREGULAR):
            return f"the field is {field} by the formula, which is none"
        if (
            field is not IRREGULAR
            or place in self.mixed
            or any(self.field(source) is IRREGULAR for source in node.inputs)
        ):
            return None
        for axis in range(rank):
            way = _ways(self.graph, self.place, self.wrt, axis)[0].get(place)
            if not way or (way.turn is None and max(size_along(one, axis) for one in (node, *node.inputs)) > MAX_TABLE):
                return None
        return f"the field is {IRREGULAR} by the formula, but is shorter in the run"

    def _together(self, place: int, field: Field, read: ReadSet) -> str | None:
        """What all axes say together of a field whose axes are read each by itself: its ends, where a position that
        reads nothing along one axis reads nothing, and its coverage."""
        found = self.measured.get(place, {})
        if not isinstance(field, tuple) or len(found) < len(field) or not field:
            return None
        measured = [found[axis] for axis in range(len(field))]
        if read is None:
            unions = any(len(node.inputs) > 1 for node in self.graph.nodes)
            if unions or max(int(one.sizes.max()) for one in measured) > MAX_BITS:
                return None
        elif len(read) != 1:
            return None
        begins = all(one.sizes[0] for one in measured)
        everywhere = all(one.sizes.all() for one in measured)
        node = self.graph.nodes[place - self.first]
        for axis, (one, extent) in enumerate(zip(measured, field)):
            if extent.cases and (message := _ends(one, extent, node, axis, begins, everywhere)):
                return message
        widest = [int(one.sizes.argmax()) for one in measured]
        count = prod(int(one.read[o]) for one, o in zip(measured, widest))
        inside = prod(int(one.sizes[o]) for one, o in zip(measured, widest))
        said = coverage(field, read)
        if said == ((count, inside) if count else None):
            return None
        by_formula = f"{said[0]:,} of {said[1]:,}" if said else "none"
        return (
            f"the field reads {by_formula} positions inside it by the formula, but {count:,} of {inside:,} in the run"
        )


class _Run:
    """The network run once on an input that has so many positions more, its first one at `origin`."""

    def __init__(self, of: Longer, plan: Plan) -> None:
        self.of = of
        self.axis = plan.axis
        self.ways = plan.ways
        self.origin = plan.origin
        self.more = plan.more
        self.some = plan.some
        self.short = False
        """Whether poison that should have ended before did reach a border."""
        self.unjudged: set[int] = set()

    def judged(self, last: bool) -> Iterator[tuple[int, str]]:
        """What is published and not shown; `last` says whether what is too short cannot be made longer."""
        of, axis, graph = self.of, self.axis, self.of.graph
        nodes = [*graph.inputs, *graph.nodes]
        done = last_uses(nodes, of.place)
        n = size_along(graph.inputs[of.wrt], axis)
        start = np.equal.outer(np.arange(self.some.start, self.some.stop), np.arange(n + self.more) - self.origin)
        shown = {of.wrt: Shown(start, self.origin, np.zeros((3, n + self.more), bool))}
        unjudged = set(of.spoiled)
        for i, (node, field, read) in enumerate(zip(graph.nodes, of.fields, of.reads), of.first):
            sources = [of.place[id(source)] for source in node.inputs]
            if unjudged.intersection((i, *sources)):
                unjudged.add(i)
                continue
            found = self._after(node, i, shown)
            if isinstance(found, Shown):
                shown[i] = found  # though no poison reaches it: it may have met padding that keeps the poison out
            message = found if isinstance(found, str) else self._judged(i, node, found, field, read, last)
            if message:
                unjudged.add(i)
                yield i, message
            for place in done[i]:
                shown.pop(place, None)

    def _after(self, node: Node, i: int, shown: dict[int, Shown]) -> Shown | str | None:
        """What a layer shows; None where nothing leads there, a sentence where it gets another size."""
        way, axis = self.ways.get(i), self.axis
        if way is None:
            return None
        size = size_along(node, axis)
        more = self._more(way)
        edge = None
        handed = []
        for k in range(len(node.inputs)):
            line, tensor, mask = self._entering(node, k, way, shown)
            handed.append(mask)
            if tensor:
                edge = _edge(edge, tensor, line, size + more, self._bounded_by(self.of.fields[i - self.of.first]))
                if node.op.uses(len(node.inputs))[k] == Use.INDICES and not way.turn:
                    edge[:] = True  # that pool is run anew as long as it really is, and met its own padding
        if edge is None:
            return None
        try:
            mask = self.of.run.after(node, axis, handed, more)
        except ValueError as error:
            return f"on a longer input the run stopped here: {error}"
        long = way.turn is not None and mask.shape[1] == size + more
        if not (long or mask.shape[1] == size or way.whole):
            name = axis_name(len(node.shape) - 1, axis)
            return f"on a longer input the {name} is {size + more} by the formula, but {mask.shape[1]} in the run"
        if edge.shape[1] != mask.shape[1]:
            edge = np.ones((3, mask.shape[1]), bool)
        return Shown(mask, self.origin * way.turn.q // way.turn.p if long and way.turn else 0, edge)

    def _entering(
        self, node: Node, k: int, way: Way, shown: dict[int, Shown]
    ) -> tuple[Axis | None, Shown | None, Mask]:
        """One of the inputs of a layer: the axis along which it is read where that is not read as a whole, the tensor
        as far as it is poisoned, and what the kernel is handed."""
        axis, source, use = self.axis, node.inputs[k], node.op.uses(len(node.inputs))[k]
        axes = node.op.input_axes(k, *node.input_shapes)
        line = None if axis >= len(axes) or reads_everything(node.op, axes) else axes[axis]
        n, m = size_along(source, axis), size_along(node, axis)
        tensor = shown.get(self.of.place[id(source)])
        if use == Use.SHAPE:
            return line, None, self._clean(m + self._more(way))
        if tensor and line:
            own = self.ways[self.of.place[id(source)]]
            if way.turn is None or not line.phases()[1]:
                tensor = self._cut(tensor, n, own)
            elif own.whole and own.turn is None:  # beside what is longer it is as long
                tensor = self._cut(tensor, self._fitting(n, line, way), own)
        if use == Use.INDICES:
            place = self.of.place[id(given(node)[k])]
            if place not in shown:
                return line, tensor, self._clean(m + self._more(way))
            entered = shown[place]
            return line, tensor, (entered if way.turn else self._cut(entered, m, self.ways[place])).mask
        return line, tensor, tensor.mask if tensor else self._clean(self._fitting(n, line, way))

    def _bounded_by(self, field: Field) -> bool:
        """Whether a field is one of every position of the map, beside which nothing is read."""
        return isinstance(field, tuple) and self.axis < len(field) and field[self.axis].bounded

    def _more(self, way: Way) -> int:
        return self.more * way.turn.q // way.turn.p if way.turn else 0

    def _clean(self, size: int) -> Mask:
        return np.zeros((len(self.some), size), bool)

    def _fitting(self, n: int, line: Axis | None, way: Way) -> int:
        """The size of a tensor that no poison reaches, so that it fits what does."""
        if way.turn is None:
            return n
        more = self._more(way)
        if line is None:
            return n + more
        period, jump = line.phases()
        return n + more * jump // period if jump else n

    def _cut(self, tensor: Shown, n: int, way: Way) -> Shown:
        """The part of a tensor that stands for the real one."""
        if way.turn is None and not way.whole:
            return tensor
        if way.whole:
            anywhere = np.broadcast_to(tensor.mask.any(axis=1, keepdims=True), (len(self.some), n))
            return Shown(np.ascontiguousarray(anywhere), 0, np.ones((3, n), bool))
        part = slice(tensor.origin, tensor.origin + n)
        return Shown(np.ascontiguousarray(tensor.mask[:, part]), 0, tensor.edge[:, part])

    # What is published of it. -------------------------------------------------------------------------------------

    def _judged(self, i: int, node: Node, shown: Shown | None, field: Field, read: ReadSet, last: bool) -> str | None:
        if shown is None or not shown.mask.any():
            return self._untouched(node, field, self.ways.get(i))
        way, axis = self.ways[i], self.axis
        if not isinstance(field, tuple):
            return self._unlisted(node, shown, field)
        if axis >= len(field) or i in self.of.mixed:
            return None
        extent = field[axis].alone
        if not extent.bounded and way.turn and (shown.mask & shown.edge[0]).any():
            self.short = True
            self.unjudged.add(i)
            if last:
                return f"the field is too large to be confirmed: its poison reaches the ends of an input of {self.more}"
        count = shown.mask.shape[1]
        if read is None:
            allowed = hulls(extent, count, self.some, shown.origin)
        else:
            allowed = np.zeros_like(shown.mask)
            for positions in dict.fromkeys(item[axis] for item in read):
                allowed = allowed | read_by(positions, count, self.some, shown.origin)
        exact = ~shown.edge[0] if read is not None else np.zeros(count, bool)
        wrong = ((shown.mask & ~allowed) | (allowed & ~shown.mask & exact)) & ~shown.edge[1]
        if wrong.any():
            return difference(np.where(wrong, allowed, shown.mask), shown.mask, node, axis, self.some, shown.origin)
        if way.turn is None:
            return self._bounded(shown, extent, node)
        measured = self._measured(shown, way.turn)
        self.of.measured.setdefault(i, {})[axis] = measured
        return _figures(measured, field[axis], node, axis)

    def _unlisted(self, node: Node, shown: Shown, field: Field) -> str | None:
        """Of a field that is no list of extents."""
        if field is NOTHING:
            return "nothing of the input is read by the formula, but some of it in the run"
        if field is WHOLE:
            if any(self.of.field(source) is WHOLE for source in node.inputs):  # what meets it may leave parts to others
                return None
            reaching = shown.mask[shown.mask.any(axis=1)]  # strides before it may leave positions out
            if (reaching == reaching[0]).all():
                return None
            return "the whole input is read by the formula, but a part of it in the run"
        return None

    def _untouched(self, node: Node, field: Field, way: Way | None) -> str | None:
        """What is published of a layer that no poison reaches; as long as it really is, it may read padding alone."""
        fields = [field, *map(self.of.field, node.inputs)]
        empty = any(isinstance(one, tuple) and one and not any(one[self.axis].table) for one in fields)
        if field is NOTHING or empty or (way and not way.turn) or WHOLE in fields[1:]:
            return None
        return "the input is read by the formula, but nothing of it in the run"

    def _bounded(self, shown: Shown, extent: Extent, node: Node) -> str | None:
        """Without a turn: every position by itself, where all of its field was poisoned."""
        some, mask = self.some, shown.mask
        for o in range(mask.shape[1]):
            entry = extent.at(o)
            if entry is None or entry[0] < some.start or entry[1] >= some.stop:
                continue
            if shown.edge[2, o]:
                continue
            read = np.flatnonzero(mask[:, o]) + some.start
            if not len(read) or (read[0], read[-1]) != entry:
                return _other_field(o, node, self.axis, entry, (int(read[0]), int(read[-1])) if len(read) else None)
        if (
            extent.bounded
            and not shown.edge[2].any()
            and mask.any(axis=0).all()
            and all(entry is not None for entry in extent.table)
        ):
            low, high = np.array(extent.table).T
            if low.min() >= some.start and high.max() < some.stop:
                sizes = mask.shape[0] - mask[::-1].argmax(axis=0) - mask.argmax(axis=0)
                return _sizes((int(sizes.min()), int(sizes.max())), extent, node, self.axis)
        return None

    def _measured(self, shown: Shown, turn: Turn) -> Measured:
        """The read sets of all phases, put together from those of all positions, which are the same, shifted."""
        period = len(self.some) // 2 if self.some.start == 0 else _period(self.ways)
        count = period * turn.q // turn.p
        probe, place = np.nonzero(shown.mask[-self.some.start :][:period])
        turns, phase = np.divmod(place - shown.origin, count)
        read = probe - period * turns
        first, last = np.full(count, 1 << 60), np.full(count, -1 << 60)
        np.minimum.at(first, phase, read)
        np.maximum.at(last, phase, read)
        empty = last < first
        first[empty], last[empty] = 0, -1
        return Measured(first, last, np.bincount(phase, minlength=count), Fraction(period, count))


def _mixed(graph: Graph, place: dict[int, int], fields: Sequence[Field]) -> set[int]:
    """The places of layers where paths met of which one reads nothing somewhere: whether it does there depends on all
    axes together, which a run along one of them does not show."""
    mixed: set[int] = set()
    for i, node in enumerate(graph.nodes, len(graph.inputs)):
        sources = [place[id(source)] for source in node.inputs]
        read = [fields[source - len(graph.inputs)] for source in sources if source >= len(graph.inputs)]
        empty = any(None in extent.table for field in read if isinstance(field, tuple) for extent in field)
        if mixed.intersection(sources) or (empty and len(set(sources)) > 1):
            mixed.add(i)
    return mixed


def _period(ways: dict[int, Way]) -> int:
    return lcm(*[way.turn.p for way in ways.values() if way.turn])


def _ways(graph: Graph, place: dict[int, int], wrt: int, axis: int) -> tuple[dict[int, Way], int]:
    """How each tensor that depends on the input is run along an axis, and the turn of them all."""
    ways = {wrt: Way(Turn(1, 1))}
    period = 1
    for i, node in enumerate(graph.nodes, len(graph.inputs)):
        uses = node.op.uses(len(node.inputs))
        sources = [(k, ways.get(place[id(source)])) for k, source in enumerate(node.inputs) if uses[k] != Use.SHAPE]
        found = [_through(node, k, axis, way) for k, way in sources if way]
        if not found:
            continue
        turns = {way.turn for way in found if not (way.whole and way.turn is None and len(found) > 1)}
        whole = any(way.whole for way in found)
        turn = _met(turns)
        if turn and lcm(period, turn.p) > MAX_PERIOD:
            turn = None
        if turn:
            period = lcm(period, turn.p)
        ways[i] = Way(turn, whole)
    return ways, period


def _through(node: Node, index: int, axis: int, way: Way) -> Way:
    axes = node.op.input_axes(index, *node.input_shapes)
    if reads_everything(node.op, axes) or axis >= len(axes):
        kept = axis < len(axes) and type(node.op).shape is Op.shape
        return Way(way.turn if kept else None, True)
    line = axes[axis]
    period, jump = line.phases()
    # ends are aligned a turn further on too where the size follows, but not by a scale, nor of one position
    fixed = isinstance(line, Resample) and line.linear and (line.m == 1 or _aligned_by_scale(node))
    if way.turn is None or not jump or fixed:
        return Way(None, way.whole)
    p, q = way.turn
    turns = jump // gcd(jump, q)
    turn = Turn(p * turns, q * turns // jump * period)
    return Way(turn if turn.q <= MAX_TABLE else None, way.whole)


def _aligned_by_scale(node: Node) -> bool:
    return all(getattr(node.op, name, None) for name in ("align_corners", "scale"))


def _met(turns: set[Turn | None]) -> Turn | None:
    """The turn of what several have in common; None where they are not as far apart."""
    listed = [turn for turn in turns if turn]
    if len(listed) < len(turns) or not listed or len({Fraction(turn.p, turn.q) for turn in listed}) > 1:
        return None
    p, q = lcm(*[turn.p for turn in listed]), lcm(*[turn.q for turn in listed])
    return Turn(p, q) if q <= MAX_TABLE else None


def _edge(edge: Mask | None, tensor: Shown, line: Axis | None, size: int, bounded: bool) -> Mask:
    """The positions that met padding, as `Shown` has them, on one more way."""
    if line is None:
        return np.ones((3, size), bool)
    long = line._replace(n=tensor.mask.shape[1], m=size)
    kinds = np.array([[True], [isinstance(line, Border)], [not bounded]])
    found: Mask = through(tensor.edge, long, 1) | (padded(long) & kinds)
    if edge is not None:
        found |= edge
    return found


def _reach(extent: Extent) -> int:
    """Positions that a field needs on either side of the place that it stands for."""
    return max([entry[1] - entry[0] + 1 for entry in extent.table if entry], default=0)


def _figures(measured: Measured, extent: Extent, node: Node, axis: int) -> str | None:
    """The table, size, min, max, stride, start and center as they are published."""
    for o, size in enumerate(measured.sizes.tolist()):
        shown = (int(measured.first[o]), int(measured.last[o])) if size else None
        if extent.at(o) != shown:
            return _other_field(o, node, axis, extent.at(o), shown)
    if message := _other("stride", extent.stride, measured.stride):
        return message
    if extent.cases:  # the rest is that of all axes together
        return None
    return _ends(measured, extent, node, axis, alone=True)


def _ends(measured: Measured, extent: Extent, node: Node, axis: int, alone: bool, somewhere: bool = True) -> str | None:
    """Start, center, min and max; where another axis reads nothing at 0, or `somewhere`, nothing is read there."""
    begins = alone and bool(measured.sizes[0])
    first, last = (int(ends[0]) for ends in (measured.first, measured.last))
    start, center = (first, Fraction(first + last, 2)) if begins else (None, None)
    least = int(measured.sizes.min()) if somewhere else 0
    return (
        _other("start", extent.start, start)
        or _other("center", extent.center, center)
        or _sizes((least, int(measured.sizes.max())), extent, node, axis)
    )


def _other(name: str, said: tuple[int, int] | int | None, shown: Fraction | int | None) -> str | None:
    """A figure of the field that is another one than is published."""
    if (Fraction(*said) if isinstance(said, tuple) else said) == shown:
        return None
    by_formula = quotient(said) if isinstance(said, tuple) else said
    return f"the {name} of the field is {by_formula} by the formula, but {shown} in the run"


def _sizes(seen: tuple[int, int], extent: Extent, node: Node, axis: int) -> str | None:
    if seen == (extent.smallest, extent.largest):
        return None
    return (
        f"the field along the {axis_name(len(node.shape) - 1, axis)} has {extent.smallest} to {extent.largest} "
        f"positions by the formula, but {seen[0]} to {seen[1]} in the run"
    )


def _other_field(o: int, node: Node, axis: int, said: tuple[int, int] | None, shown: tuple[int, int] | None) -> str:
    by_formula, in_run = ("nothing" if ends is None else f"{ends[0]} to {ends[1]}" for ends in (said, shown))
    name = axis_name(len(node.shape) - 1, axis)
    return f"position {o} of the {name} has the field {by_formula} by the formula, but {in_run} in the run"
