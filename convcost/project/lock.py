"""`convcost.lock.json`: the figures of every spec as they were last agreed on, a line per variant."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..check.measured import EVERYTHING, Measured, raw, scales
from ..errors import UsageError
from ..language.demands import json_name
from ..types import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..check.measured import Value
    from ..language.demands import Budget

LOCK = "convcost.lock.json"
SCHEMA = "convcost.lock/1"
FIELDS, GRID, OUTPUT = "rf", "grid", "output"
AGAIN = "restore it, or delete it and run `convcost lock`"


class Entry(Record):
    """A variant of a spec: its totals by their JSON names, `layers`, `rf`, `grid` and `output`, and, for what budgets
    watch in parts of it, a figure by part and metric."""

    path: str
    variant: str | None
    figures: dict[str, Any]
    parts: dict[str, dict[str, Any]]


class Locked(Measured):
    """A network as its lock entry has it: without layers, but with the parts that budgets watch."""

    def __init__(self, entry: Entry) -> None:
        totals = {key: value for key, value in entry.figures.items() if key not in (FIELDS, GRID, OUTPUT)}
        layers = totals.pop("layers")
        outputs = [tuple(shape) for shape in entry.figures[OUTPUT]]
        field, grid = _value(entry.figures[FIELDS]), scales(entry.figures.get(GRID))  # once there was no grid
        super().__init__(entry.path, entry.variant, totals, field, grid, outputs, layers)
        self._parts = entry.parts

    def value(self, metric: str, of: str | None = None) -> Value:
        """A figure of the network, or of a part whose increase was limited when it was locked."""
        if of is None:
            return super().value(metric)
        return _value(self._parts.get(of, {}).get(json_name(metric)))


def _value(written: Any) -> Value:
    return tuple(written) if isinstance(written, list) else written


def entry_of(path: str, measured: Measured, budgets: Iterable[Budget] = ()) -> Entry:
    """What there is to lock of a variant: its totals, and the parts whose increase a budget limits."""
    figures = {**measured.totals, FIELDS: measured.field, GRID: raw(measured.grid), OUTPUT: measured.outputs}
    return Entry(path, measured.variant, figures, _parts(measured, budgets))


def _parts(measured: Measured, budgets: Iterable[Budget]) -> dict[str, dict[str, Value]]:
    parts: dict[str, dict[str, Value]] = {}
    for budget in budgets:
        if budget.of is not None and "max_increase" in budget.bounds:
            metric = json_name(budget.metric)
            value = measured.value(metric, budget.of)
            if value is not None:
                parts.setdefault(budget.of, {})[metric] = value
    return parts


def name_in(lock: str, path: str) -> str:
    """What a lock file calls a spec: its path from the folder of the lock file, however it was named here."""
    try:
        path = os.path.relpath(path, os.path.dirname(lock) or ".")
    except ValueError:  # on another drive
        path = os.path.abspath(path)
    return path.replace(os.sep, "/")


def read_lock(path: str = LOCK) -> dict[tuple[str, str | None], Entry] | None:
    """The entries of a lock file by path and variant; None where there is no such file.

    Raises UsageError for one that cannot be read, is damaged, or was written by another version.
    """
    text = _text(path)
    if text is None:
        return None
    from json import loads

    _refuse_conflicts(path, text)
    try:
        document = loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is damaged: {error}; {AGAIN}") from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(schema, str) or not schema.startswith("convcost.lock/"):
        raise UsageError(f"{path} is no lock file of convcost; it is left as it is")
    if schema != SCHEMA:
        raise UsageError(f"{path} is a lock file of another version ({schema[:60]}, not {SCHEMA}); {AGAIN}")
    try:
        entries = [_entry(item) for item in document["specs"]]
    except (KeyError, TypeError, AttributeError):
        raise UsageError(f"{path} is damaged: an entry lacks figures; {AGAIN}") from None
    found = {(entry.path, entry.variant): entry for entry in entries}
    if len(found) < len(entries):
        raise UsageError(f"{path} is damaged: it has an entry twice; {AGAIN}")
    return found


def _text(path: str) -> str | None:
    from ..language.reading.text import load_text

    return load_text(path, "a lock file") if os.path.lexists(path) else None


def _refuse_conflicts(path: str, text: str) -> None:
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            settled = "take either side of it and run `convcost lock`"
            raise UsageError(f"{path} has an unsettled merge conflict in line {number}; {settled}")


def _entry(item: dict[str, Any]) -> Entry:
    """An entry as it was read; KeyError, TypeError or AttributeError for what is none."""
    entry = Entry(item["path"], item["variant"], item["figures"], item["parts"])
    counts = [value for key, value in entry.figures.items() if key not in (FIELDS, GRID, OUTPUT)]
    parts = [value for figures in entry.parts.values() for value in figures.values()]
    values = [entry.figures[FIELDS], *entry.figures[OUTPUT], *parts]
    names = isinstance(entry.path, str) and isinstance(entry.variant, str | None)
    if not names or not all(map(_is_count, counts)) or not all(map(_is_value, values)):
        raise TypeError(entry.path)
    Locked(entry)
    return entry


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_value(value: object) -> bool:
    """Whether a figure is one: a count, sizes per axis, EVERYTHING or none."""
    return _is_count(value) or value in (None, EVERYTHING) or (isinstance(value, list) and all(map(_is_count, value)))


def lock_text(entries: Iterable[Entry]) -> str:
    """A lock file: sorted by path and variant, one entry per line, so that changes and merges are read line by line."""
    from json import dumps

    ordered = sorted(entries, key=lambda entry: (entry.path, entry.variant or ""))
    lines = [dumps(dict(zip(("path", "variant", "figures", "parts"), entry.values()))) for entry in ordered]
    listed = ",\n".join(lines)
    return f'{{\n"schema": "{SCHEMA}",\n"specs": [\n{listed}\n]\n}}\n'


def update_lock(change: Callable[[dict[tuple[str, str | None], Entry]], Iterable[Entry]], path: str = LOCK) -> bool:
    """Write what becomes of the entries of a lock file; whether anything in it has changed.

    No other process does the same meanwhile, so none loses what another has written. Raises UsageError as `read_lock`
    and `write_lock` do, and where another process does not end.
    """
    from ..files import alone

    try:
        with alone(path):
            return write_lock(change(read_lock(path) or {}), path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None


def write_lock(entries: Iterable[Entry], path: str = LOCK) -> bool:
    """Write a lock file, whole or not at all; whether anything in it has changed.

    Raises UsageError where it cannot be written, or where what stands there is no lock file of this version: that is
    never overwritten.
    """
    from ..files import write_text

    text = lock_text(entries)
    if read_lock(path) is not None and _text(path) == text:
        return False
    try:
        write_text(path, text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None
    return True
