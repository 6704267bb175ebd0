"""From what is written to typed values: the field decides what a scalar means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from .expressions import (
    CONSTANTS,
    MAX_LENGTH,
    RESERVED,
    UNKNOWN,
    ExpressionError,
    Hidden,
    Word,
    compiled,
    literal,
    modern,
    shortened,
    shown,
    truth,
    unknown_variable,
)
from .reading.located import Items, Scalar, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..errors import Note
    from ..ops.core.fields import Decl
    from ..types import Number
    from .expressions import Scope, Value
    from .reading.located import Located as Node
    from .reading.located import Place, Report

_WORD = r"(?a)[A-Za-z_]\w*(?:[./-]\w+)*"
_NAME = r"(?a)[A-Za-z_]\w*"


BOOLEAN = "true or false"


class Failed(Exception):
    """A mistake that is in the report already."""


def fail(report: Report, place: Node | Place, code: str, message: str, *notes: Note) -> NoReturn:
    """Report a mistake and give up on this value."""
    report.error(place, code, message, *notes)
    raise Failed


def fail_expression(report: Report, node: Scalar, error: ExpressionError, known: Scope | None = None) -> NoReturn:
    """Report an ExpressionError at its place inside the scalar."""
    message = error.message
    notes = []
    if error.code == "CC206" and known is not None and message.startswith("there is no variable "):
        message += report.suggest(message.rpartition(" ")[2], known)
    if error.word and error.word.origin:
        notes.append(report.note_at(f"the word `{error.word}` comes from here", error.word.origin))
    fail(report, report.source.inside(node, error.offset), error.code, message, *notes)


def evaluate(node: Node, scope: Scope, report: Report) -> Value:
    """A value: a number, true or false, a list of values, a word that names no variable; None for `~`."""
    if isinstance(node, Items):
        return [evaluate(item, scope, report) for item in node.items]
    if isinstance(node, Table):
        fail(report, node, "CC005", "a value must be a number, a word or a list, but this is a map")
    text = node.text
    if node.is_null:
        return None
    try:
        value = literal(text)
        if value is not None:
            return value
        if "$" in text:
            return substitute(node, scope)
        if text.isidentifier() and text.isascii():
            if text in scope:
                return scope[text]
            if text in CONSTANTS:
                return CONSTANTS[text]
            if text in ("i", "cin"):
                raise unknown_variable(text)
        elif not _is_word(text):
            result: Value = compiled(text)(scope)
            return result
        return Word(text, node)
    except ExpressionError as error:
        fail_expression(report, node, error, scope)


def _is_word(text: str) -> bool:
    """Whether a text is an identifier or the dotted name of a layer, and no arithmetic."""
    return text.isidentifier() or ("." in text and re.fullmatch(_WORD, text) is not None)


def substitute(node: Scalar, scope: Scope) -> Value:
    """`$name` and `$(expr)` replaced; a text that is nothing else than one of them has its value.

    Raises ExpressionError.
    """
    text = node.text
    parts: list[str] = []
    end = 0
    for start, stop in substitutions(text):
        written = text[start:stop]
        value = _inserted(written, start, scope)
        if written == text:
            return value
        if isinstance(value, list) or value is None:
            raise ExpressionError("CC210", f"{written} is {shown(value)}, which cannot be part of a word", start)
        parts += text[end:start], value.text if isinstance(value, Word) else shown(value)
        end = stop
    result = "".join([*parts, text[end:]])
    if len(result) > MAX_LENGTH:
        message = f"a word must be at most {MAX_LENGTH:,} characters long, but this one has {len(result):,}"
        raise ExpressionError("CC008", message)
    return Word(result, node)


def substitutions(text: str) -> Iterator[tuple[int, int]]:
    """Where `$name` or `$(expr)` stand in a text: (start, stop), from left to right.

    Raises ExpressionError for a `$` that begins none.
    """
    start = text.find("$")
    while start >= 0:
        name = re.compile(_NAME).match(text, start + 1)
        if name:
            end = name.end()
        elif text[start + 1 : start + 2] == "(":
            end = _closing(text, start + 1) + 1
        else:
            raise ExpressionError("CC007", "$ must be followed by a variable or (expression)", start)
        yield start, end
        start = text.find("$", end)


def _closing(text: str, start: int) -> int:
    """The place of the parenthesis that closes the one at `start`."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if not depth:
            return i
    raise ExpressionError("CC007", f"`{shortened(text[start - 1 :])}` lacks a closing parenthesis", start - 1)


def _inserted(written: str, start: int, scope: Scope) -> Value:
    """The value of `$name` or `$(expr)`."""
    name = written[1:]
    if name.startswith("("):
        return _embedded(name[1:-1], start + 2, scope)
    if name not in scope:
        raise unknown_variable(name, start)
    if scope[name] is UNKNOWN:
        raise Hidden
    return scope[name]


def _embedded(text: str, start: int, scope: Scope | None) -> Value:
    """The value of the expression in `$(expr)`, which begins at `start`; without a scope only its form is judged."""
    try:
        run = compiled(text)
        return run(scope) if scope is not None else None
    except ExpressionError as error:
        error.offset += start
        raise


def text_of(node: Node, scope: Scope, report: Report, what: str) -> str:
    """A word that may have `$` in it: a name, a reference, an operation.

    Its plain form is taken literally: a variable of that name does not matter.
    """
    if not isinstance(node, Scalar) or node.is_null:
        fail(report, node, "CC005", f"{what} must be a word, but this is {kind_of(node)}")
    if "$" not in node.text:
        return node.text
    try:
        value = substitute(node, scope)
    except ExpressionError as error:
        fail_expression(report, node, error, scope)
    if not isinstance(value, Word):
        fail(report, node, "CC210", f"{what} must be a word, but {node.text} is {shown(value)}")
    return value.text


def condition(node: Node, scope: Scope, report: Report) -> bool:
    """The value of an `if`."""
    value = _number_or_boolean(evaluate(node, scope, report), node, "if", scope, report, BOOLEAN)
    try:
        return truth(value)
    except ExpressionError as error:
        assert isinstance(node, Scalar)
        fail_expression(report, node, error)


def whole(node: Node, scope: Scope, report: Report, what: str, minimum: int = 0) -> int:
    """A whole number of at least `minimum`."""
    return whole_value(evaluate(node, scope, report), node, scope, report, what, minimum)


def whole_value(value: Value, node: Node, scope: Scope, report: Report, what: str, minimum: int = 0) -> int:
    """The same, where the value is known already."""
    return int(_number(value, node, what, minimum, True, scope, report))


def convert(name: str, decl: Decl, node: Node, scope: Scope, report: Report) -> Any:
    """The value of an operation's field, as its declaration wants it.

    Raises Failed after reporting what is wrong, Hidden where an earlier error hides a variable.
    """
    return decl.convert(FieldValue(name, node, scope, report))


class FieldValue:
    """What is written for a field, or an item of it; `value` where that is known already.

    What a kind asks of it raises Failed after reporting what is wrong, Hidden where an earlier error hides a variable.
    """

    __slots__ = ("_value", "name", "node", "report", "scope")

    def __init__(self, name: str, node: Node, scope: Scope, report: Report, value: Any = ...) -> None:
        self.name = name
        self.node = node
        self.scope = scope
        self.report = report
        self._value = value

    @property
    def value(self) -> Value:
        if self._value is ...:
            self._value = evaluate(self.node, self.scope, self.report)
        value: Value = self._value
        if value is UNKNOWN:
            raise Hidden
        return value

    def word(self, choices: tuple[str, ...] = ()) -> str:
        text = text_of(self.node, self.scope, self.report, self.name)
        if choices and text not in choices:
            self._not_a_choice(text, choices)
        return text

    def word_or_number(self, choices: tuple[str, ...]) -> str | None:
        written = self.node.text if isinstance(self.node, Scalar) else ""
        if written in choices:
            return written
        value = self.value
        if not isinstance(value, Word):
            return None
        if value.text in choices and value.origin is not self.node and "$" in written:
            return value.text
        self._not_a_choice(value.text, choices, "a number or ")

    def truth(self) -> bool:
        number = _number_or_boolean(self.value, self.node, self.name, self.scope, self.report, BOOLEAN)
        if number not in (0, 1):
            self.fail("CC008", f"must be true or false, but is {shown(number)}")
        return bool(number)

    def number(self, minimum: int, whole: bool) -> Number:
        number: Number = _number(self.value, self.node, self.name, minimum, whole, self.scope, self.report)
        return number

    def items(self) -> list[FieldValue] | None:
        value = self.value
        if not isinstance(value, list):
            return None
        pairs = zip(value, places(self.node, value))
        return [FieldValue(self.name, place, self.scope, self.report, item) for item, place in pairs]

    def shown(self) -> str:
        return shown(self.value)

    def fail(self, code: str, message: str) -> NoReturn:
        fail(self.report, self.node, code, f"{self.name} {message}")

    def _not_a_choice(self, text: str, choices: tuple[str, ...], numbers: str = "") -> NoReturn:
        *others, last = choices
        words = f"{', '.join(others)} or {last}" if others else last
        name_of_word = isinstance(self.scope.get(_text(self.node)), Word)
        hint = f"; write ${_text(self.node)}" if name_of_word else self.report.suggest(text, choices)
        self.fail("CC104", f"must be {numbers}{words}, but is {shortened(text)}{hint}")


def places(node: Node, value: list[Any]) -> list[Node]:
    """Where the values of a list stand: each at its own place, or all where a variable holds them."""
    return node.items if isinstance(node, Items) else [node] * len(value)


def _number(value: Value, node: Node, what: str, minimum: int, want_whole: bool, scope: Scope, report: Report) -> Any:
    number = _number_or_boolean(value, node, what, scope, report, "a number")
    if isinstance(number, bool):
        code, wanted = "CC005", "a number"
    elif want_whole and number.denominator != 1:
        code, wanted = "CC008", "a whole number"
    elif number < minimum:
        code, wanted = "CC104", f"at least {minimum}"
    else:
        return number
    but = f"but is {shown(number)}" if _is_literal(node) else f"but {_text(node)} is {shown(number)}"
    fail(report, node, code, f"{what} must be {wanted}, {but}")


def _number_or_boolean(value: Value, node: Node, what: str, scope: Scope, report: Report, wanted: str) -> Any:
    if value is UNKNOWN:
        raise Hidden
    if isinstance(value, Word):
        if value.origin is node:
            error = unknown_variable(value.text)
            hint = report.suggest(value.text, scope) or f", and {what} must be {wanted}"
            fail(report, node, error.code, error.message + (hint if error.code == "CC206" else ""))
        notes = (report.note_at(f"the word `{value}` comes from here", value.origin),) if value.origin else ()
        message = f"{what} must be {wanted}, but {_text(node)} is the word `{value}`{modern(value.text)}"
        fail(report, node, "CC210", message, *notes)
    if isinstance(value, list):
        one = wanted.replace("a number", "one number")
        fail(report, node, "CC005", f"{what} must be {one}, but {shown(value)} is a list")
    if value is None:
        fail(report, node, "CC005", f"{what} must be {wanted}, but nothing is given")
    return value


def is_nothing(node: Node | None) -> bool:
    """Whether a value is left out, or null."""
    return node is None or (isinstance(node, Scalar) and node.is_null)


def kind_of(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Scalar):
        return "nothing" if node.is_null else f"`{shortened(node.text)}`"
    if isinstance(node, Items):
        return "a list" if node.items else "an empty list"
    return "a map" if node.pairs else "an empty map"


def _text(node: Node) -> str:
    return shortened(node.text) if isinstance(node, Scalar) else "this"


def _is_literal(node: Node) -> bool:
    return isinstance(node, Items) or is_nothing(node) or _text(node) in CONSTANTS or _number_text(_text(node))


def _number_text(text: str) -> bool:
    try:
        return literal(text) is not None
    except ExpressionError:
        return True


def is_constant(decl: Decl, node: Node) -> bool:
    """Whether a field's value depends on no variable."""
    if isinstance(node, Items):
        return all(is_constant(decl, item) for item in node.items)
    if isinstance(node, Table):
        return False
    text = node.text
    if decl.verbatim:
        return "$" not in text
    return text in decl.choices or text in CONSTANTS or node.is_null or _number_text(text)


def without_halves(table: Table) -> Iterator[tuple[Scalar, Node]]:
    """The pairs of a map, but not those that an expression with a comma leaves where it lacks its quotes: its first
    half is a value that is reported where it is read."""
    unclosed = 0
    for key, value in table.pairs:
        if unclosed > 0 and is_nothing(value):
            unclosed += _opened(key)
            continue
        unclosed = _opened(value)
        yield key, value


def _opened(node: Node) -> int:
    return node.text.count("(") - node.text.count(")") if isinstance(node, Scalar) else 0


def check_form(node: Node, report: Report) -> None:
    """Report the expressions in a value that are none, whatever the variables are."""
    if isinstance(node, Items):
        for item in node.items:
            check_form(item, report)
    elif isinstance(node, Scalar):
        text = node.text
        try:
            if "$" in text:
                for start, stop in substitutions(text):
                    if text[start + 1] == "(":
                        _embedded(text[start + 2 : stop - 1], start + 2, None)
            elif not (node.is_null or _is_word(text)) and literal(text) is None:
                compiled(text)
        except ExpressionError as error:
            try:
                fail_expression(report, node, error)
            except Failed:
                return


def variable_name(node: Node, report: Report, what: str = "a variable") -> str:
    """The name of a variable or parameter.

    Raises Failed for what cannot be one.
    """
    text = node.text if isinstance(node, Scalar) else ""
    if not (text.isidentifier() and text.isascii()):
        fail(report, node, "CC209", f"{what} must be named by letters, digits and _, but this is {kind_of(node)}")
    if text in RESERVED:
        fail(report, node, "CC209", f"{what} cannot be named {text}: the language uses that word")
    return text
