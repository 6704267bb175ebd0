"""Variables, blocks, loops and conditions to plain steps: walks a document, hands every step that runs to the builder.

The channels that enter a block (`cin`) may decide what runs, so shapes are computed on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import Note, Problem, SpecError, UsageError
from ..types import Dtype, dims
from .build import Builder, Entry, Names
from .expressions import UNKNOWN, Hidden, Word, shortened, shown
from .operations import operation
from .parser import Parser, refuse_origin
from .reading.located import Items, Report, Scalar, Source, Table
from .reading.yaml import read
from .steps import Broken, LoopStep, MergeStep, OpStep, WordStep
from .values import (
    Failed,
    condition,
    convert,
    evaluate,
    fail,
    is_nothing,
    kind_of,
    places,
    text_of,
    whole,
    whole_value,
    without_halves,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..graph import Graph
    from ..graph import Node as Layer
    from ..ops.core.operation import Op
    from ..types import Shape
    from .document import Document, Overlay
    from .expressions import Scope, Value
    from .reading.located import Node
    from .steps import Block, Path, Step

MAX_STEPS = 120_000
"""Steps that run, in one network; a loop that does nothing counts too."""


def expand(
    document: Document, variant: str | None, variables: Mapping[str, str], given_input: Shape | None = None
) -> Graph:
    """The network of a document, or of one of its variants.

    `variables` replace those of the spec, as texts; `given_input` the shape of its first input.

    Raises SpecError with everything that is wrong in the document and in this network, UsageError for an unknown
    variant or a variable's value.
    """
    overlay = document.effective(variant)
    report = Report(document.source)
    report.problems = list(document.report.problems)
    walk = _Walk(document, overlay, report)
    graph = walk.run(variables, given_input)
    graph.variant = variant
    if report.problems:
        shared = len(document.report.problems)
        named = (variant,) if variant else ()
        own = [problem.replace(variants=named) for problem in (*report.problems[shared:], *graph.notes)]
        raise SpecError([*report.problems[:shared], *own])
    return graph


MAX_NESTING = 100
"""Blocks, paths and loops around a step, those of the blocks that call it included."""


class _TooLong(Exception):
    """The network has more steps than convcost will walk."""


class _Walk:
    def __init__(self, document: Document, overlay: Overlay, report: Report) -> None:
        self.document = document
        self.overlay = overlay
        self.report = report
        self.builder = Builder(document.name, overlay.dtype or Dtype(), report)
        self.parser = Parser(report, document.parser.blocks)
        self.vars: dict[str, Value] = {}
        self.active: list[str] = []
        self.depth = 0
        self.left = MAX_STEPS
        self.resolved: dict[tuple[int, str], Step | None] = {}

    def run(self, variables: Mapping[str, str], given_input: Shape | None) -> Graph:
        self._evaluate_vars(variables)
        self._inputs(given_input)
        first = self.builder.graph.inputs[0] if self.builder.graph.inputs else None
        last: Layer | None = None
        try:
            last = self.chain(self.overlay.layers or [], first, self.vars, self.builder.root)
        except _TooLong:
            return self.builder.graph
        graph = self.builder.graph
        if last is first and first and not graph.nodes and self.overlay.layers is not None and not self.report.problems:
            place = self.document.layers_at
            assert place is not None
            self.report.error(place, "CC212", "a network must have at least one layer, but none runs here")
        self.builder.finish(last, self.overlay.outputs)
        if not self.report.problems:
            self.builder.note_doubts()
        return graph

    def _evaluate_vars(self, variables: Mapping[str, str]) -> None:
        for name, node in self.overlay.vars.items():
            if name in variables:
                self.vars[name] = self._replaced(name, variables[name])
                continue
            try:
                self.vars[name] = evaluate(node, self.vars, self.report)
            except (Failed, Hidden):
                self.vars[name] = UNKNOWN

    def _replaced(self, name: str, text: str) -> Value:
        """The value of `-D name=text`: any value a spec could have there."""
        report = Report(Source(f"-D {name}", text))
        try:
            node = read(report.source, report)
            value = evaluate(node, self.vars, report) if node else None
        except Hidden:
            return UNKNOWN
        except (Failed, SpecError):
            value = None
        if value is None:
            message = report.problems[0].message if report.problems else "it has no value"
            raise UsageError(f"-D {name}={shortened(text)}: {message}")
        return _placeless(value, node)

    def _inputs(self, given: Shape | None) -> None:
        node = self.overlay.input
        if node is None:
            if given:
                site = _InputSite(Scalar("input", True, 0, 0), self.report)
                self.builder.graph.add_input("input", given, site)
            return
        pairs = node.pairs if isinstance(node, Table) else [(Scalar("input", True, node.line, node.column), node)]
        layers = [self._input(key, value, None if i else given) for i, (key, value) in enumerate(pairs)]
        if layers and not layers[0]:
            self.builder.graph.inputs.clear()  # the second is not the first

    def _input(self, key: Scalar, node: Node, given: Shape | None) -> Layer | None:
        """An input of the graph; None where its shape is wrong."""
        layer: Layer | None = None
        try:
            shape = self._shape(node)
            if given:
                self._compare(given, shape, key)
            layer = self.builder.graph.add_input(key.text, given or shape, _InputSite(key, self.report))
        except (Failed, Hidden):
            pass
        try:
            if key.text != "input":
                self.builder.enter(key.text, key, self.builder.root).finish(layer)
        except Failed:
            pass
        return layer

    def _compare(self, given: Shape, written: Shape, key: Scalar) -> None:
        """Refuse a given input with other axes than the written one; warn where its channels may come last."""
        if len(given) != len(written):
            if len(given) == len(written) + 1 and (given[0] == 1 or given[1] == written[0]):
                batch = f"{dims(given)} begins with a batch of {given[0]}; did you mean {dims(given[1:])}?"
                raise UsageError(f"--input must be one sample, but {batch}")
            rule = f"as many axes as the input of {self.document.source.path}, {dims(written)}"
            raise UsageError(f"--input must have {rule}, but is {dims(given)}")
        channels, last = given[0], given[-1]
        if len(given) == 3 and last == written[0] != channels and last < min(given[:-1]):
            message = f"--input {dims(given)} has {channels} channels, but the input of the spec has {last}"
            notes = (Note(f"channels come first; did you mean {dims((last, *given[:-1]))}?"),)
            place = self.report.source.locate(key)
            self.builder.graph.notes.append(Problem(place, "CC215", message, "warning", notes))

    def _shape(self, node: Node) -> Shape:
        value = evaluate(node, self.vars, self.report)
        if value is UNKNOWN:
            raise Hidden
        if not isinstance(value, list) or not 1 <= len(value) <= 4:
            what = f"{kind_of(node)}" if not isinstance(value, list) else f"a list of {len(value)}"
            message = f"input must be [C], [C, L], [C, H, W] or [C, D, H, W], but is {what}"
            fail(self.report, node, "CC005", message)
        pairs = zip(value, places(node, value))
        return tuple([whole_value(v, at, self.vars, self.report, "a size of input", 1) for v, at in pairs])

    # Steps. -----------------------------------------------------------------------------------------------

    def chain(self, steps: list[Step], tensor: Layer | None, scope: Scope, names: Names) -> Layer | None:
        """Run steps one after the other; the tensor after the last of them."""
        if steps and self.depth == MAX_NESTING:
            message = f"blocks, paths and loops must be nested at most {MAX_NESTING} deep, but this step is deeper"
            fail(self.report, steps[0].head, "CC213", message)
        self.depth += 1
        try:
            for step in steps:
                tensor = self.step(step, tensor, scope, names)
            return tensor
        finally:
            self.depth -= 1

    def step(self, step: Step, tensor: Layer | None, scope: Scope, names: Names) -> Layer | None:
        """Run a step as often as it repeats; None where an error hides its output."""
        try:
            if isinstance(step, LoopStep):
                return self._loop(step, tensor, scope, names)
            if step.repeat is None:
                return self._once(step, tensor, scope, names)
            count = whole(step.repeat, scope, self.report, "repeat")
            self._require_room(count, step.head)
            for i in range(1, count + 1):
                tensor = self._once(step, tensor, {**scope, "i": i}, names)
            return tensor
        except (Failed, Hidden):
            return None

    def _once(self, step: Step, tensor: Layer | None, scope: Scope, names: Names) -> Layer | None:
        self._count(step.head)
        if step.condition is not None and not condition(step.condition, scope, self.report):
            return tensor
        if isinstance(step, WordStep):
            step = self._resolve(step, scope)
        if isinstance(step, Broken) and step.name is None:
            return None
        full, entry = self.builder.register(step, step.word, scope, names)
        around, self.report.layer = self.report.layer, full
        try:
            if step.origin is not None:
                tensor = self._reference(step.origin, scope, names, "from")
            if isinstance(step, Broken):
                return None
            if isinstance(step, OpStep):
                node = self._operation(step, full, tensor, scope, names, entry)
            elif isinstance(step, MergeStep):
                entry.inner = Names(names, f"{full}.")
                node = self._merge(step, full, tensor, scope, names, entry.inner)
            else:
                entry.inner = Names(names, f"{full}.", step.word, tensor)
                node = self._block(step, tensor, scope, entry.inner)
                if node and node is not tensor:
                    node.title = full
            return entry.finish(node)
        finally:
            entry.done = True
            self.report.layer = around

    def _count(self, place: Scalar) -> None:
        self._require_room(1, place)
        self.left -= 1

    def _require_room(self, steps: int, place: Scalar) -> None:
        """Stop before so many steps if they are too many."""
        if steps > self.left:
            message = f"a network must run at most {MAX_STEPS:,} steps, but this one goes on here"
            self.report.error(place, "CC213", message)
            raise _TooLong

    def _loop(self, step: LoopStep, tensor: Layer | None, scope: Scope, names: Names) -> Layer | None:
        if step.condition is not None and not condition(step.condition, scope, self.report):
            return tensor
        rows = evaluate(step.rows, scope, self.report)
        if rows is UNKNOWN:
            raise Hidden
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
            inner = {**scope, **dict(zip(step.variables, values)), "i": i + 1}
            tensor = self.chain(step.chain, tensor, inner, names)
        return tensor

    def _resolve(self, step: WordStep, scope: Scope) -> Step:
        word = text_of(step.head, scope, self.report, "a step")
        key = (id(step), word)
        if key not in self.resolved:
            self.resolved[key] = None
            head = Scalar(word, True, step.head.line, step.head.column)
            self.resolved[key] = self.parser.made(head, step.value, step.siblings)
        found = self.resolved[key]
        if found is None:
            raise Failed
        return found

    def _reference(self, node: Node, scope: Scope, names: Names, what: str) -> Layer | None:
        return self.builder.look(text_of(node, scope, self.report, what), node, names)

    # Operations. ------------------------------------------------------------------------------------------

    def _operation(
        self, step: OpStep, full: str, tensor: Layer | None, scope: Scope, names: Names, entry: Entry
    ) -> Layer | None:
        op = step.ready or self._bound(step, scope)
        inputs = [tensor]
        for name in step.references:
            reference = getattr(op, name) if op else None
            if reference is not None:
                inputs.append(self.builder.look(reference, step.node(name), names))
        known = [node for node in inputs if node]
        if op is None or len(known) < len(inputs):
            return None
        if len(known) > 1:
            op = op.bind(*((node.op, node.input_shapes) for node in known[1:]))
        parts = op.parts()
        if not parts:
            return self.builder.add(full, op, known, step)
        entry.inner = Names(names, f"{full}.")
        node: Layer | None = known[0]
        for name, part in parts:
            node = self.builder.add(f"{full}.{name}", part, [node], step) if node else None
            self.builder.enter(name, step.head, entry.inner).finish(node)
        if node:
            node.title = full
        return node

    def _bound(self, step: OpStep, scope: Scope) -> Op | None:
        """The operation with the values its fields have here."""
        values: dict[str, Any] = dict(step.constant)
        complete = not step.broken
        for name, decl, node in step.variable:
            try:
                values[name] = convert(name, decl, node, scope, self.report)
            except (Failed, Hidden):
                complete = False
        return operation(step, values, self.report) if complete else None

    def _merge(
        self, step: MergeStep, full: str, tensor: Layer | None, scope: Scope, names: Names, inner: Names
    ) -> Layer | None:
        if step.paths:
            inputs = [node for path in step.paths for node in self._path(path, tensor, scope, inner)]
        else:
            inputs = self._partners(step, tensor, scope, names)
        if not inputs:
            fail(self.report, step.head, "CC109", f"{step.word} must get at least two tensors, but gets none")
        if not all(inputs):
            return None
        return self.builder.add(full, step.op(), [node for node in inputs if node], step)

    def _path(self, path: Path, tensor: Layer | None, scope: Scope, names: Names) -> list[Layer | None]:
        word = text_of(path.key, scope, self.report, "a path's name")
        copies: Iterable[tuple[str, Scope]] = [(word, scope)]
        if path.repeat is not None:
            count = whole(path.repeat, scope, self.report, "repeat")
            self._require_room(count, path.key)
            copies = ((f"{word}_{i}", {**scope, "i": i}) for i in range(1, count + 1))
        results = []
        for name, inner_scope in copies:
            self._count(path.key)
            entry = self.builder.enter(name, path.key, names)
            entry.inner = Names(names, f"{names.prefix}{name}.")
            node = self.chain(path.chain, tensor, inner_scope, entry.inner)
            if node and node is not tensor:
                node.title = names.prefix + name
            results.append(entry.finish(node))
        return results

    def _partners(self, step: MergeStep, tensor: Layer | None, scope: Scope, names: Names) -> list[Layer | None]:
        found: list[Layer | None] = []
        listed = len(step.partners) > 1
        for node in step.partners:
            value = evaluate(node, scope, self.report) if isinstance(node, Scalar) and "$" in node.text else None
            if isinstance(value, list):
                listed = True
                if step.origin:
                    refuse_origin(step.origin, step.op, self.report)
                for word in value:
                    if not isinstance(word, Word):
                        message = f"{step.word} must get layers' names, but {shown(word)} is none"
                        fail(self.report, node, "CC210", message)
                    found.append(self.builder.look(word.text, node, names))
            else:
                found.append(self._reference(node, scope, names, f"a partner of {step.word}"))
        return found if listed else [tensor, *found]

    # Blocks. ----------------------------------------------------------------------------------------------

    def _block(self, step: Step, tensor: Layer | None, scope: Scope, names: Names) -> Layer | None:
        word = step.word
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
        inner = self._arguments(step, block, tensor, scope)
        self.active.append(word)
        try:
            return self.chain(block.chain, tensor, inner, names)
        finally:
            self.active.pop()

    def _arguments(self, step: Step, block: Block, tensor: Layer | None, scope: Scope) -> dict[str, Value]:
        """The variables a block sees: `vars`, `cin`, its parameters."""
        given = self._given(step, block)
        inner: dict[str, Value] = {**self.vars, "cin": tensor.shape[0] if tensor else UNKNOWN}
        missing = []
        for name, default in block.parameters.items():
            try:
                if name in given:
                    inner[name] = evaluate(given[name], scope, self.report)
                elif default is not None:
                    inner[name] = evaluate(default, inner, self.report)
                else:
                    missing.append(name)
                    inner[name] = UNKNOWN
            except (Failed, Hidden):
                inner[name] = UNKNOWN
        if missing:
            note = self.report.note_at(f"{step.word} is defined here", block.key)
            self.report.error(step.head, "CC208", f"{step.word} needs {' and '.join(missing)}", note)
        return inner

    def _given(self, step: Step, block: Block) -> dict[str, Node]:
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


def _placeless(value: Value, node: Node | None) -> Value:
    """A value whose words, where the command line wrote them, have no place in the spec."""
    if isinstance(node, Items) and isinstance(value, list):
        return [_placeless(item, place) for item, place in zip(value, node.items)]
    return Word(value.text) if isinstance(value, Word) and value.origin is node else value


class _InputSite:
    """Where an input is written."""

    __slots__ = ("key", "report")

    def __init__(self, key: Scalar, report: Report) -> None:
        self.key = key
        self.report = report

    @property
    def line(self) -> int:
        return self.key.line + 1

    def locate(self, field: str) -> Any:
        return self.report.source.locate(self.key)
