"""Published networks: figures of papers, of model files and of other implementations, never our own.

`ground_truth/layers/*.csv` hold one row per layer, made from the authors' model files; `ground_truth/specs` hold whole
networks with what is expected of them.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import yaml

import convcost
from convcost.ops import find

if TYPE_CHECKING:
    from convcost.ops.core.operation import Op
    from convcost.types import Shape

HERE = Path(__file__).parents[0]
EXAMPLES = HERE.parent / "examples"
SPECS = sorted((HERE / "data" / "ground_truth" / "specs").glob("*.yaml"))
TABLES = sorted((HERE / "data" / "ground_truth" / "layers").glob("*.csv"))


# Whole networks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in SPECS if path.stem != "stage"], ids=lambda path: path.stem)
def test_a_spec_gives_the_figures_that_it_expects(path: Path) -> None:
    expected = yaml.safe_load(path.read_text(encoding="utf-8"))["expect"]
    analysis = convcost.load(str(path)).analyze()
    assert analysis.totals.params == expected["params"]
    assert analysis.totals.macs == expected["macs"]
    assert [shape for _, shape in analysis.outputs] == [tuple(expected["output"])]


@pytest.mark.parametrize(
    ("variant", "params", "macs"), [("standard", 590_080, 115_605_504), ("separable", 68_352, 13_296_640)]
)
def test_a_stage_costs_what_the_arithmetic_of_its_paper_says(variant: str, params: int, macs: int) -> None:
    totals = convcost.load(str(HERE / "data" / "ground_truth" / "specs" / "stage.yaml")).analyze(variant).totals
    assert (totals.params, totals.macs) == (params, macs)


def test_a_separable_stage_needs_8_69_times_fewer_macs() -> None:
    comparison = convcost.load(str(HERE / "data" / "ground_truth" / "specs" / "stage.yaml")).compare()
    separable = next(variant for variant in comparison.variants if variant.name == "separable")
    assert round(comparison.ratio(separable, "macs"), 2) == 8.69


def test_swapping_one_block_of_mobilenet_is_table_4_of_its_paper() -> None:
    path = EXAMPLES / "mobilenet_vs_conv.yaml"
    comparison = convcost.load(str(path)).compare()
    full, separable = comparison.variants
    assert comparison.base == full
    assert (full.analysis.totals.macs, full.analysis.totals.params) == (4_867_293_184, 29_294_088)
    assert (separable.analysis.totals.macs, separable.analysis.totals.params) == (568_740_352, 4_231_976)
    assert round(comparison.ratio(separable, "macs"), 2) == 8.56
    assert round(comparison.ratio(separable, "params"), 2) == 6.92
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 45


# Layer by layer ---------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """One line of a layer table."""

    table: str
    fields: dict[str, str]

    def __str__(self) -> str:
        return f"{self.table}:{self.fields['layer']}"

    def numbers(self, column: str) -> tuple[int, ...]:
        return tuple(int(part) for part in self.fields[column].split("x")) if self.fields[column] else ()

    @property
    def incoming(self) -> Shape:
        return self.numbers("in_chw")

    @property
    def outgoing(self) -> Shape:
        return self.numbers("out_chw")


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [Row(path.stem, fields) for fields in csv.DictReader(lines)]


ROWS = [row for path in TABLES for row in rows(path)]

# Caffe always rounds the size of a pool up; torchvision's networks round down.
CAFFE = {
    "alexnet_bvlc",
    "deconvnet_224",
    "deeplab_largefov_513",
    "fcn16s_voc_500",
    "fcn32s_voc_500",
    "fcn8s_voc_500",
    "googlenet_bvlc",
    "segnet_camvid_360x480",
}
# Long et al. 2015, the authors' model files: where the Crop layers begin.
CROPS = {
    "fcn16s_voc_500:score": 27,
    "fcn16s_voc_500:score_pool4c": 5,
    "fcn32s_voc_500:score": 19,
    "fcn8s_voc_500:score": 31,
    "fcn8s_voc_500:score_pool3c": 9,
    "fcn8s_voc_500:score_pool4c": 5,
}


def operation(word: str, **fields: Any) -> Op:
    found = find(word)
    assert found
    return found(**fields)


def window(row: Row) -> dict[str, Any]:
    top, left, bottom, right = row.numbers("pad_tlbr")
    sides = ((top, bottom), (left, right))
    return {"kernel": row.numbers("kernel"), "stride": row.numbers("stride"), "padding": sides}


def build(row: Row) -> tuple[Op, tuple[Shape, ...]]:
    """The layer of a row as an operation, and the shapes that feed it."""
    kind, bias = row.fields["op"], row.fields["bias"] != "0"
    if kind in ("conv", "tconv"):
        word = {"conv": "conv", "tconv": "conv_transpose"}[kind]
        fields = {"dilation": row.numbers("dilation"), "groups": int(row.fields["groups"]), "bias": bias}
        return operation(word, out=row.outgoing[0], **window(row), **fields), (row.incoming,)
    if kind == "pool":
        return operation("max_pool", ceil_mode=row.table in CAFFE, **window(row)), (row.incoming,)
    if kind == "unpool":
        return unpool(row)
    if kind == "crop":
        return operation("crop", like="reference", offset=CROPS[str(row)]), (row.incoming, row.outgoing)
    if kind == "fc":
        return operation("linear", out=row.outgoing[0], bias=bias), (row.incoming,)
    assert kind == "gap", kind
    return operation("global_avg_pool"), (row.incoming,)


def unpool(row: Row) -> tuple[Op, tuple[Shape, ...]]:
    """The unpooling layers are numbered like the pools that they undo."""
    number = row.fields["layer"][-1]
    pool = next(other for other in ROWS if other.table == row.table and other.fields["layer"] == f"pool{number}")
    return operation("max_unpool", pool="pool").bind(build(pool)), (row.incoming, pool.outgoing)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_layer_of_a_published_network(row: Row) -> None:
    op, shapes = build(row)
    assert [*op.form(), *op.complaints(*shapes), *op.check(*shapes)] == []
    vector = row.fields["op"] == "fc"  # the tables write 4096x1x1 for a vector
    assert op.shape(*shapes) == (row.outgoing[:1] if vector else row.outgoing)
    assert op.params(*shapes) == int(row.fields["weights"]) + int(row.fields["bias"])
    assert op.macs(*shapes) == int(row.fields["macs"])


def test_no_row_of_the_tables_is_left_out() -> None:
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in TABLES)
    assert len(ROWS) == lines == 524


# Sums of whole tables ---------------------------------------------------------------------------------------

PUBLISHED = {  # learnable numbers and MACs of the networks of which the tables hold every layer
    "alexnet_bvlc": (60_965_224, 724_406_816),
    "alexnet_torchvision": (61_100_840, 714_188_480),
    "deconvnet_224": (251_805_653, 32_745_979_904),
    "deeplab_largefov_513": (20_505_429, 128_584_633_024),
    "fcn16s_voc_500": (134_815_994, 181_448_086_272),
    "fcn32s_voc_500": (136_152_917, 181_365_854_976),
    "fcn8s_voc_500": (134_489_759, 181_529_034_048),
    "googlenet_bvlc": (6_998_552, 1_582_671_872),
    "mobilenet_v1_1.0_224": (4_231_976, 568_740_352),
    "mobilenet_v2": (3_504_872, 300_774_272),
    "resnet50_torchvision": (25_557_032, 4_089_184_256),
    "resnext50_32x4d": (25_028_904, 4_230_479_872),
    "segnet_camvid_360x480": (29_449_355, 106_712_432_640),
    "squeezenet1_1": (1_235_496, 349_151_936),
    "vgg16": (138_357_544, 15_470_264_320),
}
# The tables leave out batch normalisation. These networks have it after every convolution but the ones named.
NORMALISED = {
    "deconvnet_224": {"seg-score-voc"},
    "mobilenet_v1_1.0_224": set(),
    "mobilenet_v2": set(),
    "resnet50_torchvision": set(),
    "resnext50_32x4d": set(),
    "segnet_camvid_360x480": {"conv1_1_D"},
}


@pytest.mark.parametrize("table", PUBLISHED)
def test_the_layers_of_a_network_add_up_to_its_published_figures(table: str) -> None:
    params = macs = 0
    for row in ROWS:
        if row.table == table:
            op, shapes = build(row)
            params += op.params(*shapes) + normalisation(row)
            macs += op.macs(*shapes)
    assert (params, macs) == PUBLISHED[table]


def normalisation(row: Row) -> int:
    """Learnable numbers of the batch normalisation that follows a layer."""
    if row.fields["op"] not in ("conv", "tconv") or row.fields["layer"] in NORMALISED.get(
        row.table, {row.fields["layer"]}
    ):
        return 0
    return operation("batch_norm").params(row.outgoing)
