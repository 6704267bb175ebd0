"""Layers that other tools were measured to count wrongly: the right figure, and that none of theirs is ours."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from convcost.types import volume
from tests.ops.samples import made

with (Path(__file__).parents[1] / "data" / "cases" / "wrong_answers.csv").open() as file:
    ROWS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_macs(row):
    op, shape = made(row["operation"], json.loads(row["fields"])), tuple(json.loads(row["input_shape"]))
    macs = op.macs(shape)
    assert macs == int(row["nominal_macs"])
    reported = re.findall(r"(?<![x\d])\d+(?![x\d])", row["reported"])
    assert str(macs) not in reported


@pytest.mark.parametrize(
    ("word", "fields", "shape", "output"),
    [
        # the sizes that the wrong counts come from
        ("conv_transpose", {"out": 1, "kernel": 2, "stride": 2}, (3, 2, 2), (1, 4, 4)),
        ("conv_transpose", {"out": 6, "kernel": 3, "stride": 2, "dilation": 2}, (4, 8, 8), (6, 19, 19)),
        ("conv", {"out": 8, "kernel": 4, "padding": "same"}, (4, 8, 8), (8, 8, 8)),
        ("conv", {"out": 8, "kernel": 2, "dilation": 3, "padding": "same"}, (4, 8, 8), (8, 8, 8)),
        ("conv", {"out": 1, "kernel": 3, "stride": 2}, (1, 8, 8), (1, 3, 3)),
        ("conv", {"out": 1, "kernel": 7, "stride": 2}, (1, 224, 224), (1, 109, 109)),
        ("conv", {"out": 1, "kernel": 2}, (1, 8), (1, 7)),
        ("conv", {"out": 1, "kernel": 4, "stride": 2}, (1, 8), (1, 3)),
        # Caffe's and Darknet's deconvolution, ONNX SAME_UPPER and output_padding
        ("conv_transpose", {"out": 1, "kernel": 4, "stride": 2, "padding": 1}, (1, 13), (1, 26)),
        ("conv_transpose", {"out": 1, "kernel": 3, "stride": 2, "padding": "same"}, (1, 5, 5), (1, 10, 10)),
        (
            "conv_transpose",
            {"out": 1, "kernel": 3, "stride": 2, "padding": 1, "output_padding": 1},
            (1, 3, 3),
            (1, 6, 6),
        ),
        # the last window of a pool
        ("max_pool", {"kernel": 2, "stride": 3, "padding": 1, "ceil_mode": True}, (1, 7, 7), (1, 3, 3)),
        ("max_pool", {"kernel": 3, "stride": 2, "padding": 1}, (1, 64, 64), (1, 32, 32)),
        ("max_pool", {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True}, (1, 64, 64), (1, 33, 33)),
    ],
)
def test_sizes(word, fields, shape, output):
    assert made(word, fields).shape(shape) == output


def test_useful_macs_leave_out_padding_and_what_is_cropped():
    assert made("conv", out=8, kernel=3, padding=1).useful_macs((4, 8, 8)) == 15_488
    assert made("conv", out=8, kernel=3, padding=2, dilation=2).useful_macs((4, 8, 8)) == 12_800
    assert made("conv_transpose", out=6, kernel=4, stride=2, padding=1).useful_macs((4, 8, 8)) == 21_600


def test_the_bias_of_a_transposed_convolution_is_added_to_every_output():
    assert made("conv_transpose", out=1, kernel=2, stride=2).elementwise((3, 2, 2)) == 16


def test_a_generator_counted_layer_by_layer():
    shape, macs = (100, 1, 1), 0
    for out, stride, padding in [(128, 1, 0), (64, 2, 1), (3, 2, 1)]:
        layer = made("conv_transpose", out=out, kernel=4, stride=stride, padding=padding, bias=False)
        macs, shape = macs + layer.macs(shape), layer.shape(shape)
    assert shape == (3, 16, 16)
    assert macs == 2_498_560


def test_what_is_no_mac_is_none():
    pool = made("max_pool", kernel=3, stride=2)
    assert (pool.macs((4, 9, 9)), pool.elementwise((4, 9, 9))) == (0, 512)
    upsample = made("resize", 2)
    assert (upsample.macs((4, 8, 8)), volume(upsample.shape((4, 8, 8)))) == (0, 1024)
    assert (made("relu").macs((8, 8, 8)), made("relu").elementwise((8, 8, 8))) == (0, 512)
    assert made("batch_norm").macs((8, 8, 8)) == 0
    unpool = made("max_unpool", "pool").bind((made("max_pool", 2), ((1, 5, 5),)))
    assert (unpool.shape((1, 2, 2), (1, 2, 2)), unpool.macs((1, 2, 2), (1, 2, 2))) == ((1, 5, 5), 0)


def test_params_of_grouped_and_depthwise_layers():
    assert made("conv", out=6, kernel=3, groups=2).params((4, 9, 9)) == 114
    assert made("conv", out=6, kernel=3).params((4, 9, 9)) == 222
    assert made("conv_transpose", out=6, kernel=3).params((4, 9, 9)) == 222
    assert made("separable", out=8, kernel=3, multiplier=2).params((4, 9, 9)) == 144
