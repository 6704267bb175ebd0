"""What one asks of a receptive field, answered in sentences and a table, for every format."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING, Any

from .. import wording
from ..analysis.field.extent import NOTHING, WHOLE
from ..analysis.field.report import Box, Influence, Need, Tiling, length
from ..analysis.field.runs import count
from ..ops.core.fields import axis_name, by
from ..types import dims
from .analysis import field_figures, fraction, network_field, scales
from .blocks import ALWAYS, COUNT, FIGURE, FOUND, SHARE, TEXT, Column, Table
from .field_layers import RAW, layer_table, rows
from .problem import problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..analysis.field.extent import Interval
    from ..analysis.field.influence import Profile
    from ..analysis.field.report import Answer, FieldRow
    from .field_layers import Result, View

SCHEMA = "convcost.receptive_field/1"

HELD = 95
"""The percentage of the influence whose width is told."""
FIELD = {"first": "first", "last": "last", "size": "size"}
INSIDE = {"inside_first": "first inside", "inside_last": "last inside", "inside": "size inside"}
MIDDLE = {f"first_{HELD}": f"{HELD} % from", f"last_{HELD}": f"{HELD} % to", f"size_{HELD}": f"{HELD} % size"}


def lead(answer: Answer) -> str:
    """The answer in a sentence; a table and `remarks` follow."""
    match answer:
        case Box():
            return f"position {place(answer.position)} of {answer.layer} reads {_positions(answer)}"
        case Influence():
            return f"influence of the input on position {place(answer.position)} of {answer.layer}"
        case Tiling():
            tiles, outputs = zip(*[(one.size, one.outputs) for one in answer.tiles])
            return f"{answer.layer} in tiles of {dims(tiles)}: {dims(outputs)} outputs of each are valid"
    return _need(answer)


def _positions(box: Box) -> str:
    what = "x".join(str(length(interval)) for interval in box.reads)
    if box.read == box.size:
        return f"a box of {what} input positions" if box.read else "nothing"
    return f"{box.read:,} of {box.size:,} input positions: a box of {what} with holes"


def _need(need: Need) -> str:
    if need.size is None:
        return f"{need.layer} depends on the whole input: a field of {need.wanted} is reached already"
    now = f"the network's field is {need.size} at {need.layer}"
    if need.already:
        return f"{now}: {need.wanted} is reached already"
    if need.changes:
        return f"{now}: one of these changes brings it to {need.wanted}"
    best = max(need.best, need.size)
    short = f"{need.wanted - best} short"
    return f"{now}: no change of a single layer brings it to {need.wanted}; the best reaches {best}, {short}"


def remarks(answer: Answer) -> list[str]:
    """What follows from an answer's figures."""
    match answer:
        case Box(padding=(0, _)):
            return ["all of the box lies inside the input"]
        case Box(padding=(outside, total)):
            return [f"{wording.percent(outside, total)} of the box lies outside the input: padding"]
        case Influence():
            return [
                f"{HELD} % of the influence lies within {_widths(answer)}",
                "(often called the effective receptive field; assumes equal weights, no nonlinearity)",
            ]
        case Tiling():
            return [f"{wording.percent(*answer.done_twice)} of the work is done twice: neighboring tiles repeat it"]
        case Need(already=False, changes=(_, *_)):
            return [*_more(answer), "(padding grows with the window, so that no shape changes)"]
        case Need(already=False):
            return ["(no window is made larger than from one end of its map to the other: beyond is padding only)"]
    return []


def _more(need: Need) -> list[str]:
    if not need.more:
        return []
    others = f"{need.more:,} more changes do" if need.more > 1 else "1 more change does"
    return [f"{others}: shown are those that change a window least"]


def _widths(answer: Influence) -> str:
    """`165 of the 315 positions (52.4 %) along each axis`"""
    every = [(length(one.width(HELD)), len(one.counts)) for one in answer.profiles]
    rank = len(every)
    texts = [f"{held} of {size} positions ({wording.percent(held, size)})" for held, size in every]
    if rank == 1 or len(set(texts)) > 1:
        return " and ".join(f"{text} of the {axis_name(rank, i)}" for i, text in enumerate(texts))
    return f"{texts[0]} along each axis"


def answer_table(answer: Answer) -> Table[Any]:
    """The figures of an answer: a row per axis, or per change."""
    match answer:
        case Box():
            return _box_table(answer)
        case Influence():
            return _influence_table(answer)
        case Tiling():
            return _tiling_table(answer)
    return _need_table(answer)


def raw_table(result: Result, view: View) -> Table[Any]:
    """What a spreadsheet gets: every figure of the layers, or the answer; of an influence, every position."""
    if not result.answer:
        return layer_table(result, view, RAW)
    return _paths_table(result.answer) if isinstance(result.answer, Influence) else answer_table(result.answer)


def _paths_table(answer: Influence) -> Table[Any]:
    every = [
        (axis_name(len(answer.profiles), i), one.start + k, count)
        for i, one in enumerate(answer.profiles)
        for k, count in enumerate(one.counts)
    ]
    return Table(
        [
            Column("axis", "axis", TEXT, lambda row: row[0]),
            Column("position", "position", FIGURE, lambda row: row[1]),
            Column("paths", "paths", COUNT, lambda row: row[2]),
        ],
        every,
    )


def _box_table(box: Box) -> Table[int]:
    return Table(
        [
            *_axis_columns(box.position),
            *_interval_columns(box.reads, FIELD),
            Column("read", "read", FIGURE, lambda i: count(box.runs[i]), keep=4),
            *_interval_columns(box.inside, INSIDE),
        ],
        range(len(box.position)),
    )


def _influence_table(answer: Influence) -> Table[int]:
    fields = [(one.start, one.start + len(one.counts) - 1) for one in answer.profiles]
    held = [one.width(HELD) for one in answer.profiles]
    return Table(
        [
            *_axis_columns(answer.position),
            *_interval_columns(fields, FIELD),
            *_interval_columns(held, MIDDLE),
            Column("share", "share", SHARE, lambda i: (length(held[i]), length(fields[i])), keep=4),
        ],
        range(len(fields)),
    )


def _tiling_table(answer: Tiling) -> Table[int]:
    tiles = answer.tiles
    return Table(
        [
            Column("axis", "axis", TEXT, lambda i: axis_name(len(tiles), i)),
            Column("tile", "tile", FIGURE, lambda i: tiles[i].size),
            Column("halo_before", "halo before", FIGURE, lambda i: tiles[i].before),
            Column("halo_after", "halo after", FIGURE, lambda i: tiles[i].after),
            Column("overlap", "overlap", FIGURE, lambda i: tiles[i].overlap),
            Column("outputs", "valid outputs", FIGURE, lambda i: tiles[i].outputs),
            Column("step", "step", FIGURE, lambda i: tiles[i].step),
        ],
        range(len(tiles)),
    )


def _need_table(need: Need) -> Table[Any]:
    return Table(
        [
            Column("layer", "layer", TEXT, lambda row: row.layer),
            Column("change", "change", TEXT, lambda row: row.field),
            Column("before", "from", FIGURE, lambda row: by(row.before, 1)),
            Column("value", "to", FIGURE, lambda row: by(row.value, 1)),
            Column("size", "field", FIGURE, lambda row: row.size),
            Column("added_macs", "added MACs", COUNT, lambda row: row.added_macs),
            Column("coverage", "coverage", SHARE, lambda row: row.coverage or (0, 0), keep=4),
            Column("useful", "useful", SHARE, lambda row: row.useful, keep=3),
        ],
        need.changes,
    )


def _axis_columns(position: tuple[int, ...]) -> list[Column[int]]:
    return [
        Column("axis", "axis", TEXT, lambda i: axis_name(len(position), i)),
        Column("position", "position", FIGURE, lambda i: position[i], keep=2),
    ]


def _interval_columns(intervals: Sequence[Interval], headings: dict[str, str]) -> list[Column[int]]:
    """An interval per axis: its ends and its length."""
    values: tuple[Callable[[int], object], ...] = (
        lambda i: wording.NOTHING if (interval := intervals[i]) is None else interval[0],
        lambda i: wording.NOTHING if (interval := intervals[i]) is None else interval[1],
        lambda i: length(intervals[i]),
    )
    keep = (3, 3, ALWAYS)  # in a narrow terminal its length says most
    return [Column(*names, FOUND, value, keep) for names, value, keep in zip(headings.items(), values, keep)]


def place(position: Sequence[int]) -> str:
    """A position as people write it.

    >>> place((5, 7))
    '5,7'
    """
    return ",".join(map(str, position))


def members(result: Result, view: View) -> Iterator[tuple[str, object]]:
    """A network's fields, and the answer to a question under the question's name."""
    report = result.report
    yield "schema", SCHEMA
    yield "name", report.name
    yield "variant", report.variant
    yield "input", report.inputs
    yield "input_assumed", report.input_assumed
    yield "wrt", report.wrt
    yield "network", network_field(report.network, report.grid)
    yield "grid", scales(report.grid)
    if result.answer:
        yield _answer_member(result.answer)
    yield "layers", map(_member, rows(result, view))
    yield "notes", map(problem, report.notes)


def _member(row: FieldRow) -> dict[str, object]:
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


def _answer_member(answer: Answer) -> tuple[str, object]:
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
    return "need", _need_member(answer)


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


def _need_member(need: Need) -> dict[str, object]:
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


FIELDS = "convcost.receptive_field/1"
