"""JSON Schema for editors, from the declarations that the reader itself uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from .. import ops
from ..docstrings import docstring
from ..types import DTYPE_BITS
from .demands import BOUNDS, METRICS
from .document import KEYS, OVERLAY_KEYS
from .steps import LOOP_KEYS, SIBLINGS

if TYPE_CHECKING:
    from ..ops.core.fields import Decl
    from ..ops.core.operation import Op

Schema: TypeAlias = "dict[str, Any]"

EXPRESSION: Schema = {"type": ["number", "string", "boolean"]}
NUMBER: Schema = {"type": ["number", "string"]}
STEPS: Schema = {"type": "array", "items": {"$ref": "#/$defs/step"}}
FIGURE: Schema = {"type": ["number", "string"]}


def schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a spec.

    Editors complete and check with it; what needs arithmetic (shapes, expressions, references) only convcost checks.
    """
    found = {name: op for name in ops.names() if (op := ops.find(name))}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "convcost spec",
        "type": "object",
        "properties": {key: {"description": KEYS[key], **_DOCUMENT[key]} for key in KEYS},
        "additionalProperties": False,
        "$defs": {
            "step": _step(found),
            "block": _BLOCK,
            "overlay": {
                "type": ["object", "null"],
                "properties": {key: {"description": KEYS[key], **_DOCUMENT[key]} for key in OVERLAY_KEYS},
                "additionalProperties": False,
            },
            **{f"op_{name}": _operation(op) for name, op in found.items()},
        },
    }


def _step(found: dict[str, type[Op]]) -> Schema:
    siblings = {name: {"description": text, **EXPRESSION} for name, text in SIBLINGS.items()}
    return {
        "anyOf": [
            {"enum": [name for name, op in found.items() if not any(d.required for d in op.fields.values())]},
            {"type": "string", "pattern": r"^([A-Z]\w*|.*\$.*)$"},
            {
                "type": "object",
                "properties": {**{name: {"$ref": f"#/$defs/op_{name}"} for name in found}, **siblings},
                "patternProperties": {r"^[A-Z]\w*$|\$": {}},
                "additionalProperties": False,
                "not": {"propertyNames": {"enum": list(SIBLINGS)}},  # something must run
            },
            {
                "type": "object",
                "properties": {name: {"description": text, **_LOOP[name]} for name, text in LOOP_KEYS.items()},
                "required": ["for", "in", "do"],
                "additionalProperties": False,
            },
        ]
    }


def _operation(op: type[Op]) -> Schema:
    """The forms an operation's value may have: a map of fields, the main argument alone, nothing."""
    description = summary(op)
    if op.merges:
        names: Schema = {"type": "array", "items": {"type": "string"}}
        copies = {"repeat": EXPRESSION, "layers": STEPS}
        path = {
            "anyOf": [
                STEPS,
                {"type": "object", "properties": copies, "required": ["layers"], "additionalProperties": False},
            ]
        }
        return {
            "description": description,
            "anyOf": [{"type": "string"}, names, {"type": "object", "additionalProperties": path}],
        }
    required = [name for name, decl in op.fields.items() if decl.required]
    fields: Schema = {
        "type": "object",
        "properties": {name: _field(decl) for name, decl in op.fields.items()},
        "additionalProperties": False,
    }
    forms = [{**fields, "required": required} if required else fields]
    if op.main:
        forms.append(_field(op.fields[op.main]))
    if not required:
        forms.append({"type": "null"})
    return {"description": description, "anyOf": forms}


def summary(op: type[Op]) -> str:
    """The first paragraph of an operation's docstring, on one line."""
    return " ".join(docstring(op).split("\n\n")[0].split())


def _field(decl: Decl) -> Schema:
    described: Schema = {"description": decl.doc}
    if decl.default is not None:
        default: Any = decl.default
        described["default"] = default if isinstance(default, (int, str)) else float(default)
    return {**described, **decl.schema()}


_SHAPE: Schema = {"anyOf": [{"type": "array", "items": NUMBER, "minItems": 1, "maxItems": 4}, {"type": "string"}]}
_DTYPE: Schema = {"enum": list(DTYPE_BITS)}
_BLOCK: Schema = {
    "type": "object",
    "properties": {
        "params": {"description": "parameters with their defaults; ~ marks a required one", "type": ["object", "null"]},
        "layers": STEPS,
    },
    "required": ["layers"],
    "additionalProperties": False,
}
_LIMITS: Schema = dict.fromkeys(BOUNDS, FIGURE)
_BOUNDS: Schema = {"type": "object", "properties": _LIMITS, "additionalProperties": False}
_METRIC: Schema = {"enum": list(METRICS)}
_FIGURES: Schema = {name: {"anyOf": [FIGURE, {"type": "array", "items": FIGURE}]} for name in METRICS}
_LAYER: Schema = {"type": "object", "properties": _FIGURES, "additionalProperties": False}
_LOOP: dict[str, Schema] = {
    "for": {"type": ["string", "array"], "items": {"type": "string"}},
    "in": {"type": ["array", "string"]},
    "do": STEPS,
    "if": EXPRESSION,
}
_DOCUMENT: dict[str, Schema] = {
    "name": {"type": ["string", "number", "null"]},
    "input": {"anyOf": [_SHAPE, {"type": "object", "additionalProperties": _SHAPE}]},
    "vars": {"type": "object"},
    "blocks": {"type": "object", "additionalProperties": {"$ref": "#/$defs/block"}},
    "layers": STEPS,
    "outputs": {"type": ["array", "string"], "items": {"type": "string"}},
    "variants": {"type": "object", "additionalProperties": {"$ref": "#/$defs/overlay"}},
    "baseline": {"type": "string"},
    "require": {
        "type": "object",
        "properties": {name: {"anyOf": [{"const": "same"}, _BOUNDS]} for name in METRICS},
        "additionalProperties": False,
    },
    "expect": {
        "type": "object",
        "properties": {
            **_FIGURES,
            "layers": {"anyOf": [FIGURE, {"type": "object", "additionalProperties": _LAYER}]},
            "source": {"type": "string"},
        },
        "additionalProperties": False,
    },
    "budgets": {
        "anyOf": [
            {
                "type": "object",
                "properties": {name: {"anyOf": [FIGURE, _BOUNDS]} for name in METRICS},
                "additionalProperties": False,
            },
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "metric": _METRIC,
                        "of": {"type": "string"},
                        "max_increase": FIGURE,
                        **_LIMITS,
                    },
                    "required": ["metric"],
                    "additionalProperties": False,
                },
            },
        ]
    },
    "dtype": {
        "anyOf": [
            _DTYPE,
            {
                "type": "object",
                "properties": dict.fromkeys(("weights", "activations", "bias"), _DTYPE),
                "additionalProperties": False,
            },
        ],
    },
}
