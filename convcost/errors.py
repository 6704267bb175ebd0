"""What is wrong, where, and how a person is told.

Operations know fields and yield a `Complaint`; the reader knows places; a `Problem` joins the two.
Sentences run: subject, must, but.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .types import Record
from .wording import columns, one_line

# No postponed annotations here: they would double the time it takes to define these records at every start.

MAX_SHOWN = 50
"""Problems printed in full; the rest are counted."""


class Location(NamedTuple):
    """A place in a spec: line and column count from 1, `text` is that line. Line 0 is the file as a whole."""

    path: str
    line: int = 0
    column: int = 0
    text: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


class Complaint(NamedTuple):
    """What an operation says of one of its fields ("" is the step as a whole)."""

    code: str
    field: str
    message: str


class Note(Record):
    """A second place, or the layer and shapes, that belong to a problem."""

    message: str
    location: Location | None = None


class Problem(Record):
    """One mistake at its place; `code` names its kind for ever (`convcost explain CODE`).

    `layer` names the layer of the network it was found in, if it was: one place may be run as many layers. `variants`
    names the variants it was found in, where it is no mistake of the spec as a whole.
    """

    location: Location
    code: str
    message: str
    severity: str = "error"
    notes: tuple[Note, ...] = ()
    layer: str = ""
    variants: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[Note, ...]:
        """Its notes, and which variants it was found in."""
        if not self.variants:
            return self.notes
        return (*self.notes, Note(f"in variant{'s' * (len(self.variants) > 1)} {', '.join(self.variants)}"))


class ConvcostError(Exception):
    """Anything convcost tells a person instead of answering."""


class UsageError(ConvcostError):
    """The question is malformed: an unknown option value, variable, variant, layer or file (exit code 2)."""


class SpecError(ConvcostError):
    """Everything that is wrong in one spec (exit code 1)."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(merge_repeats(problems))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return describe(self.problems)


def merge_repeats(problems: Iterable[Problem]) -> list[Problem]:
    """Problems in the order of the file; those that one place causes in many layers (a block used often) become one."""
    first: dict[tuple[object, ...], Problem] = {}
    more: dict[tuple[object, ...], set[str]] = {}
    layered: dict[tuple[object, ...], tuple[object, ...]] = {}
    for problem in problems:
        place = problem.location
        spot = (place.path, place.line, place.column, problem.code)
        key: tuple[object, ...] = (*spot, problem.message)
        if problem.layer and key not in first:
            key = layered.setdefault(spot, key)
        if key in first:
            more.setdefault(key, set()).add(problem.layer)
            if new := tuple([name for name in problem.variants if name not in first[key].variants]):
                first[key] = first[key].replace(variants=(*first[key].variants, *new))
        else:
            first[key] = problem
    for key, layers in more.items():
        count = len(layers - {first[key].layer}) if first[key].layer else 0
        if count:
            note = Note(f"and in {count} more layer{'s' * (count > 1)} that this place makes")
            first[key] = first[key].replace(notes=(*first[key].notes, note))
    return sorted(first.values(), key=lambda p: (p.location.path, p.location.line, p.location.column))


def describe(problems: Sequence[Problem], limit: int = MAX_SHOWN) -> str:
    """Problems as a person reads them: place, code, sentence, the line and a caret."""
    return "\n".join(["".join([text for text, _ in line]) for line in described(problems, limit)])


def described(problems: Sequence[Problem], limit: int = MAX_SHOWN) -> Iterator[list[tuple[str, str]]]:
    """The lines that `describe` joins, in parts: each with what it is: `place`, `excerpt`, `caret`, the severity of a
    label, or nothing."""
    for problem in problems[:limit]:
        yield _head(problem.location, problem.severity, f"{problem.severity}[{problem.code}]:", problem.message)
        yield from excerpt(problem.location)
        for note in problem.remarks:
            yield _head(note.location, "note", "note:", note.message)
            if note.location:
                yield from excerpt(note.location)
    if len(problems) > limit:
        yield [(f"... and {len(problems) - limit:,} more problems ({len(problems):,} in all)", "")]


def _head(location: Location | None, severity: str, label: str, message: str) -> list[tuple[str, str]]:
    place = [(one_line(f"{location}: "), "place")] if location else []
    return [*place, (label, severity), (one_line(f" {message}"), "")]


def remarks(problem: Problem) -> Iterator[str]:
    """The notes of a problem, each with its place where it has one."""
    for note in problem.remarks:
        yield f"{note.location}: {note.message}" if note.location else note.message


EXCERPT_WIDTH = 100


def excerpt(location: Location) -> Iterator[list[tuple[str, str]]]:
    """The line of a place with a caret below its column; long lines are cut around it, control codes made visible."""
    if not location.text:
        return
    column = location.column - 1
    start = max(0, column - EXCERPT_WIDTH // 2) if len(location.text) > EXCERPT_WIDTH else 0
    shown = location.text[start : start + EXCERPT_WIDTH]
    lead = one_line(shown[: column - start])
    body = lead + one_line(shown[column - start :])
    mark = "... " if start else ""
    number = f"{location.line:>5}"
    yield [(f"{number} | {mark}{body}".rstrip(), "excerpt")]
    yield [(f"{' ' * len(number)} | {' ' * (len(mark) + columns(lead))}^", "caret")]
