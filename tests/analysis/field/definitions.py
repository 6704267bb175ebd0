"""What every operation reads, written anew from the text of the spec language, and random networks to try it on.

Nothing here asks an operation for its axes: positions are found by looping over taps, straight from the fields.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from convcost.errors import Location
from convcost.graph import Graph
from convcost.ops import find
from tests.ops.samples import complaints, dice

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from convcost.graph import Node
    from convcost.ops.core.operation import Op
    from convcost.types import Shape

    Taps = Callable[[int], list[int]]

EVERYTHING = ("global_avg_pool", "global_max_pool", "linear", "flatten", "instance_norm", "group_norm")
"""Operations whose every output position depends on every input position."""

# What one output position reads -----------------------------------------------------------------------------


def each(value: Any, axis: int) -> Any:
    return value[axis] if isinstance(value, tuple) else value


def before(padding: Any, axis: int, missing: int) -> int:
    """Positions before the first one; `missing` is what `same` has to place, the odd one at the end."""
    if padding == "same":
        return missing // 2
    if padding == "same_lower":
        return missing - missing // 2
    sides = 0 if padding == "valid" else each(padding, axis)
    return sides[0] if isinstance(sides, tuple) else sides


def window(op: Op, axis: int, n: int) -> tuple[int, int, int, int]:
    """(kernel, stride, dilation, positions before) of a convolution or pool."""
    fields = {"kernel": 1, "dilation": 1, "padding": 0} | {name: getattr(op, name) for name in op.fields}
    k, d = each(fields["kernel"], axis), each(fields["dilation"], axis)
    s = each(fields["kernel"] if fields["stride"] is None else fields["stride"], axis)
    missing = (-(-n // s) - 1) * s + d * (k - 1) + 1 - n
    return k, s, d, before(fields["padding"], axis, max(missing, 0))


def sliding(op: Op, axis: int, n: int) -> Taps:
    k, s, d, start = window(op, axis, n)
    return lambda o: [o * s + j * d - start for j in range(k)]


def written_by(k: int, s: int, d: int, start: int) -> Taps:
    """Position i writes ``i * s + j * d - start`` for each tap j: who wrote o?"""
    return lambda o: [
        i
        for i in range((o + start - d * (k - 1)) // s - 1, (o + start) // s + 2)
        for j in range(k)
        if i * s + j * d - start == o
    ]


def transposed(op: Any, axis: int) -> Taps:
    k, s, d = (each(value, axis) for value in (op.kernel, op.stride, op.dilation))
    return written_by(k, s, d, before(op.padding, axis, max(d * (k - 1) + 1 - s, 0)))


def unpooled(op: Any, axis: int, n: int) -> Taps:
    """n: the size of the pool's input, along this axis."""
    return written_by(*window(op.source, axis, n))


def resized(op: Any, axis: int, n: int, m: int) -> Taps:
    step = 1 / Fraction(each(op.scale, axis)) if op.scale is not None else Fraction(n, m)
    if op.mode == "nearest":
        return lambda o: [int(o * step // 1)]
    if op.align_corners:
        step = Fraction(n - 1, max(m - 1, 1))
        return lambda o: around(o * step)
    return lambda o: around((o + Fraction(1, 2)) * step - Fraction(1, 2))


def around(place: Fraction) -> list[int]:
    low = int(place // 1)
    return [low] if place == low else [low, low + 1]


def padded(op: Any, axis: int, n: int, at_ends: bool) -> Taps:
    start = before(op.padding, axis, 0)

    def taps(o: int) -> list[int]:
        i = o - start
        if not at_ends or op.mode == "zeros" or 0 <= i < n:
            return [i]
        return [max(0, min(i, n - 1))] if op.mode == "replicate" else [-i if i < 0 else 2 * (n - 1) - i]

    return taps


def cropped(op: Any, axis: int, n: int, m: int) -> Taps:
    if op.margins is not None:
        start = before(op.margins, axis, 0)
    else:
        start = (n - m) // 2 if op.offset is None else each(op.offset, axis)
    return lambda o: [o + start]


def stretched(n: int, m: int) -> Taps:
    return lambda o: [o if n == m else 0]


def taps_of(op: Any, index: int, shapes: tuple[Shape, ...], shape: Shape, at_ends: bool) -> list[Taps] | None:
    """For each axis, what an output position reads of an input; None reads all of it.

    `at_ends` makes padding that repeats the input do so; else the input is taken to go on.
    """
    if op.word in EVERYTHING or (op.word == "adaptive_avg_pool" and set(shape[1:]) == {1}):
        return None
    return [_taps(op, axis, n, m, op_input, at_ends) for axis, n, m, op_input in _axes(op, index, shapes, shape)]


def _axes(op: Any, index: int, shapes: tuple[Shape, ...], shape: Shape) -> list[tuple[int, int, int, int]]:
    pool_input = op.size[1:] if op.word == "max_unpool" else shapes[index][1:]
    return list(zip(range(len(shape) - 1), shapes[index][1:], shape[1:], pool_input))


def _taps(op: Any, axis: int, n: int, m: int, pool_input: int, at_ends: bool) -> Taps:
    match op.word:
        case "conv" | "depthwise" | "pointwise" | "max_pool" | "avg_pool":
            return sliding(op, axis, n)
        case "conv_transpose":
            return transposed(op, axis)
        case "max_unpool":
            return unpooled(op, axis, pool_input)
        case "unpool" | "pixel_shuffle":
            s = each(op.scale, axis)
            nails = op.word == "unpool" and op.mode == "bed_of_nails"
            return lambda o: [] if nails and o % s else [o // s]
        case "space_to_depth":
            s = each(op.scale, axis)
            return lambda o: [o * s + j for j in range(s)]
        case "resize":
            return resized(op, axis, n, m)
        case "adaptive_avg_pool":
            return lambda o: list(range(o * n // m, -(-(o + 1) * n // m)))
        case "pad":
            return padded(op, axis, n, at_ends)
        case "crop":
            return cropped(op, axis, n, m)
        case "add" | "mul":
            return stretched(n, m)
    return lambda o: [o]


def data_inputs(node: Node) -> list[int]:
    """The inputs whose values matter: the second input of crop and resize only says a size."""
    return [0] if node.op.word in ("crop", "resize") else list(range(len(node.inputs)))


# What a position of a layer reads of the network's input ----------------------------------------------------


class Read(NamedTuple):
    """The input positions that a position depends on; whether padding inside the network had a part in it."""

    positions: frozenset[tuple[int, ...]]
    edge: bool


class Truth:
    """The dependence of every position of every layer on an input, by looking at every path.

    Unbounded, maps go on in all directions, as the published figure of a receptive field has it; otherwise what lies
    outside a map is padding and depends on nothing.
    """

    def __init__(self, graph: Graph, unbounded: bool, wrt: Node | None = None) -> None:
        self.unbounded = unbounded
        self.source = wrt or graph.inputs[0]
        self._known: dict[tuple[int, tuple[int, ...]], Read] = {}
        self._taps: dict[tuple[int, int], list[Taps] | None] = {}
        self._reached: dict[int, str] = {}

    def reached(self, node: Node) -> str:
        """`some`, `whole` where a layer on the way reads its whole input, `nothing` where no path leads here."""
        if not node.inputs:
            return "some" if node is self.source else "nothing"
        if id(node) not in self._reached:
            found = {
                "whole"
                if self.reached(node.inputs[i]) == "some" and self.taps(node, i) is None
                else self.reached(node.inputs[i])
                for i in data_inputs(node)
            }
            self._reached[id(node)] = next(word for word in ("whole", "some", "nothing") if word in found)
        return self._reached[id(node)]

    def taps(self, node: Node, index: int) -> list[Taps] | None:
        key = (id(node), index)
        if key not in self._taps:
            made = taps_of(node.op, index, node.input_shapes, node.shape, not self.unbounded)
            self._taps[key] = made and [cache(taps) for taps in made]
        return self._taps[key]

    def read(self, node: Node, position: tuple[int, ...]) -> Read:
        if not node.inputs:
            return Read(frozenset([position] if node is self.source else []), False)
        key = (id(node), position)
        if key not in self._known:
            self._known[key] = self._read(node, position)
        return self._known[key]

    def _read(self, node: Node, position: tuple[int, ...]) -> Read:
        found: set[tuple[int, ...]] = set()
        edge = False
        for index in data_inputs(node):
            feeder = node.inputs[index]
            if self.reached(feeder) == "nothing":
                continue
            taps = self.taps(node, index)
            assert taps is not None
            for place in product(*(tap(o) for tap, o in zip(taps, position))):
                if self.unbounded or all(0 <= i < n for i, n in zip(place, feeder.shape[1:])):
                    read = self.read(feeder, place)
                    found |= read.positions
                    edge |= read.edge
                else:
                    edge |= bool(feeder.inputs)
            edge |= repeats_its_ends(node, position)
        return Read(frozenset(found), edge)


def repeats_its_ends(node: Node, position: tuple[int, ...]) -> bool:
    """Whether a position of a reflecting or replicating pad lies in the padding."""
    if node.op.word != "pad" or node.op.mode == "zeros":
        return False
    starts = [before(node.op.padding, axis, 0) for axis in range(len(position))]
    return not all(0 <= o - start < n for o, start, n in zip(position, starts, node.inputs[0].shape[1:]))


def places(shape: Shape) -> product[tuple[int, ...]]:
    return product(*(range(n) for n in shape[1:]))


def hull(positions: frozenset[tuple[int, ...]], axis: int) -> tuple[int, int] | None:
    along = [position[axis] for position in positions]
    return (min(along), max(along)) if along else None


# Random networks --------------------------------------------------------------------------------------------


class Nowhere:
    """The place of a layer that nobody wrote."""

    line = 0

    def locate(self, field: str) -> Location:
        return Location("<random>")


def grow(graph: Graph, word: str, *inputs: Node, bind: Node | None = None, **fields: Any) -> Node | None:
    """Append a layer; None, and nothing appended, where anything is wrong with it."""
    op = find(word)(**fields)
    if bind:
        op = op.bind((bind.op, bind.input_shapes))
    shapes = tuple(node.shape for node in inputs)
    if complaints(op, *shapes):
        return None
    node, problems = graph.add(f"{word}{len(graph.nodes)}", op, inputs, Nowhere())
    assert node
    assert not problems
    return node


def chain(sizes: tuple[int, ...], *steps: tuple[str, dict[str, Any]], channels: int = 1) -> Graph:
    """A network of layers one after the other."""
    graph = Graph("chain")
    node: Node | None = graph.add_input("input", (channels, *sizes), Nowhere())
    for word, fields in steps:
        assert node
        node = grow(graph, word, node, **fields)
        assert node, word
    graph.outputs = graph.nodes[-1:]
    return graph


SAME_SIZE = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "silu", "gelu", "mish", "sigmoid", "hardsigmoid", "hardswish"),
    *("tanh", "softmax", "prelu", "dropout", "identity", "scale", "batch_norm", "layer_norm", "lrn"),
    *("channel_shuffle", "slice"),
)
WINDOWS = ("conv", "depthwise", "pointwise", "max_pool", "avg_pool")
GROWING = ("conv_transpose", "unpool", "pixel_shuffle", "resize", "pad")
SHRINKING = ("space_to_depth", "crop", "adaptive_avg_pool")
MERGING = ("add", "mul", "concat", "max_unpool")
OFTEN = (*WINDOWS * 3, *GROWING * 2, *SHRINKING, *MERGING * 4, "gate")
DRAWN = {*SAME_SIZE, *EVERYTHING, *WINDOWS, *GROWING, *SHRINKING, *MERGING}
"""The operations that random networks are made of."""


class Dice:
    """Random fields for layers of some rank."""

    def __init__(self, rank: int, rng: Random) -> None:
        self.rank = rank
        self.rng = rng

    def one(self, *choices: Any) -> Any:
        return self.rng.choice(choices)

    def axes(self, low: int, high: int) -> Any:
        each_axis = tuple(self.rng.randint(low, high) for _ in range(self.rank))
        return self.one(each_axis, each_axis[0], each_axis[0])

    def sides(self) -> Any:
        pairs = tuple((self.rng.randint(0, 2), self.rng.randint(0, 2)) for _ in range(self.rank))
        return self.one(pairs, self.axes(0, 2), self.axes(0, 2))

    def padding(self) -> Any:
        return self.one("valid", "same", "same_lower", self.sides(), self.sides(), self.sides())

    def window(self, kernel: int, stride: int, dilation: int) -> dict[str, Any]:
        sizes = {"kernel": self.axes(1, kernel), "stride": self.axes(1, stride), "dilation": self.axes(1, dilation)}
        return {**sizes, "padding": self.padding()}

    def pool(self, **more: Any) -> dict[str, Any]:
        fields = {"kernel": self.axes(1, 3), "stride": self.one(None, self.axes(1, 3)), "padding": self.padding()}
        return {**fields, "ceil_mode": self.one(True, False), **more}

    def mode(self) -> dict[str, Any]:
        mode = self.one("nearest", "bilinear")
        return {"mode": mode, "align_corners": mode == "bilinear" and self.one(True, False, False)}

    def size(self) -> dict[str, Any]:
        scale = {"scale": Fraction(self.rng.randint(1, 6), self.rng.randint(1, 3))}
        return {**self.mode(), **self.one({"size": self.axes(1, 9)}, scale)}


FIELDS: dict[str, Callable[[Dice], dict[str, Any]]] = {
    "conv": lambda d: {"out": 4, "groups": d.one(1, 2), **d.window(4, 3, 3)},
    "conv_transpose": lambda d: {"out": 4, "groups": 2, "output_padding": d.one(0, 0, 1), **d.window(4, 3, 3)},
    "depthwise": lambda d: d.window(4, 2, 3),
    "pointwise": lambda d: {"out": 4, "stride": d.axes(1, 3)},
    "max_pool": lambda d: d.pool(dilation=d.axes(1, 2)),
    "avg_pool": lambda d: d.pool(),
    "unpool": lambda d: {"scale": d.axes(1, 3), "mode": d.one("nearest", "bed_of_nails")},
    "pixel_shuffle": lambda d: {"scale": d.axes(1, 2)},
    "space_to_depth": lambda d: {"scale": d.axes(1, 2)},
    "resize": lambda d: d.size(),
    "adaptive_avg_pool": lambda d: {"size": d.axes(1, 6)},
    "pad": lambda d: {"padding": d.sides(), "mode": d.one("zeros", "reflect", "replicate")},
    "crop": lambda d: {"margins": d.sides()},
    "linear": lambda d: {"out": 4},
    "group_norm": lambda d: {"groups": d.one(1, 2)},
    "channel_shuffle": lambda d: {"groups": d.one(1, 2)},
    "slice": lambda d: {"range": (0, d.one(2, 4))},
}


def random_graph(seed: object, rank: int, largest: int) -> Graph:
    """Up to ten layers of every kind, with branches, merges and now and then a second input."""
    rng = dice(seed)
    graph = Graph("random")
    sizes = tuple(rng.randint(3, largest) for _ in range(rank))
    graph.add_input("input", (4, *sizes), Nowhere())
    if rng.random() < 0.1:
        graph.add_input("other", (4, *sizes), Nowhere())
    wanted = rng.randint(2, 10)
    for _ in range(20 * wanted):
        if len(graph.nodes) >= wanted:
            break
        word = rng.choice(OFTEN) if rng.random() < 0.9 else rng.choice([*SAME_SIZE, *EVERYTHING])
        random_layer(graph, word, rng)
        if graph.nodes and max(graph.nodes[-1].shape[1:], default=0) > 2 * largest:
            graph.nodes.pop()
    graph.outputs = graph.nodes[-1:]
    return graph


def random_layer(graph: Graph, word: str, rng: Random) -> None:
    """Append a layer of some kind, or nothing where the dice make none that is right."""
    nodes = [node for node in (*graph.inputs, *graph.nodes) if len(node.shape) > 1]
    node = nodes[-1] if rng.random() < 0.75 else rng.choice(nodes)
    draw = Dice(len(node.shape) - 1, rng)
    if word in ("add", "mul", "concat"):
        agree = slice(1, None) if word == "concat" else slice(None)
        partners = [other for other in nodes if other.shape[agree] == node.shape[agree] and other is not node]
        if partners:
            grow(graph, word, node, *rng.sample(partners, min(len(partners), rng.randint(1, 2))))
    elif word == "max_unpool":
        pools = [other for other in nodes if other.op.word == "max_pool" and other.shape == node.shape]
        if pools:
            pool = rng.choice(pools)
            grow(graph, word, node, pool, bind=pool, pool=pool.name)
    elif word == "gate":
        squeeze: dict[str, Any] = draw.one({}, {"out": node.shape[0], "kernel": node.shape[1:]})
        squeezed = grow(graph, "conv" if squeeze else "global_avg_pool", node, **squeeze)
        if squeezed:
            grow(graph, "mul", node, squeezed)
    elif word in ("crop", "resize") and draw.one(True, False):
        like = rng.choice(nodes)
        more = draw.mode() if word == "resize" else draw.one({}, {"offset": draw.axes(0, 2)})
        grow(graph, word, node, like, like=like.name, **more)
    else:
        grow(graph, word, node, **FIELDS.get(word, lambda _: {})(draw))
