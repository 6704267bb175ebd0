"""Receptive fields whose answer a source or arithmetic on paper gives, and what holds for all of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
import yaml

from convcost.analysis.advice import advise
from convcost.analysis.field.coverage import coverage, read_sets
from convcost.analysis.field.extent import (
    IRREGULAR,
    MAX_TABLE,
    NOTHING,
    POINT,
    WHOLE,
    Extent,
    network_field,
    receptive_fields,
)
from convcost.api.network import Network

CASES = yaml.safe_load(
    (Path(__file__).parents[2] / "data" / "cases" / "receptive_fields.yaml").read_text(encoding="utf-8")
)


def graph_of(layers: str, input: str = "1x64x64") -> Any:
    return Network.from_text(layers, input=input).graph()


def fraction(value: Any) -> tuple[int, int] | None:
    return None if value is None else Fraction(str(value)).as_integer_ratio()


def figures(extent: Extent) -> dict[str, Any]:
    sizes = {"size": extent.largest, "min": extent.smallest, "start": extent.start}
    return {**sizes, "stride": extent.stride, "center": extent.center}


def wanted(case: dict[str, Any], axis: int) -> dict[str, Any]:
    found = {name: case[name] for name in ("size", "min", "start", "stride", "center") if name in case}
    along = {name: value[axis] if isinstance(value, list) else value for name, value in found.items()}
    if "size" in along:
        along.setdefault("min", along["size"])
    return along | {name: fraction(along[name]) for name in ("stride", "center") if name in along}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case(case: dict[str, Any]) -> None:
    graph = graph_of(case["layers"], case.get("input", "1x64x64"))
    field = receptive_fields(graph)[-1]
    if case.get("whole"):
        assert field is WHOLE
        return
    assert isinstance(field, tuple)
    for axis, extent in enumerate(field):
        expected = wanted(case, axis)
        found = figures(extent)
        assert {name: found[name] for name in expected} == expected
        for position, size in case.get("at", {}).items():
            first, last = extent.at(position) or (0, -1)
            assert last - first + 1 == size
    if "read" in case:
        assert coverage(field, read_sets(graph)[-1]) == tuple(case["read"])
    if "output" in case:
        assert set(graph.nodes[-1].shape[1:]) == {case["output"]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_advice_on_a_case(case: dict[str, Any]) -> None:
    graph = graph_of(case["layers"], case.get("input", "1x64x64"))
    raised = {problem.code for problem in advise(graph)}
    expected = {case["advice"]} if "advice" in case else set()
    assert expected <= raised
    assert raised & {"CC402", "CC407"} == expected & {"CC402", "CC407"}


# The field of a network -------------------------------------------------------------------------------------


def network(layers: str, input: str = "3x32x32") -> tuple[str, list[int]] | None:
    graph = graph_of(layers, input)
    field = network_field(graph, receptive_fields(graph))
    return field and (field.layer, [extent.largest for extent in field.extents])


def test_the_field_of_a_network_is_that_of_its_output() -> None:
    assert network("[conv: {out: 1, kernel: 3}, relu]") == ("relu1", [3, 3])


def test_the_field_of_a_classifier_is_that_before_the_earliest_layer_that_joins_all_positions() -> None:
    head = "conv: {out: 8, kernel: 5}"
    for tail in (
        "global_avg_pool, linear: 10",
        "adaptive_avg_pool: 1, flatten, linear: 4",
        "linear: 9, relu, linear: 4",
    ):
        assert network(f"[{head}, {tail}]") == ("conv1", [5, 5])


def test_a_block_gives_its_name_to_the_field_of_its_output() -> None:
    unit = "Unit: {layers: [conv: {out: 1, kernel: 3}, relu]}"
    spec = f"{{input: [3, 9, 9], blocks: {{{unit}}}, layers: [Unit, global_avg_pool]}}"
    graph = Network.from_text(spec).graph()
    field = network_field(graph, receptive_fields(graph))
    assert field
    assert field.layer == "Unit1"


def test_a_network_that_sees_the_whole_input_has_no_field() -> None:
    gate = "mul: {map: [], gate: [global_avg_pool, sigmoid]}"
    assert network(f"[conv: {{out: 8, kernel: 3}}, {gate}, global_avg_pool, linear: 2]") is None
    assert network("[global_avg_pool, linear: 2]") is None
    assert network("[linear: 2]", "7") is None


def test_a_graph_without_outputs_has_no_field() -> None:
    graph = graph_of("[conv: {out: 1, kernel: 3}]")
    graph.outputs = []
    assert network_field(graph, receptive_fields(graph)) is None


# Several inputs, and layers that see none -------------------------------------------------------------------


def test_a_field_is_that_of_the_input_asked_for() -> None:
    spec = """
    input: {image: [3, 32, 32], depth: [1, 32, 32]}
    layers:
      - {conv: {out: 1, kernel: 3, padding: 1}, name: a}
      - {conv: {out: 1, kernel: 7, padding: 3}, from: depth, name: b}
      - add: a
      - linear: 1
    """
    graph = Network.from_text(spec).graph()
    first, second = receptive_fields(graph), receptive_fields(graph, "depth")
    sizes = [
        [field[0].largest if isinstance(field, tuple) else field for field in fields] for fields in (first, second)
    ]
    assert sizes == [[3, NOTHING, 3, WHOLE], [NOTHING, 7, 7, WHOLE]]


def test_a_tensor_that_only_says_a_size_is_not_read() -> None:
    spec = """
    input: {image: [3, 32, 32], small: [1, 8, 8]}
    layers: [crop: {like: small}, conv: {out: 1, kernel: 3}, resize: {like: small}]
    """
    graph = Network.from_text(spec).graph()
    assert receptive_fields(graph, "small") == [NOTHING, NOTHING, NOTHING]
    assert [field[0].largest for field in receptive_fields(graph, "image")] == [1, 3, 3]


def test_another_operation_may_stand_in_for_a_layer() -> None:
    graph = graph_of("[conv: {out: 1, kernel: 3, padding: 1}, conv: {out: 1, kernel: 3, padding: 1}]")
    wide = type(graph.nodes[0].op)(out=1, kernel=7, padding=3)
    assert [field[0].largest for field in receptive_fields(graph, instead={0: wide})] == [7, 9]
    assert [field[0].largest for field in receptive_fields(graph)] == [3, 5]


# Tables -----------------------------------------------------------------------------------------------------


def test_axes_of_different_kinds_that_hold_equal_numbers_are_told_apart() -> None:
    """`mul` with a gate of one position and an adaptive pool from one position: both axes are (1, 3)."""
    gate = graph_of("[{conv: {out: 1, kernel: 3}, name: g}, {mul: g, from: input}]", "1x3")
    pool = graph_of("[conv: {out: 1, kernel: 3}, adaptive_avg_pool: 3]", "1x3")
    assert receptive_fields(gate)[-1][0].at(4) is not None
    assert receptive_fields(pool)[-1][0].stride == (1, 3)
    assert [[positions.p for positions in item] for item in read_sets(pool)[-1]] == [[1]]


def test_a_chain_of_upsampling_is_listed_until_its_table_is_full() -> None:
    step = "conv_transpose: {out: 1, kernel: 4, stride: 2, padding: 1}"
    fields = receptive_fields(graph_of(f"[{{{step}, repeat: 14}}]", "1x2"))
    assert [len(field[0].table) for field in fields[:12]] == [2**i for i in range(1, 13)]
    assert fields[11][0].stride == (1, 4096)
    assert fields[12:] == [IRREGULAR, IRREGULAR]
    assert str(IRREGULAR) == "a pattern that repeats after more than 4,096 positions, or 10^100 of the input"
    assert coverage(IRREGULAR, None) is None


def test_strides_are_multiplied_as_long_as_numbers_can_be_printed() -> None:
    """A window of 3 with stride 2: after i of them a jump of 2^i and a field of 2^(i + 1) - 1; 2^332 < 10^100 < 2^333."""
    step = "conv: {out: 1, kernel: 3, stride: 2, padding: 1}"
    fields = receptive_fields(graph_of(f"[{{{step}, repeat: 334}}]", "1x1"))
    assert [(field[0].stride, field[0].largest) for field in fields[:332]] == [
        ((2**i, 1), 2 ** (i + 1) - 1) for i in range(1, 333)
    ]
    assert fields[332:] == [IRREGULAR, IRREGULAR]


def test_a_whole_input_is_whole_after_an_irregular_field_too() -> None:
    graph = graph_of(
        "[{resize: {size: 8192}, name: a}, conv: {out: 1, kernel: 3, padding: 1}, add: a, global_avg_pool]", "1x8191"
    )
    assert receptive_fields(graph) == [IRREGULAR, IRREGULAR, IRREGULAR, WHOLE]


def test_a_pattern_longer_than_its_map_is_listed_position_by_position() -> None:
    first, _, last = receptive_fields(graph_of("[resize: {size: 89}, max_pool: 2, resize: {size: 97}]", "1x83"))
    assert first[0].stride == (83, 89)
    assert last[0].bounded
    assert last[0].stride is None
    assert len(last[0].table) == 97 < MAX_TABLE < 89 * 97
    assert [last[0].at(o) for o in (0, 50, 96)] == [(0, 0), (41, 41), (80, 81)]


def test_a_position_outside_the_map_is_one_of_the_pattern() -> None:
    extent = Extent(2, ((0, 1), (1, 4)))
    assert [extent.at(o) for o in (-2, -1, 0, 1, 2, 3)] == [(-2, -1), (-1, 2), (0, 1), (1, 4), (2, 3), (3, 6)]
    assert POINT.at(-3) == (-3, -3)


def test_ten_thousand_layers_take_no_time() -> None:
    graph = graph_of("[{conv: {out: 1, kernel: 3, padding: 1}, repeat: 10000}]", "1x56x56")
    start = perf_counter()
    fields = receptive_fields(graph)
    assert perf_counter() - start < 1.5  # about a tenth of that on an ordinary machine
    assert [extent.largest for extent in fields[-1]] == [20001, 20001]
