from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import inf, nan
from random import Random
from typing import NamedTuple

from convcost.analysis.compare import Comparison, Standing, compared, distinct_names, winners
from convcost.analysis.cost import Analysis
from convcost.analysis.field.extent import IRREGULAR
from convcost.api.network import Network
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


def test_a_variant_is_beaten_by_one_that_is_no_worse_in_all_and_better_in_one() -> None:
    grouped = network(Conv(out=8, kernel=3, padding=1, groups=2))  # as much memory, field and grid
    assert beaten(network(full()), grouped) == ["1", None]


def test_a_larger_field_alone_is_better() -> None:
    assert beaten(network(full()), network(Conv(out=8, kernel=3, padding=2, dilation=2))) == ["1", None]


def test_a_smaller_field_alone_saves_from_being_beaten() -> None:
    narrow = network(Conv(out=2, kernel=1), Conv(out=8, kernel=1))  # less of all costs, and a field of 1
    assert beaten(network(full()), narrow) == [None, None]


def test_fields_are_compared_on_every_axis() -> None:
    flat, tall = (Conv(out=8, kernel=k, padding=p) for k, p in (((1, 3), (0, 1)), ((3, 1), (1, 0))))
    assert beaten(network(flat), network(tall)) == [None, None]


def spec(layers: str, shape: str = "8x8x8") -> Analysis:
    return Network.from_text(layers, input=shape).analyze()


COARSE = "max_pool: 2, resize: 2"


def test_a_coarser_grid_saves_from_being_beaten() -> None:
    fine, coarse = (spec(f"[conv: {{out: 8, kernel: 3, padding: 1}}, {more}]") for more in ("relu, relu", COARSE))
    assert coarse.totals.macs == fine.totals.macs
    assert fine.receptive_field
    assert coarse.receptive_field
    assert fine.receptive_field.extents[0].largest < coarse.receptive_field.extents[0].largest
    assert beaten(fine, coarse) == [None, None]
    assert beaten(spec(f"[pointwise: 8, {COARSE}]"), spec(f"[pointwise: 8, {COARSE}, pointwise: 8]")) == [None, "0"]


def test_the_whole_input_is_the_largest_field() -> None:
    gate = "mul: {main: [], gate: [global_avg_pool]}"
    gated, plain = spec(f"[conv: {{out: 8, kernel: 3, padding: 1}}, {gate}]"), spec("[pointwise: 8, pointwise: 8]")
    larger = spec(f"[conv: {{out: 8, kernel: 3, padding: 1}}, {gate}, pointwise: 8]")
    assert beaten(gated, plain) == [None, None]
    assert beaten(gated, larger) == [None, "0"]
    dear = spec("[conv: {out: 8, kernel: 3, padding: 1}, conv: {out: 8, kernel: 3, padding: 1}, add: conv1]")
    assert beaten(gated, dear) == [None, "0"]


def test_without_fields_they_are_left_out_and_with_one_neither_beats_the_other() -> None:
    small, large = spec("[linear: 4]", "8"), spec("[linear: 8, linear: 4]", "8")
    assert beaten(large, small) == ["1", None]
    assert compared(small) == ["params", "macs", "peak_activation_bytes"]
    convolved = spec("[conv: {out: 8, kernel: 3}, linear: 4]")
    assert compared(convolved) == [*compared(small), "receptive_field", "grid"]
    assert beaten(convolved, small) == [None, None]


def test_a_field_that_cannot_be_listed_neither_beats_nor_is_beaten() -> None:
    uneven = ", ".join(f"resize: {{size: {size}}}" for size in (4099, 4111, 4127))
    unknown = spec(f"[conv: {{out: 1, kernel: 3, padding: 1}}, {uneven}]", "1x4093")
    assert unknown.spatial_field is IRREGULAR
    assert beaten(unknown, spec(f"[{uneven}]", "1x4093"), unknown) == [None, None, None]


def test_who_is_named_is_beaten_by_nobody() -> None:
    steps = [Conv(out=8, kernel=3, padding=1, groups=groups) for groups in (1, 2, 4, 8)]
    assert beaten(*map(network, steps)) == ["3", "3", "3", None]
    assert beaten(*map(network, reversed(steps))) == [None, "0", "0", "0"]


def test_the_front_of_the_stage_in_the_readme() -> None:
    """By hand: dilated sees most, bottleneck holds least at once, depthwise costs least; every other one has a
    like among these that costs no more and sees no less."""
    variants = Network.from_file("examples/stage.yaml").compare().variants
    assert [variant.name for variant in variants if not variant.beaten_by] == ["dilated", "bottleneck", "depthwise"]


def test_beating_is_a_strict_partial_order_with_a_front() -> None:
    dice = Random(10)
    for _ in range(300):
        some = [random_standing(dice) for _ in range(dice.randint(1, 8))]
        assert not any(one.beats(one) for one in some)
        assert not any(a.beats(b) and b.beats(a) for a, b in product(some, repeat=2))
        assert all(a.beats(c) for a, b, c in product(some, repeat=3) if a.beats(b) and b.beats(c))
        by = winners(some)
        assert None in by
        assert [any(other.beats(one) for other in some) for one in some] == [i is not None for i in by]
        assert all(by[i] is None and some[i].beats(one) for one, i in zip(some, by) if i is not None)


def random_standing(dice: Random) -> Standing:
    """Few values, so that many are equal; fields and grids of two axes or none."""
    costs = [dice.randint(1, 2) for _ in range(3)]
    field = dice.choice([(), *[tuple(dice.choice([-inf, -5, -3, nan]) for _ in range(2))] * 3])
    grid = dice.choice([(), *[tuple(dice.choice([1, Fraction(3, 2), 8]) for _ in range(2))] * 3])
    return Standing((dice.randint(1, 2), len(field), len(grid)), (*costs, *field, *grid))


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
