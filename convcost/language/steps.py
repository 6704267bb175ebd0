"""The steps of a chain as plain records: what is written, before its variables have values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .reading.located import Table
from .values import is_nothing

if TYPE_CHECKING:
    from ..errors import Location
    from ..ops.core.fields import Decl
    from ..ops.core.operation import Op
    from .reading.located import Located, Scalar, Source

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


class Step:
    """One step as written: its operation or block, its value, its siblings. The site of the layers it makes."""

    __slots__ = ("condition", "head", "name", "origin", "repeat", "source", "value")

    def __init__(self, source: Source, head: Scalar, value: Located | None, siblings: dict[str, Located]) -> None:
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

    def node(self, field: str) -> Located:
        """What is written for a field, or the step's first word where nothing is."""
        found: Located | None = None
        if isinstance(self.value, Table):
            found = self.value.get(field)
        elif field and not is_nothing(self.value):
            found = self.value
        return found or self.head


class OpStep(Step):
    """An operation. `constant` has the fields whose value no variable changes, `variable` the others; `ready` is the
    operation itself where all are constant, `made` has it by its values. `broken` fields were reported."""

    __slots__ = ("broken", "constant", "made", "op", "ready", "references", "variable")

    def __init__(
        self, source: Source, head: Scalar, value: Located | None, siblings: dict[str, Located], op: type[Op]
    ) -> None:
        super().__init__(source, head, value, siblings)
        self.op = op
        self.references = [name for name, decl in op.fields.items() if decl.refers]
        self.constant: dict[str, Any] = {}
        self.variable: list[tuple[str, Decl, Located]] = []
        self.broken = False
        self.made: dict[tuple[Any, ...], Op] = {}
        self.ready: Op | None = None


class Path:
    """One branch of a merge: a chain, or several copies of one."""

    __slots__ = ("chain", "key", "repeat")

    def __init__(self, key: Scalar, chain: list[Step], repeat: Located | None) -> None:
        self.key = key
        self.chain = chain
        self.repeat = repeat


class MergeStep(Step):
    """add, mul or concat: with one partner, with a list of them, or with paths."""

    __slots__ = ("op", "partners", "paths")

    def __init__(
        self, source: Source, head: Scalar, value: Located | None, siblings: dict[str, Located], op: type[Op]
    ) -> None:
        super().__init__(source, head, value, siblings)
        self.op = op
        self.partners: list[Located] = []
        self.paths: list[Path] = []


class BlockStep(Step):
    """The call of a block."""

    __slots__ = ()


class WordStep(Step):
    """`$act`: a step whose operation or block is the word that a variable holds."""

    __slots__ = ("siblings",)

    def __init__(self, source: Source, head: Scalar, value: Located | None, siblings: dict[str, Located]) -> None:
        super().__init__(source, head, value, siblings)
        self.siblings = siblings


class LoopStep(Step):
    """`for` with its rows."""

    __slots__ = ("chain", "rows", "single", "variables")

    def __init__(self, source: Source, head: Scalar, siblings: dict[str, Located]) -> None:
        super().__init__(source, head, None, siblings)
        self.variables: list[str] = []
        self.single = False
        self.rows: Located = head
        self.chain: list[Step] = []


class Broken(Step):
    """A step whose form is wrong: reported, and nothing follows from it; its name stands for a layer all the same."""

    __slots__ = ()


class Block:
    """A reusable chain: its parameters with their defaults (None: required)."""

    __slots__ = ("chain", "key", "parameters")

    def __init__(self, key: Scalar, parameters: dict[str, Located | None], chain: list[Step]) -> None:
        self.key = key
        self.parameters = parameters
        self.chain = chain
