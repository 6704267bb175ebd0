"""Text to located values: YAML's structure with a line and column for everything, and no opinion on what a scalar
means; the field it stands in decides that.

The events of the parser are read, never its composed tree: composing recurses in C, and deep nesting would end the
process. Depth, size and alias expansion are limited while reading.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from ...errors import SpecError
from .located import Items, Located, Place, Report, Scalar, Source, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_DEPTH = 200
MAX_VALUES = 1_000_000
MAX_ALIASED = 100_000


def read(source: Source, report: Report) -> Located | None:
    """The one document of a text, or None for a text without one.

    Raises SpecError where nothing after a mistake can be trusted: syntax, nesting, tags, a second document. Duplicate
    keys and merge keys go to the report.
    """
    try:
        return _parsed(source.text, report)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        if error.context_mark and (mark is None or mark.line >= len(source.lines) - 1):
            mark = error.context_mark  # what was left open says more than the end of the file
        report.error(*_syntax_error(error, source, Place(mark.line, mark.column) if mark else Place(0, 0)))
    except yaml.reader.ReaderError as error:
        report.error(*_control_character(error, source))
    raise SpecError(report.problems)


def _parsed(text: str, report: Report) -> Located | None:
    parser = getattr(yaml, "CBaseLoader", yaml.BaseLoader)(text)
    try:
        return _Tree(report).grow(parser)
    except yaml.MarkedYAMLError as error:
        if "nesting depth" not in (error.problem or "") or error.problem_mark is None:
            raise
        # libyaml 0.2.6 takes 1,000 levels and looks ahead; in the text before that our own limit is met
        return _parsed(text[: error.problem_mark.index], report)
    finally:
        parser.dispose()


class _Open:
    """A list or map whose end has not come yet; `size` counts the values in it, expanded aliases included."""

    __slots__ = ("anchor", "children", "column", "is_map", "line", "size")

    def __init__(self, is_map: bool, anchor: str | None, line: int, column: int) -> None:
        self.is_map = is_map
        self.anchor = anchor
        self.line = line
        self.column = column
        self.children: list[Located] = []
        self.size = 1


class _Tree:
    """Grows a tree from the parser's events; each method takes one kind of event."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.stack = [_Open(False, None, 0, 0)]
        self.anchors: dict[str, tuple[Located, int]] = {}
        self.values = 0
        self.documents = 0
        self.aliased = 0

    def grow(self, parser: Any) -> Located | None:
        """The root of the one document, or None."""
        take: dict[type, Callable[[Any], None]] = {
            ScalarEvent: self.scalar,
            SequenceStartEvent: self.opened,
            MappingStartEvent: self.opened,
            SequenceEndEvent: self.closed,
            MappingEndEvent: self.closed,
            AliasEvent: self.alias,
            DocumentStartEvent: self.document,
        }
        next_event = parser.get_event
        while (kind := type(event := next_event())) is not StreamEndEvent:
            if kind in take:
                take[kind](event)
        roots = self.stack[0].children
        return roots[0] if roots else None

    def scalar(self, event: Any) -> None:
        if event.tag is not None:
            self.refuse_tag(event)
        mark = event.start_mark
        if event.anchor and not event.value and not event.style:
            name = event.anchor
            message = f'&{name} is an anchor of YAML, but on nothing; quote a value that begins with &: "&{name}"'
            self.stop(mark, "CC001", message)
        self.add(Scalar(event.value, not event.style, mark.line, mark.column), 1, event.anchor)

    def opened(self, event: Any) -> None:
        if event.tag is not None:
            self.refuse_tag(event)
        mark = event.start_mark
        if len(self.stack) > MAX_DEPTH:
            self.stop(mark, "CC009", f"lists and maps must be nested at most {MAX_DEPTH} deep")
        if event.anchor:
            self.anchors.pop(event.anchor, None)
        self.stack.append(_Open(type(event) is MappingStartEvent, event.anchor, mark.line, mark.column))

    def closed(self, event: Any) -> None:
        done = self.stack.pop()
        self.add(_close(done, self.report), done.size, done.anchor)

    def alias(self, event: Any) -> None:
        found = self.anchors.get(event.anchor)
        if found is None:
            self.stop(event.start_mark, "CC001", _unknown_alias(event.anchor))
        node, size = found
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            message = f"aliases must expand to at most {MAX_ALIASED:,} values in all"
            self.stop(event.start_mark, "CC009", message)
        self.add(node, size, None)

    def document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            message = "a spec must be one YAML document, but a second one starts here"
            self.stop(event.start_mark, "CC009", message)

    def add(self, node: Located, size: int, anchor: str | None) -> None:
        """Put a finished value into the list or map that is open."""
        self.values += 1
        if self.values > MAX_VALUES:
            message = f"a spec must have at most {MAX_VALUES:,} values, but this one goes on here"
            self.stop(node, "CC009", message)
        if anchor:
            self.anchors[anchor] = (node, size)
        self.stack[-1].children.append(node)
        self.stack[-1].size += size

    def refuse_tag(self, event: Any) -> NoReturn:
        shown = event.tag[:40]
        message = f"tags are not part of the language, but {shown} is one; quote a value that begins with !"
        self.stop(event.start_mark, "CC009", message)

    def stop(self, mark: Any, code: str, message: str) -> NoReturn:
        """Report a mistake behind which nothing can be trusted."""
        self.report.error(Place(mark.line, mark.column), code, message)
        raise SpecError(self.report.problems)


def _close(done: _Open, report: Report) -> Located:
    if not done.is_map:
        return Items(done.children, done.line, done.column)
    children = iter(done.children)
    pairs = list(zip(children, children))
    names = {key.text if isinstance(key, Scalar) else None for key, _ in pairs}
    if len(names) != len(pairs) or None in names or "<<" in names:
        pairs = list(_good_keys(pairs, report))
    return Table(pairs, done.line, done.column)  # type: ignore[arg-type]


def _good_keys(pairs: list[tuple[Located, Located]], report: Report) -> Iterator[tuple[Located, Located]]:
    first: dict[str, Scalar] = {}
    for key, value in pairs:
        if not isinstance(key, Scalar):
            report.error(key, "CC005", "a key must be a word, but this one is a list or a map")
        elif key.text == "<<" and key.plain:
            report.error(key, "CC009", "merge keys (<<) are not part of the language; use a block or vars")
        elif key.text in first:
            earlier = report.note_at(f"{key.text} stands here first", first[key.text])
            report.error(key, "CC002", f"{key.text} is given twice in one map", earlier)
        else:
            first[key.text] = key
            yield key, value


def _unknown_alias(name: str) -> str:
    return (
        f"*{name} is an alias of YAML, but no finished value before it has the anchor &{name}; "
        f'quote a value that begins with *: "*{name}"'
    )


_HINTS = (
    ("found character '\\t'", "a tab cannot indent; use spaces"),
    ("found a tab character", "a tab cannot indent; use spaces"),
    ("that cannot start any token", "quote a value that begins with {character}"),
    (
        "mapping values are not allowed",
        "quote a text with `: ` in it, and give a step with siblings its colon (`relu:`)",
    ),
    ("while scanning an alias", "quote a value that begins with *"),
    ("while scanning an anchor", "quote a value that begins with &"),
    ("while scanning a tag", "quote a value that begins with !"),
    ("while parsing a tag", "quote a value that begins with !"),
    ("did not find expected ',' or ']'", "is a comma or a closing ] missing?"),
    ("did not find expected ',' or '}'", "is a comma or a closing } missing?"),
    ("did not find expected key", "is the indentation even, and every quote closed?"),
    ("did not find expected '-' indicator", "is the indentation even?"),
    ("while scanning a quoted scalar", "a quote is not closed"),
    ("could not find expected ':'", "is a colon missing?"),
)


def _syntax_error(error: yaml.MarkedYAMLError, source: Source, place: Place) -> tuple[Place, str, str]:
    """What is wrong with the syntax and where: at the slip that causes it, if it is a known one."""
    place = _before_end(place, source)
    said = f"{error.context or ''} {error.problem or ''}".strip()
    line = source.locate(place).text
    character = line[place.column : place.column + 1]
    if character == "\t" or line[: place.column + 1].lstrip(" ").startswith("\t"):
        return place, "CC001", "this is not valid YAML: a tab cannot indent; use spaces"
    for number in (place.line, place.line - 1):
        if number >= 0 and (slip := re.search(r"\w+:[\[{]", source.locate(Place(number, 0)).text)):
            message = f"this is not valid YAML: a colon must be followed by a space, but here is `{slip[0]}`"
            return Place(number, slip.start()), "CC001", message
    hint = next((text for key, text in _HINTS if key in said), None)
    detail = hint.format(character=character) if hint and "{character}" in hint else hint
    return place, "CC001", f"this is not valid YAML: {error.problem or said}" + (f"; {detail}" if detail else "")


def _before_end(place: Place, source: Source) -> Place:
    """A place behind the last line is where that line ends."""
    number = min(place.line, len(source.lines) - 1)
    while number and not source.lines[number].strip():
        number -= 1
    return place if number == place.line else Place(number, len(source.lines[number].rstrip()))


def _control_character(error: yaml.reader.ReaderError, source: Source) -> tuple[Place, str, str]:
    """The place of a character YAML forbids: the parser tells no line, so it is looked for."""
    for number, line in enumerate(source.lines):
        for column, character in enumerate(line):
            if (ord(character) < 32 and character not in "\t\r") or (
                127 <= ord(character) < 160 and character != "\x85"
            ):
                return (
                    Place(number, column),
                    "CC001",
                    f"the control character U+{ord(character):04X} must not stand in a spec",
                )
    return Place(0, 0), "CC001", f"this is not valid YAML: {error.reason}"
