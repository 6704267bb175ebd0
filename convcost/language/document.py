"""A spec as a whole: its keys, its blocks, its variants, every step checked for form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import SpecError, UsageError
from ..types import DTYPE_BITS, Dtype
from ..wording import suggestion
from . import demands
from .expressions import shortened
from .parser import Parser
from .reading.located import Items, Report, Scalar, Source, Table
from .reading.yaml import read
from .values import Failed, check_form, is_nothing, kind_of, variable_name, without_halves

if TYPE_CHECKING:
    from .reading.located import Located
    from .steps import Block, Step

KEYS: dict[str, str] = {
    "name": "the title shown in results; the file's name where it is left out",
    "input": "channels, then sizes: [C, H, W] (also [C], [C, L], [C, D, H, W]), or a map of names to such lists",
    "vars": "names with default values; `-D name=value` overrides them",
    "blocks": "reusable chains of steps; their names begin with a capital",
    "layers": "the chain of steps",
    "outputs": "names of the layers that are results; the last one where it is left out",
    "variants": "overlays on this document, each with the keys it changes",
    "baseline": "the variant the others are compared with; the first where it is left out",
    "require": "what every variant must share with the baseline: `same`, or bounds",
    "expect": "published figures that must hold, with their source",
    "budgets": "limits on figures",
    "dtype": "element types for memory figures: one word, or {weights: ..., activations: ..., bias: ...}; where "
    "no bias is given, it is int32 beside weights of int8, uint8 or int4, else that of the weights",
}
OVERLAY_KEYS = ("vars", "blocks", "input", "layers", "outputs", "dtype", "expect", "budgets")


class Overlay:
    """The part of a document that a variant may change; None is what it leaves as it is."""

    def __init__(self) -> None:
        self.vars: dict[str, Located] = {}
        self.blocks: dict[str, Block] = {}
        self.input: Located | None = None
        self.layers: list[Step] | None = None
        self.outputs: list[Scalar] | None = None
        self.dtype: Dtype | None = None
        self.expect: demands.Expect | None = None
        self.budgets: list[demands.Budget] | None = None

    def merged(self, over: Overlay) -> Overlay:
        """This document with another one laid over it: vars and blocks by name, all else replaced."""
        result = Overlay()
        result.vars = {**self.vars, **over.vars}
        result.blocks = {**self.blocks, **over.blocks}
        for key in ("input", "layers", "outputs", "dtype", "expect", "budgets"):
            value = getattr(over, key)
            setattr(result, key, getattr(self, key) if value is None else value)
        return result


class Document:
    """A spec, checked for form. `report` has what is wrong with it so far."""

    def __init__(self, source: Source, input_given: bool = False) -> None:
        self.source = source
        self.input_given = input_given
        self.report = Report(source)
        self.name = _stem(source.path)
        self.base = Overlay()
        self.variants: dict[str, Overlay] = {}
        self.baseline: str | None = None
        self.require: list[demands.Requirement] = []
        self.layers_at: Located | None = None
        tree = read(source, self.report)
        if tree is None or (isinstance(tree, Scalar) and tree.is_null):
            raise UsageError(f"{source.path} is empty")
        if isinstance(tree, Items):
            tree = Table([(Scalar("layers", True, tree.line, tree.column), tree)], tree.line, tree.column)
        if not isinstance(tree, Table):
            self.report.error(tree, "CC005", f"a spec must be a map with input and layers, but this is {kind_of(tree)}")
            raise SpecError(self.report.problems)
        self._read(tree)

    def _read(self, tree: Table) -> None:
        report = self.report
        _known_keys(tree, tuple(KEYS), "a spec", report)
        variants = tree.get("variants")
        overlays = variants.pairs if isinstance(variants, Table) else []
        if variants is not None and not overlays:
            report.error(
                variants, "CC005", f"variants must be a map of names to overlays, but this is {kind_of(variants)}"
            )
        self.parser = Parser(report, _block_names(tree, *(node for _, node in overlays)))
        self.base = self._overlay(tree)
        for key, written in overlays:
            node = Table([], written.line, written.column) if is_nothing(written) else written
            if not isinstance(node, Table):
                report.error(node, "CC005", f"the variant {key.text} must be a map, but this is {kind_of(node)}")
                continue
            if "@" in key.text or not key.text:
                rule = "a variant's name must not be empty or have an @, since SPEC@VARIANT names it"
                report.error(key, "CC205", f"{rule}, but this is `{shortened(key.text)}`")
            _known_keys(node, OVERLAY_KEYS, "a variant", report)
            self.variants[key.text] = self._overlay(node)
        self._rest(tree)

    def _rest(self, tree: Table) -> None:
        report = self.report
        name = tree.get("name")
        if isinstance(name, Scalar) and not name.is_null:
            self.name = name.text
        elif name is not None:
            report.error(name, "CC005", f"name must be a text, but this is {kind_of(name)}")
        self.baseline = next(iter(self.variants), None)
        baseline = tree.get("baseline")
        if baseline is not None:
            text = baseline.text if isinstance(baseline, Scalar) else ""
            if text in self.variants:
                self.baseline = text
            else:
                hint = report.suggest(text, self.variants)
                report.error(baseline, "CC214", f"baseline must name a variant, but {kind_of(baseline)} is none{hint}")
        if (node := tree.get("require")) is not None:
            self.require = demands.require(node, report)
        if not self.variants:
            demands.check_baseline([*(self.base.budgets or ()), *self.require], report)
        overlays = list(self.variants.values()) or [Overlay()]
        for key in ("layers",) if self.input_given else ("input", "layers"):
            if any(getattr(self.base.merged(overlay), key) is None for overlay in overlays):
                report.error(tree, "CC004", f"a spec needs {key}: {KEYS[key]}{_elsewhere(key)}")

    def _overlay(self, tree: Table) -> Overlay:
        """The keys that documents and variants share."""
        report = self.report
        result = Overlay()
        for key, node in tree.pairs:
            if key.text == "vars":
                result.vars = self._vars(node)
            elif key.text == "blocks":
                result.blocks = self._blocks(node)
            elif key.text == "input":
                check_form(node, report)
                result.input = node
            elif key.text == "layers":
                result.layers = self.parser.chain(node, "layers")
                self.layers_at = self.layers_at or node
            elif key.text == "outputs":
                result.outputs = _outputs(node, report)
            elif key.text == "dtype":
                result.dtype = _dtype(node, report)
            elif key.text == "expect":
                result.expect = demands.expect(node, report)
            elif key.text == "budgets":
                result.budgets = demands.budgets(node, report)
        return result

    def _vars(self, node: Located) -> dict[str, Located]:
        if not isinstance(node, Table):
            self.report.error(node, "CC005", f"vars must be a map of names to values, but this is {kind_of(node)}")
            return {}
        result = {}
        for key, value in without_halves(node):
            try:
                result[variable_name(key, self.report)] = value
            except Failed:
                continue
            check_form(value, self.report)
        return result

    def _blocks(self, node: Located) -> dict[str, Block]:
        if not isinstance(node, Table):
            self.report.error(node, "CC005", f"blocks must be a map of names to blocks, but this is {kind_of(node)}")
            return {}
        result = {}
        for key, value in node.pairs:
            try:
                result[key.text] = self.parser.block(key, value)
            except Failed:
                continue
        return result

    def effective(self, variant: str | None) -> Overlay:
        """The document a variant describes, or the one that stands there for None.

        Raises UsageError for an unknown variant.
        """
        if variant is None:
            return self.base
        if variant not in self.variants:
            known = f"its variants are {', '.join(self.variants)}" if self.variants else "it has no variants"
            hint = suggestion(variant, self.variants)
            raise UsageError(f"{self.source.path} has no variant {shortened(variant)}{hint} ({known})")
        return self.base.merged(self.variants[variant])

    def variables(self) -> set[str]:
        """Every variable that the document or a variant defines."""
        return {name for overlay in (self.base, *self.variants.values()) for name in overlay.vars}


def _elsewhere(key: str) -> str:
    return "; or give it with --input" if key == "input" else ""


def _known_keys(tree: Table, known: tuple[str, ...], what: str, report: Report) -> None:
    for key, _ in tree.pairs:
        if key.text not in known:
            elsewhere = "; it belongs at the top of the spec" if key.text in KEYS else report.suggest(key.text, known)
            report.error(key, "CC003", f"{what} has no key {shortened(key.text)}{elsewhere}")


def _block_names(*trees: Located) -> set[str]:
    names: set[str] = set()
    for tree in trees:
        blocks = tree.get("blocks") if isinstance(tree, Table) else None
        if isinstance(blocks, Table):
            names.update(key.text for key, _ in blocks.pairs)
    return names


def _outputs(node: Located, report: Report) -> list[Scalar]:
    names = []
    for item in (node.items if isinstance(node, Items) else None) or [node]:
        if isinstance(item, Scalar) and not item.is_null:
            names.append(item)
        else:
            report.error(item, "CC005", f"outputs must be names of layers, but this is {kind_of(item)}")
    return names


def _dtype(node: Located, report: Report) -> Dtype:
    if not isinstance(node, Table):
        return Dtype(*[_element_type(node, report)] * 2)
    parts = ("weights", "activations", "bias")
    _known_keys(node, parts, "dtype", report)
    return Dtype(**{key.text: _element_type(value, report) for key, value in node.pairs if key.text in parts})


def _element_type(node: Located, report: Report) -> str:
    text = node.text if isinstance(node, Scalar) else kind_of(node)
    if text not in DTYPE_BITS:
        hint = report.suggest(text, DTYPE_BITS)
        report.error(node, "CC104", f"dtype must be {', '.join(DTYPE_BITS)}, but is {shortened(text)}{hint}")
    return text


def _stem(path: str) -> str:
    """The file's name without folder and ending; a path written for another system works too."""
    name = path.replace("\\", "/").rpartition("/")[2]
    return name.rpartition(".")[0] or name
