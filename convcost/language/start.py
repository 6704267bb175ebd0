"""What a network starts from: the values of its variables and its inputs, the spec's or those given in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Note, Problem, SpecError, UsageError
from ..types import dims
from .expressions import UNKNOWN, Hidden, Word, shortened
from .frame import Evaluator
from .reading.located import Items, Report, Scalar, Source, Table
from .reading.yaml import read
from .values import Failed, fail, kind_of, places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..errors import Location
    from ..graph import Node
    from ..types import Shape
    from .build import Builder
    from .expressions import Scope, Value
    from .reading.located import Located


def variables(written: Mapping[str, Located], given: Mapping[str, str], report: Report) -> dict[str, Value]:
    """The values of a spec's variables, each of which sees those before it; given texts replace what is written."""
    values: dict[str, Value] = {}
    evaluator = Evaluator(values, report)
    for name, node in written.items():
        try:
            values[name] = _replaced(name, given[name], values) if name in given else evaluator.value(node)
        except (Failed, Hidden):
            values[name] = UNKNOWN
    return values


def _replaced(name: str, text: str, scope: Scope) -> Value:
    """The value of `-D name=text`: any value a spec could have there."""
    report = Report(Source(f"-D {name}", text))
    try:
        node = read(report.source, report)
        value = Evaluator(scope, report).value(node) if node else None
    except (Failed, SpecError):
        value = None
    if value is None:
        message = report.problems[0].message if report.problems else "it has no value"
        raise UsageError(f"-D {name}={shortened(text)}: {message}")
    return _placeless(value, node)


def _placeless(value: Value, node: Located | None) -> Value:
    """A value whose words, where the command line wrote them, have no place in the spec."""
    if isinstance(node, Items) and isinstance(value, list):
        return [_placeless(item, place) for item, place in zip(value, node.items)]
    return Word(value.text) if isinstance(value, Word) and value.origin is node else value


class Inputs:
    """Gives a graph its inputs."""

    def __init__(self, builder: Builder, evaluator: Evaluator) -> None:
        self.builder = builder
        self.evaluator = evaluator
        self.report = evaluator.report

    def enter(self, node: Located | None, given: Shape | None) -> None:
        """Add the inputs that are written; a given shape takes the place of the first one's, or of none."""
        graph = self.builder.graph
        if node is None:
            if given:
                graph.add_input("input", given, _InputSite(Scalar("input", True, 0, 0), self.report))
            return
        pairs = node.pairs if isinstance(node, Table) else [(Scalar("input", True, node.line, node.column), node)]
        layers = [self._input(key, value, None if i else given) for i, (key, value) in enumerate(pairs)]
        if layers and not layers[0]:
            graph.inputs.clear()  # the second is not the first

    def _input(self, key: Scalar, node: Located, given: Shape | None) -> Node | None:
        """An input of the graph; None where its shape is wrong."""
        layer: Node | None = None
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
            rule = f"as many axes as the input of {self.report.source.path}, {dims(written)}"
            raise UsageError(f"--input must have {rule}, but is {dims(given)}")
        channels, last = given[0], given[-1]
        if len(given) == 3 and last == written[0] != channels and last < min(given[:-1]):
            message = f"--input {dims(given)} has {channels} channels, but the input of the spec has {last}"
            notes = (Note(f"channels come first; did you mean {dims((last, *given[:-1]))}?"),)
            place = self.report.source.locate(key)
            self.builder.graph.notes.append(Problem(place, "CC215", message, "warning", notes))

    def _shape(self, node: Located) -> Shape:
        value = self.evaluator.known(node)
        if not isinstance(value, list) or not 1 <= len(value) <= 4:
            what = f"{kind_of(node)}" if not isinstance(value, list) else f"a list of {len(value)}"
            message = f"input must be [C], [C, L], [C, H, W] or [C, D, H, W], but is {what}"
            fail(self.report, node, "CC005", message)
        pairs = zip(value, places(node, value))
        return tuple([self.evaluator.size(v, at, "a size of input") for v, at in pairs])


class _InputSite:
    """Where an input is written."""

    __slots__ = ("key", "report")

    def __init__(self, key: Scalar, report: Report) -> None:
        self.key = key
        self.report = report

    @property
    def line(self) -> int:
        return self.key.line + 1

    def locate(self, field: str) -> Location:
        return self.report.source.locate(self.key)
