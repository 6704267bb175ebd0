"""Mistakes in fields and shapes, each with its exact words and its place; many of them; and how a person is told."""

from __future__ import annotations

from time import perf_counter

import pytest

from convcost.errors import SpecError, describe
from tests.language.networks import chain, graph, notes, problems, read, wrong

# Fields and shapes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "place", "message"),
    [
        ("conv: {out: 64, kernel: 3, groups: 3}", "3:40", "CC103 groups=3 must divide the 64 output channels"),
        ("conv: {out: 66, kernel: 3, groups: 3}", "3:40", "CC103 groups=3 must divide the 64 input channels"),
        ("conv_transpose: {out: 66, kernel: 3, groups: 3}", "3:50", "CC103 groups=3 must divide the 64 input channels"),
        ("pointwise: {out: 66, groups: 3}", "3:34", "CC103 groups=3 must divide the 64 input channels"),
        ("group_norm: 3", "3:17", "CC103 groups=3 must divide the 64 input channels"),
        ("channel_shuffle: {groups: 3}", "3:31", "CC103 groups=3 must divide the 64 input channels"),
        ("conv: {out: 8, kernel: 3, stride: 0}", "3:39", "CC104 stride must be at least 1, but is 0"),
        ("conv: {out: 8, kernel: [3, 0]}", "3:32", "CC104 kernel must be at least 1, but is 0"),
        ("conv: {out: 8, kernel: 3, dilation: -1}", "3:41", "CC104 dilation must be at least 1, but is -1"),
        ("conv: {out: 8, kernel: 3, groups: 0}", "3:39", "CC104 groups must be at least 1, but is 0"),
        ("conv: {out: 8, kernel: 3, padding: -1}", "3:40", "CC104 padding must be at least 0, but is -1"),
        ("conv: {out: 8, kernel: 3, padding: [[0, -1], 1]}", "3:45", "CC104 padding must be at least 0, but is -1"),
        ("conv: {out: 0, kernel: 3}", "3:17", "CC104 out must be at least 1, but is 0"),
        ("linear: 0", "3:13", "CC104 out must be at least 1, but is 0"),
        ("conv: {out: 8, kernel: 3.5}", "3:28", "CC008 kernel must be a whole number, but is 3.5"),
        (
            "conv: {out: 8, kernel: [3, 3, 3]}",
            "3:28",
            "CC108 kernel must be one number or one per axis (2), but 3 are given",
        ),
        (
            "conv: {out: 8, kernel: []}",
            "3:28",
            "CC005 kernel must be one number or one per axis, but this list is empty",
        ),
        (
            "conv: {out: 8, kernel: 3, padding: smae}",
            "3:40",
            "CC104 padding must be a number or valid, same or same_lower, but is smae; did you mean same?",
        ),
        (
            "conv: {out: 8, kernel: 3, padding: [same, 1]}",
            "3:41",
            "CC206 there is no variable same, and padding must be a number",
        ),
        (
            "conv: {out: 8, kernel: 3, padding: [[1, 2, 3], 1]}",
            "3:41",
            "CC005 padding takes pairs [before, after], but [1, 2, 3] is none",
        ),
        (
            "conv: {out: 8, kernel: 3, padding: [[1, x], 1]}",
            "3:45",
            "CC206 there is no variable x, and padding must be a number",
        ),
        ("conv: {out: 8, kernel: 3, bias: 2}", "3:37", "CC008 bias must be true or false, but is 2"),
        ("pad: same", "3:10", "CC206 there is no variable same, and padding must be a number"),
        (
            "max_pool: {kernel: 2, padding: 2}",
            "3:36",
            "CC104 padding=2 must be at most half of the window, but the window spans 2",
        ),
        ("slice: 3", "3:12", "CC005 range must be a list [from, to), but is 3"),
        ("slice: [1, 2, 3]", "3:12", "CC005 range must be a list [from, to), but has 3 values"),
        ("slice: [3, 3]", "3:12", "CC110 range must have 0 <= from < to, but is [3, 3)"),
        ("slice: [60, 65]", "3:12", "CC110 range must stay inside the 64 input channels, but is [60, 65)"),
        (
            "crop: {like: input, offset: 1}",
            "3:33",
            "CC110 the crop must stay inside the height 8, but offset 1 + 8 = 9",
        ),
        (
            "unpool: [1, 1000000000000000]",
            "3:5",
            "CC111 a size must stay within 10^15, but the output would be 64x8x8000000000000000",
        ),
        (
            "crop: {margins: 4}",
            "3:21",
            "CC105 the output height would be 8 - 4 - 4 = 0; the input must be at least 9 here, but is 8",
        ),
        (
            "resize: {scale: 2, size: 16}",
            "3:30",
            "CC109 resize takes exactly one of scale, size and like, but two are given: scale, size",
        ),
        ("resize: {scale: 2, mode: cubic}", "3:30", "CC104 mode must be nearest or bilinear, but is cubic"),
        (
            "resize: 1 / 9",
            "3:13",
            "CC105 the output height would be floor(8 * 1/9) = 0; the input must be at least 9 here, but is 8",
        ),
        ("pixel_shuffle: 3", "3:20", "CC103 the scale 3x3 (in all 9) must divide the 64 input channels"),
        ("space_to_depth: 3", "3:21", "CC103 scale=3 must divide the 8 positions of the height"),
    ],
)
def test_a_field_that_cannot_be_is_told_at_its_value(step: str, place: str, message: str) -> None:
    assert wrong(chain(step, input="[64, 8, 8]"))[:1] == [f"{place} {message}"]


@pytest.mark.parametrize(
    ("step", "size", "arithmetic", "smallest"),
    [
        ("conv: {out: 8, kernel: 9}", 8, "floor((8 + 0 - 9) / 1) + 1 = 0", 9),
        ("conv: {out: 8, kernel: 9, padding: 1, stride: 2}", 6, "floor((6 + 2 - 9) / 2) + 1 = 0", 7),
        ("conv: {out: 8, kernel: 3, dilation: 36}", 33, "floor((33 + 0 - 73) / 1) + 1 = -39", 73),
        ("max_pool: 4", 3, "floor((3 + 0 - 4) / 4) + 1 = 0", 4),
    ],
)
def test_an_output_that_vanishes_is_told_with_the_arithmetic_and_the_smallest_input(
    step: str, size: int, arithmetic: str, smallest: int
) -> None:
    message = f"the output length would be {arithmetic}; the input must be at least {smallest} here, but is {size}"
    [problem] = problems(chain(step, input=f"[3, {size}]"))
    assert (problem.code, problem.message) == ("CC105", message)
    assert graph(chain(step, input=f"[3, {smallest}]")).nodes[0].shape[1] >= 1


def test_an_output_that_padding_crops_away_is_told_alike() -> None:
    message = "the output length would be (1 - 1) * 2 + 3 + 0 - 4 = -1; the input must be at least 2 here, but is 1"
    [problem] = problems(chain("conv_transpose: {out: 8, kernel: 3, stride: 2, padding: 2}", input="[3, 1]"))
    assert (problem.code, problem.message) == ("CC105", message)


@pytest.mark.parametrize("step", ["conv: {out: 8, kernel: 3}", "max_pool: 2", "global_avg_pool", "resize: 2"])
def test_windows_need_axes(step: str) -> None:
    word = step.split(":", maxsplit=1)[0]
    message = f"{word} works along height and width, but its input is [5], a vector without axes"
    assert wrong(chain(step, input="[5]")) == [f"3:5 CC108 {message}"]


def test_the_layer_and_its_input_belong_to_the_problem() -> None:
    text = "input: [3, 8, 8]\nblocks: {B: {layers: [conv: {out: 8, kernel: 9}]}}\nlayers: [B]"
    assert notes(text.replace("[3, 8, 8]", "[3, 8, 9]")) == ["in layer B1.conv1 (conv), input 3x8x9"]


def test_judging_goes_on_where_a_shape_follows_all_the_same() -> None:
    text = chain(
        "conv: {out: 8, kernel: 3, groups: 3}", "conv: {out: 8, kernel: 7}", "{add: nowhere}", input="[4, 8, 9]"
    )
    assert wrong(text) == [
        "3:39 CC103 groups=3 must divide the 8 output channels",
        "3:39 CC103 groups=3 must divide the 4 input channels",
        "4:28 CC105 the output height would be floor((6 + 0 - 7) / 1) + 1 = 0; the input must be at least 7 here, but is 6",
        "5:11 CC202 there is no layer nowhere",
    ]


def test_nothing_is_said_of_what_an_error_hides() -> None:
    text = chain(
        "conv: {out: 8, kernel: 9}",
        "relu",
        "max_pool: 100",
        "add: conv1",
        "slice: [0, 900]",
        "conv: {out: 8, kernle: 3}",
    )
    assert [line.split(" ")[1] for line in wrong(text)] == ["CC105", "CC101"]


# Many of them ------------------------------------------------------------------------------------------------


def test_all_mistakes_of_a_file_are_told_in_the_order_of_the_file() -> None:
    text = """
        nmae: x
        input: [3, 8, 8]
        vars: {a: 1 +, i: 3}
        blocks:
          B: {params: {c: ~}, layers: [conv: {out: c, kernle: 3}]}
        layers:
          - rellu
          - conv: {out: 8, kernel: 3, padding: smae}
          - B
          - add: nowhere
        outputs: [nothing]
        budgets: {mac: 3}
        dtype: flaot32
        """
    places = [line.split(" ")[:2] for line in wrong(text)]
    assert places == [
        ["1:1", "CC003"],
        ["3:11", "CC007"],
        ["3:16", "CC209"],
        ["5:47", "CC101"],
        ["7:5", "CC201"],
        ["8:40", "CC104"],
        ["9:5", "CC208"],
        ["10:10", "CC202"],
        ["11:11", "CC202"],
        ["12:11", "CC301"],
        ["13:8", "CC104"],
    ]


def test_50_are_shown_and_the_rest_counted() -> None:
    with pytest.raises(SpecError) as caught:
        graph(chain(*["rellu"] * 1_234))
    assert len(caught.value.problems) == 1_234
    lines = str(caught.value).splitlines()
    assert [line for line in lines if "error[" in line][-1].startswith("<inline>:52:5: ")
    assert sum("error[" in line for line in lines) == 50
    assert lines[-1] == "... and 1,184 more problems (1,234 in all)"


def test_exactly_50_need_no_count() -> None:
    with pytest.raises(SpecError) as caught:
        graph(chain(*["rellu"] * 50))
    assert "more problems" not in str(caught.value)


@pytest.mark.parametrize(
    "step",
    [
        "rellu",
        "conv: {out: 8, kernle: 3}",
        "conv: {out: widht, kernel: 3}",
        "{relu: , from: nowhere$(1)}",
        "conv: {out: 1 +, kernel: 1}",
        "conv: {out: 3, kernel: 1, groups: 2}",
    ],
)
def test_a_thousand_mistakes_are_told_quickly(step: str) -> None:
    text = chain(*[step.replace("$(1)", str(i)) for i in range(1_000)], head="vars: {width: 3}")
    start = perf_counter()
    with pytest.raises(SpecError) as caught:
        graph(text)
    assert len(str(caught.value)) > 1_000
    assert perf_counter() - start < 2


def test_misspelt_references_among_many_layers_are_told_quickly() -> None:
    steps = [f"{{relu: , name: layer_number_{i}}}" for i in range(5_000)]
    steps += [f"{{relu: , from: layer_numbr_{i}x}}" for i in range(100)]
    start = perf_counter()
    found = wrong(chain(*steps))
    assert len(found) == 100
    assert found[0].endswith("there is no layer layer_numbr_0x; did you mean layer_number_0?")
    assert perf_counter() - start < 5


# How a person is told ----------------------------------------------------------------------------------------


def told(text: str, **options: str) -> str:
    with pytest.raises(SpecError) as caught:
        graph(text, **options)
    return str(caught.value)


def test_a_problem_is_shown_with_its_line_and_a_caret() -> None:
    text = "input: [64, 8, 8]\nlayers:\n  - conv: {out: 66, kernel: 3, groups: 3}\n"
    assert told(text, path="specs/net.yaml") == (
        "specs/net.yaml:3:40: error[CC103]: groups=3 must divide the 64 input channels\n"
        "    3 |   - conv: {out: 66, kernel: 3, groups: 3}\n"
        "      |                                        ^\n"
        "note: in layer conv1 (conv), input 64x8x8"
    )


def test_a_second_place_is_shown_alike() -> None:
    assert told(chain("{relu: , name: a}", "{tanh: , name: a}"), path="net.yaml") == (
        "net.yaml:4:20: error[CC204]: the name a is given twice\n"
        "    4 |   - {tanh: , name: a}\n"
        "      |                    ^\n"
        "net.yaml:3:20: note: the first a is here\n"
        "    3 |   - {relu: , name: a}\n"
        "      |                    ^"
    )


def test_a_long_line_is_cut_around_the_place() -> None:
    shown = told(chain(f"{{relu: , name: {'a' * 300}, from: nowhere}}")).splitlines()
    assert shown[1].startswith("    3 | ... aaaa")
    assert "from: nowhere}" in shown[1]
    assert max(map(len, shown)) < 130
    caret = shown[2].index("^")
    assert shown[1][caret:].startswith("nowhere")


def test_the_caret_stands_below_its_place_also_behind_wide_letters() -> None:
    shown = told('input: [3, 8, 8]\nlayers: [{relu: , name: "漢字"}, rellu]').splitlines()
    wide = shown[-2].index("rellu") + 2  # two letters that take two columns each
    assert shown[-1].index("^") == wide


def test_the_caret_stands_below_its_place_also_behind_a_tab() -> None:
    shown = told("input: [3, 8, 8]\nlayers: [relu,\trellu]").splitlines()
    assert shown[1] == "    2 | layers: [relu,\\trellu]"
    assert shown[2].index("^") == shown[1].index("rellu")


NASTY = ("\\e[31mred\\e[0m", "a\\nb", "a\\rb", "\\x07", "\\u202e", "\\u200b", "[bold]x[/bold]", "\\x9b31m")


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize(
    "spec",
    [
        'input: [3, 8, 8]\nlayers: [{relu: , name: "X"}]',
        'input: [3, 8, 8]\nlayers: [{relu: , from: "X"}]',
        'input: [3, 8, 8]\nlayers: ["X"]',
        'input: [3, 8, 8]\n"X": 3\nlayers: [relu]',
        'input: [3, 8, 8]\nlayers: [conv: {"X": 3}]',
        'input: [3, 8, 8]\nlayers: [conv: {out: "X", kernel: 3}]',
        'input: [3, 8, 8]\nvars: {"X": 3}\nlayers: [relu]',
        'input: [3, 8, 8]\nvars: {a: "X y"}\nlayers: [relu]',
        'input: [3, 8, 8]\nblocks: {"X": {layers: []}}\nlayers: [relu]',
        'input: [3, 8, 8]\noutputs: "X"\nlayers: [relu]',
        'input: {"X": [3, 8, 8]}\nlayers: [relu]',
        'input: [3, 8, 8]\nbaseline: "X"\nvariants: {"X b": 3}\nlayers: [relu]',
        'input: [3, 8, 8]\nexpect: {"X": 3}\nlayers: [relu]',
        'input: [3, 8, 8]\nbudgets: [{metric: "X", max: 3}]\nlayers: [relu]',
        'input: [3, 8, 8]\ndtype: "X"\nlayers: [relu]',
        'input: [3, 8, 8]\nlayers: [add: {"X": [], b: []}]',
        'input: [3, 8, 8]\nlayers: [{for: "X", in: [], do: []}]',
    ],
)
def test_control_codes_of_a_spec_never_reach_the_terminal(spec: str, text: str) -> None:
    shown = told(spec.replace("X", text), path="net\x1b[31m\n.yaml")
    assert all(character.isprintable() for character in shown.replace("\n", ""))
    assert shown.startswith("net\\x1b[31m\\n.yaml:")


def test_a_title_may_hold_anything_and_is_kept_as_it_is() -> None:
    network = read('name: "\\e[31m[bold]\\n"\ninput: [3, 8, 8]\nlayers: [relu]')
    assert network.name == "\x1b[31m[bold]\n"
    assert network.graph().name == network.name


def test_a_text_of_a_spec_is_cut_in_messages() -> None:
    long = "x" * 5_000
    specs = [
        f"{long}: 3\ninput: [3, 8, 8]\nlayers: [relu]",
        chain(long),
        chain(f"relu: {long}"),
        chain(f"conv: {{{long}: 3}}"),
        chain(f"conv: {{out: {long}, kernel: 1}}"),
        chain(f"conv: {{out: {long} + 1, kernel: 1}}"),
        chain("conv: {out: v, kernel: 1}", head=f"vars: {{v: {long}}}"),
        chain("conv: {out: v + 1, kernel: 1}", head=f"vars: {{v: {long}}}"),
        chain(f"{{relu: , from: {long}}}"),
        chain(f"{{relu: , name: {long}.}}"),
        chain(f"max_unpool: {long}"),
        chain("relu", head=f"dtype: {long}"),
        chain("relu", head=f"budgets: {{{long}: 3}}"),
        chain("relu", head=f"outputs: {long}"),
        chain("relu", head=f"variants: {{{long}: 3}}"),
        chain("relu", head=f"blocks: {{{long}: 3}}"),
        chain("relu", head=f"blocks: {{B: {{{long}: 3}}}}"),
        chain("relu", head=f"vars: {{{long}-: 3}}"),
        chain(f"B: {{{long}: 3}}", head="blocks: {B: {layers: [relu]}}"),
        chain(f"add: {{p: {{{long}: 3, layers: []}}, q: []}}"),
        chain(f"{{relu: , {long}: 3}}"),
        chain(f"{{for: {long}-, in: [], do: []}}"),
        chain(f"{{for: a, in: [], do: [], {long}: 3}}"),
    ]
    for spec in specs:
        for problem in problems(spec):
            assert len(problem.message) < 400, problem.message[:500]


def test_notes_are_told_like_mistakes() -> None:
    network = graph("input: [3, 8, 8]\nlayers: [relu, {tanh: , from: input}]")
    assert describe(network.notes) == (
        "<inline>:2:10: note[CC211]: no output needs relu1; it is counted like the others\n"
        "    2 | layers: [relu, {tanh: , from: input}]\n"
        "      |          ^\n"
        "note: name it under outputs, or remove it"
    )


def test_the_name_of_a_step_in_error_is_a_layers_name_all_the_same() -> None:
    text = chain("{rellu: , name: a}", "{add: a, name: b}", "add: [a, b, nowhere]", head="outputs: [a, b]")
    assert [line.split(" ")[:2] for line in wrong(text)] == [["4:6", "CC201"], ["6:17", "CC202"]]


def test_notes_of_one_place_are_one_with_a_count() -> None:
    text = "input: [3, 8, 8]\nlayers:\n- repeat: 24\n  relu:\n  from: input"
    [note] = graph(text).notes
    assert (note.code, note.message) == ("CC211", "no output needs relu1; it is counted like the others")
    assert [more.message for more in note.notes] == [
        "name it under outputs, or remove it",
        "and in 22 more layers that this place makes",
    ]
    large = "input: [1, 64, 64]\nlayers:\n- for: n\n  in: [2, 3]\n  do: [{linear: n, from: input}]\noutputs: [linear1, linear2]"
    assert [[more.message for more in note.notes] for note in graph(large).notes] == [
        ["and in 1 more layer that this place makes"]
    ]


@pytest.mark.parametrize(
    ("layers", "input", "message"),
    [
        # 218 x 218 x 128 x 10 + 10 weights and biases, where Dense of Keras has 128 x 10 + 10
        (
            "linear: 10",
            "128x218x218",
            "47,524 positions and has 60,830,730 params; `pointwise: 10`, {} has 1,290",
        ),
        (
            "linear: {out: 2, bias: false}",
            "3x1025",
            "1,025 positions and has 6,150 params; `pointwise: 2`, {} has 6",
        ),
        ("linear: 10", "3x32x32", None),  # a classifier of CIFAR-10 without a hidden layer
        ("linear: 4096", "512x7x7", None),
        ("flatten, linear: 10", "128x218x218", None),
        ("pointwise: 10", "128x218x218", None),
        ("linear: 10", "100000", None),
    ],
)
def test_a_linear_layer_on_many_positions_is_noted(layers: str, input: str, message: str | None) -> None:
    notes = graph(f"[{layers}]", input=input).notes
    said = f"linear flattens {message}".format("the same weights at every position (Dense in Keras),")
    assert [(note.code, note.severity, note.message) for note in notes] == [("CC216", "note", said)] * bool(message)
