"""Receptive fields for programs: the members of the document that `convcost rf --json` writes."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

from ..analysis.field_report import Box, Influence, Need, Tiling, length
from ..analysis.receptive_field import NOTHING, WHOLE
from ..ops.base import axis_name
from .answers import HELD
from .fields import rows
from .json import FIELDS, field_figures, fraction, network_field, problem, scales

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..analysis.field_report import Answer, FieldRow
    from ..analysis.profile import Profile
    from .fields import Result, View


def members(result: Result, view: View) -> Iterator[tuple[str, object]]:
    """A network's fields, and the answer to a question under the question's name."""
    report = result.report
    yield "schema", FIELDS
    yield "name", report.name
    yield "variant", report.variant
    yield "input", report.inputs
    yield "input_assumed", report.input_assumed
    yield "wrt", report.wrt
    yield "network", network_field(report.network, report.grid)
    if result.answer:
        yield _answer(result.answer)
    yield "layers", map(_layer, rows(result, view))
    yield "notes", map(problem, report.notes)


def _layer(row: FieldRow) -> dict[str, object]:
    """A row; one that stands for several layers has no operation but their number."""
    known = {"name": row.name, "op": row.op, "output_shape": row.output_shape, **_figures(row)}
    return {**known, "layers": row.layers} if row.op is None else known


def _figures(row: FieldRow) -> dict[str, object]:
    """Lists with a value per axis. A size of null is the whole input; a field that cannot be listed says so."""
    figures: dict[str, object] = dict.fromkeys(("size", "min", "max", "stride", "start", "center", "coverage"))
    figures["grid"] = scales(row.grid)
    if isinstance(row.field, tuple):
        return {**figures, **field_figures(row.field), "coverage": _share(row.coverage)}
    if row.field is NOTHING:
        return {**figures, "size": 0, "min": 0, "max": 0}
    return figures if row.field is WHOLE else {**figures, "unknown": str(row.field)}


def _share(value: tuple[int, int] | None) -> int | str | None:
    if value is None:
        return None
    common = gcd(*value)
    return fraction((value[0] // common, value[1] // common))


def _answer(answer: Answer) -> tuple[str, object]:
    match answer:
        case Box():
            return "unit", {
                "layer": answer.layer,
                "position": answer.position,
                "reads": answer.reads,
                "inside": answer.inside,
                "padding": _share(answer.padding),
                "read": answer.read,
                "of": answer.size,
            }
        case Influence():
            axes = enumerate(answer.profiles)
            return "profile", {
                "layer": answer.layer,
                "position": answer.position,
                "axes": [{"axis": axis_name(len(answer.profiles), i), **_profile(one)} for i, one in axes],
            }
        case Tiling():
            return "tile", {
                "layer": answer.layer,
                **{key: [getattr(one, key) for one in answer.tiles] for key in TILE},
                "done_twice": _share(answer.done_twice),
            }
    return "need", _need(answer)


TILE = ("size", "before", "after", "overlap", "outputs", "step")


def _profile(profile: Profile) -> dict[str, object]:
    held = profile.width(HELD)
    size = len(profile.counts)
    return {
        "first": profile.start,
        "size": size,
        f"first_{HELD}": held[0],
        f"size_{HELD}": length(held),
        "share": _share((length(held), size)),
        "paths": profile.counts,
    }


def _need(need: Need) -> dict[str, object]:
    return {
        "wanted": need.wanted,
        "layer": need.layer,
        "size": need.size,
        "met": need.met,
        "changes": [
            {**change._asdict(), "coverage": _share(change.coverage), "useful": _share(change.useful)}
            for change in need.changes
        ],
        "more": need.more,
        "best": need.best,
    }
