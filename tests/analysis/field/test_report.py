"""The questions asked of a field. Figures are worked out by hand from the layers' own definitions."""

from __future__ import annotations

import pytest

from convcost.analysis.advice import advise
from convcost.analysis.field.extent import NOTHING, WHOLE, Extent
from convcost.analysis.field.report import FieldReport, FieldRow, seen
from convcost.api.network import Network
from convcost.errors import UsageError
from tests.analysis.field.definitions import Truth, hull, places, random_graph

# Position o of pool1 reads 4o - 2 to 4o + 8: the pool's three taps lie two apart, each of seven.
STEM = "{name: stem, input: [3, 100, 120], layers: [conv: {out: 4, kernel: 7, stride: 2}, "
POOLED = STEM + "{max_pool: {kernel: 3, stride: 2, padding: 1}, name: pool1}]}"
CLASSIFIER = STEM + "{max_pool: {kernel: 3, stride: 2, padding: 1}, name: pool1}, global_avg_pool, linear: 5]}"
BLOCKS = """
name: blocks
input: [2, 16, 16]
blocks:
  Unit: {layers: [conv: {out: 2, kernel: 3, padding: 1}, relu]}
  Stage: {layers: [Unit: , Unit: ]}
layers: [Stage: , Unit: , conv: {out: 1, kernel: 1}]
"""
STEREO = """
name: stereo
input: {left: [3, 20, 20], depth: [1, 20, 20]}
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: a}
  - {conv: {out: 4, kernel: 5, padding: 2}, name: b, from: depth}
  - {add: a, name: sum}
"""


def report(text: str, wrt: str | None = None) -> FieldReport:
    return Network.from_text(text).receptive_field(wrt=wrt)


def sizes(row: FieldRow) -> list[int]:
    assert isinstance(row.field, tuple)
    return [extent.largest for extent in row.field]


# Rows. ------------------------------------------------------------------------------------------------------


def test_every_layer_has_a_row_with_its_field_and_what_is_read_of_it() -> None:
    found = report(STEM + "conv: {out: 1, kernel: 2, dilation: 10}]}")
    assert [(row.name, row.op, row.label, row.output_shape, sizes(row), row.coverage) for row in found.layers] == [
        ("conv1", "conv", "conv 7x7 /2", (4, 47, 57), [7, 7], (49, 49)),
        ("conv2", "conv", "conv 2x2 d10", (1, 37, 47), [27, 27], (14 * 14, 27 * 27)),
    ]
    assert (found.name, found.inputs, found.outputs) == ("stem", {"input": (3, 100, 120)}, (("conv2", (1, 37, 47)),))


def test_the_network_is_taken_before_space_ends() -> None:
    found = report(CLASSIFIER)
    assert found.network is not None
    assert found.network.layer == "pool1"
    row = found.network_row()
    assert row is not None
    assert (row.name, sizes(row)) == ("pool1", [11, 11])


def test_where_the_output_has_no_window_its_own_row_is_the_networks() -> None:
    found = report("{input: [1, 4, 4], blocks: {Head: {layers: [linear: 2]}}, layers: [Head: ]}")
    row = found.network_row()
    assert found.network is None
    assert row is not None
    assert (row.name, row.field) == ("Head1", WHOLE)


def test_an_output_that_is_an_input_has_no_row() -> None:
    assert report("{input: [1, 4, 4], layers: [relu], outputs: [input]}").network_row() is None


def test_a_block_is_known_by_its_name() -> None:
    found = report(BLOCKS)
    for name, size in (("Stage1.Unit1.conv1", 3), ("Stage1.Unit1", 3), ("Stage1", 5), ("Unit1", 7), ("conv1", 7)):
        row = found.row(name)
        assert (row.name, sizes(row)) == (name, [size, size])


@pytest.mark.parametrize(
    ("word", "hint"),
    [("Stage", "; did you mean Stage1?"), ("Stage1.unit2", "; did you mean Stage1.Unit2?"), ("xyz", ""), ("", "")],
)
def test_an_unknown_layer_is_named_with_the_nearest(word: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        report(BLOCKS).row(word)
    assert str(caught.value) == f"blocks has no layer {word}{hint}"


def test_fields_are_with_respect_to_one_input() -> None:
    assert [sizes(row) for row in report(STEREO).layers if row.field is not NOTHING] == [[3, 3], [3, 3]]
    other = report(STEREO, "depth")
    assert other.wrt == "depth"
    assert [row.name for row in other.layers if row.field is NOTHING] == ["a"]
    assert sizes(other.row("sum")) == [5, 5]


def test_an_unknown_input_is_named_with_those_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        report(STEREO, "dept")
    assert str(caught.value) == "stereo has no input dept; did you mean depth? (it has left, depth)"


def test_how_much_of_an_input_a_field_sees() -> None:
    field = (Extent(1, ((0, 4),)), Extent(1, ((0, 39),)))
    assert seen(field, (10, 20)) == (5 * 20, 10 * 20)


# What a position reads. -------------------------------------------------------------------------------------


def test_a_box_has_its_ends_on_both_sides_of_the_border() -> None:
    box = report(POOLED).box((0, 5))
    assert (box.layer, box.position, box.input_sizes) == ("pool1", (0, 5), (100, 120))
    assert box.reads == ((-2, 8), (18, 28))
    assert box.inside == ((0, 8), (18, 28))
    assert box.padding == (11 * 11 - 9 * 11, 11 * 11)


def test_what_only_missing_positions_would_read_is_not_inside() -> None:
    # conv1 has five positions (0 to 10 of the input are read); conv2's last one reads 3, 4 and a sixth that is padding
    text = "{input: [1, 12], layers: [conv: {out: 1, kernel: 3, stride: 2}, conv: {out: 1, kernel: 3, padding: 1}]}"
    box = report(text).box((4,))
    assert (box.reads, box.inside) == (((6, 12),), ((6, 10),))


@pytest.mark.parametrize(("rank", "count", "largest"), [(1, 200, 14), (2, 25, 6)])
def test_the_inside_of_a_box_is_what_definitions_read(rank: int, count: int, largest: int) -> None:
    compared = 0
    for number in range(count):
        graph = random_graph(("box", rank, number), rank, largest)
        truth, found = Truth(graph, unbounded=False), FieldReport(graph)
        for node, row in zip(graph.nodes, found.layers):
            for place in places(node.shape) if isinstance(row.field, tuple) else ():
                read = truth.read(node, place).positions
                assert found.box(place, node.name).inside == tuple(hull(read, axis) for axis in range(rank)), node
                compared += 1
    assert compared > 1000


def test_paths_of_a_merge_join_in_one_box() -> None:
    text = "{input: [1, 9], layers: [add: {a: [conv: {out: 1, kernel: 5, padding: 2}], b: []}]}"
    assert report(text).box((4,)).reads == ((2, 6),)


def test_a_position_may_read_nothing() -> None:
    box = report("{input: [1, 4], layers: [unpool: {scale: 2, mode: bed_of_nails}]}").box((1,))
    assert (box.reads, box.inside, box.padding) == ((None,), (None,), None)


def test_a_global_pool_reads_the_whole_input() -> None:
    box = report(CLASSIFIER).box((0, 0), "global_avg_pool1")
    # the last of conv1's 47 and 57 positions begin at 92 and 112: one position of either axis is never read
    assert box.reads == box.inside == ((0, 98), (0, 118))
    assert box.padding == (0, 99 * 119)


def test_a_normalisation_over_the_map_reads_all_of_it() -> None:
    text = "{input: [2, 9, 9], layers: [conv: {out: 2, kernel: 2, stride: 2}, instance_norm, crop: {margins: 1}]}"
    box = report(text).box((0, 0), "crop1")
    assert box.reads == box.inside == ((0, 7), (0, 7))


def test_a_field_whose_table_is_too_long_has_a_box_at_every_position() -> None:
    up = ", ".join(["conv_transpose: {out: 1, kernel: 3, stride: 3}"] * 8)
    found = report(f"{{input: [1, 2], layers: [{up}]}}")
    assert [found.box((o,), "conv_transpose8").reads for o in (0, 3**8 - 1, 3**8)] == [((0, 0),), ((0, 0),), ((1, 1),)]


def test_holes_are_no_part_of_what_is_read() -> None:
    """PyTorch's gradient of that position: 25 are not 0, in rows 4, 6, 8, 10 and 12."""
    twice = "{conv: {out: 1, kernel: 3, dilation: 2}, repeat: 2}"
    box = report(f"{{input: [1, 24, 24], layers: [{twice}]}}").box((4, 4))
    assert (box.reads, box.read, box.size) == (((4, 12), (4, 12)), 25, 81)
    assert box.runs == box.runs_inside == (((4, 4), (6, 6), (8, 8), (10, 10), (12, 12)),) * 2


def test_a_path_that_reads_nothing_along_one_axis_is_no_part_of_the_box() -> None:
    """Column 11 of a is one of zeros: row 5 of b alone is read. Row 10 of column 10 reads rows 8, 10 and 12 of a."""
    nails = "unpool: {scale: 2, mode: bed_of_nails}, conv: {out: 1, kernel: [5, 1], padding: [2, 0]}"
    found = report(f"{{input: [1, 12, 12], layers: [concat: {{a: [{nails}], b: [unpool: 2]}}]}}")
    assert (found.box((10, 11)).reads, found.box((10, 10)).reads) == (((5, 5), (5, 5)), ((4, 6), (5, 5)))


def test_what_is_too_much_to_be_listed_is_refused() -> None:
    wide = "{input: [1, 1000000], layers: [conv: {out: 1, kernel: 100000, dilation: 5}]}"
    with pytest.raises(UsageError) as caught:
        report(wide).box((0,))
    what = "what position 0 of conv1 reads is too much to be listed"
    assert str(caught.value) == f"{what}: more than 65,536 runs along an axis, or too many paths"


def test_a_layer_that_another_input_feeds_reads_nothing_of_this_one() -> None:
    assert report(STEREO, "depth").box((3, 3), "a").reads == (None, None)


@pytest.mark.parametrize(
    ("position", "layer", "message"),
    [
        ((3,), None, "a position of pool1 must have one number for each of its 2 axes, but is 3"),
        ((1, 2, 3), None, "a position of pool1 must have one number for each of its 2 axes, but is 1,2,3"),
        ((24, 0), None, "position 24,0 must lie inside the output of pool1, but that is 24x29 (0,0 to 23,28)"),
        ((0, -1), None, "position 0,-1 must lie inside the output of pool1, but that is 24x29 (0,0 to 23,28)"),
        ((0,), "linear1", "linear1 has no positions: its output 5 is a vector without axes"),
        ((0, 0), "pool2", "stem has no layer pool2; did you mean pool1?"),
    ],
)
def test_a_position_must_lie_in_a_layers_output(position: tuple[int, ...], layer: str | None, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        report(CLASSIFIER).box(position, layer)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{name: n, input: [1, 4, 4], layers: [linear: 2]}", "depends on the whole input"),
        ("{name: n, input: [4], layers: [relu]}", "has no axes"),
        ("{name: n, input: [1, 4, 4], layers: [relu], outputs: [input]}", "depends on none of the input"),
    ],
)
def test_without_a_window_the_layer_must_be_named(text: str, reason: str) -> None:
    for ask, what in ((lambda r: r.box((0, 0)), "a position"), (lambda r: r.tiling([9]), "a tile")):
        with pytest.raises(UsageError) as caught:
            ask(report(text))
        assert str(caught.value) == f"{what} needs a layer to be named, for the output of n {reason}"


# Influence. -------------------------------------------------------------------------------------------------


def test_influence_counts_paths_from_the_middle() -> None:
    found = report(POOLED).influence()
    assert (found.layer, found.position) == ("pool1", (12, 14))
    height, width = found.profiles
    assert (height.start, width.start) == (46, 54)
    assert height.counts == width.counts == (1, 1, 2, 2, 3, 3, 3, 2, 2, 1, 1)


def test_influence_is_that_on_the_position_asked_for() -> None:
    assert [one.start for one in report(POOLED).influence((0, 1)).profiles] == [-2, 2]


@pytest.mark.parametrize(
    ("text", "layer", "message"),
    [
        (CLASSIFIER, "linear1", "a profile needs a field that is a window, but linear1 depends on the whole input"),
        (STEREO, "b", "a profile needs a field that is a window, but b depends on none of the input"),
        ("{name: n, input: [4], layers: [relu]}", "relu1", "a profile needs axes, but the output of relu1 has none"),
        (
            "{input: [1, 4], layers: [conv: {out: 1, kernel: 2, dilation: 70000, padding: 70000}]}",
            "conv1",
            "the profile of conv1 is too large: it reads more than 65,536 positions, or along too many paths",
        ),
    ],
)
def test_a_profile_needs_a_window(text: str, layer: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        report(text).influence(layer=layer)
    assert str(caught.value) == message


def test_a_position_without_influence_is_told() -> None:
    found = report("{input: [1, 4], layers: [unpool: {scale: 2, mode: bed_of_nails}]}")
    with pytest.raises(UsageError) as caught:
        found.influence((3,))
    assert str(caught.value) == "position 3 of unpool1 reads nothing, but a profile needs something read"


# Tiles. -----------------------------------------------------------------------------------------------------


def test_tiles_overlap_by_what_their_borders_spoil() -> None:
    found = report(POOLED).tiling([30, 40])
    # 4o - 2 >= 0 from o = 1 on; 4o + 8 <= 29 up to o = 5, <= 39 up to o = 7
    assert [(t.size, t.before, t.after, t.outputs, t.step, t.overlap) for t in found.tiles] == [
        (30, 4, 6, 5, 20, 10),
        (40, 4, 8, 7, 28, 12),
    ]
    assert found.done_twice == (30 * 40 - 20 * 28, 30 * 40)


def test_one_size_serves_all_axes() -> None:
    assert [tile.size for tile in report(POOLED).tiling([30]).tiles] == [30, 30]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([1, 2, 3], "a tile must have one size or one per axis (2), but 3 are given"),
        # the first field that begins inside a tile is that of o = 1, which ends at 12
        ([12], "a tile of 12x12 must hold the field of pool1, but the smallest that does is 13x13"),
        ([12, 40], "a tile of 12x40 must hold the field of pool1, but the smallest that does is 13x40"),
        ([0], "a tile of 0x0 must hold the field of pool1, but the smallest that does is 13x13"),
    ],
)
def test_a_tile_must_hold_the_field(sizes: list[int], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        report(POOLED).tiling(sizes)
    assert str(caught.value) == message


def test_the_smallest_tile_works() -> None:
    assert [tile.outputs for tile in report(POOLED).tiling([13]).tiles] == [1, 1]


@pytest.mark.parametrize(
    "layers",
    [
        "unpool: {scale: 2, mode: bed_of_nails}, {conv: {out: 1, kernel: 1, stride: 2, padding: 1}, name: last}",
        "{add: {a: [max_pool: {kernel: 1, stride: 2}], b: [slice: [0, 1], crop: {margins: [[0, 6]]}]}, name: last}",
    ],
)
def test_a_field_without_one_stride_has_no_tiles(layers: str) -> None:
    with pytest.raises(UsageError) as caught:
        report(f"{{input: [1, 12], layers: [{layers}]}}").tiling([40])
    assert (
        str(caught.value) == "tiles of last must be alike, but along the length its field does not move at one stride"
    )


# Needs. -----------------------------------------------------------------------------------------------------

ONE = "{input: [1, 10, 10], layers: [conv: {out: 1, kernel: 3, padding: 1}]}"


def test_changes_are_told_with_what_they_cost() -> None:
    """Along an axis of 10, 26 of 30 taps that lie 2 apart meet data, and 44 of 50 taps of a window of 5."""
    need = report(ONE).need(5)
    assert (need.wanted, need.layer, need.size, need.already, need.met) == (5, "conv1", 3, False, True)
    assert need.changes == (
        ("conv1", "dilation", 1, 2, 5, 0, (9, 25), (26 * 26, 900)),
        ("conv1", "kernel", 3, 5, 5, (25 - 9) * 100, (25, 25), (44 * 44, 2500)),
    )
    assert need.more == 0


def test_five_changes_are_named() -> None:
    text = f"{{input: [1, 30, 30], layers: [{', '.join(['conv: {out: 1, kernel: 3, padding: 1}'] * 8)}]}}"
    need = report(text).need(19)
    assert [change.layer for change in need.changes] == ["conv8", "conv7", "conv6", "conv5", "conv4"]
    assert need.more == 2 * 8 - 5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{name: n, input: [4], layers: [relu]}", "the output of n has no axes"),
        (
            "{name: n, input: {a: [1, 4], b: [1, 4]}, layers: [{relu: , from: b}]}",
            "the output of n depends on none of the input",
        ),
        (
            "{name: n, input: [1, 8191], layers: [resize: {size: 8192}]}",
            "the field of the output of n is not computed: it is a pattern that repeats after more than 4,096 positions, or 10^100 of the input",
        ),
    ],
)
def test_a_network_without_a_field_needs_none(text: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        report(text).need(9)
    assert str(caught.value) == f"what a field needs must be asked of a network with one, but {reason}"


def test_a_field_that_is_large_enough_needs_nothing() -> None:
    need = report(ONE).need(3)
    assert (need.already, need.met, need.changes) == (True, True, ())


def test_the_whole_input_needs_nothing() -> None:
    need = report("{input: [1, 4, 4], layers: [linear: 2]}").need(1000)
    assert (need.layer, need.size, need.already, need.met) == ("linear1", None, True, True)


def test_what_no_change_reaches_is_told_with_the_best() -> None:
    need = report(ONE).need(100)
    # a window from one end of ten positions to the other, for the first and for the last of them
    assert (need.met, need.changes, need.best) == (False, (), 19)


def test_a_need_is_asked_of_the_first_input() -> None:
    with pytest.raises(UsageError) as caught:
        report(STEREO, "depth").need(9)
    assert str(caught.value) == "what a field needs must be asked of the first input, left, but not of depth"


# Notes. -----------------------------------------------------------------------------------------------------


def test_notes_are_those_of_the_spec_and_advice() -> None:
    up = "conv_transpose: {out: 1, kernel: 3, stride: 2}"
    found = report(f"{{input: [1, 9, 9], layers: [{{relu: , name: a}}, {{{up}, from: input}}]}}").notes
    assert [(note.code, note.severity) for note in found] == [("CC211", "note"), ("CC402", "advice")]


def test_a_field_that_has_covered_the_input_is_for_those_who_ask_for_advice() -> None:
    covered = "{input: [1, 8, 8], layers: [{conv: {out: 1, kernel: 17, padding: 8}, repeat: 2}]}"
    assert [problem.code for problem in advise(Network.from_text(covered).graph())] == ["CC406"]
    assert report(covered).notes == ()


def test_advice_about_an_input_that_is_assumed_is_not_given() -> None:
    found = report(CLASSIFIER)
    assert [note.code for note in found.notes] == ["CC405"]
    assumed = report(CLASSIFIER)
    assumed.input_assumed = True
    assert assumed.notes == ()
