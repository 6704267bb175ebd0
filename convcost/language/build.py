"""Plain steps to a graph: every layer gets its name, every reference finds its layer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..errors import Note, Problem, merge_repeats
from ..graph import Graph
from .expressions import shortened
from .names import Entry, Names
from .reading.located import Scalar
from .values import Failed, fail

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..graph import Node
    from ..ops.core.operation import Op
    from ..types import Dtype
    from .frame import Frame
    from .reading.located import Located, Report
    from .steps import Step

_NAME = r"[A-Za-z][A-Za-z0-9_/-]*"
_COUNTS = r"\$i(?!\w)|\$\([^)]*\bi\b"
RESERVED = ("in", "input")
MAX_NAME = 1_000
"""Characters of a layer's name, those of the blocks and paths around it included."""


class Builder:
    """Builds one graph."""

    def __init__(self, name: str, dtype: Dtype, report: Report) -> None:
        self.graph = Graph(name, dtype)
        self.report = report
        self.root = Names()
        self._missing: list[tuple[Names, str, Located]] = []

    def register(self, step: Step, frame: Frame) -> Entry:
        """The entry of a step, by its name, given or numbered.

        Raises Failed after reporting a name that cannot be.
        """
        names = frame.names
        if step.name is None:
            name = names.numbered(step.word)
            self._bound(name, step.head, names)
            entry = names.entries[name] = Entry(names.prefix + name, step.head)
            return entry
        if step.repeat is not None and not (isinstance(step.name, Scalar) and re.search(_COUNTS, step.name.text)):
            fail(self.report, step.name, "CC205", "the name of a repeated step must count: put $i in it")
        return self.enter(frame.word(step.name, "a name"), step.name, names)

    def enter(self, name: str, place: Located, names: Names) -> Entry:
        """Add a name to a scope.

        Raises Failed after reporting one that is malformed or taken.
        """
        self._bound(name, place, names)
        if not re.fullmatch(_NAME, name):
            rule = "a name must be letters, digits, _, - and /, beginning with a letter"
            fail(self.report, place, "CC205", f"{rule}, but this is `{shortened(name)}`")
        if name in RESERVED:
            fail(self.report, place, "CC205", f"a layer cannot be named {name}: the language uses that word")
        if name in names.entries:
            first = self.report.note_at(f"the first {name} is here", names.entries[name].place)
            fail(self.report, place, "CC204", f"the name {names.prefix}{name} is given twice", first)
        entry = names.entries[name] = Entry(names.prefix + name, place)
        return entry

    def _bound(self, name: str, place: Located, names: Names) -> None:
        """Raises Failed after reporting a name that is too long."""
        length = len(names.prefix) + len(name)
        if length > MAX_NAME:
            message = (
                f"a name must have at most {MAX_NAME:,} characters with those around it, but this one has {length:,}"
            )
            fail(self.report, place, "CC213", message)

    def look(self, reference: str, place: Located, names: Names) -> Node | None:
        """The layer a reference stands for; None where it stands for none (reported at the end, when all names are
        known) or an error hides it."""
        if reference == "in":
            for scope in names.outwards():
                if scope.block:
                    return scope.tensor
            message = "`in` is the tensor that enters a block, but this is no block; did you mean input?"
            fail(self.report, place, "CC202", message)
        if reference == "input":
            return self.graph.inputs[0] if self.graph.inputs else None
        entry = names.find(reference)
        if entry is None:
            self._missing.append((names, reference, place))
            return None
        if not entry.done:
            note = self.report.note_at(f"{reference} begins here", entry.place)
            fail(self.report, place, "CC203", f"{reference} is not finished here, but a layer must be to be read", note)
        return entry.node

    def add(self, name: str, op: Op, inputs: Sequence[Node], step: Step) -> Node | None:
        """Append a layer; None where no shape follows."""
        node, problems = self.graph.add(name, op, inputs, step)
        if problems:
            self.report.problems += problems
        return node

    def finish(self, last: Node | None, outputs: list[Scalar] | None) -> None:
        """Settle the outputs and judge the references that found nothing."""
        for scalar in outputs or ():
            try:
                node = self.look(scalar.text, scalar, self.root)
            except Failed:
                continue
            if node and node not in self.graph.outputs:
                self.graph.outputs.append(node)
        if outputs is None and last:
            self.graph.outputs.append(last)
        for names, reference, place in self._missing:
            self._report_missing(names, reference, place)

    def _report_missing(self, names: Names, reference: str, place: Located) -> None:
        later = names.find(reference)
        if later:
            note = self.report.note_at(f"{reference} is here", later.place)
            message = f"{shortened(reference)} is a later step, but a layer must come before it is read"
            self.report.error(place, "CC203", message, note)
            return
        known = [name for scope in names.outwards() for name in scope.entries]
        hint = self.report.suggest(reference, [*known, "input"])
        self.report.error(place, "CC202", f"there is no layer {shortened(reference)}{hint}")

    def note_doubts(self) -> None:
        """Note what is no mistake, but may not be meant; what one place causes in many layers is noted once."""
        self.graph.notes += merge_repeats([*self._unneeded(), *self._remarks()])

    def _remarks(self) -> Iterator[Problem]:
        """What operations remark on their inputs."""
        for node in self.graph.nodes:
            for code, field, message in node.op.remarks(*node.input_shapes):
                yield Problem(node.site.locate(field), code, message, "note", layer=node.name)

    def _unneeded(self) -> Iterator[Problem]:
        """The ends of branches that no output needs."""
        graph = self.graph
        wanted = {id(node) for node in graph.outputs}
        for node in graph.nodes:
            wanted.update(map(id, node.inputs))
        for node in graph.nodes:
            if id(node) not in wanted:
                message = f"no output needs {node.name}; it is counted like the others"
                notes = (Note("name it under outputs, or remove it"),)
                yield Problem(node.site.locate(""), "CC211", message, "note", notes, node.name)
