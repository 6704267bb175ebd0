"""What a whole network costs: its figures, each with what it is or what it comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import wording
from ..analysis.field.extent import WHOLE
from ..figures import FIGURES
from ..types import Record, dims
from .blocks import ARROW, FIGURE, TEXT, Column, Heading, Table
from .texts import field_text, first_output, stride_text

if TYPE_CHECKING:
    from ..analysis.cost import Analysis, Totals
    from ..analysis.field.report import FieldReport
    from ..types import Shape


class Total(Record):
    """A figure of the network, as it is shown, and a word about it."""

    heading: str
    value: str
    remark: str


def totals_table(analysis: Analysis, exact: bool) -> Table[Total]:
    """Every figure of a network, one per row."""
    number = wording.exact if exact else wording.count
    totals, dtype = analysis.totals, analysis.dtype
    weights = dtype.weights if dtype.bias == dtype.weights else f"{dtype.weights}, biases {dtype.bias}"
    shown = {
        "params": ("", f"{number(totals.weight_bytes, 'B')} of weights ({weights})"),
        "macs": ("", "for one sample"),
        "useful_macs": ("", _useful(totals)),
        "flops": ("", "2 x MACs"),
        "elementwise": ("", "bias, activation, pooling, ..."),
        "activations": ("", "elements of all layer outputs"),
        "peak_activation_bytes": ("B", f"activations alive at once ({dtype.activations})"),
    }
    rows = [
        Total(FIGURES[key].heading, number(getattr(totals, key), unit), remark) for key, (unit, remark) in shown.items()
    ]
    rows.append(Total(FIGURES["receptive_field"].heading, *field(analysis)))
    rows.append(Total(FIGURES["grid"].heading, wording.grid(analysis.grid), _computed(analysis)))
    return Table(
        [
            Column("figure", "figure", TEXT, lambda row: row.heading),
            Column("value", "total", FIGURE, lambda row: row.value),
            Column("remark", "", TEXT, lambda row: row.remark),
        ],
        rows,
    )


def field(analysis: Analysis) -> tuple[str, str]:
    """The receptive field of a network, and where it was taken."""
    found = analysis.receptive_field
    if found is None:
        return field_text(analysis.unbounded or ()), analysis.windowless
    where = f"{found.layer}{first_output(analysis.outputs)}"
    return field_text(found.extents), f"receptive field at {where}, {stride_text(found.extents)}"


def _computed(analysis: Analysis) -> str:
    grid = analysis.grid
    if grid is None:  # the line above says why there is none where no path leads from the input
        return "no path but through the whole input" if analysis.unbounded is WHOLE else ""
    return "every position is computed" if set(grid) == {1} else "of each axis is ever computed"


def _useful(totals: Totals) -> str:
    share = wording.percent(totals.useful_macs, totals.macs)
    return share if totals.useful_macs == totals.macs else f"{share}; the rest is padding or crop"


def tensors(named: dict[str, Shape]) -> str:
    """Inputs or outputs of a network: a lone one without its name.

    >>> tensors({"image": (3, 8, 8), "depth": (1, 8, 8)})
    'image 3x8x8, depth 1x8x8'
    """
    if len(named) == 1:
        return dims(*named.values())
    return ", ".join(f"{name} {dims(shape)}" for name, shape in named.items())


def title(result: Analysis | FieldReport) -> str:
    """What is shown: the network's name, and its variant."""
    return f"{result.name} ({result.variant})" if result.variant else result.name


def heading(result: Analysis | FieldReport) -> Heading:
    """What is shown, and what enters and leaves it."""
    return Heading(title(result), (tensors(result.inputs), " ", ARROW, " ", tensors(dict(result.outputs))))
