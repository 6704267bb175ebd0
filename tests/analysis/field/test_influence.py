"""Path counts: against a count that follows every path, and profiles known from combinatorics."""

from __future__ import annotations

from collections import Counter
from math import comb
from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.field import influence as module
from convcost.analysis.field.influence import Profile, TooWide, profile
from convcost.api.network import Network
from tests.analysis.field.definitions import Truth, data_inputs, places, random_graph
from tests.ops.samples import dice

if TYPE_CHECKING:
    from convcost.graph import Graph, Node


def graph_of(layers: str, input: str = "1x64") -> Any:
    return Network.from_text(layers, input=input).graph()


def last(layers: str, position: int, input: str = "1x64") -> Profile | None:
    graph = graph_of(layers, input)
    return profile(graph, graph.nodes[-1], 0, position)


class Paths:
    """Counts, along one axis of an unbounded input, the paths from a position of a layer to each input position."""

    def __init__(self, truth: Truth, axis: int) -> None:
        self.truth = truth
        self.axis = axis
        self._known: dict[tuple[int, int], Counter[int]] = {}

    def counts(self, node: Node, position: int) -> Counter[int]:
        if not node.inputs:
            return Counter([position] if node is self.truth.source else [])
        key = (id(node), position)
        if key not in self._known:
            found: Counter[int] = Counter()
            for index in data_inputs(node):
                taps = self.truth.taps(node, index) if self.truth.reached(node.inputs[index]) != "nothing" else []
                for place in taps[self.axis](position) if taps else ():
                    found.update(self.counts(node.inputs[index], place))
            self._known[key] = found
        return self._known[key]


def compare(graph: Graph, wrt: Node) -> None:
    truth = Truth(graph, unbounded=True, wrt=wrt)
    rank = len(wrt.shape) - 1
    paths = [Paths(truth, axis) for axis in range(rank)]
    for node in graph.nodes[-3:]:
        for place in list(places(node.shape))[:20]:
            for axis, o in enumerate(place):
                found = profile(graph, node, axis, o, wrt.name)
                expected = paths[axis].counts(node, o) if truth.reached(node) == "some" else Counter()
                assert counted(found) == expected, (node, place)
                assert (found.total if found else 0) == expected.total()


def counted(found: Profile | None) -> Counter[int]:
    if found is None:
        return Counter()
    assert found.counts[0]
    assert found.counts[-1]
    return Counter({i: count for i, count in enumerate(found.counts, found.start) if count})


@pytest.mark.parametrize(("rank", "part"), [(1, 0), (1, 1), (1, 2), (2, 0)])
def test_profiles_count_every_path(rank: int, part: int) -> None:
    for number in range(part * 100, part * 100 + 100):
        graph = random_graph(("profile", rank, number), rank, 12 if rank == 1 else 5)
        for wrt in graph.inputs:
            compare(graph, wrt)


# Known profiles ---------------------------------------------------------------------------------------------


def test_layers_of_two_taps_give_binomial_coefficients() -> None:
    assert last("[{conv: {out: 1, kernel: 2}, repeat: 50}]", 3) == Profile(3, tuple(comb(50, i) for i in range(51)))


def test_two_layers_of_three_taps_give_a_triangle() -> None:
    assert last("[{conv: {out: 1, kernel: 3, padding: 1}, repeat: 2}]", 10) == Profile(8, (1, 2, 3, 2, 1))


def test_dilation_leaves_zeros_between() -> None:
    assert last("[{conv: {out: 1, kernel: 3, dilation: 2}, repeat: 2}]", 0) == Profile(0, (1, 0, 2, 0, 3, 0, 2, 0, 1))


def test_an_identity_path_adds_one_in_the_middle() -> None:
    block = "add: {main: [conv: {out: 1, kernel: 3, padding: 1}], skip: []}"
    assert last(f"[{block}]", 5) == Profile(4, (1, 2, 1))


def test_a_tensor_added_to_itself_counts_twice() -> None:
    assert last("[{conv: {out: 1, kernel: 2}, name: a}, add: a]", 0) == Profile(0, (2, 2))


def test_strides_and_upsampling_repeat_counts() -> None:
    assert last("[conv: {out: 1, kernel: 2, stride: 2}, conv: {out: 1, kernel: 3, stride: 2}]", 1) == Profile(
        4, (1,) * 6
    )
    assert last("[unpool: 2, conv: {out: 1, kernel: 3}]", 0) == Profile(0, (2, 1))
    assert last("[conv_transpose: {out: 1, kernel: 3, stride: 2}]", 2) == Profile(0, (1, 1))


def test_counts_larger_than_a_machine_word_are_exact() -> None:
    found = last("[{conv: {out: 1, kernel: 3, padding: 1}, repeat: 400}]", 0)
    assert found
    assert found.total == 3**400
    assert found.counts == found.counts[::-1]
    assert len(found.counts) == 801


# What has none ----------------------------------------------------------------------------------------------


def test_a_whole_input_or_none_of_it_has_no_profile() -> None:
    assert last("[conv: {out: 4, kernel: 3}, mul: {map: [], gate: [global_avg_pool]}]", 0) is None
    assert last("[unpool: {scale: 2, mode: bed_of_nails}]", 1) is None
    two = Network.from_text("{input: {a: [1, 8], b: [1, 8]}, layers: [conv: {out: 1, kernel: 3}]}").graph()
    assert profile(two, two.nodes[-1], 0, 0, "b") is None


def test_a_gate_on_another_input_does_not_hide_the_profile() -> None:
    spec = """
    input: {image: [4, 32], gate: [4, 32]}
    layers:
      - {global_avg_pool: , from: gate, name: g}
      - {conv: {out: 4, kernel: 3}, from: image}
      - mul: g
    """
    graph = Network.from_text(spec).graph()
    assert profile(graph, graph.nodes[-1], 0, 4) == Profile(4, (1, 1, 1))
    assert profile(graph, graph.nodes[-1], 0, 4, "gate") is None


def test_a_gate_of_one_position_counts_like_every_path() -> None:
    gate = "mul: {map: [conv: {out: 1, kernel: 1}], gate: [conv: {out: 1, kernel: 7}]}"
    assert last(f"[{gate}]", 2, "1x7") == Profile(0, (1, 1, 2, 1, 1, 1, 1))


def test_a_path_that_reads_nothing_does_not_widen_the_profile() -> None:
    nails = "{unpool: {scale: 2, mode: bed_of_nails}, name: u}"
    both = f"[{nails}, {{conv_transpose: {{out: 1, kernel: 2, stride: 2}}, from: input}}, add: u]"
    assert last(both, 60_001, "1x40000") == Profile(30_000, (1,))


@pytest.mark.parametrize(
    "layers",
    [
        "[conv: {out: 1, kernel: 3, dilation: 40000, padding: 40000}]",
        "[conv: {out: 1, kernel: 3, stride: 2, dilation: 40000, padding: 40000}]",
    ],
)
def test_a_profile_of_too_many_positions_is_refused(layers: str) -> None:
    with pytest.raises(TooWide):
        last(layers, 0)


def test_too_wide_is_judged_where_paths_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_POSITIONS", 8)
    far = "add: {a: [pad: [[9, 0]]], b: [pad: [[0, 9]]]}"
    with pytest.raises(TooWide):
        last(f"[{far}]", 0)


# Width ------------------------------------------------------------------------------------------------------


def shortest(counts: tuple[int, ...], percent: int) -> tuple[int, int]:
    """The first of the shortest runs that hold that share, by trying all."""
    enough = [
        (end - start, start)
        for start in range(len(counts))
        for end in range(start, len(counts))
        if 100 * sum(counts[start : end + 1]) >= percent * sum(counts)
    ]
    length, start = min(enough)
    return start, start + length


def test_the_width_is_that_of_the_shortest_run_that_holds_enough() -> None:
    rng = dice("width")
    for _ in range(500):
        counts = (rng.randint(1, 9), *(rng.choice([0, 1, 1, 2, 5, 30]) for _ in range(rng.randint(0, 12))), 1)
        percent = rng.choice([1, 10, 50, 68, 90, 95, 99, 100])
        start, end = shortest(counts, percent)
        assert Profile(-7, counts).width(percent) == (start - 7, end - 7)


def test_95_percent_of_a_deep_chain_is_about_two_standard_deviations_on_either_side() -> None:
    """A tap of three has variance 2/3, 600 of them 400 (Luo et al. 2016: the width grows as the root of the depth)."""
    found = last("[{conv: {out: 1, kernel: 3, padding: 1}, repeat: 600}]", 0)
    assert found
    first, end = found.width()
    assert (end - first) / 2 == pytest.approx(1.96 * 20, abs=1)
