"""The figures of a network as a person reads them: its grid, and its field or why it has none of some size."""

from __future__ import annotations

import pytest

from convcost.api.network import Network
from convcost.render.field_layers import Result, conclusion
from convcost.render.totals import field, totals_table
from tests.render.networks import analysis

CASES = {
    "paths of different strides": (  # trials: the field of position o reads from 4/5 o on and from o on
        (
            "input: [1, 16, 16]\n"
            "layers: [concat: {a: [avg_pool: 4, resize: {size: 16, mode: bilinear, align_corners: true}], b: []}]"
        ),
        ("8", "receptive field at concat1, no single stride"),
        "receptive field 4-8 at concat1, no single stride, grid 1: sees 25.0 % of the 16x16 input",
    ),
    "strides of its own on each axis": (
        "input: [1, 9, 9]\nlayers: [max_pool: {kernel: 1, stride: [1, 2]}]",
        ("1", "receptive field at max_pool1, stride 1x2"),
        "receptive field 1 at max_pool1, stride 1x2, grid 1 x 1/2: sees 1.2 % of the 9x9 input",
    ),
    "an input that nobody reads": (
        "input: {a: [3, 8, 8], b: [3, 8, 8]}\nlayers: [{conv: {out: 4, kernel: 3}, from: b}]",
        ("-", "the output depends on none of the input a"),
        "conv1 depends on none of the 8x8 input a",
    ),
    "an input that only a pool over all of another one meets": (
        "input: {a: [3, 8, 8], b: [3, 8, 8]}\nlayers: [{global_avg_pool: , from: b}, linear: 2]",
        ("-", "the output depends on none of the input a"),
        "linear1 depends on none of the 8x8 input a",
    ),
    "the whole input": (
        "input: {a: [3, 8, 8], b: [3, 8, 8]}\nlayers: [global_avg_pool, linear: 2]",
        ("all", "the output depends on the whole input a"),
        "receptive field at linear1: the whole 8x8 input a",
    ),
    "two outputs": (
        (
            "input: [1, 9, 9]\n"
            "layers: [{conv: {out: 1, kernel: 3}, name: a}, {conv: {out: 1, kernel: 3}, name: b}]\noutputs: [a, b]"
        ),
        ("3", "receptive field at a (for the first of 2 outputs), stride 1"),
        "receptive field 3 at a (for the first of 2 outputs), stride 1, grid 1: sees 11.1 % of the 9x9 input",
    ),
    "an output that is an input": (
        "input: [1, 4, 4]\nlayers: [relu]\noutputs: [input]",
        ("-", "the output is an input itself"),
        "",
    ),
    "no axes": (
        "input: [4]\nlayers: [relu]",
        ("-", "the output has no axes"),
        "relu1 has no axes, so no receptive field",
    ),
    "a field that is not computed": (
        "input: [1, 8191]\nlayers: [resize: {size: 8192}]",
        (
            "-",
            "the output has a field that is not computed: it is a pattern that repeats after more than 4,096 positions, or 10^100 of the input",
        ),
        "receptive field at resize1: not computed",
    ),
}


@pytest.mark.parametrize(("spec", "totals", "sentence"), CASES.values(), ids=CASES)
def test_the_field_of_a_network_is_told_as_it_is(spec: str, totals: tuple[str, str], sentence: str) -> None:
    network = Network.from_text(spec)
    assert field(network.analyze()) == totals
    assert conclusion(Result("", network.receptive_field())) == sentence


POOLS = "max_pool: {kernel: [8, 4]}, resize: {size: 16}"


@pytest.mark.parametrize(
    ("layers", "value", "remark"),
    [
        ("relu", "1", "every position is computed"),
        ("max_pool: 8", "1/8", "of each axis is ever computed"),
        (POOLS, "1/8 x 1/4", "of each axis is ever computed"),
        ("resize: {size: 12}", "3/4", "of each axis is ever computed"),
        ("flatten, linear: 2", "-", "no path but through the whole input"),
    ],
)
def test_the_grid_is_told_as_the_share_that_is_computed(layers: str, value: str, remark: str) -> None:
    rows = totals_table(analysis(f"{{input: [1, 16, 16], layers: [{layers}]}}"), exact=False).rows
    [grid] = [row for row in rows if row.heading == "grid"]
    assert (grid.value, grid.remark) == (value, remark)
