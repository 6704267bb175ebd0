from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from convcost.analysis.diff import Compared, difference
from convcost.render import formats
from convcost.render.difference import Result, View, change_text, rows, shown
from convcost.render.formats import markdown, text
from convcost.render.formats.core.terminal import Terminal
from tests.render.networks import RUDE, UNET, network
from tests.render.test_screens import PLACES

if TYPE_CHECKING:
    from collections.abc import Callable

OTHER = (
    UNET.replace("name: classes", "name: scores")
    .replace("relu]", "batch_norm, relu]")
    .replace("{Pair: 32, name: down2}", "{Pair: 48, name: down2}")
    .replace("  - concat: down1\n", "")
    .replace("int8", "int4")
)


def result(old: str = UNET, new: str = OTHER) -> Result:
    sides = [(one.graph(), one.analyze()) for one in map(network, (old, new))]
    return Result("git:main", "unet.yaml", difference(*sides))


@pytest.mark.parametrize("place", ["pipe", "ascii", "80", "60", "80_color"])
def test_a_difference_reads_well(place: str, screen: Callable[[str, str], None]) -> None:
    screen(f"diff_{place}", "".join(text.write([shown(result(), View())], PLACES[place])))


def test_all_layers_read_well(screen: Callable[[str, str], None]) -> None:
    screen("diff_all", "".join(text.write([shown(result(), View(every=True))], PLACES["80_color"])))


def test_a_difference_reads_well_in_markdown(screen: Callable[[str, str], None]) -> None:
    screen("diff_markdown", "".join(markdown.write([shown(result(), View())], Terminal())))


def test_the_same_networks_read_well() -> None:
    for form in (text, markdown):
        assert "".join(form.write([shown(result(UNET, UNET))], Terminal())).endswith(
            "unet.yaml\n\nnothing changed: every layer (13) and every figure is as it was\n"
        )


@pytest.mark.parametrize("style", ["text", "markdown", "csv", "json", "html"])
def test_names_do_nothing_where_they_are_printed(style: str) -> None:
    found = result()
    layers = [
        Compared(row.old and row.old._replace(name=RUDE), row.new and row.new._replace(name=f"={RUDE}"), row.changes)
        for row in found.difference.layers
    ]
    rude = Result(RUDE, RUDE, found.difference.replace(layers=tuple(layers)))
    text = "".join(formats.find(style)([shown(rude)], Terminal()))
    assert "\x1b" not in text
    assert "\n=1+1" not in text
    if style == "csv":
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
    if style in ("markdown", "html"):
        assert "<b>|" not in text


def test_figures_with_all_digits() -> None:
    written = "".join(text.write([shown(result(), View(exact=True))], Terminal()))
    assert " k" not in written
    assert f"-{16 * 16 * 9 * 64 * 96:,}" in written


def test_changes_are_told_in_the_words_of_a_spec() -> None:
    old = "{input: [4, 8, 8], layers: [{conv: {out: 4, kernel: 3, padding: 1}, name: a}, {add: input, name: b}]}"
    changed = {
        "conv: {out: 4, kernel: [3, 1], padding: [1, 0], bias: false}": "kernel 3 -> [3, 1]; padding 1 -> [1, 0]; bias true -> false",
        "conv: {out: 4, kernel: 3, padding: same}": "padding 1 -> same",
        "depthwise: {kernel: 3, padding: [[0, 2], 1]}": "conv -> depthwise; padding 1 -> [[0, 2], 1]",
    }
    for step, words in changed.items():
        [row] = rows(result(old, old.replace("conv: {out: 4, kernel: 3, padding: 1}", step)).difference, View())
        assert change_text(row) == words
    [row] = rows(result(old, old.replace("add: input", "add: a")).difference, View())
    assert change_text(row) == "from a, input -> a, a"
