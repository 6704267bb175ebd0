"""Published receptive fields: every row of the TF-slim table, and every row of the layer tables of whole networks."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.field.extent import network_field, receptive_fields
from convcost.api.network import Network
from convcost.graph import Graph
from tests.analysis.field.definitions import Nowhere, grow
from tests.test_ground_truth import ROWS, TABLES, build

if TYPE_CHECKING:
    from convcost.analysis.field.extent import Field
    from convcost.graph import Node
    from tests.test_ground_truth import Row

DATA = Path(__file__).parents[2] / "data" / "ground_truth"

# TF-slim's networks (Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks") ---

with (DATA / "receptive_fields.csv").open(encoding="utf-8", newline="") as lines:
    SLIM = list(csv.DictReader(lines))


@cache
def slim_fields(network: str, resolution: str) -> dict[str, Field]:
    """Fields by end-point; a resolution of None is that of the spec."""
    size = None if resolution == "None" else f"3x{resolution}x{resolution}"
    graph = Network.from_file(str(DATA / "rf_specs" / f"{network}.yaml"), input=size).graph()
    return {
        name: field for node, field in zip(graph.nodes, receptive_fields(graph)) for name in (node.name, node.title)
    }


def test_the_table_of_tf_slim_has_165_rows() -> None:
    assert len(SLIM) == 165


@pytest.mark.parametrize("row", SLIM, ids=lambda row: f"{row['resolution']}-{row['end_point']}")
def test_an_end_point_of_tf_slim(row: dict[str, str]) -> None:
    field = slim_fields(row["cnn"], row["resolution"])[row["end_point"]]
    assert isinstance(field, tuple)
    for extent in field:
        assert (extent.smallest, extent.largest) == (int(row["rf"]), int(row["rf"]))
        assert extent.stride == (int(row["effective_stride"]), 1)
        if row["effective_padding"] != "None":
            assert extent.start == -int(row["effective_padding"])


RESNETS = {  # size and padding; torchvision strides in the 3x3, the authors' models in the first 1x1 ("early")
    "resnet18": (435, 217),
    "resnet34": (899, 449),
    "resnet50": (427, 213),
    "resnet101": (971, 485),
    "resnet152": (1451, 725),
    "resnet50_early": (483, 241),
    "resnet101_early": (1027, 513),
    "resnet152_early": (1507, 753),
}


@pytest.mark.parametrize("variant", RESNETS)
def test_a_resnet_sees_more_where_the_stride_comes_early(variant: str) -> None:
    graph = Network.from_file(str(DATA / "rf_specs" / "resnet.yaml")).graph(variant)
    field = network_field(graph, receptive_fields(graph))
    assert field
    assert {(e.largest, -(e.start or 0), e.stride) for e in field.extents} == {(*RESNETS[variant], (32, 1))}


# The layer tables -------------------------------------------------------------------------------------------
# A table lists layers, not who feeds whom. Its layers form a chain but for the units below: the name of a layer says
# what it reads inside its unit ("" is what enters the unit), and what the parts of a unit become at its end.

RESIDUAL = (r"(b\d+u\d+)(a|b|c|sc)$", {"a": "", "b": "a", "c": "b", "sc": ""}, "add", ("c", "sc"))
SKIP = (r"(score_pool\d)(c?)$", {"score": "pool", "c": "score"}, "add", ("c", ""))
UNITS: dict[str, tuple[str, dict[str, str], str, tuple[str, ...]]] = {
    "squeezenet1_1": (r"(f\d)(s|e1|e3)$", {"s": "", "e1": "s", "e3": "s"}, "concat", ("e1", "e3")),
    "googlenet_bvlc": (
        r"(\d\w)_(1x1|3x3r|3x3|5x5r|5x5|pool|proj)$",
        {"1x1": "", "3x3r": "", "3x3": "3x3r", "5x5r": "", "5x5": "5x5r", "pool": "", "proj": "pool"},
        "concat",
        ("1x1", "3x3", "5x5", "proj"),
    ),
    "resnet50_torchvision": RESIDUAL,
    "resnext50_32x4d": RESIDUAL,
    "mobilenet_v2": (r"(b\d+)(e|dw|p)$", {"e": "", "dw": "e", "p": "dw"}, "add", ("p", "")),
    "fcn8s_voc_500": SKIP,
    "fcn16s_voc_500": SKIP,
}


class Wiring:
    """Builds the network of a layer table."""

    def __init__(self, table: str) -> None:
        rows = [row for row in ROWS if row.table == table]
        self.graph = Graph(table)
        self.last: Node = self.graph.add_input("input", rows[0].incoming, Nowhere())
        self.layers: dict[str, Node] = {}
        self.unit = ""
        self.parts: dict[str, Node] = {}
        self.pattern, self.inside, self.word, self.joined = UNITS.get(table, (r"(?!)", {}, "", ()))
        for row in rows:
            found = re.match(self.pattern, row.fields["layer"])
            self.end_unit(found[1] if found else "")
            if found:
                self.add_part(row, *found.groups())
            else:
                self.last = self.add(row, self.last, *self.references(row))
        self.end_unit("")
        self.graph.outputs = [self.last]

    def add(self, row: Row, *inputs: Node) -> Node:
        op, _ = build(row)
        node, problems = self.graph.add(row.fields["layer"], op, inputs, Nowhere())
        assert node
        assert not problems
        assert node.shape == row.outgoing[: len(node.shape)]
        self.layers[row.fields["layer"]] = node
        return node

    def references(self, row: Row) -> list[Node]:
        """What a layer reads beside the one before it."""
        if row.fields["op"] == "unpool":
            return [self.layers[f"pool{row.fields['layer'][-1]}"]]
        return [self.graph.inputs[0]] if row.fields["op"] == "crop" else []

    def add_part(self, row: Row, unit: str, part: str) -> None:
        if not self.unit:
            self.unit, self.parts = unit, {"": self.last}
        if unit.startswith("score_pool"):  # the score of an earlier pool, then cropped to the size of the last score
            self.parts["pool"] = self.layers[unit.removeprefix("score_")]
            part = part or "score"
        source = self.parts.get(self.inside[part], self.parts[""])
        self.parts[part] = self.add(row, source, *([self.last] if row.fields["op"] == "crop" else []))

    def end_unit(self, following: str) -> None:
        """Join the parts of a unit where the next row belongs to another; MobileNetV2 adds only equal shapes."""
        if self.unit and self.unit != following:
            parts = [self.parts.get(part, self.parts[""]) for part in self.joined]
            self.unit = ""
            self.last = grow(self.graph, self.word, *parts) or parts[0]


@cache
def wired(table: str) -> Wiring:
    return Wiring(table)


@pytest.mark.parametrize("table", [path.stem for path in TABLES])
def test_every_layer_of_a_published_network_has_its_field(table: str) -> None:
    wiring = wired(table)
    field_of = {id(node): field for node, field in zip(wiring.graph.nodes, receptive_fields(wiring.graph))}
    wrong = {}
    for row in ROWS:
        if row.table == table and row.fields["rf_max"]:
            field = field_of[id(wiring.layers[row.fields["layer"]])]
            found = {(e.smallest, e.largest) for e in field} if isinstance(field, tuple) else {str(field)}
            if found != {(int(row.fields["rf_min"]), int(row.fields["rf_max"]))}:
                wrong[row.fields["layer"]] = found
    assert wrong == {}


def test_all_but_the_classifiers_and_global_pools_of_the_tables_have_a_field() -> None:
    bare = [row for row in ROWS if not row.fields["rf_max"]]
    assert {row.fields["op"] for row in bare} == {"fc", "gap"}
    assert len(ROWS) - len(bare) == 504


def test_parallel_and_skipping_layers_were_wired_as_such() -> None:
    merges = {name: sum(node.op.merges for node in wired(name).graph.nodes) for name in UNITS}
    assert merges == {
        "squeezenet1_1": 8,
        "googlenet_bvlc": 9,
        "resnet50_torchvision": 16,
        "resnext50_32x4d": 16,
        "mobilenet_v2": 10,
        "fcn8s_voc_500": 2,
        "fcn16s_voc_500": 1,
    }


def size_after(table: str, layer: str, word: str, **fields: Any) -> set[tuple[int, int]]:
    """(min, max) of one more layer on a layer of a network."""
    wiring = Wiring(table)
    assert grow(wiring.graph, word, wiring.layers[layer], **fields)
    field = receptive_fields(wiring.graph)[-1]
    assert isinstance(field, tuple)
    return {(extent.smallest, extent.largest) for extent in field}


def test_what_follows_a_network_sees_more() -> None:
    """Long, Shelhamer and Darrell 2015, table 1: the 907 of FCN-GoogLeNet needs its pool, fc6 of FCN-AlexNet sees 355.
    Chen et al. 2015, DeepLab: fc6 of 4x4 with rate 4."""
    assert size_after("googlenet_bvlc", "5b_5x5", "avg_pool", kernel=7) == {(907, 907)}
    assert size_after("alexnet_bvlc", "pool5", "conv", out=1, kernel=6) == {(355, 355)}
    wide = {"out": 1, "kernel": 4, "dilation": 4, "padding": 6}
    assert size_after("deeplab_largefov_513", "pool5a", "conv", **wide) == {(339, 339)}
