"""Node and Graph: who feeds whom, in what order, and the shape of every tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .errors import Complaint, Note, Problem
from .ops.core.operation import Op
from .types import Dtype, dims

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .errors import Location
    from .types import Shape

MAX_SIZE = 10**15
"""Of a tensor along an axis, as of a number in a spec: doubled again and again it would be too long to print."""


class Site(Protocol):
    """Where a layer was written; asked only when there is something to say."""

    @property
    def line(self) -> int: ...

    def locate(self, field: str) -> Location: ...


class Input(Op):
    """The network's input: no operation, but a tensor like every other."""

    flat = True


class Node:
    """A layer of the network, or one of its inputs: an operation, the nodes that feed it, the shape it makes."""

    __slots__ = ("inputs", "name", "op", "shape", "site", "title")

    def __init__(self, name: str, op: Op, inputs: tuple[Node, ...], shape: Shape, site: Site) -> None:
        self.name = name
        self.title = name
        """The name of the outermost block or path whose output this layer is, or its own."""
        self.op = op
        self.inputs = inputs
        self.shape = shape
        self.site = site

    def __repr__(self) -> str:
        return f"<{self.name}: {self.op.label()} {dims(self.shape)}>"

    @property
    def input_shapes(self) -> tuple[Shape, ...]:
        return tuple([node.shape for node in self.inputs])


class Graph:
    """A network: its inputs, its layers in the order of the spec, the layers whose tensors it returns."""

    def __init__(self, name: str, dtype: Dtype = Dtype()) -> None:
        self.name = name
        self.variant: str | None = None
        self.dtype = dtype
        self.inputs: list[Node] = []
        self.nodes: list[Node] = []
        self.outputs: list[Node] = []
        self.notes: list[Problem] = []
        self._made: dict[tuple[int, tuple[Shape, ...]], tuple[Op, Shape]] = {}
        """What an operation makes of these shapes; a step makes its operation once, and is often run again."""

    def add_input(self, name: str, shape: Shape, site: Site) -> Node:
        node = Node(name, Input(), (), shape, site)
        self.inputs.append(node)
        return node

    def add(self, name: str, op: Op, inputs: Sequence[Node], site: Site) -> tuple[Node | None, list[Problem]]:
        """Append a layer. Returns its node, or None where no shape follows, and what is wrong with it.

        A wrong field need not hide the shape: groups that do not divide leave it as it is, and the layers after it
        are judged too.
        """
        shapes = tuple([node.shape for node in inputs])
        key = (id(op), shapes)
        _, shape = self._made.get(key, (op, ()))
        problems: list[Problem] = []
        if not shape:
            shape, complaints = _judged(op, shapes)
            problems = [_problem(complaint, name, op, inputs, site) for complaint in complaints]
            if not shape or min(shape) < 1:
                return None, problems
            if not problems:
                self._made[key] = op, shape
        node = Node(name, op, tuple(inputs), shape, site)
        self.nodes.append(node)
        return node, problems


def _judged(op: Op, shapes: tuple[Shape, ...]) -> tuple[Shape, list[Complaint]]:
    """The shape an operation makes of others, if it does, and what is wrong with it."""
    complaints = list(op.complaints(*shapes))
    if complaints:
        return (), complaints
    complaints = list(op.check(*shapes))
    shape = op.shape(*shapes)
    if min(shape) < 1 and not complaints:
        complaints = [Complaint("CC105", "", f"the output {dims(shape)} would be empty")]
    if max(shape) > MAX_SIZE:
        message = f"a size must stay within 10^15, but the output would be {dims(shape)}"
        return (), [*complaints, Complaint("CC111", "", message)]
    return shape, complaints


def _problem(complaint: Complaint, name: str, op: Op, inputs: Sequence[Node], site: Site) -> Problem:
    code, field, message = complaint
    notes = [Note(f"in layer {name} ({op.word}), input {' and '.join(dims(node.shape) for node in inputs)}")]
    if len(inputs) > 1 and not field:
        notes += [Note(f"{node.name} gives {dims(node.shape)}", node.site.locate("")) for node in inputs]
    return Problem(site.locate(field), code, message, notes=tuple(notes), layer=name)
