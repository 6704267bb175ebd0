"""`expect`, `budgets` and `require`: what a spec demands of its figures, read and checked for form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..types import Record, divided
from .expressions import SUFFIXES, ExpressionError, literal, shortened
from .reading.located import Items, Scalar, Table
from .values import Failed, fail, is_nothing, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from fractions import Fraction
    from typing import TypeAlias

    from .reading.located import Located, Report

    Bounds: TypeAlias = "dict[str, Limit | tuple[Limit, ...]]"

METRICS: dict[str, str] = {
    "params": "learnable numbers",
    "macs": "multiply-accumulates",
    "useful_macs": "multiply-accumulates on real data",
    "flops": "two times the MACs",
    "elementwise": "operations that are no MACs",
    "weights": "bytes of the weights",
    "weight_bytes": "bytes of the weights",
    "activations": "elements of all outputs",
    "peak_activations": "bytes of the tensors alive at once",
    "peak_activation_bytes": "bytes of the tensors alive at once",
    "rf": "receptive field of the network",
    "grid": "from one position that is computed to the next",
    "layers": "number of layers",
    "output": "shape of the output",
}
PER_AXIS = ("rf", "grid")
"""Metrics that have a value per axis."""
SUMS = ("params", "macs", "useful_macs", "flops", "elementwise", "weight_bytes", "activations")
"""Metrics that layers have too, and that add up, as JSON names them."""
SHORT_NAMES = {"weights": "weight_bytes", "peak_activations": "peak_activation_bytes"}
"""Metrics that a spec may also call by a shorter name than JSON does."""


def json_name(metric: str) -> str:
    """A metric as JSON names it.

    >>> json_name("weights"), json_name("macs")
    ('weight_bytes', 'macs')
    """
    return SHORT_NAMES.get(metric, metric)


IN_BYTES = (*SHORT_NAMES, *SHORT_NAMES.values())
BYTES = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
EACH = "each"
"""What `of` says of every layer alone."""
BOUNDS = ("min", "max", "warn")
MAX_DIGITS = 30
_FIGURE = r"(?a)(0|[1-9][0-9]*)(?:\.([0-9]+))?\s*([A-Za-z]*)"
_RELATIVE = r"(?a)([0-9]+(?:\.[0-9]+)?)\s*([%x])"


class Published(Record):
    """A printed figure: exact, or with the value of one unit in its last printed digit (`569M`: 10**6)."""

    value: int | Fraction
    unit: int | Fraction
    exact: bool
    node: Scalar


class Limit(Record):
    """A bound: a value, or a share of the total (%), of the baseline (x)."""

    value: int | Fraction
    relative: str
    node: Located


class Budget(Record):
    """One entry of budgets; `of` is None for the network, `each`, a name or a glob."""

    metric: str
    of: str | None
    bounds: Bounds
    node: Located


class Requirement(Record):
    """What every variant must have: the baseline's figure (`bounds` is None), or one within bounds."""

    metric: str
    bounds: Bounds | None
    node: Located


class Expect(Record):
    """Published figures; `layers` has those of single layers."""

    figures: dict[str, Published | list[Published]]
    layers: dict[str, dict[str, Published | list[Published]]]
    source: str
    node: Located


def expect(node: Located, report: Report) -> Expect | None:
    """The figures a network must have, with their source."""
    table = _table(node, "expect", report)
    layers: dict[str, dict[str, Published | list[Published]]] = {}
    source = ""
    figures: list[tuple[Scalar, Located]] = []
    for key, value in table:
        if key.text == "source":
            source = value.text if isinstance(value, Scalar) else ""
            if not source:
                report.error(value, "CC301", f"source must be a text, but is {kind_of(value)}")
        elif key.text == "layers" and isinstance(value, Table):
            for name, inner in value.pairs:
                layers[name.text] = _figures(_table(inner, f"the layer {name.text}", report), report)
        elif source and key.text not in METRICS and is_nothing(value):
            message = f"there is no figure {shortened(key.text)}; a source with a comma must be quoted"
            report.error(key, "CC301", message)
        else:
            figures.append((key, value))
    return Expect(_figures(figures, report), layers, source, node)


def _figures(pairs: list[tuple[Scalar, Located]], report: Report) -> dict[str, Published | list[Published]]:
    figures: dict[str, Published | list[Published]] = {}
    for key, value in pairs:
        try:
            _metric(key, report, ("source",))
            if isinstance(value, Items):
                if key.text not in ("output", *PER_AXIS):
                    fail(report, value, "CC301", f"{key.text} must be one figure, but is a list")
                figures[key.text] = [figure(item, "", report) for item in value.items]
            else:
                figures[key.text] = figure(value, key.text, report)
        except Failed:
            continue
    return figures


def figure(node: Located, metric: str, report: Report) -> Published:
    """A printed figure: `4231976`, `569M`, `2.5MB`.

    Raises Failed after reporting what is none.
    """
    suffixes = BYTES if metric in IN_BYTES else SUFFIXES
    if isinstance(node, Scalar) and (match := re.fullmatch(_FIGURE, node.text)) and match[3] in {"", *suffixes}:
        whole, decimals, suffix = match[1], match[2] or "", match[3]
        if len(whole + decimals) > MAX_DIGITS:
            fail(report, node, "CC301", f"a figure must have at most {MAX_DIGITS} digits")
        factor, parts = suffixes.get(suffix, 1), 10 ** len(decimals)
        value = divided(int(whole + decimals) * factor, parts)
        return Published(value, divided(factor, parts), not (decimals or suffix), node)
    listed = ", ".join(suffix for suffix in suffixes if suffix)
    wanted = f"{metric or 'a size'} must be a figure such as 4231976 or one with a suffix ({listed})"
    fail(report, node, "CC301", f"{wanted}, but is {kind_of(node)}")


def budgets(node: Located, report: Report) -> list[Budget]:
    """Upper and lower limits, in the short form (a map) or the long one (a list)."""
    result: list[Budget] = []
    pairs = [] if isinstance(node, Items) else _table(node, "budgets", report)
    for item in node.items if isinstance(node, Items) else []:
        try:
            result.append(_entry(item, report))
        except Failed:
            continue
    for key, value in pairs:
        try:
            _metric(key, report)
            bounds = _bounds(key.text, value, report)
            _check_meaning(key.text, None, bounds, key, report)
            result.append(Budget(key.text, None, bounds, key))
        except Failed:
            continue
    _refuse_repeats(result, report)
    return result


def _entry(node: Located, report: Report) -> Budget:
    if not isinstance(node, Table):
        wanted = "an entry of budgets must be a map with metric and max"
        fail(report, node, "CC301", f"{wanted}, but this is {kind_of(node)}")
    known = ("metric", "of", "max_increase", *BOUNDS)
    for key, _ in node.pairs:
        if key.text not in known:
            hint = report.suggest(key.text, known)
            report.error(key, "CC301", f"an entry of budgets has no key {shortened(key.text)}{hint}")
    metric = node.get("metric")
    if not isinstance(metric, Scalar):
        fail(report, node, "CC301", "an entry of budgets needs metric: the name of a figure")
    _metric(metric, report)
    of = node.get("of")
    if of is not None and (not isinstance(of, Scalar) or of.is_null):
        fail(report, of, "CC301", f"of must be a layer's name, a quoted glob or each, but is {kind_of(of)}")
    bounds = {key: _limit(metric.text, value, report) for key in BOUNDS if (value := node.get(key))}
    result: Bounds = {**bounds}
    increase = node.get("max_increase")
    if isinstance(increase, Scalar):
        parts = [Scalar(part.strip(), True, increase.line, increase.column) for part in increase.text.split(" and ")]
        result["max_increase"] = tuple(_limit(metric.text, part, report) for part in parts)
    elif increase is not None:
        fail(report, increase, "CC301", f"max_increase must be like `2% and 10k`, but is {kind_of(increase)}")
    if not result:
        fail(report, node, "CC301", "an entry of budgets needs a limit: max, min, warn or max_increase")
    part = of.text if isinstance(of, Scalar) else None
    _check_meaning(metric.text, part, result, node, report)
    return Budget(metric.text, part, result, node)


def _refuse_repeats(entries: list[Budget], report: Report) -> None:
    first: dict[tuple[str, str | None], Budget] = {}
    for entry in entries:
        key = (json_name(entry.metric), entry.of)
        if key in first:
            note = report.note_at("the first one is here", first[key].node)
            of = f" of {shortened(entry.of)}" if entry.of else ""
            report.error(entry.node, "CC302", f"{entry.metric}{of} has two budgets, but must have one", note)
        first.setdefault(key, entry)


def _bounds(metric: str, node: Located, report: Report) -> Bounds:
    if not isinstance(node, Table):
        return {"max": _limit(metric, node, report)}
    if not node.pairs:
        fail(report, node, "CC301", f"a limit needs {', '.join(BOUNDS[:-1])} or {BOUNDS[-1]}, but has none")
    for key, _ in node.pairs:
        if key.text not in BOUNDS:
            hint = report.suggest(key.text, BOUNDS)
            report.error(key, "CC301", f"a limit has min, max or warn, but not {shortened(key.text)}{hint}")
    return {key.text: _limit(metric, value, report) for key, value in node.pairs if key.text in BOUNDS}


def _limit(metric: str, node: Located, report: Report) -> Limit:
    relative = isinstance(node, Scalar) and node.text.endswith(("%", "x"))
    if isinstance(node, Scalar) and relative and (match := re.fullmatch(_RELATIVE, node.text)):
        try:
            value = literal(match[1])
        except ExpressionError as error:
            fail(report, node, "CC301", error.message)
        if value is not None:
            return Limit(value, match[2], node)
    return Limit(figure(node, metric, report).value, "", node)


def require(node: Located, report: Report) -> list[Requirement]:
    """What all variants must share with the baseline: `same`, or bounds."""
    result: list[Requirement] = []
    for key, value in _table(node, "require", report):
        try:
            _metric(key, report)
            if isinstance(value, Scalar) and value.text == "same":
                result.append(Requirement(key.text, None, value))
            elif isinstance(value, Table):
                bounds = _bounds(key.text, value, report)
                _check_meaning(key.text, None, bounds, value, report)
                result.append(Requirement(key.text, bounds, value))
            else:
                wanted = f"{key.text} must be `same` or bounds {{min: ...}}"
                fail(report, value, "CC301", f"{wanted}, but is {kind_of(value)}")
        except Failed:
            continue
    return result


def _metric(key: Scalar, report: Report, others: tuple[str, ...] = ()) -> None:
    if key.text not in METRICS:
        hint = report.suggest(key.text, (*METRICS, *others))
        fail(report, key, "CC301", f"there is no figure {shortened(key.text)}{hint}")


def _table(node: Located, what: str, report: Report) -> list[tuple[Scalar, Located]]:
    if isinstance(node, Table):
        return node.pairs
    report.error(node, "CC301", f"{what} must be a map of figures, but this is {kind_of(node)}")
    return []


# What no network could meet, or what means nothing. ----------------------------------------------------------------


class _Meaningless(Exception):
    """Bounds that cannot be judged whatever the network is, with the reason."""


def _check_meaning(metric: str, of: str | None, bounds: Bounds, node: Located, report: Report) -> None:
    """Raises Failed after reporting bounds that cannot be judged, whatever the network is."""
    try:
        _check_metric(metric, of)
        for word, found in bounds.items():
            for limit in found if isinstance(found, tuple) else [found]:
                _check_bound(metric, of, word, limit)
        _check_order(bounds)
    except _Meaningless as reason:
        fail(report, node, "CC306", str(reason))


def _check_metric(metric: str, of: str | None) -> None:
    name = json_name(metric)
    if name == "output":
        raise _Meaningless("output is a shape and has no limit; `expect` and `require` judge it")
    if of is not None and name not in (*SUMS, *PER_AXIS, "layers"):
        raise _Meaningless(f"{metric} is a figure of the whole network, so its budget must have no `of`")


def _check_bound(metric: str, of: str | None, word: str, limit: Limit) -> None:
    if limit.relative and metric in PER_AXIS:
        raise _Meaningless(f"a limit on {metric} must be a number of positions, but is {as_written(limit)}")
    if limit.relative == "%" and word != "max_increase" and of is None:
        raise _Meaningless(
            f"{as_written(limit)} is a share of the network's total, so it needs `of`: a layer, a glob or each"
        )
    if word == "max_increase" and (limit.relative == "x" or metric in PER_AXIS or of == EACH):
        what = as_written(limit) if limit.relative == "x" else "this figure" if metric in PER_AXIS else "each layer"
        raise _Meaningless(f"max_increase is a number or a percentage of one sum, but there is none of {what}")
    if of == EACH and limit.relative == "x":
        raise _Meaningless(f"{as_written(limit)} is of the baseline's sum, but each layer is judged alone")


def _check_order(bounds: Bounds) -> None:
    """Bounds of one kind leave room between them."""
    low, high, warn = (bound if isinstance(bound := bounds.get(word), Limit) else None for word in BOUNDS)
    if low and high and low.relative == high.relative and low.value > high.value:
        raise _Meaningless(f"min {as_written(low)} must be at most max {as_written(high)}, but is above it")
    wanted = None
    if warn and high and warn.relative == high.relative and warn.value >= high.value:
        wanted = f"below max {as_written(high)}"
    elif warn and low and not high and warn.relative == low.relative and warn.value <= low.value:
        wanted = f"above min {as_written(low)}"
    if warn and wanted:
        raise _Meaningless(f"warn {as_written(warn)} must be {wanted}, but is not: it would never be told")


def check_baseline(entries: Iterable[Budget | Requirement], report: Report) -> None:
    """Report shares of the baseline, in a spec that has none."""
    for entry in entries:
        for found in (entry.bounds or {}).values():
            if isinstance(found, Limit) and found.relative == "x":
                report.error(entry.node, "CC306", of_no_baseline(found))


def of_no_baseline(limit: Limit) -> str:
    """What is wrong with a share of the baseline in a spec without variants."""
    return f"{as_written(limit)} is of the baseline, but the spec has no variants"


def as_written(limit: Limit) -> str:
    """A limit as the spec has it."""
    return limit.node.text if isinstance(limit.node, Scalar) else ""
