"""Variables, blocks, loops and conditions to plain steps: walks a document, hands every step that runs to the builder.

The channels that enter a block (`cin`) may decide what runs, so shapes are computed on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import SpecError
from ..types import Dtype
from .build import Builder
from .expressions import UNKNOWN, Hidden, Word, shortened, shown
from .frame import Evaluator, Frame
from .operations import operation
from .parser import Parser, refuse_origin
from .reading.located import Items, Report, Scalar, Table
from .start import Inputs, variables
from .steps import Broken, LoopStep, MergeStep, OpStep, WordStep
from .values import Failed, fail, is_nothing, kind_of, without_halves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..graph import Graph, Node
    from ..ops.core.operation import Op
    from ..types import Shape
    from .document import Document, Overlay
    from .expressions import Value
    from .names import Entry
    from .reading.located import Located
    from .steps import Block, Path, Step

MAX_STEPS = 120_000
"""Steps that run, in one network; a loop that does nothing counts too."""
MAX_NESTING = 100
"""Blocks, paths and loops around a step, those of the blocks that call it included."""


def expand(
    document: Document, variant: str | None, given: Mapping[str, str], given_input: Shape | None = None
) -> Graph:
    """The network of a document, or of one of its variants.

    `given` has values for variables of the spec, as texts; `given_input` is the shape of its first input.

    Raises SpecError with everything that is wrong in the document and in this network, UsageError for an unknown
    variant or a variable's value.
    """
    overlay = document.effective(variant)
    report = Report(document.source)
    report.problems = list(document.report.problems)
    walk = _Walk(document, overlay, report, variables(overlay.vars, given, report))
    graph = walk.run(given_input)
    graph.variant = variant
    if report.problems:
        shared = len(document.report.problems)
        named = (variant,) if variant else ()
        own = [problem.replace(variants=named) for problem in (*report.problems[shared:], *graph.notes)]
        raise SpecError([*report.problems[:shared], *own])
    return graph


class _TooLong(Exception):
    """The network has more steps than convcost will walk."""


class _Walk:
    def __init__(self, document: Document, overlay: Overlay, report: Report, values: dict[str, Value]) -> None:
        self.document = document
        self.overlay = overlay
        self.report = report
        self.vars = values
        self.builder = Builder(document.name, overlay.dtype or Dtype(), report)
        self.parser = Parser(report, document.parser.blocks)
        self.active: list[str] = []
        self.depth = 0
        self.left = MAX_STEPS
        self.resolved: dict[tuple[int, str], Step | None] = {}

    def run(self, given_input: Shape | None) -> Graph:
        graph = self.builder.graph
        Inputs(self.builder, Evaluator(self.vars, self.report)).enter(self.overlay.input, given_input)
        first = graph.inputs[0] if graph.inputs else None
        try:
            last = self.chain(self.overlay.layers or [], Frame(self.vars, self.report, self.builder.root, first))
        except _TooLong:
            return graph
        if last is first and first and not graph.nodes and self.overlay.layers is not None and not self.report.problems:
            place = self.document.layers_at
            assert place is not None
            self.report.error(place, "CC212", "a network must have at least one layer, but none runs here")
        self.builder.finish(last, self.overlay.outputs)
        if not self.report.problems:
            self.builder.note_doubts()
        return graph

    # Steps. -----------------------------------------------------------------------------------------------

    def chain(self, steps: list[Step], frame: Frame) -> Node | None:
        """Run steps one after the other; the tensor after the last of them."""
        if steps and self.depth == MAX_NESTING:
            message = f"blocks, paths and loops must be nested at most {MAX_NESTING} deep, but this step is deeper"
            fail(self.report, steps[0].head, "CC213", message)
        self.depth += 1
        try:
            for step in steps:
                try:
                    for here in self._passes(step, frame):
                        frame.tensor = self._once(step, here)
                except (Failed, Hidden):
                    frame.tensor = None
            return frame.tensor
        finally:
            self.depth -= 1

    def _passes(self, step: Step, frame: Frame) -> Iterator[Frame]:
        """Where a step runs each time it does; the tensor that reaches it is that of the frame at that moment."""
        return self._rows(step, frame) if isinstance(step, LoopStep) else self._repeats(step.repeat, step.head, frame)

    def _repeats(self, repeat: Located | None, place: Scalar, frame: Frame) -> Iterator[Frame]:
        if repeat is None:
            self._count(place)
            yield frame
            return
        count = frame.whole(repeat, "repeat")
        self._require_room(count, place)
        for i in range(1, count + 1):
            self._count(place)
            yield frame.binding({"i": i})

    def _rows(self, step: LoopStep, frame: Frame) -> Iterator[Frame]:
        if step.condition is not None and not frame.holds(step.condition):
            return
        rows = frame.known(step.rows)
        if not isinstance(rows, list):
            fail(self.report, step.rows, "CC005", f"in must be a list of rows, but is {kind_of(step.rows)}")
        for i, row in enumerate(rows):
            self._count(step.head)
            values = [row] if step.single else row
            if values is UNKNOWN:
                raise Hidden
            if not isinstance(values, list) or len(values) != len(step.variables):
                place = step.rows.items[i] if isinstance(step.rows, Items) else step.rows
                has = f"has {len(values)}" if isinstance(values, list) else f"is {kind_of(place)}"
                wanted = f"{len(step.variables)} value{'s' * (len(step.variables) != 1)} ({', '.join(step.variables)})"
                fail(self.report, place, "CC005", f"a row must have {wanted}, but row {i + 1} {has}")
            yield frame.binding({**dict(zip(step.variables, values)), "i": i + 1})

    def _count(self, place: Scalar) -> None:
        self._require_room(1, place)
        self.left -= 1

    def _require_room(self, steps: int, place: Scalar) -> None:
        """Stop before so many steps if they are too many."""
        if steps > self.left:
            message = f"a network must run at most {MAX_STEPS:,} steps, but this one goes on here"
            self.report.error(place, "CC213", message)
            raise _TooLong

    def _once(self, step: Step, frame: Frame) -> Node | None:
        """Run a step where it stands; the tensor behind it, None where an error hides it."""
        if isinstance(step, LoopStep):
            return self.chain(step.chain, frame)
        if step.condition is not None and not frame.holds(step.condition):
            return frame.tensor
        if isinstance(step, WordStep):
            step = self._resolve(step, frame)
        if isinstance(step, Broken) and step.name is None:
            return None
        entry = self.builder.register(step, frame)
        around, self.report.layer = self.report.layer, entry.name
        try:
            if step.origin is not None:
                frame.tensor = self._reference(step.origin, frame, "from")
            return entry.finish(self._made(step, frame, entry))
        finally:
            entry.done = True
            self.report.layer = around

    def _made(self, step: Step, frame: Frame, entry: Entry) -> Node | None:
        """What comes out of a step that has its name."""
        if isinstance(step, OpStep):
            return self._operation(step, frame, entry)
        if isinstance(step, MergeStep):
            return self._merge(step, frame, entry)
        return None if isinstance(step, Broken) else self._block(step, frame, entry)

    def _resolve(self, step: WordStep, frame: Frame) -> Step:
        word = frame.word(step.head, "a step")
        key = (id(step), word)
        if key not in self.resolved:
            self.resolved[key] = None
            head = Scalar(word, True, step.head.line, step.head.column)
            self.resolved[key] = self.parser.made(head, step.value, step.siblings)
        found = self.resolved[key]
        if found is None:
            raise Failed
        return found

    def _reference(self, node: Located, frame: Frame, what: str) -> Node | None:
        return self.builder.look(frame.word(node, what), node, frame.names)

    # Operations. ------------------------------------------------------------------------------------------

    def _operation(self, step: OpStep, frame: Frame, entry: Entry) -> Node | None:
        op = step.ready or self._bound(step, frame)
        inputs = [frame.tensor]
        for name in step.references:
            reference = getattr(op, name) if op else None
            if reference is not None:
                inputs.append(self.builder.look(reference, step.node(name), frame.names))
        known = [node for node in inputs if node]
        if op is None or len(known) < len(inputs):
            return None
        if len(known) > 1:
            op = op.bind(*((node.op, node.input_shapes) for node in known[1:]))
        parts = op.parts()
        if not parts:
            return self.builder.add(entry.name, op, known, step)
        inner = entry.open(frame.names)
        node: Node | None = known[0]
        for name, part in parts:
            node = self.builder.add(f"{entry.name}.{name}", part, [node], step) if node else None
            self.builder.enter(name, step.head, inner).finish(node)
        if node:
            node.title = entry.name
        return node

    def _bound(self, step: OpStep, frame: Frame) -> Op | None:
        """The operation with the values its fields have here."""
        values: dict[str, Any] = dict(step.constant)
        complete = not step.broken
        for name, decl, node in step.variable:
            try:
                values[name] = frame.field(name, decl, node)
            except (Failed, Hidden):
                complete = False
        return operation(step, values, self.report) if complete else None

    def _merge(self, step: MergeStep, frame: Frame, entry: Entry) -> Node | None:
        inner = frame.inside(entry.open(frame.names))
        if step.paths:
            inputs = [node for path in step.paths for node in self._path(path, inner)]
        else:
            inputs = self._partners(step, frame)
        if not inputs:
            fail(self.report, step.head, "CC109", f"{step.word} must get at least two tensors, but gets none")
        if not all(inputs):
            return None
        return self.builder.add(entry.name, step.op(), [node for node in inputs if node], step)

    def _path(self, path: Path, frame: Frame) -> list[Node | None]:
        """The tensor at the end of every copy of a path."""
        word = frame.word(path.key, "a path's name")
        results = []
        for i, here in enumerate(self._repeats(path.repeat, path.key, frame), 1):
            entry = self.builder.enter(word if path.repeat is None else f"{word}_{i}", path.key, frame.names)
            inner = here.inside(entry.open(frame.names))
            results.append(entry.finish(entry.titled(self.chain(path.chain, inner), frame.tensor)))
        return results

    def _partners(self, step: MergeStep, frame: Frame) -> list[Node | None]:
        found: list[Node | None] = []
        listed = len(step.partners) > 1
        for node in step.partners:
            value = frame.value(node) if isinstance(node, Scalar) and "$" in node.text else None
            if isinstance(value, list):
                listed = True
                if step.origin:
                    refuse_origin(step.origin, step.op, self.report)
                for word in value:
                    if not isinstance(word, Word):
                        message = f"{step.word} must get layers' names, but {shown(word)} is none"
                        fail(self.report, node, "CC210", message)
                    found.append(self.builder.look(word.text, node, frame.names))
            else:
                found.append(self._reference(node, frame, f"a partner of {step.word}"))
        return found if listed else [frame.tensor, *found]

    # Blocks. ----------------------------------------------------------------------------------------------

    def _block(self, step: Step, frame: Frame, entry: Entry) -> Node | None:
        word = step.word
        names = entry.open(frame.names, word, frame.tensor)
        block = self.overlay.blocks.get(word)
        if block is None:
            if word not in self.document.base.blocks and not any(
                word in v.blocks for v in self.document.variants.values()
            ):
                raise Failed  # its definition was reported
            fail(self.report, step.head, "CC201", f"there is no block {word} in this variant")
        if word in self.active:
            chain = " -> ".join([*self.active[self.active.index(word) :], word])
            fail(self.report, step.head, "CC207", f"a block must not reach itself, but {chain}")
        inner = frame.inside(names, self._arguments(step, block, frame))
        self.active.append(word)
        try:
            return entry.titled(self.chain(block.chain, inner), frame.tensor)
        finally:
            self.active.pop()

    def _arguments(self, step: Step, block: Block, frame: Frame) -> dict[str, Value]:
        """The variables a block sees: `vars`, `cin`, its parameters."""
        given = self._given(step, block)
        inner: dict[str, Value] = {**self.vars, "cin": frame.tensor.shape[0] if frame.tensor else UNKNOWN}
        defaults = Evaluator(inner, self.report)
        missing = []
        for name, default in block.parameters.items():
            try:
                if name in given:
                    inner[name] = frame.value(given[name])
                elif default is not None:
                    inner[name] = defaults.value(default)
                else:
                    missing.append(name)
                    inner[name] = UNKNOWN
            except (Failed, Hidden):
                inner[name] = UNKNOWN
        if missing:
            note = self.report.note_at(f"{step.word} is defined here", block.key)
            self.report.error(step.head, "CC208", f"{step.word} needs {' and '.join(missing)}", note)
        return inner

    def _given(self, step: Step, block: Block) -> dict[str, Located]:
        value = step.value
        if isinstance(value, Table):
            given = {}
            for key, node in without_halves(value):
                if key.text in block.parameters:
                    given[key.text] = node
                    continue
                hint = self.report.suggest(key.text, block.parameters)
                note = self.report.note_at(f"{step.word} is defined here", block.key)
                message = f"{step.word} has no parameter {shortened(key.text)}{hint}"
                self.report.error(key, "CC208", message, note)
            return given
        if value is None or is_nothing(value):
            return {}
        if not block.parameters:
            fail(self.report, value, "CC208", f"{step.word} has no parameters, but gets {kind_of(value)}")
        return {next(iter(block.parameters)): value}
