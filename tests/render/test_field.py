"""Receptive fields in every format: what they hold, that pictures are in proportion and nothing is too wide."""

from __future__ import annotations

import csv
import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from convcost.render.field import shown as shown_field
from convcost.render.field_layers import Result, View, conclusion, folded, layer_table
from convcost.render.formats import csv as csv_format
from convcost.render.formats import html, markdown, text
from convcost.render.formats import json as json_format
from convcost.render.formats.core.terminal import Terminal
from convcost.render.pictures.characters import ASCII, BLOCKS, Spread, bars, labels
from convcost.wording import columns as columns_of
from tests.render.networks import RUDE, UNET, network

if TYPE_CHECKING:
    from convcost.analysis.field.report import Answer, FieldReport

PIPE = Terminal()
# The field: 5 high with a hole of four in nine taps, then 2x3 outputs for one input: rows 5 or 6 high, by turns.
SMALL = """
name: small
input: [1, 12, 16]
layers: [conv: {out: 1, kernel: [3, 1], dilation: 2}, conv_transpose: {out: 1, kernel: [3, 4], stride: [2, 1]}]
"""
SQUEEZED = """
name: se
input: [2, 8, 8]
layers: [conv: {out: 2, kernel: 3}, mul: {x: [], gate: [global_avg_pool]}, conv: {out: 2, kernel: 3}]
"""


def report(spec: str = SMALL, wrt: str | None = None) -> FieldReport:
    return network(spec).receptive_field(wrt=wrt)


def written(module: Any, result: Result, view: View | None = None, terminal: Terminal = PIPE) -> str:
    return "".join(module.write([shown_field(result, view)], terminal))


def answers(found: FieldReport) -> list[Answer]:
    return [found.box((0, 0)), found.influence(), found.tiling([30]), found.need(9), found.need(10**6)]


# JSON -------------------------------------------------------------------------------------------------------


def document(result: Result, view: View | None = None) -> Any:
    return json.loads(written(json_format, result, view))


def test_json_has_the_promised_keys_in_order() -> None:
    found = document(Result("", report()))
    assert list(found) == [
        "schema", "name", "variant", "input", "input_assumed", "wrt", "network", "grid", "layers", "notes",
    ]  # fmt: skip
    assert (found["schema"], found["name"], found["variant"]) == ("convcost.receptive_field/1", "small", None)
    assert found["network"] == {"layer": "conv_transpose1", "size": [6, 4], "stride": ["1/2", 1], "grid": [1, 1]}


def test_a_layer_in_json_has_raw_figures_per_axis() -> None:
    # rows o of conv_transpose1 read conv1's rows o // 2 - 1 and o // 2 (o even), o // 2 (o odd): 3 or 2 apart
    assert document(Result("", report()))["layers"] == [
        {
            "name": "conv1", "op": "conv", "output_shape": [1, 8, 16], "size": [5, 1], "min": [5, 1], "max": [5, 1],
            "stride": [1, 1], "start": [0, 0], "center": [2, 0], "coverage": "3/5", "grid": [1, 1],
        },
        {
            "name": "conv_transpose1", "op": "conv_transpose", "output_shape": [1, 17, 19], "size": [6, 4],
            "min": [5, 4], "max": [6, 4], "stride": ["1/2", 1], "start": [-1, -3], "center": ["3/2", "-3/2"],
            "coverage": 1, "grid": [1, 1],
        },
    ]  # fmt: skip


def test_json_tells_the_whole_input_from_none_of_it() -> None:
    found = document(Result("", report(SQUEEZED)))
    assert found["network"] is None
    whole = found["layers"][1]
    assert whole["name"] == "mul1.gate.global_avg_pool1"
    keys = ("size", "min", "max", "stride", "start", "center", "coverage")
    assert [whole[key] for key in keys] == [None] * 7
    other = "{input: {a: [1, 8, 8], b: [1, 8, 8]}, layers: [relu]}"
    assert [document(Result("", report(other, "b")))["layers"][0][key] for key in keys] == [0, 0, 0, *[None] * 4]


def test_json_says_why_a_field_is_unknown() -> None:
    up = ", ".join(["conv_transpose: {out: 1, kernel: 3, stride: 3}"] * 8)
    (last,) = document(Result("", report(f"{{input: [1, 2], layers: [{up}]}}")))["layers"][-1:]
    assert (last["size"], last["unknown"]) == (
        None,
        "a pattern that repeats after more than 4,096 positions, or 10^100 of the input",
    )


def test_a_folded_row_in_json_has_a_number_of_layers() -> None:
    layers = document(Result("", report(UNET)), View(depth=1))["layers"]
    assert (layers[0]["name"], layers[0]["op"], layers[0]["layers"], layers[0]["size"]) == ("down1", None, 3, [5, 5])
    assert (layers[1]["name"], "layers" in layers[1]) == ("max_pool1", False)


def test_an_answer_in_json_stands_under_the_name_of_its_question() -> None:
    found = report()
    for answer, key in zip(answers(found), ("unit", "profile", "tile", "need", "need")):
        assert list(document(Result("", found, answer=answer)))[8] == key


def test_json_has_null_where_nothing_is_read() -> None:
    found = report("{input: [1, 4], layers: [unpool: {scale: 2, mode: bed_of_nails}]}")
    unit = document(Result("", found, answer=found.box((1,))))["unit"]
    assert (unit["reads"], unit["inside"], unit["padding"]) == ([None], [None], None)


# CSV --------------------------------------------------------------------------------------------------------


def table_of(result: Result, view: View | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(written(csv_format, result, view))))


def test_csv_has_numbers_where_the_axes_agree() -> None:
    found = table_of(Result("", report("{input: [1, 8, 8], layers: [conv_transpose: {out: 1, kernel: 4, stride: 2}]}")))
    assert found == [
        {
            "layer": "conv_transpose1", "operation": "conv_transpose 4x4 /2", "output": "1x18x18", "size": "2",
            "min": "2", "max": "2", "stride": "0.5", "start": "-1", "center": "-0.5", "coverage": "1.0", "grid": "1",
        },
    ]  # fmt: skip


def test_csv_lists_the_axes_where_they_differ() -> None:
    last = table_of(Result("", report()))[-1]
    assert [last[key] for key in ("size", "min", "max", "stride", "start", "center")] == [
        "6x4", "5x4", "6x4", "0.5x1", "'-1 -3", "1.5 -1.5",
    ]  # fmt: skip


def test_csv_has_nothing_where_there_is_nothing() -> None:
    whole = table_of(Result("", report(SQUEEZED)))[1]
    assert [whole[key] for key in ("size", "min", "stride", "start", "coverage")] == ["all", "", "", "", ""]


def test_csv_of_an_influence_has_every_position() -> None:
    found = report("{input: [1, 9], layers: [conv: {out: 1, kernel: 2}, conv: {out: 1, kernel: 2}]}")
    text = written(csv_format, Result("", found, answer=found.influence((3,))))
    assert text == "axis,position,paths\nlength,3,1\nlength,4,2\nlength,5,1\n"


def test_csv_of_an_answer_has_a_row_per_axis_or_change() -> None:
    found = report()
    box, _, tiles, need, unmet = (written(csv_format, Result("", found, answer=a)) for a in answers(found))
    assert box == (
        "axis,position,first,last,size,read,inside_first,inside_last,inside\n"
        "height,0,-1,4,6,6,0,4,5\nwidth,0,-3,0,4,4,0,0,1\n"
    )
    assert tiles.splitlines()[0] == "axis,tile,halo_before,halo_after,overlap,outputs,step"
    assert need.splitlines()[0] == unmet.rstrip() == "layer,change,before,value,size,added_macs,coverage,useful"


def test_csv_of_growth_is_that_of_the_layers() -> None:
    result = Result("", report())
    assert written(csv_format, result, View(grow=True)) == written(csv_format, result)


# Markdown and HTML ------------------------------------------------------------------------------------------


def test_markdown_has_a_row_per_layer_and_the_networks_field() -> None:
    lines = written(markdown, Result("", report())).splitlines()
    assert lines[:3] == ["### small", "", "1x12x16 -> 1x17x19"]
    assert lines[6:] == [
        "| conv1 | conv 3x1 d2 | 1x8x16 | 5x1 | 1 | 0 | 60.0 % |",
        "| conv_transpose1 | conv_transpose 3x4 /2x1 | 1x17x19 | 5-6x4 | 1/2x1 | -1,-3 | 100 % |",
        "",
        "receptive field 5-6x4 at conv_transpose1, stride 1/2x1, grid 1: sees 12.5 % of the 12x16 input",
    ]


def test_markdown_of_an_answer_is_a_table_between_sentences() -> None:
    found = report()
    lines = written(markdown, Result("", found, answer=found.box((0, 0)))).splitlines()
    assert lines[4] == "position 0,0 of conv_transpose1 reads a box of 6x4 input positions"
    assert lines[8] == "| height | 0 | -1 | 4 | 6 | 6 | 0 | 4 | 5 |"
    assert lines[-1] == "79.2 % of the box lies outside the input: padding"  # 5 of the 24 positions are inside


def test_markdown_of_growth_holds_the_plot() -> None:
    lines = written(markdown, Result("", report()), View(grow=True)).splitlines()
    assert lines[4:6] == ["```text", "field by layer, height"]
    assert lines[-3:-1] == ["```", ""]


def test_several_networks_have_a_heading_each() -> None:
    for module, heading in ((markdown, "### small"), (text, "small: ")):
        shown = "".join(module.write([shown_field(Result(word, report())) for word in "ab"], PIPE))
        assert len([line for line in shown.splitlines() if line.startswith(heading)]) == 2


def test_nothing_from_a_spec_means_anything() -> None:
    found = report()
    found.name = RUDE
    assert written(markdown, Result("", found)).splitlines()[0] == r"### &lt;b>\|\`\*\\ \[red\]\\x1b\[31m\\n=1+1"
    assert written(text, Result("", found)).splitlines()[0].startswith(r"<b>|`*\ [red]\x1b[31m\n=1+1: ")
    assert "<b>|" not in written(html, Result("", found))
    assert RUDE not in written(html, Result("", found))


def test_fields_show_themselves() -> None:
    found = report()
    assert str(found) == written(text, Result("", found), terminal=Terminal()).rstrip("\n")
    page = found._repr_html_()  # type: ignore[attr-defined]
    assert "<b>small</b>: 1x12x16 -&gt; 1x17x19" in page
    assert ">5-6x4<" in page
    assert page.endswith("sees 12.5 % of the 12x16 input</p>")


# Rows and sentences -----------------------------------------------------------------------------------------


def test_a_folded_block_has_the_field_of_its_last_layer() -> None:
    found = report(UNET)
    assert [(row.name, row.label, row.layers) for row in folded(found.layers, 1)][:3] == [
        ("down1", "3 layers", 3), ("max_pool1", "max_pool 2x2", 1), ("down2", "3 layers", 3),
    ]  # fmt: skip
    assert folded(found.layers, 1)[2].field == found.row("down2").field


@pytest.mark.parametrize("depth", [None, 1])
def test_the_layer_the_networks_field_is_taken_at_stands_out(depth: int | None) -> None:
    spec = "{input: [1, 9, 9], blocks: {B: {layers: [conv: {out: 1, kernel: 3}, relu]}}, layers: [B: , B: , linear: 2]}"
    table = layer_table(Result("", report(spec)), View(depth=depth))
    assert table.style is not None
    bold = [row.name for row in table.rows if table.style(row) == "bold"]
    assert bold == (["B2"] if depth else ["B2.relu1"])


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (
            "{input: [1, 3, 3], layers: [conv: {out: 1, kernel: 3}]}",
            "3 at conv1, stride 1, grid 1: covers the 3x3 input",
        ),
        (
            "{input: [1, 3, 9], layers: [conv: {out: 1, kernel: 3}]}",
            "3 at conv1, stride 1, grid 1: sees 33.3 % of the 3x9 input",
        ),
        ("{input: [1, 9], layers: [max_pool: 3]}", "3 at max_pool1, stride 3, grid 1/3: sees 33.3 % of the 9 input"),
    ],
)
def test_the_last_line_says_how_much_is_seen(spec: str, sentence: str) -> None:
    assert conclusion(Result("", report(spec))) == f"receptive field {sentence}"


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (SQUEEZED, "receptive field at conv2: the whole 8x8 input"),
        ("{input: [4], layers: [relu]}", "relu1 has no axes, so no receptive field"),
        ("{input: [1, 4, 4], layers: [relu], outputs: [input]}", ""),
        (
            "{input: {a: [1, 4, 4], b: [1, 4, 4]}, layers: [{relu: , from: b}]}",
            "relu1 depends on none of the 4x4 input a",
        ),
    ],
)
def test_the_last_line_says_what_is_no_window(spec: str, sentence: str) -> None:
    assert conclusion(Result("", report(spec))) == sentence
    assert written(text, Result("", report(spec))).endswith(f"\n\n{sentence}\n" if sentence else "really read\n")
    assert written(markdown, Result("", report(spec))).endswith(f"\n\n{sentence}\n" if sentence else "|\n")


def test_a_field_that_cannot_be_listed_is_told() -> None:
    up = ", ".join(["conv_transpose: {out: 1, kernel: 3, stride: 3}"] * 8)
    found = report(f"{{input: [1, 2], layers: [{up}]}}")
    assert conclusion(Result("", found)) == "receptive field at conv_transpose8: not computed"


# Pictures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("drawing", [True, False])
def test_nothing_is_wider_than_the_terminal(width: int, drawing: bool) -> None:
    terminal = Terminal(width, drawing=drawing)
    for found in (report(), report(UNET)):
        results = [Result("", found), *[Result("", found, answer=answer) for answer in answers(found)]]
        for view in (View(), View(grow=True)):
            shown = "".join(text.write([shown_field(result, view) for result in results], terminal))
            assert drawing or shown.isascii()
            assert max(map(columns_of, shown.splitlines())) <= width


def test_a_wide_terminal_does_not_stretch_a_picture() -> None:
    found = report("{input: [1, 500], layers: [max_pool: 300]}")
    shown = written(text, Result("", found, answer=found.influence()), terminal=Terminal(400))
    assert max(line.count("━") for line in shown.splitlines()) <= 100


@pytest.mark.parametrize("count", [1, 2, 7, 79, 80, 81, 159, 160, 315, 5000])
def test_positions_share_the_columns_evenly(count: int) -> None:
    spread = Spread.over(count, 80)
    assert spread.columns <= 80
    shares = [spread.columns_of(i, i) for i in range(count)]
    assert shares[0].start == 0
    assert shares[-1].stop == spread.columns
    assert sorted({column for share in shares for column in share}) == list(range(spread.columns))
    assert spread.columns_of(0, count - 1) == range(spread.columns)
    # a column shows the positions that claim it
    for column, position in enumerate(spread.gathered(range(count), max)):
        assert column in shares[position]


def test_bars_are_in_proportion_and_what_is_not_nothing_is_seen() -> None:
    assert bars([0, 1, 50, 100], 100, 1, BLOCKS.blocks) == [" ▁▄█"]
    assert bars([0, 1, 50, 100], 100, 2, BLOCKS.blocks) == ["   █", " ▁██"]
    assert bars([0, 1, 50, 100], 100, 2, ASCII.blocks) == ["   #", " .##"]


def test_labels_give_way_to_earlier_ones() -> None:
    assert labels([(0, "-30"), (19, "284"), (2, "0"), (8, "42")], 20) == "-30     42       284"
    assert labels([(0, "too long for it")], 5) == ""


def test_a_box_is_drawn_to_scale() -> None:
    found = report("{input: [1, 10], layers: [conv: {out: 1, kernel: 5, padding: 2}]}")
    lines = written(text, Result("", found, answer=found.box((0,))), terminal=Terminal(40, drawing=False)).splitlines()
    # three columns for each of the twelve positions from -2 to 9; the last one of an interval stands at its end
    marks = f"-2    0       2{'9':>21}"
    assert lines[5:8] == ["length", "++" * 3 + "###" * 3 + "." * 21, marks]


def test_tiles_are_drawn_with_their_halos() -> None:
    # a tile of ten with a halo of two at its end moves on by eight: eighteen positions in thirty-six columns
    found = report("{input: [1, 40], layers: [conv: {out: 1, kernel: 3}]}")
    shown = written(text, Result("", found, answer=found.tiling([10])), terminal=Terminal(46, drawing=False))
    assert shown.splitlines()[6:8] == [
        f"a tile    {'#' * 16}{'+' * 4}",
        f"the next  {' ' * 16}{'#' * 16}{'+' * 4}",
    ]


def test_growth_shows_the_input_as_a_line() -> None:
    found = report("{input: [1, 4], layers: [conv: {out: 1, kernel: 3, padding: 1}, conv: {out: 1, kernel: 3}]}")
    lines = written(text, Result("", found), View(grow=True), Terminal(60, drawing=False)).splitlines()
    # a row is 5/8: the field of 3 fills 4.8 of them, the input's 4 lies in the seventh
    assert lines[2:-3] == [
        "field by layer, length",
        "5     ####",
        "  ----#### input 4",
        "      ####",
        "  ::::####",
        *["  ########"] * 4,
        "  --------",
        "  conv1 conv2",
        "the input's 4 is reached at conv2, layer 2 of 2",
    ]
