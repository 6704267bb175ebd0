from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from convcost.analysis.diff import difference
from convcost.api.network import Network

if TYPE_CHECKING:
    from convcost.analysis.diff import Difference

HEAD = "input: [3, 16, 16]\nlayers:\n"


def compared(old: str, new: str) -> Difference:
    """Two networks, each a spec or the steps of one."""
    networks = [Network.from_text(text if "input: " in text.splitlines()[0] else HEAD + text) for text in (old, new)]
    before, after = [(network.graph(), network.analyze()) for network in networks]
    return difference(before, after)


def steps(*words: str) -> str:
    return "".join(f"  - {word}\n" for word in words)


def told(found: Difference) -> list[tuple[str, str, str | None]]:
    """Every layer that is not the same: its status, its name, the name it had."""
    return [(layer.status, layer.layer.name, layer.was) for layer in found.layers if layer.status != "same"]


def changes(found: Difference, name: str) -> dict[str, tuple[Any, Any]]:
    [layer] = [layer for layer in found.layers if layer.layer.name == name]
    return {change.what: (change.old, change.new) for change in layer.changes}


def figures(found: Difference) -> dict[str, tuple[int, int]]:
    return {row.layer.name: row.figure(lambda layer: layer.cost.macs) for row in found.layers}


CONV = "conv: {out: 8, kernel: 3, padding: 1}"
WIDE = "conv: {out: 12, kernel: 3, padding: 1}"


def test_a_network_is_the_same_as_itself() -> None:
    found = compared(steps(CONV, "relu", CONV), steps(CONV, "relu", CONV))
    assert found.same
    assert (found.count("same"), found.renamed, told(found)) == (3, [], [])


def test_a_field_that_changed_is_told_with_what_follows() -> None:
    found = compared(steps(CONV, "relu", CONV), steps(WIDE, "relu", CONV))
    assert told(found) == [("changed", "conv1", None), ("changed", "relu1", None), ("changed", "conv2", None)]
    assert changes(found, "conv1") == {"out": (8, 12), "output_shape": ((8, 16, 16), (12, 16, 16))}
    assert changes(found, "conv2") == {"input_shapes": (((8, 16, 16),), ((12, 16, 16),))}
    assert figures(found) == {
        "conv1": (27 * 8 * 256, 27 * 12 * 256), "relu1": (0, 0), "conv2": (72 * 8 * 256, 108 * 8 * 256),
    }  # fmt: skip
    assert not found.same


def test_one_value_per_axis_is_the_same_as_one_for_all() -> None:
    new = "conv: {out: 8, kernel: [3, 3], padding: [[1, 1], 1], stride: [1, 1]}"
    assert compared(steps(CONV), steps(new)).same
    found = compared(steps(CONV), steps("conv: {out: 8, kernel: [3, 1], padding: [1, 0]}"))
    assert changes(found, "conv1") == {"kernel": (3, (3, 1)), "padding": (1, (1, 0))}


def test_added_and_removed_layers_are_told_in_their_place() -> None:
    old, new = steps(CONV, "batch_norm", "relu", CONV), steps(CONV, "relu", "dropout", CONV)
    assert told(compared(old, new)) == [("removed", "batch_norm1", None), ("added", "dropout1", None)]
    assert told(compared(new, old)) == [("added", "batch_norm1", None), ("removed", "dropout1", None)]
    assert [row.layer.name for row in compared(old, new).layers] == [
        "conv1",
        "batch_norm1",
        "relu1",
        "dropout1",
        "conv2",
    ]


def test_a_layer_put_in_does_not_renumber_the_others() -> None:
    found = compared(steps(CONV, "relu", CONV, "relu", WIDE), steps(CONV, "relu", CONV, "relu", CONV, "relu", WIDE))
    assert told(found) == [("added", "conv3", None), ("added", "relu3", None)]
    assert [(row.layer.name, row.was) for row in found.renamed] == [("conv4", "conv3")]


def test_a_block_put_in_does_not_renumber_the_others() -> None:
    spec = "input: [8, 16, 16]\nblocks: {Unit: {layers: [conv: {out: 8, kernel: 3, padding: 1}, relu]}}\n"
    old = spec + "layers: [Unit: , max_pool: 2, Unit: , Unit: ]"
    found = compared(old, old.replace("max_pool", "Unit: , max_pool"))
    assert told(found) == [("added", "Unit2.conv1", None), ("added", "Unit2.relu1", None)]


def test_names_match_what_was_moved_and_changed() -> None:
    old = steps(f"{{{CONV}, name: a}}", "max_pool: 2", f"{{{CONV}, name: b}}")
    new = steps("max_pool: 2", f"{{{WIDE}, name: b}}", f"{{{CONV}, name: a}}")
    found = compared(old, new)
    assert told(found) == [("changed", "max_pool1", None), ("changed", "b", None), ("changed", "a", None)]
    assert changes(found, "b")["out"] == (8, 12)
    assert changes(found, "a")["inputs"] == (("input",), ("b",))


def test_a_new_name_in_the_same_place_is_the_same_layer() -> None:
    found = compared(steps(f"{{{CONV}, name: stem}}", "relu"), steps(f"{{{CONV}, name: first}}", "relu"))
    assert found.same
    assert [(row.layer.name, row.was) for row in found.renamed] == [("first", "stem")]


def test_layers_of_one_operation_between_the_same_neighbours_are_paired_in_order() -> None:
    old = steps(f"{{{CONV}, name: a}}", "relu", f"{{{CONV}, name: b}}", "max_pool: 2", f"{{{CONV}, name: c}}")
    new = steps(f"{{{WIDE}, name: x}}", "relu", f"{{{WIDE}, name: y}}", "max_pool: 2", f"{{{WIDE}, name: z}}")
    assert [(row.layer.name, row.was) for row in compared(old, new).layers if row.was] == [
        ("x", "a"), ("y", "b"), ("z", "c"),
    ]  # fmt: skip


def test_what_is_quite_the_same_is_paired_before_what_has_the_same_operation() -> None:
    old = steps(f"{{{CONV}, name: a}}", "{conv: {out: 8, kernel: 1}, name: b}")
    new = steps("{conv: {out: 8, kernel: 5, padding: 2}, name: x}", "{conv: {out: 8, kernel: 1}, name: y}", WIDE)
    found = compared(old, new)
    assert [(row.status, row.layer.name, row.was) for row in found.layers] == [
        ("changed", "x", "a"), ("same", "y", "b"), ("added", "conv1", None),
    ]  # fmt: skip


def test_another_operation_in_its_place_is_another_layer() -> None:
    found = compared(steps(CONV, "relu"), steps("depthwise: {kernel: 3, padding: 1}", "relu"))
    assert told(found)[:2] == [("removed", "conv1", None), ("added", "depthwise1", None)]


def test_another_operation_of_the_same_name_is_a_change() -> None:
    new = "{depthwise: {kernel: 3, padding: 1}, name: stem}"
    found = compared(steps(f"{{{CONV}, name: stem}}"), steps(new))
    assert changes(found, "stem")["operation"] == ("conv", "depthwise")
    assert changes(found, "stem")["out"] == (8, None)
    assert changes(found, "stem")["multiplier"] == (None, 1)
    assert "kernel" not in changes(found, "stem")


def test_another_source_is_a_change_but_not_a_layer_put_in_between() -> None:
    old = "input: [8, 16, 16]\nlayers:\n" + steps("{conv: {out: 8, kernel: 1}, name: a}", "tanh", "{add: a, name: sum}")
    assert changes(compared(old, old.replace("add: a", "add: input")), "sum") == {
        "inputs": (("tanh1", "a"), ("tanh1", "input")),
    }
    between = compared(old, between_text(old))
    assert told(between) == [("added", "relu1", None)]
    assert told(compared(between_text(old), old)) == [("removed", "relu1", None)]
    assert changes(between, "sum") == {}


def between_text(old: str) -> str:
    return old.replace("  - tanh\n", "  - tanh\n  - relu\n")


def test_a_removed_partner_is_a_change() -> None:
    old = "input: [8, 16, 16]\nlayers:\n" + steps(
        "{conv: {out: 8, kernel: 1}, name: a}", "tanh", "{add: a, name: sum}", "relu"
    )
    found = compared(old, old.replace("  - {add: a, name: sum}\n", ""))
    assert told(found) == [("removed", "sum", None), ("changed", "relu1", None)]
    assert changes(found, "relu1") == {"inputs": (("sum",), ("tanh1",))}


def test_a_fraction_and_a_reference_are_compared() -> None:
    old = "{input: [4, 8, 8], layers: [resize: 2, {relu: , name: a}, {relu: , from: input, name: b}]}"
    found = compared(old, old.replace("resize: 2", "resize: 1.5"))
    assert [float(value) for value in changes(found, "resize1")["scale"]] == [2, 1.5]


def test_the_inputs_outputs_and_types_of_a_network_are_compared() -> None:
    old = "{input: [3, 16, 16], layers: [conv: {out: 8, kernel: 3}]}"
    new = "{input: [3, 32, 32], layers: [conv: {out: 8, kernel: 3}], dtype: {weights: int8}}"
    found = compared(old, new)
    assert [change.what for change in found.changes] == ["inputs", "outputs", "dtype of weights", "dtype of bias"]
    assert found.changes[0][1:] == ({"input": (3, 16, 16)}, {"input": (3, 32, 32)})
    assert [change[1:] for change in found.changes[2:]] == [("float32", "int8"), ("float32", "int32")]
    assert compared(new, new).changes == ()


def test_a_type_alone_is_a_change() -> None:
    old = "{input: [3, 16, 16], layers: [conv: {out: 8, kernel: 3}]}"
    found = compared(old, old[:-1] + ", dtype: int8}")
    assert not found.same
    assert told(found) == []


def test_a_new_name_of_the_input_is_no_change() -> None:
    old = "{input: {image: [3, 16, 16]}, layers: [conv: {out: 8, kernel: 3}, {relu: , from: image}]}"
    assert compared(old, old.replace("image", "picture")).same


def test_a_new_order_that_costs_memory_is_no_network_that_is_the_same() -> None:
    wide, narrow = "{conv: {out: 64, kernel: 1}, name: wide}", "{conv: {out: 8, kernel: 1}, name: narrow, from: wide}"
    aside, end = "{conv: {out: 8, kernel: 1}, name: aside, from: input}", "{add: aside, from: narrow, name: end}"
    found = compared(
        steps(wide, narrow, aside, end), steps(aside, wide.replace("wide}", "wide, from: input}"), narrow, end)
    )
    assert told(found) == []
    peaks = [analysis.totals.peak_activation_bytes for analysis in (found.old, found.new)]
    assert peaks == [(3 + 64 + 8) * 256 * 4, (8 + 64 + 8) * 256 * 4]
    assert not found.same


@pytest.mark.parametrize("name", ["mobilenet_v2", "googlenet", "unet"])
def test_every_layer_stands_there_once(name: str) -> None:
    old, new = Network.from_file("mobilenet_v1"), Network.from_file(name)
    found = difference((old.graph(), old.analyze()), (new.graph(), new.analyze()))
    assert [row.new for row in found.layers if row.new] == new.analyze().layers
    assert sorted(row.old.name for row in found.layers if row.old) == sorted(x.name for x in old.analyze().layers)
    growth = [after - before for before, after in (row.figure(lambda layer: layer.cost.macs) for row in found.layers)]
    assert sum(growth) == new.analyze().totals.macs - old.analyze().totals.macs
