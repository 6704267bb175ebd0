"""Where steps run: the variables they see, the names around them, the tensor that reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .expressions import UNKNOWN, Hidden
from .values import condition, convert, evaluate, text_of, whole, whole_value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..graph import Node
    from ..ops.core.fields import Decl
    from .expressions import Scope, Value
    from .names import Names
    from .reading.located import Located, Report


class Evaluator:
    """Reads what is written, with the variables that are seen from there. Every method raises Failed after reporting
    what is wrong, and Hidden where an earlier error hides a variable."""

    __slots__ = ("report", "variables")

    def __init__(self, variables: Scope, report: Report) -> None:
        self.variables = variables
        self.report = report

    def value(self, node: Located) -> Value:
        return evaluate(node, self.variables, self.report)

    def known(self, node: Located) -> Value:
        """A value that no earlier error hides."""
        value = self.value(node)
        if value is UNKNOWN:
            raise Hidden
        return value

    def word(self, node: Located, what: str) -> str:
        return text_of(node, self.variables, self.report, what)

    def whole(self, node: Located, what: str) -> int:
        return whole(node, self.variables, self.report, what)

    def size(self, value: Value, node: Located, what: str) -> int:
        """A whole number of at least 1, evaluated already."""
        return whole_value(value, node, self.variables, self.report, what, 1)

    def holds(self, node: Located) -> bool:
        return condition(node, self.variables, self.report)

    def field(self, name: str, decl: Decl, node: Located) -> Any:
        return convert(name, decl, node, self.variables, self.report)


class Frame(Evaluator):
    """A chain that runs. `tensor` is what the next of its steps reads: None where an error hides it."""

    __slots__ = ("names", "tensor")

    def __init__(self, variables: Scope, report: Report, names: Names, tensor: Node | None) -> None:
        super().__init__(variables, report)
        self.names = names
        self.tensor = tensor

    def binding(self, variables: Mapping[str, Value]) -> Frame:
        """One more pass through the same steps, which sees these variables too."""
        return Frame({**self.variables, **variables}, self.report, self.names, self.tensor)

    def inside(self, names: Names, variables: Scope | None = None) -> Frame:
        """A chain that the same tensor enters, with names of its own; a block sees other variables as well."""
        return Frame(self.variables if variables is None else variables, self.report, names, self.tensor)
