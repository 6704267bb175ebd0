"""The steps of a chain, checked for form: what can be said of a step before its variables have values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from .. import ops
from .expressions import QUOTE_COMMAS, cut_in_two, shortened
from .reading.located import Items, Scalar, Table
from .values import Failed, check_form, convert, fail, is_constant, is_nothing, kind_of, variable_name, without_halves

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..errors import Location
    from ..ops.core.fields import Decl
    from ..ops.core.operation import Op
    from .reading.located import Node, Report, Source

SIBLINGS: dict[str, str] = {
    "name": "the layer's name",
    "from": "the layer whose output it reads, instead of the step before it",
    "if": "a condition; the step runs only where it holds",
    "repeat": "how many times it runs, one after the other; `i` counts from 1",
}
LOOP_KEYS: dict[str, str] = {
    "for": "a variable, or a list of them",
    "in": "the rows of values they take, one after the other; `i` counts the rows from 1",
    "do": "the steps that run for each row",
    "if": SIBLINGS["if"],
}
SYNONYMS = {
    "out_channels": "out",
    "channels": "out",
    "filters": "out",
    "units": "out",
    "out_features": "out",
    "k": "kernel",
    "s": "stride",
    "p": "padding",
    "d": "dilation",
    "g": "groups",
}
"""What other tools call our fields."""


class Step:
    """One step as written: its operation or block, its value, its siblings."""

    __slots__ = ("condition", "head", "name", "origin", "repeat", "source", "value")

    def __init__(self, source: Source, head: Scalar, value: Node | None, siblings: dict[str, Node]) -> None:
        self.source = source
        self.head = head
        self.value = value
        self.name = siblings.get("name")
        self.origin = siblings.get("from")
        self.condition = siblings.get("if")
        self.repeat = siblings.get("repeat")

    @property
    def word(self) -> str:
        return self.head.text

    @property
    def line(self) -> int:
        return self.head.line + 1

    def locate(self, field: str) -> Location:
        """The place of a field's value, or of the step where that field is not written."""
        return self.source.locate(self.node(field))

    def node(self, field: str) -> Node:
        """What is written for a field, or the step's first word where nothing is."""
        found: Node | None = None
        if isinstance(self.value, Table):
            found = self.value.get(field)
        elif field and not is_nothing(self.value):
            found = self.value
        return found or self.head


class OpStep(Step):
    """An operation. `constant` has the fields whose value no variable changes, `variable` the others; `ready` is the
    operation itself where all are constant. `broken` fields were reported."""

    __slots__ = ("broken", "constant", "made", "op", "ready", "references", "variable")

    def __init__(
        self, source: Source, head: Scalar, value: Node | None, siblings: dict[str, Node], op: type[Op], report: Report
    ) -> None:
        super().__init__(source, head, value, siblings)
        self.op = op
        self.references = [name for name, decl in op.fields.items() if decl.refers]
        self.constant: dict[str, Any] = {}
        self.variable: list[tuple[str, Decl, Node]] = []
        self.broken = False
        self.made: dict[tuple[Any, ...], Op] = {}
        self.ready: Op | None = None
        self._read(report)
        if not (self.variable or self.broken):
            self.ready = self.build(self.constant, report)
            self.broken = self.ready is None

    def _read(self, report: Report) -> None:
        for name, decl, node in self._given(report):
            if is_constant(decl, node):
                try:
                    self.constant[name] = convert(name, decl, node, {}, report)
                except Failed:
                    self.broken = True
            else:
                check_form(node, report)
                self.variable.append((name, decl, node))

    def _given(self, report: Report) -> Iterator[tuple[str, Decl, Node]]:
        fields = self.op.fields
        given: set[str] = set()
        if isinstance(self.value, Table):
            for key, node in without_halves(self.value):
                decl = fields.get(key.text)
                if decl is None:
                    self.broken = True
                    report.error(key, "CC101", _unknown_field(self.op, key, report))
                else:
                    given.add(key.text)
                    yield key.text, decl, node
        elif not is_nothing(self.value):
            assert self.value is not None
            if self.op.main is None:
                self.broken = True
                report.error(self.value, "CC005", _wants_a_map(self.op, self.value))
                return
            given.add(self.op.main)
            yield self.op.main, fields[self.op.main], self.value
        missing = [name for name, decl in fields.items() if decl.required and name not in given]
        if missing:
            if not self.broken:
                report.error(self.head, "CC102", f"{self.op.word} needs {' and '.join(missing)}{_usage(self.op)}")
            self.broken = True

    def build(self, values: dict[str, Any], report: Report) -> Op | None:
        """The operation with these values, made once; None after reporting fields from which no shape follows."""
        key = tuple(values.values())
        if key in self.made:
            return self.made[key]
        op = self.op(**values)
        complaints = list(op.form())
        if not complaints:
            self.made[key] = op
        for complaint in complaints:
            report.error(self.node(complaint.field), complaint.code, complaint.message)
        # a number that does not divide leaves the shape as it is: the layers below can be judged too
        return op if all(complaint.code == "CC103" for complaint in complaints) else None


class Path:
    """One branch of a merge: a chain, or several copies of one."""

    __slots__ = ("chain", "key", "repeat")

    def __init__(self, key: Scalar, chain: list[Step], repeat: Node | None) -> None:
        self.key = key
        self.chain = chain
        self.repeat = repeat


class MergeStep(Step):
    """add, mul or concat: with one partner, with a list of them, or with paths."""

    __slots__ = ("op", "partners", "paths")

    def __init__(
        self, source: Source, head: Scalar, value: Node | None, siblings: dict[str, Node], op: type[Op], parser: Parser
    ) -> None:
        super().__init__(source, head, value, siblings)
        self.op = op
        self.partners: list[Node] = []
        self.paths: list[Path] = []
        report = parser.report
        if isinstance(value, Table):
            if not value.pairs:
                fail(report, value, "CC109", f"{op.word} must get at least two tensors, but gets none")
            paths = [parser.path(key, node) for key, node in value.pairs]
            self.paths = [path for path in paths if path]
            if len(self.paths) < len(paths):
                raise Failed
        elif isinstance(value, Items):
            self._take_list(value, report)
        elif is_nothing(value):
            example = f"{op.word}: skip, {op.word}: [a, b] or {op.word}: {{main: [...], shortcut: []}}"
            fail(report, head, "CC102", f"{op.word} needs a partner or paths: {example}")
        else:
            assert value is not None
            self.partners = [value]

    def _take_list(self, value: Items, report: Report) -> None:
        for item in value.items:
            if not isinstance(item, Scalar):
                message = f"the paths of {self.op.word} need names: {self.op.word}: {{main: [...], shortcut: []}}"
                fail(report, item, "CC010", message)
        if self.origin:
            self.refuse_origin(self.origin, report)
        if len(value.items) < 2:
            count = "one" if value.items else "none"
            fail(report, value, "CC109", f"{self.op.word} must get at least two tensors, but gets {count}")
        self.partners = list(value.items)

    def refuse_origin(self, origin: Node, report: Report) -> NoReturn:
        """Report a `from` beside a list."""
        message = f"from cannot stand beside a list: {self.op.word} reads exactly the tensors of its list"
        fail(report, origin, "CC010", message)


class BlockStep(Step):
    """The call of a block."""

    __slots__ = ()


class WordStep(Step):
    """`$act`: a step whose operation or block is the word that a variable holds."""

    __slots__ = ("siblings",)

    def __init__(self, source: Source, head: Scalar, value: Node | None, siblings: dict[str, Node]) -> None:
        super().__init__(source, head, value, siblings)
        self.siblings = siblings


class LoopStep(Step):
    """`for` with its rows."""

    __slots__ = ("chain", "rows", "single", "variables")

    def __init__(self, source: Source, head: Scalar, siblings: dict[str, Node]) -> None:
        super().__init__(source, head, None, siblings)
        self.variables: list[str] = []
        self.single = False
        self.rows: Node = head
        self.chain: list[Step] = []


class Block:
    """A reusable chain: its parameters with their defaults (None: required)."""

    __slots__ = ("chain", "key", "parameters")

    def __init__(self, key: Scalar, parameters: dict[str, Node | None], chain: list[Step]) -> None:
        self.key = key
        self.parameters = parameters
        self.chain = chain


class Parser:
    """Reads steps and blocks of one spec. `blocks` are all the blocks that the document and its variants define."""

    def __init__(self, report: Report, blocks: Collection[str]) -> None:
        self.report = report
        self.source = report.source
        self.blocks = blocks

    def chain(self, node: Node | None, what: str) -> list[Step]:
        """The steps of a list; those with mistakes are reported and left out."""
        if node is None or not isinstance(node, Items):
            if node is not None:
                self.report.error(node, "CC005", f"{what} must be a list of steps, but this is {kind_of(node)}")
            return []
        steps = []
        for item in node.items:
            try:
                steps.append(self.step(item))
            except Failed:
                name = item.get("name") if isinstance(item, Table) else None
                steps.append(Broken(self.source, _scalar(item), None, {"name": name} if name else {}))
        return steps

    def step(self, node: Node) -> Step:
        """One step.

        Raises Failed after reporting a mistake.
        """
        if isinstance(node, Scalar):
            if node.is_null:
                fail(self.report, node, "CC010", "a step must be an operation or a block, but this one is empty")
            return self.made(node, None, {})
        if isinstance(node, Items):
            fail(self.report, node, "CC010", _list_as_step(node))
        pairs = {key.text: key for key, _ in node.pairs}
        if "for" in pairs:
            return self._loop(node)
        heads = [(key, value) for key, value in node.pairs if key.text not in SIBLINGS]
        if len(heads) != 1:
            fail(self.report, heads[1][0] if heads else node, "CC010", self._heads(node, heads))
        siblings = {key.text: value for key, value in node.pairs if key.text in SIBLINGS}
        for key in ("if", "repeat"):
            if key in siblings:
                check_form(siblings[key], self.report)
        return self.made(heads[0][0], heads[0][1], siblings)

    def made(self, head: Scalar, value: Node | None, siblings: dict[str, Node], word: str = "") -> Step:
        """The step of an operation or block; `word` is given where a variable holds it."""
        word = word or head.text
        if "$" in word:
            return WordStep(self.source, head, value, siblings)
        if word in self.blocks:
            return BlockStep(self.source, head, value, siblings)
        op = ops.find(word)
        if op is None:
            fail(self.report, head, "CC201", self._unknown(word, value))
        if op.merges:
            return MergeStep(self.source, head, value, siblings, op, self)
        return OpStep(self.source, head, value, siblings, op, self.report)

    def path(self, key: Scalar, node: Node) -> Path | None:
        """A path of a merge: a list, or `{repeat: n, layers: [...]}`."""
        repeat: Node | None = None
        chain: Node | None = node
        if isinstance(node, Table):
            for inner, value in node.pairs:
                if inner.text not in ("repeat", "layers"):
                    self.report.error(inner, "CC003", f"a path has only repeat and layers, but not {inner.text}")
                elif inner.text == "repeat":
                    repeat = value
            chain = node.get("layers")
            if chain is None:
                self.report.error(node, "CC004", f"the path {key.text} needs layers: a list of steps")
                return None
        elif isinstance(node, Scalar) and node.is_null:
            self.report.error(key, "CC005", f"the path {key.text} must be a list of steps, but is empty; write []")
            return None
        return Path(key, self.chain(chain, f"the path {key.text}"), repeat)

    def block(self, key: Scalar, node: Node) -> Block:
        """A block's definition."""
        report = self.report
        if not (key.text[:1].isupper() and key.text.isidentifier() and key.text.isascii()):
            report.error(key, "CC205", f"a block's name must begin with a capital, but {shortened(key.text)} does not")
        if not isinstance(node, Table):
            fail(report, node, "CC005", f"the block {key.text} must be a map with layers, but this is {kind_of(node)}")
        parameters: dict[str, Node | None] = {}
        for inner, value in node.pairs:
            if inner.text == "params":
                parameters = self._parameters(value)
            elif inner.text != "layers":
                hint = report.suggest(inner.text, ("params", "layers"))
                report.error(inner, "CC003", f"a block has params and layers, but not {shortened(inner.text)}{hint}")
        layers = node.get("layers")
        if layers is None:
            fail(report, key, "CC004", f"the block {key.text} needs layers: a list of steps")
        return Block(key, parameters, self.chain(layers, "layers"))

    def _parameters(self, node: Node) -> dict[str, Node | None]:
        parameters: dict[str, Node | None] = {}
        if isinstance(node, Scalar) and node.is_null:
            return parameters
        if not isinstance(node, Table):
            self.report.error(node, "CC005", f"params must be a map of names to defaults, but this is {kind_of(node)}")
            return parameters
        for key, value in without_halves(node):
            try:
                name = variable_name(key, self.report, "a parameter")
            except Failed:
                continue
            check_form(value, self.report)
            parameters[name] = None if is_nothing(value) else value
        return parameters

    def _loop(self, node: Table) -> LoopStep:
        parts: dict[str, Node] = {}
        head = node.pairs[0][0]
        for key, value in node.pairs:
            if key.text == "for":
                head = key
            if key.text not in LOOP_KEYS:
                self.report.error(key, "CC010", f"a for step has for, in, do and if, but not {shortened(key.text)}")
            parts[key.text] = value
        for name in ("in", "do"):
            if name not in parts:
                fail(self.report, head, "CC004", f"a for step needs {name}: {LOOP_KEYS[name]}")
        step = LoopStep(self.source, head, {"if": parts["if"]} if "if" in parts else {})
        names = parts["for"]
        step.single = isinstance(names, Scalar)
        items = names.items if isinstance(names, Items) else [names]
        for item in items:
            name = variable_name(item, self.report, "a loop variable")
            if name in step.variables:
                fail(self.report, item, "CC209", f"a loop variable must be named once, but {name} is named twice")
            step.variables.append(name)
        step.rows = parts["in"]
        check_form(step.rows, self.report)
        step.chain = self.chain(parts["do"], "do")
        return step

    def _heads(self, node: Table, heads: list[tuple[Scalar, Node]]) -> str:
        if not heads:
            key = node.pairs[0][0].text if node.pairs else ""
            if not key:
                return "a step must be an operation or a block, but this one is empty"
            wanted = "a step must have an operation or a block"
            return f"{wanted}, but this one has only {key}; write {{conv: ..., {key}: ...}}"
        (first, value), (second, _) = heads[:2]
        op = ops.find(first.text)
        if op and second.text in op.fields:
            return f"{second.text} is a field of {first.text}; write it inside {first.text}: {{{second.text}: ...}}"
        if isinstance(value, Scalar) and cut_in_two(value.text):
            return QUOTE_COMMAS
        known = () if ops.find(second.text) or second.text in self.blocks else (*SIBLINGS, *(op.fields if op else ()))
        hint = self.report.suggest(second.text, known)
        return (
            f"a step must have one operation, but here are {shortened(first.text)} and {shortened(second.text)}{hint}"
        )

    def _unknown(self, word: str, value: Node | None) -> str:
        if ":{" in word or ":[" in word:
            start = word.replace(":{", ": {").replace(":[", ": [")
            return f"a colon must be followed by a space: {shortened(start)}"
        if word in SIBLINGS or word in LOOP_KEYS:
            return f"a step must have an operation or a block, but this one has only {word}"
        known = [*ops.names(), *self.blocks]
        hint = self.report.suggest(word, known)
        what = "block" if word[:1].isupper() else "operation"
        return f"there is no {what} {shortened(word)}{hint}"


class Broken(Step):
    """A step whose form is wrong: reported, and nothing follows from it; its name stands for a layer all the same."""

    __slots__ = ()


def _scalar(node: Node) -> Scalar:
    return node if isinstance(node, Scalar) else Scalar("", True, node.line, node.column)


def _list_as_step(node: Items) -> str:
    for item in node.items:
        if isinstance(item, Table) and item.pairs and all(key.text in SIBLINGS for key, _ in item.pairs):
            key = item.pairs[0][0].text
            return f"[conv: ..., {key}: ...] is two steps; write {{conv: ..., {key}: ...}}"
    return "a step must be a word or a map, but this is a list; are there two dashes?"


def _usage(op: type[Op]) -> str:
    required = [name for name, decl in op.fields.items() if decl.required]
    return f": {op.word}: {{{', '.join(f'{name}: ...' for name in required)}}}"


def _wants_a_map(op: type[Op], value: Node) -> str:
    if not op.fields:
        return f"{op.word} has no fields, but gets {kind_of(value)}"
    return f"{op.word} must get its fields as a map, but gets {kind_of(value)}{_usage(op)}"


def _unknown_field(op: type[Op], key: Scalar, report: Report) -> str:
    name, colon, value = key.text.partition(":")
    if colon and name in op.fields:
        hint = f"; a colon must be followed by a space: {shortened(f'{name}: {value}')}"
    elif SYNONYMS.get(key.text) in op.fields:
        hint = f"; did you mean {SYNONYMS[key.text]}?"
    elif key.text in SIBLINGS:
        hint = f"; write it beside {op.word}, not inside: {{{op.word}: ..., {key.text}: ...}}"
    else:
        hint = report.suggest(key.text, op.fields)
    return f"{op.word} has no field {shortened(key.text)}{hint}"
