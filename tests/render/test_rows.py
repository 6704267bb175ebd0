from __future__ import annotations

import pytest

from convcost.render.analysis import SHOWN, columns, layer_table
from convcost.render.rows import COLUMNS, View, fold, scope, select
from convcost.render.texts import shapes_text
from tests.render.networks import analysis

TOWER = """
input: [4, 8, 8]
blocks:
  Unit: {layers: [conv: {out: 4, kernel: 1}, relu]}
  Stage: {layers: [{Unit: , repeat: 2}]}
layers: [{Stage: , repeat: 2}, conv: {out: 2, kernel: 1}]
"""
# one conv 1x1: params 4 * 4 + 4, macs 4 * 4 * 64; the last: params 4 * 2 + 2, macs 4 * 2 * 64
CONV, LAST = (20, 1024), (10, 512)


def figures(view: View) -> list[tuple[str, str, int, int]]:
    rows, _ = select(analysis(TOWER).layers, view)
    return [(row.name, row.label, row.cost.params, row.cost.macs) for row in rows]


def test_depth_one_folds_a_stage() -> None:
    assert figures(View(depth=1)) == [
        ("Stage1", "4 layers", 2 * CONV[0], 2 * CONV[1]),
        ("Stage2", "4 layers", 2 * CONV[0], 2 * CONV[1]),
        ("conv1", "conv 1x1", *LAST),
    ]


def test_depth_two_folds_its_blocks() -> None:
    assert [row[:2] for row in figures(View(depth=2))] == [
        ("Stage1.Unit1", "2 layers"),
        ("Stage1.Unit2", "2 layers"),
        ("Stage2.Unit1", "2 layers"),
        ("Stage2.Unit2", "2 layers"),
        ("conv1", "conv 1x1"),
    ]


def test_a_fold_has_the_first_input_the_last_output_and_all_activations() -> None:
    folded = fold(analysis("{input: [1, 6, 6], blocks: {B: {layers: [conv: {out: 2, kernel: 3}, max_pool: 2]}}, "
                           "layers: [B: ]}").layers, 1)[0]  # fmt: skip
    assert folded.input_shapes == ((1, 6, 6),)
    assert folded.inputs == ("input",)
    assert folded.output_shape == (2, 2, 2)
    assert folded.activations == 2 * 16 + 2 * 4


def test_a_scope_of_one_layer_keeps_its_operation() -> None:
    layers = analysis("{input: [1, 6, 6], blocks: {B: {layers: [relu]}}, layers: [B: , B: ]}").layers
    assert [(row.name, row.label) for row in fold(layers, 1)] == [("B1", "relu"), ("B2", "relu")]


def test_scope_cuts_at_dots_only() -> None:
    assert scope("a.b_1.c", 2) == "a.b_1"
    assert scope("conv1", 3) == "conv1"


@pytest.mark.parametrize("key", ["macs", "params", "activations"])
def test_sorting_puts_the_largest_first_and_equals_in_order(key: str) -> None:
    rows, _ = select(analysis(TOWER).layers, View(sort=key))
    values = [row.activations if key == "activations" else getattr(row.cost, key) for row in rows]
    assert values == sorted(values, reverse=True)
    assert [row.name for row in rows if values[rows.index(row)] == values[0]][:2] == [
        "Stage1.Unit1.conv1",
        {"activations": "Stage1.Unit1.relu1"}.get(key, "Stage1.Unit2.conv1"),
    ]


def test_top_takes_the_most_macs_and_sums_the_rest() -> None:
    rows, rest = select(analysis(TOWER).layers, View(top=3))
    assert [row.cost.macs for row in rows] == [CONV[1]] * 3
    assert rest is not None
    assert (rest.name, rest.layers) == ("6 rows left out", 6)
    assert (rest.cost.params, rest.cost.macs) == (CONV[0] + LAST[0], CONV[1] + LAST[1])


def test_top_of_folded_rows_counts_rows_and_layers() -> None:
    _, rest = select(analysis(TOWER).layers, View(top=2, depth=1))
    assert rest is not None
    assert (rest.name, rest.label, rest.layers) == ("1 row left out", "1 layer", 1)


def test_top_of_more_than_there_are_leaves_nothing_out() -> None:
    rows, rest = select(analysis(TOWER).layers, View(top=9))
    assert len(rows) == 9
    assert rest is None


def test_every_column_that_can_be_named_exists() -> None:
    assert tuple(columns(1)) == COLUMNS


def test_the_figure_that_rows_are_sorted_by_is_seen() -> None:
    table = layer_table(analysis(TOWER), View(sort="activations"))
    assert [column.key for column in table.columns] == [*SHOWN, "activations"]
    assert [column.key for column in layer_table(analysis(TOWER), View(sort="params")).columns] == list(SHOWN)


@pytest.mark.parametrize(
    ("shapes", "text"),
    [
        (((3, 8, 8),), "3x8x8"),
        (((3, 8, 8),) * 3, "3 of 3x8x8"),
        (((3, 8, 8), (5, 8, 8)), "3+5x8x8"),
        (((3,), (5,)), "3+5"),
        (((3, 8, 8), (3, 1, 1)), "3x8x8, 3x1x1"),
        ((), ""),
    ],
)
def test_the_inputs_of_a_layer_are_short(shapes: tuple[tuple[int, ...], ...], text: str) -> None:
    assert shapes_text(shapes) == text
