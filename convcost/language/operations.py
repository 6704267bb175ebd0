"""The fields of an operation as a step writes them, and the operation they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .expressions import shortened
from .reading.located import Table
from .steps import SIBLINGS
from .values import Failed, check_form, convert, is_constant, is_nothing, kind_of, without_halves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..ops.core.fields import Decl
    from ..ops.core.operation import Op
    from .reading.located import Located, Report, Scalar
    from .steps import OpStep

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


def read_fields(step: OpStep, report: Report) -> None:
    """Check the form of what a step writes for its fields, and make the operation where no variable changes it."""
    for name, decl, node in _given(step, report):
        if is_constant(decl, node):
            try:
                step.constant[name] = convert(name, decl, node, {}, report)
            except Failed:
                step.broken = True
        else:
            check_form(node, report)
            step.variable.append((name, decl, node))
    if not (step.variable or step.broken):
        step.ready = operation(step, step.constant, report)
        step.broken = step.ready is None


def _given(step: OpStep, report: Report) -> Iterator[tuple[str, Decl, Located]]:
    """The fields that are written, with what is written for them."""
    op, value = step.op, step.value
    given: set[str] = set()
    if isinstance(value, Table):
        for key, node in without_halves(value):
            decl = op.fields.get(key.text)
            if decl is None:
                step.broken = True
                report.error(key, "CC101", _unknown_field(op, key, report))
            else:
                given.add(key.text)
                yield key.text, decl, node
    elif value is not None and not is_nothing(value):
        if op.main is None:
            step.broken = True
            report.error(value, "CC005", _wants_a_map(op, value))
            return
        given.add(op.main)
        yield op.main, op.fields[op.main], value
    missing = [name for name, decl in op.fields.items() if decl.required and name not in given]
    if missing:
        if not step.broken:
            report.error(step.head, "CC102", f"{op.word} needs {' and '.join(missing)}{_usage(op)}")
        step.broken = True


def operation(step: OpStep, values: dict[str, Any], report: Report) -> Op | None:
    """The operation with these values, made once; None after reporting fields from which no shape follows."""
    key = tuple(values.values())
    if key in step.made:
        return step.made[key]
    op = step.op(**values)
    complaints = list(op.form())
    if not complaints:
        step.made[key] = op
    for complaint in complaints:
        report.error(step.node(complaint.field), complaint.code, complaint.message)
    # a number that does not divide leaves the shape as it is: the layers below can be judged too
    return op if all(complaint.code == "CC103" for complaint in complaints) else None


def _usage(op: type[Op]) -> str:
    required = [name for name, decl in op.fields.items() if decl.required]
    return f": {op.word}: {{{', '.join(f'{name}: ...' for name in required)}}}"


def _wants_a_map(op: type[Op], value: Located) -> str:
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
