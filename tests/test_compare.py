from __future__ import annotations

from typing import NamedTuple

from convcost.analysis.cost import Analysis
from convcost.compare import COMPARED, Comparison, distinct_names
from convcost.graph import Graph
from convcost.ops.conv import Conv


class Site(NamedTuple):
    line: int = 1


def network(*ops: Conv, name: str = "net", variant: str | None = None) -> Analysis:
    """A chain on 8 channels of 6x6."""
    graph = Graph(name)
    graph.variant = variant
    node = graph.add_input("input", (8, 6, 6), Site())
    for i, op in enumerate(ops):
        node, problems = graph.add(f"layer{i}", op, [node], Site())
        assert problems == []
    graph.outputs.append(node)
    return Analysis(graph)


def full(out: int = 8) -> Conv:
    return Conv(out=out, kernel=3, padding=1)


def test_a_ratio_says_how_many_times_less_than_the_baseline() -> None:
    comparison = Comparison([("a", network(full())), ("b", network(Conv(out=8, kernel=1)))], "a")
    b = comparison.variants[1]
    assert comparison.ratio(b, "macs") == 9
    assert comparison.ratio(b, "params") == (8 * 8 * 9 + 8) / (8 * 8 + 8)
    assert comparison.ratio(comparison.base, "macs") == 1


def test_a_ratio_to_nothing_is_none() -> None:
    comparison = Comparison([("a", network(full())), ("b", network(Conv(out=8, kernel=1, bias=False)))], "a")
    nothing = comparison.variants[1]._replace(analysis=network(full()))
    nothing.analysis.totals = nothing.analysis.totals._replace(macs=0)
    assert comparison.ratio(nothing, "macs") is None


def beaten(*networks: Analysis) -> list[str | None]:
    named = [(str(i), analysis) for i, analysis in enumerate(networks)]
    return [variant.beaten_by for variant in Comparison(named, "0").variants]


def test_a_variant_is_beaten_by_one_that_needs_less_of_everything() -> None:
    narrow = network(Conv(out=2, kernel=1), Conv(out=8, kernel=1))
    assert [getattr(narrow.totals, f) < getattr(network(full()).totals, f) for f in COMPARED] == [True] * 4
    assert beaten(network(full()), narrow) == ["1", None]


def test_a_variant_that_is_equal_in_one_figure_is_not_beaten() -> None:
    assert beaten(network(full()), network(Conv(out=8, kernel=3, padding=1, groups=2))) == [None, None]  # peak memory


def test_a_variant_with_another_output_beats_nobody() -> None:
    assert beaten(network(full()), network(Conv(out=4, kernel=1))) == [None, None]


def test_equal_networks_do_not_beat_each_other() -> None:
    assert beaten(network(full()), network(full())) == [None, None]


def test_outputs_are_compared_with_the_baseline() -> None:
    comparison = Comparison([("a", network(full())), ("b", network(full(4))), ("c", network(full(4)))], "b")
    assert [variant.same_output for variant in comparison.variants] == [False, True, True]
    assert comparison.base.name == "b"


def test_networks_are_named_as_shortly_as_tells_them_apart() -> None:
    x, y = network(name="x"), network(name="y")
    assert distinct_names([x, y], ["x.yaml", "y.yaml"]) == ["x", "y"]
    a, b = network(name="x", variant="a"), network(name="x", variant="b")
    assert distinct_names([a, b], ["x.yaml@a", "x.yaml@b"]) == ["a", "b"]
    assert distinct_names([x, x], ["x.yaml", "old/x.yaml"]) == ["x.yaml", "old/x.yaml"]
    assert distinct_names([x, x], ["x.yaml", "x.yaml"]) == ["x.yaml (1)", "x.yaml (2)"]
