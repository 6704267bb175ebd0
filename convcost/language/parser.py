"""What is written to steps and blocks, checked for form: what can be said before variables have values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from .. import ops
from .expressions import QUOTE_COMMAS, cut_in_two, shortened
from .operations import read_fields
from .reading.located import Items, Scalar, Table
from .steps import LOOP_KEYS, SIBLINGS, Block, BlockStep, Broken, LoopStep, MergeStep, OpStep, Path, WordStep
from .values import Failed, check_form, fail, is_nothing, kind_of, variable_name, without_halves

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..ops.core.operation import Op
    from .reading.located import Located, Report
    from .steps import Step


class Parser:
    """Reads steps and blocks of one spec. `blocks` are all the blocks that the document and its variants define."""

    def __init__(self, report: Report, blocks: Collection[str]) -> None:
        self.report = report
        self.source = report.source
        self.blocks = blocks

    def chain(self, node: Located | None, what: str) -> list[Step]:
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

    def step(self, node: Located) -> Step:
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

    def made(self, head: Scalar, value: Located | None, siblings: dict[str, Located]) -> Step:
        """The step of an operation or block.

        Raises Failed after reporting a word that is none, and for a merge with mistakes.
        """
        if "$" in head.text:
            return WordStep(self.source, head, value, siblings)
        if head.text in self.blocks:
            return BlockStep(self.source, head, value, siblings)
        op = ops.find(head.text)
        if op is None:
            fail(self.report, head, "CC201", self._unknown(head.text, value))
        if op.merges:
            merge = MergeStep(self.source, head, value, siblings, op)
            self._read_merge(merge)
            return merge
        step = OpStep(self.source, head, value, siblings, op)
        read_fields(step, self.report)
        return step

    def _read_merge(self, step: MergeStep) -> None:
        """The partners of a merge, or its paths."""
        value, word = step.value, step.op.word
        if isinstance(value, Table):
            if not value.pairs:
                fail(self.report, value, "CC109", f"{word} must get at least two tensors, but gets none")
            paths = [self.path(key, node) for key, node in value.pairs]
            step.paths = [path for path in paths if path]
            if len(step.paths) < len(paths):
                raise Failed
        elif isinstance(value, Items):
            self._check_partners(value, step)
            step.partners = value.items
        elif value is None or is_nothing(value):
            example = f"{word}: skip, {word}: [a, b] or {word}: {{main: [...], shortcut: []}}"
            fail(self.report, step.head, "CC102", f"{word} needs a partner or paths: {example}")
        else:
            step.partners = [value]

    def _check_partners(self, partners: Items, step: MergeStep) -> None:
        word = step.op.word
        for item in partners.items:
            if not isinstance(item, Scalar):
                message = f"the paths of {word} need names: {word}: {{main: [...], shortcut: []}}"
                fail(self.report, item, "CC010", message)
        if step.origin:
            refuse_origin(step.origin, step.op, self.report)
        if len(partners.items) < 2:
            count = "one" if partners.items else "none"
            fail(self.report, partners, "CC109", f"{word} must get at least two tensors, but gets {count}")

    def path(self, key: Scalar, node: Located) -> Path | None:
        """A path of a merge: a list, or `{repeat: n, layers: [...]}`."""
        repeat: Located | None = None
        chain: Located | None = node
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

    def block(self, key: Scalar, node: Located) -> Block:
        """A block's definition."""
        report = self.report
        if not (key.text[:1].isupper() and key.text.isidentifier() and key.text.isascii()):
            report.error(key, "CC205", f"a block's name must begin with a capital, but {shortened(key.text)} does not")
        if not isinstance(node, Table):
            fail(report, node, "CC005", f"the block {key.text} must be a map with layers, but this is {kind_of(node)}")
        parameters: dict[str, Located | None] = {}
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

    def _parameters(self, node: Located) -> dict[str, Located | None]:
        parameters: dict[str, Located | None] = {}
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
        parts: dict[str, Located] = {}
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

    def _heads(self, node: Table, heads: list[tuple[Scalar, Located]]) -> str:
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

    def _unknown(self, word: str, value: Located | None) -> str:
        if ":{" in word or ":[" in word:
            start = word.replace(":{", ": {").replace(":[", ": [")
            return f"a colon must be followed by a space: {shortened(start)}"
        if word in SIBLINGS or word in LOOP_KEYS:
            return f"a step must have an operation or a block, but this one has only {word}"
        known = [*ops.names(), *self.blocks]
        hint = self.report.suggest(word, known)
        what = "block" if word[:1].isupper() else "operation"
        return f"there is no {what} {shortened(word)}{hint}"


def _scalar(node: Located) -> Scalar:
    return node if isinstance(node, Scalar) else Scalar("", True, node.line, node.column)


def _list_as_step(node: Items) -> str:
    for item in node.items:
        if isinstance(item, Table) and item.pairs and all(key.text in SIBLINGS for key, _ in item.pairs):
            key = item.pairs[0][0].text
            return f"[conv: ..., {key}: ...] is two steps; write {{conv: ..., {key}: ...}}"
    return "a step must be a word or a map, but this is a list; are there two dashes?"


def refuse_origin(origin: Located, op: type[Op], report: Report) -> NoReturn:
    """Report a `from` beside a list."""
    fail(report, origin, "CC010", f"from cannot stand beside a list: {op.word} reads exactly the tensors of its list")
