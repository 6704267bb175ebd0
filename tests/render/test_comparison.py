from __future__ import annotations

from convcost.analysis.compare import Comparison
from convcost.render.comparison import ByLayer, aligned, headline, layer_rows, remarks, variant_table
from convcost.render.formats.text import bar
from convcost.wording import listed
from tests.render.networks import STAGE, analysis, comparison


def test_layers_of_one_name_share_a_row() -> None:
    rows = layer_rows(comparison(), ByLayer("params"))
    assert [row.name for row in rows] == [
        "separable1.depthwise", "separable1.pointwise", "conv1", "conv2", "conv3",
    ]  # fmt: skip
    conv1 = rows[2].values
    assert conv1 == (64 * 64 * 9 + 64, 64 * 16 * 9 + 64, None, 64 * 96 * 9 + 96, 64 * 16 + 16, 64 * 64 * 9 + 64)


def test_folded_layers_share_a_row() -> None:
    rows = layer_rows(comparison(), ByLayer("params", depth=1))
    assert [row.name for row in rows] == ["separable1", "conv1", "conv2", "conv3"]
    assert rows[0].values == (None, None, 64 * 9 + 64 * 64 + 64, None, None, None)


def test_names_stand_in_the_order_of_every_variant_that_agrees() -> None:
    assert aligned([]) == []
    assert aligned([["a", "b", "c"], ["a", "x", "c", "y"], ["z", "a"]]) == ["z", "a", "x", "b", "c", "y"]
    assert aligned([["a", "b"], ["b", "a"]]) == ["a", "b"]


def test_every_name_stands_once() -> None:
    orders = [[f"n{i * k % 17}" for i in range(17)] for k in range(1, 17)]
    assert sorted(aligned(orders)) == sorted(set(orders[0]))


def test_what_beats_others_and_what_differs_is_said() -> None:
    figures = "params, MACs, peak memory, field and grid"
    assert remarks(comparison()) == [
        f"* bottleneck is no worse than standard, grouped and separable in {figures}, and better in at least one",
        "! output differs from the baseline's 64x28x28: wide and valid",
    ]


def test_figures_that_no_network_has_are_not_named() -> None:
    small, large = (analysis(f"{{input: [8], layers: [{steps}]}}") for steps in ("linear: 4", "linear: 9, linear: 4"))
    assert remarks(Comparison([("large", large), ("small", small)], "large")) == [
        "* small is no worse than large in params, MACs and peak memory, and better in at least one",
    ]


def test_nothing_is_said_where_nothing_is_to_say() -> None:
    network = analysis(STAGE)
    assert remarks(Comparison([("a", network), ("b", network)], "a")) == []


def test_inputs_are_shown_where_they_differ() -> None:
    small, large = (analysis(f"{{name: n, input: [1, {n}, {n}], layers: [relu]}}") for n in (8, 16))
    differ = Comparison([("small", small), ("large", large)], "small")
    assert [column.key for column in variant_table(differ).columns][:3] == ["variant", "input", "params"]
    assert [column.key for column in variant_table(comparison()).columns][:2] == ["variant", "params"]
    assert headline(differ) == "n"


def test_the_headline_names_what_all_share() -> None:
    assert headline(comparison()) == "a 3x3 stage: 64x28x28"
    other = analysis("{name: other, input: [64, 28, 28], layers: [relu]}")
    assert headline(Comparison([("a", analysis(STAGE)), ("b", other)], "a")) == "2 networks: 64x28x28"


def test_names_in_a_sentence() -> None:
    assert [listed(names) for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a and b", "a, b and c"]


def test_bars_are_in_proportion_and_what_is_not_nothing_is_seen() -> None:
    assert [bar(v, 100, 10) for v in (100, 50, 25, 1, 0)] == ["█" * 10, "█" * 5, "██▌", "▏", ""]
    assert [bar(v, 100, 10, drawing=False) for v in (100, 50, 24, 1, 0)] == ["#" * 10, "#####", "##", "#", ""]
