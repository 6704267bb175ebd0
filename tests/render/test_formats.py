"""JSON, Markdown, CSV and HTML: what they hold, and that nothing from a spec means anything in them."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest

from convcost.analysis.compare import Comparison
from convcost.render.analysis import shown as shown_analysis
from convcost.render.comparison import ByLayer, remarks
from convcost.render.comparison import shown as shown_comparison
from convcost.render.formats import csv as csv_format
from convcost.render.formats import html, markdown
from convcost.render.formats import json as json_format
from convcost.render.formats.core.terminal import Terminal
from convcost.render.rows import View
from tests.render.networks import RUDE, UNET, analysis, comparison, rude

PIPE = Terminal()
SMALL = "{name: small, input: [3, 32, 32], layers: [conv: {out: 8, kernel: 3}, relu]}"
RUDE_CELL = r"<b>|`*\ [red]\x1b[31m\n=1+1"


def text_of(module: Any, result: Any = None, view: View | None = None) -> str:
    return "".join(module.write([shown_analysis(result or analysis(SMALL), view, "spec")], PIPE))


def compared(module: Any, by_layer: ByLayer | None = None, result: Comparison | None = None) -> str:
    return "".join(module.write([shown_comparison(result or comparison(), by_layer)], PIPE))


# JSON -------------------------------------------------------------------------------------------------------


def test_an_analysis_in_json_has_the_promised_keys_in_order() -> None:
    document = json.loads(text_of(json_format))
    assert list(document) == [
        "schema", "name", "variant", "input", "outputs", "totals", "receptive_field", "grid", "layers", "notes",
    ]  # fmt: skip
    assert list(document["totals"]) == [
        "params", "macs", "useful_macs", "flops", "elementwise", "weight_bytes", "activations", "peak_activation_bytes",
    ]  # fmt: skip
    assert list(document["layers"][0]) == [
        "name", "op", "inputs", "input_shapes", "output_shape", "params", "macs", "useful_macs", "elementwise",
        "weight_bytes", "receptive_field", "line",
    ]  # fmt: skip


def test_an_analysis_in_json_has_raw_figures() -> None:
    document = json.loads(text_of(json_format))
    assert document["schema"] == "convcost.analysis/1"
    assert (document["name"], document["variant"]) == ("small", None)
    assert document["input"] == {"input": [3, 32, 32]}
    assert document["outputs"] == [{"name": "relu1", "shape": [8, 30, 30]}]
    params, macs, elements = 3 * 8 * 9 + 8, 3 * 8 * 9 * 900, 8 * 900
    assert document["totals"] == {
        "params": params,
        "macs": macs,
        "useful_macs": macs,
        "flops": 2 * macs,
        "elementwise": 2 * elements,  # bias, and relu
        "weight_bytes": 4 * params,
        "activations": 2 * elements,
        "peak_activation_bytes": 4 * (3 * 1024 + elements),  # relu works in place
    }
    conv, relu = document["layers"]
    assert conv["inputs"] == ["input"]
    assert conv["input_shapes"] == [[3, 32, 32]]
    assert (relu["op"], relu["inputs"], relu["macs"], relu["elementwise"], relu["line"]) == (
        "relu", ["conv1"], 0, elements, 1,
    )  # fmt: skip


def test_json_has_a_layer_per_line() -> None:
    lines = text_of(json_format, analysis(UNET)).splitlines()
    assert sum(line.startswith('{"name": ') for line in lines) == len(analysis(UNET).layers)


def test_json_is_written_as_it_goes() -> None:
    chunks = json_format.write([shown_analysis(analysis(UNET))], PIPE)
    assert max(map(len, chunks)) < 500


def test_several_analyses_are_a_list_of_results() -> None:
    results = [shown_analysis(analysis(SMALL)), shown_analysis(analysis(UNET))]
    document = json.loads("".join(json_format.write(results, PIPE)))
    assert list(document) == ["schema", "results"]
    assert [result["name"] for result in document["results"]] == ["small", "small U-Net"]
    assert document["results"][0] == json.loads(text_of(json_format))


def test_json_of_a_cut_table_says_what_was_left_out() -> None:
    document = json.loads(text_of(json_format, view=View(top=1, sort="activations")))
    assert [layer["name"] for layer in document["layers"]] == ["conv1"]
    assert document["left_out"] == {
        "layers": 1, "params": 0, "macs": 0, "useful_macs": 0, "elementwise": 7200, "weight_bytes": 0,
        "activations": 7200,
    }  # fmt: skip


def test_a_folded_row_in_json_has_no_operation_but_a_number_of_layers() -> None:
    layers = json.loads(text_of(json_format, analysis(UNET), View(depth=1)))["layers"]
    assert (layers[0]["name"], layers[0]["op"], layers[0]["layers"]) == ("down1", None, 3)
    assert (layers[1]["name"], layers[1]["op"], "layers" in layers[1]) == ("max_pool1", "max_pool", False)


def test_json_has_the_notes_of_a_spec() -> None:
    unused = "input: [1, 4, 4]\nlayers: [{relu: , name: a}, {relu: , name: b, from: input}]\noutputs: [b]"
    (note,) = json.loads(text_of(json_format, analysis(unused)))["notes"]
    assert list(note) == ["code", "severity", "message", "path", "line", "column"]
    assert (note["severity"], note["path"], note["line"]) == ("note", "<inline>", 2)


def test_a_comparison_in_json_has_the_promised_keys_and_ratios() -> None:
    document = json.loads(compared(json_format))
    assert list(document) == ["schema", "baseline", "variants", "notes", "problems"]
    assert document["problems"] == []
    assert (document["schema"], document["baseline"]) == ("convcost.comparison/1", "standard")
    variants = {variant["name"]: variant for variant in document["variants"]}
    assert list(variants) == ["standard", "grouped", "separable", "wide", "bottleneck", "valid"]
    assert list(variants["grouped"]) == ["name", "totals", "output_shapes", "receptive_field", "grid", "ratio"]
    assert variants["standard"]["ratio"] == {"params": 1, "macs": 1}
    assert variants["grouped"]["ratio"] == {"params": (64 * 64 * 9 + 64) / (64 * 16 * 9 + 64), "macs": 4}
    assert variants["wide"]["output_shapes"] == [[96, 28, 28]]


GATED = "{input: [1, 8, 8], layers: [conv: {out: 2, kernel: 2, stride: 2}, mul: {a: [], b: [global_avg_pool]}]}"
COARSE = "{input: [1, 24, 24], variants: {a: {layers: [max_pool: [3, 1], resize: {size: [16, 24]}]}, b: {layers: [instance_norm]}}}"


def test_a_grid_in_json_is_a_scale_per_axis() -> None:
    """Along the height 3, then 8 / 16 on top of it: the coarsest is 3; a half again of 24 positions is 16."""
    a, b = json.loads(compared(json_format, result=comparison(COARSE)))["variants"]
    assert list(a["receptive_field"]) == ["layer", "size", "stride", "grid"]
    assert a["receptive_field"]["grid"] == [3, 1]
    assert (a["grid"], b["receptive_field"], b["grid"]) == ([3, 1], None, None)
    document = json.loads(text_of(json_format, analysis("{input: [1, 24, 24], layers: [adaptive_avg_pool: [16, 8]]}")))
    assert document["receptive_field"]["grid"] == ["3/2", 3]
    assert document["layers"][0]["receptive_field"]["grid"] == document["grid"] == ["3/2", 3]


def test_json_tells_the_grid_of_a_network_that_reads_the_whole_input() -> None:
    """Every output of the gated convolution depends on all of the input, but only every second position is computed."""
    document = json.loads(text_of(json_format, analysis(GATED)))
    assert (document["receptive_field"], document["grid"]) == (None, [2, 2])


def test_a_column_of_grids() -> None:
    view = View(columns=("layer", "grid"))
    strided = analysis("{input: [1, 8, 8], layers: [conv: {out: 2, kernel: 3, stride: [2, 1]}, linear: 3]}")
    assert "| conv1 | 1/2 x 1 |\n| linear1 | - |\n" in text_of(markdown, strided, view)
    assert text_of(csv_format, strided, view) == "layer,grid\nconv1,2x1\nlinear1,\n"


def test_a_grid_in_csv_is_a_scale_too() -> None:
    rows = list(csv.DictReader(StringIO(compared(csv_format, result=comparison(COARSE)))))
    assert [row["grid"] for row in rows] == ["3x1", ""]


def test_a_ratio_to_nothing_is_null() -> None:
    text = "{input: [1, 4, 4], variants: {a: {layers: [conv: {out: 1, kernel: 1}]}, b: {layers: [relu]}}}"
    ratio = json.loads(compared(json_format, result=comparison(text)))["variants"][1]["ratio"]
    assert ratio == {"params": None, "macs": None}


def test_layers_side_by_side_in_json_have_null_where_a_variant_has_none() -> None:
    rows = json.loads(compared(json_format, ByLayer("params")))["layers"]
    assert {"name": "conv2", "params": [None, None, None, None, 16 * 16 * 9 + 16, None]} in rows


# CSV --------------------------------------------------------------------------------------------------------


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


def test_csv_has_raw_figures_under_one_heading() -> None:
    rows = table_of(text_of(csv_format))
    assert list(rows[0]) == [
        "layer", "operation", "from", "input", "output", "field", "grid", "params", "macs", "useful_macs",
        "elementwise", "weight_bytes", "activations", "line",
    ]  # fmt: skip
    assert list(rows[0].values()) == [
        "conv1", "conv 3x3", "input", "3x32x32", "8x30x30", "3", "1", "224", "194400", "194400", "7200", "896",
        "7200", "1",
    ]  # fmt: skip
    assert len(rows) == 2


def test_csv_of_several_specs_begins_with_the_spec() -> None:
    text = "".join(
        csv_format.write([shown_analysis(analysis(SMALL), word=word) for word in ("a.yaml", "b.yaml")], PIPE)
    )
    assert [(row["spec"], row["layer"]) for row in table_of(text)] == [
        ("a.yaml", "conv1"), ("a.yaml", "relu1"), ("b.yaml", "conv1"), ("b.yaml", "relu1"),
    ]  # fmt: skip


def test_csv_has_the_columns_asked_for_with_shares_as_fractions() -> None:
    text = text_of(csv_format, view=View(columns=("share", "layer", "useful")))
    assert text == "share,layer,useful\n1.0,conv1,1.0\n0.0,relu1,\n"


def test_csv_of_a_comparison_has_no_marks() -> None:
    rows = table_of(compared(csv_format))
    assert [row["variant"] for row in rows][:2] == ["standard", "grouped"]
    assert (rows[1]["macs_ratio"], rows[1]["beaten_by"], rows[3]["output"]) == ("4.0", "bottleneck", "96x28x28")


def test_csv_by_layer_has_a_column_per_variant() -> None:
    rows = table_of(compared(csv_format, ByLayer()))
    assert list(rows[0])[:3] == ["layer", "standard", "grouped"]
    assert rows[-1] == dict.fromkeys(rows[0], "") | {"layer": "conv3", "bottleneck": str(16 * 64 * 784)}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_csv_is_a_formula(start: str) -> None:
    assert csv_format.escape(f"{start}1+1").startswith("'")


def test_a_variant_named_like_a_formula_is_text_in_a_csv() -> None:
    base = analysis(SMALL)
    text = compared(csv_format, result=Comparison([("=1+1", base), ("a\nb,c", base)], "=1+1"))
    assert [row[0] for row in csv.reader(StringIO(text))] == ["variant", "'=1+1", r"a\nb,c"]


# Markdown ---------------------------------------------------------------------------------------------------

UNESCAPED_PIPE = re.compile(r"(?<!\\)\|")


@pytest.mark.parametrize("text", [text_of(markdown, analysis(UNET)), compared(markdown, ByLayer())])
def test_the_rows_of_a_markdown_table_have_one_cell_per_column(text: str) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert len(tables) == 2
    for table in tables:
        assert len({len(UNESCAPED_PIPE.findall(row)) for row in table.splitlines()}) == 1
        assert re.fullmatch(r"\|( -+:? \|)+", table.splitlines()[1])


def test_markdown_has_numbers_for_people_and_a_total() -> None:
    lines = text_of(markdown).splitlines()
    assert lines[0] == "### small"
    assert lines[6] == "| conv1 | conv 3x3 | 3x32x32 | 8x30x30 | 3 | 224 | 194.4 k | 100 % |"
    assert "| total | 2 layers |  |  |  | 224 | 194.4 k | 100 % |" in lines
    assert "| peak memory | 41.09 kB | activations alive at once (float32) |" in lines


def test_markdown_of_several_specs_has_a_heading_for_each() -> None:
    text = "".join(markdown.write([shown_analysis(analysis(SMALL)), shown_analysis(analysis(UNET))], PIPE))
    assert [line for line in text.splitlines() if line.startswith("#")] == ["### small", "### small U-Net"]
    assert "\n\n### small U-Net" in text


def test_exact_markdown_has_every_digit() -> None:
    assert "| conv1 | conv 3x3 | 3x32x32 | 8x30x30 | 3 | 224 | 194,400 | 100 % |" in text_of(
        markdown, view=View(exact=True)
    )


def test_nothing_from_a_spec_is_markdown() -> None:
    assert text_of(markdown, rude()).splitlines()[0] == r"### &lt;b>\|\`\*\\ \[red\]\\x1b\[31m\\n=1+1"
    assert markdown.escape("relu6_1 _x_ a_") == r"relu6_1 \_x\_ a\_"
    assert markdown.escape("&lt; $x$ ~~y~~ #1") == r"&amp;lt; \$x\$ \~\~y\~\~ \#1"


# HTML -------------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """The text of a page, and that what is opened is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_an_analysis_in_html_is_two_tables() -> None:
    page = Tags(text_of(html))
    assert page.open == []
    assert page.seen == {"p", "b", "table", "tr", "th", "td"}
    assert {"small", ": 3x32x32 -> 8x30x30", "194.4 k", "41.09 kB"} <= set(page.text)


def test_a_comparison_in_html_has_its_remarks() -> None:
    page = Tags(compared(html))
    assert page.open == []
    assert {"standard *", "4.00x less", "96x28x28 !"} <= set(page.text)
    assert remarks(comparison())[0] in page.text


def test_nothing_from_a_spec_is_html() -> None:
    page = Tags(text_of(html, rude()))
    assert RUDE_CELL in "".join(page.text)
    assert RUDE not in "".join(page.text)
