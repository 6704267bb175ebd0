"""Variants: what an overlay changes, which one is the baseline, what -D and --input beat."""

from __future__ import annotations

import pytest

from convcost.errors import SpecError, UsageError
from tests.language.networks import chain, graph, names, read, shapes, wiring, wrong

BASE = """
    input: [3, 8, 8]
    vars: {c: 4, k: c - 1}
    blocks:
      A: {params: {n: 1}, layers: [{relu: , repeat: n}]}
      B: {layers: [tanh]}
    dtype: int8
    layers: [pointwise: c, conv: {out: 1, kernel: k}, A, B]
    variants:
      plain: {}
      empty:
      wide: {vars: {c: 6}}
      block: {blocks: {A: {layers: [gelu, elu]}}}
      larger: {input: [1, 20, 20]}
      other: {layers: [A: 2], dtype: {weights: int4}, outputs: [A1.relu1]}
    """


def test_an_empty_overlay_is_the_document_as_it_stands() -> None:
    for variant in ("plain", "empty"):
        assert shapes(BASE, variant) == {
            "pointwise1": (4, 8, 8),
            "conv1": (1, 6, 6),
            "A1.relu1": (1, 6, 6),
            "B1.tanh1": (1, 6, 6),
        }


def test_vars_are_merged_by_name_and_those_behind_follow() -> None:
    found = shapes(BASE, "wide")
    assert (found["pointwise1"], found["conv1"]) == ((6, 8, 8), (1, 4, 4))


def test_blocks_are_merged_by_name_and_replaced_whole() -> None:
    assert list(shapes(BASE, "block"))[2:] == ["A1.gelu1", "A1.elu1", "B1.tanh1"]
    text = BASE.replace("layers: [gelu, elu]", "layers: [{gelu: , repeat: n}]")
    assert wrong(text, "block") == ["12:50 CC206 there is no variable n, and repeat must be a number"]


def test_input_layers_outputs_and_dtype_are_replaced() -> None:
    assert shapes(BASE, "larger")["pointwise1"] == (4, 20, 20)
    other = graph(BASE, "other")
    assert [node.name for node in other.nodes] == ["A1.relu1", "A1.relu2"]
    assert [node.name for node in other.outputs] == ["A1.relu1"]
    assert other.dtype.values() == ("int4", "float32", "int32")
    assert graph(BASE, "plain").dtype.values() == ("int8", "int8", "int32")


def test_expect_and_budgets_are_replaced() -> None:
    text = "expect: {macs: 1}\nbudgets: {macs: 2, params: 3}\ninput: [3, 8, 8]\nlayers: [relu]\n"
    document = read(text + "variants: {a: {}, b: {budgets: {macs: 4}, expect: {params: 5}}}").document
    a, b = document.effective("a"), document.effective("b")
    assert a.expect
    assert b.expect
    assert (list(a.expect.figures), list(b.expect.figures)) == (["macs"], ["params"])
    assert [budget.metric for budget in a.budgets or ()] == ["macs", "params"]
    assert [budget.metric for budget in b.budgets or ()] == ["macs"]


def test_a_graph_knows_its_variant() -> None:
    assert graph(BASE, "wide").variant == "wide"
    assert graph(chain("relu")).variant is None


def test_the_document_itself_is_no_further_row() -> None:
    assert read(BASE).variants == ("plain", "empty", "wide", "block", "larger", "other")


def test_the_baseline_is_the_first_or_the_one_named() -> None:
    assert read(BASE).baseline == "plain"
    named = f"    baseline: wide{BASE}"
    assert read(named).baseline == "wide"
    assert shapes(named)["pointwise1"] == (6, 8, 8)
    assert read(chain("relu")).baseline is None


def test_a_baseline_must_be_a_variant() -> None:
    text = "baseline: wdie\ninput: [3, 8, 8]\nlayers: [relu]\nvariants: {wide: {}}"
    assert wrong(text) == ["1:11 CC214 baseline must name a variant, but `wdie` is none; did you mean wide?"]
    text = "baseline: [wide]\ninput: [3, 8, 8]\nlayers: [relu]\nvariants: {wide: {}}"
    assert wrong(text) == ["1:11 CC214 baseline must name a variant, but a list is none"]
    assert wrong("baseline: a\ninput: [3, 8, 8]\nlayers: [relu]") == [
        "1:11 CC214 baseline must name a variant, but `a` is none"
    ]


def test_what_every_variant_has_may_be_missing_in_the_document() -> None:
    text = "variants:\n  a: {input: [3, 8, 8], layers: [relu]}\n  b: {input: [3, 4, 4], layers: [tanh]}\n"
    assert names(text) == ["relu1"]
    assert wrong(text + "  c: {input: [3, 4, 4]}\n") == ["1:1 CC004 a spec needs layers: the chain of steps"]


@pytest.mark.parametrize(
    ("variants", "place", "message"),
    [
        ("[a]", "3:11", "CC005 variants must be a map of names to overlays, but this is a list"),
        ("{}", "3:11", "CC005 variants must be a map of names to overlays, but this is an empty map"),
        ("~", "3:11", "CC005 variants must be a map of names to overlays, but this is nothing"),
        ("{a: 3}", "3:15", "CC005 the variant a must be a map, but this is `3`"),
        ("{a: {layer: []}}", "3:16", "CC003 a variant has no key layer; did you mean layers?"),
        ("{a: {name: x}}", "3:16", "CC003 a variant has no key name; it belongs at the top of the spec"),
        ("{a: {require: {}}}", "3:16", "CC003 a variant has no key require; it belongs at the top of the spec"),
        ("{a: {}, b: {layers: [rellu]}}", "3:32", "CC201 there is no operation rellu; did you mean relu?"),
    ],
)
def test_an_overlay_of_another_form_is_an_error(variants: str, place: str, message: str) -> None:
    assert wrong(f"input: [3, 8, 8]\nlayers: [relu]\nvariants: {variants}") == [f"{place} {message}"]


def test_a_block_of_one_variant_is_no_block_of_another() -> None:
    text = "input: [3, 8, 8]\nlayers: [B]\nvariants: {a: {blocks: {B: {layers: [relu]}}}, b: {}}"
    assert list(shapes(text, "a")) == ["B1.relu1"]
    assert wrong(text, "b") == ["2:10 CC201 there is no block B in this variant"]


def test_an_unknown_variant_is_the_askers_mistake() -> None:
    with pytest.raises(UsageError) as caught:
        graph(BASE, "wdie", path="net.yaml")
    known = "its variants are plain, empty, wide, block, larger, other"
    assert str(caught.value) == f"net.yaml has no variant wdie; did you mean wide? ({known})"
    with pytest.raises(UsageError) as caught:
        graph(chain("relu"), "wide", path="net.yaml")
    assert str(caught.value) == "net.yaml has no variant wide (it has no variants)"


# -D and --input ----------------------------------------------------------------------------------------------


def test_what_is_given_beats_a_variant_which_beats_the_document() -> None:
    text = "input: [3, 8, 8]\nvars: {c: 1}\nlayers: [pointwise: c]\nvariants: {a: {vars: {c: 2}}, b: {}}"
    assert [shapes(text, v)["pointwise1"][0] for v in ("a", "b")] == [2, 1]
    assert [shapes(text, v, variables={"c": "3"})["pointwise1"][0] for v in ("a", "b")] == [3, 3]


def test_a_variable_that_only_a_variant_defines_may_be_given() -> None:
    text = "input: [3, 8, 8]\nlayers: [relu]\nvariants: {a: {vars: {c: 2}, layers: [pointwise: c]}, b: {}}"
    assert shapes(text, "a", variables={"c": "5"}) == {"pointwise1": (5, 8, 8)}
    assert shapes(text, "b", variables={"c": "5"}) == {"relu1": (3, 8, 8)}


@pytest.mark.parametrize(
    ("given", "channels"), [("5", 5), ("2k", 2000), ("c + 2", 6), ("1.5 * 4", 6), ("0x10", 16), ("max(3, 7)", 7)]
)
def test_a_given_value_may_be_anything_a_spec_has(given: str, channels: int) -> None:
    text = "input: [3, 8, 8]\nvars: {c: 4, d: c}\nlayers: [pointwise: d]"
    assert shapes(text, variables={"d": given}) == {"pointwise1": (channels, 8, 8)}


def test_variables_behind_a_given_one_follow_it() -> None:
    text = "input: [3, 8, 8]\nvars: {c: 4, d: c * 2}\nlayers: [pointwise: d]"
    assert shapes(text, variables={"c": "5"}) == {"pointwise1": (10, 8, 8)}


def test_a_word_and_a_list_may_be_given() -> None:
    text = "input: [3, 8, 8]\nvars: {act: relu, k: 1, b: true}\nlayers: [$act, conv: {out: 1, kernel: k, bias: b}]"
    found = graph(text, variables={"act": "tanh", "k": "[3, 1]", "b": "false"})
    assert [(node.name, node.shape) for node in found.nodes] == [("tanh1", (3, 8, 8)), ("conv1", (1, 6, 8))]
    assert found.nodes[1].op.bias is False


def test_a_given_word_has_no_place_in_the_spec() -> None:
    text = "input: [3, 8, 8]\nvars: {c: 4}\nlayers: [pointwise: c * 2]"
    assert wrong(text, variables={"c": "relu"}) == ["3:21 CC210 c is the word `relu`, but a number is wanted here"]
    with pytest.raises(Exception, match="relu") as caught:
        graph(text, variables={"c": "relu"})
    assert "comes from here" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("", "-D c=: it has no value"),
        ("~", "-D c=~: it has no value"),
        ("x + 1", "-D c=x + 1: there is no variable x"),
        ("1 / 0", "-D c=1 / 0: division by zero"),
        ("010", "-D c=010: 010 is not a number; write 10, or 0o10 for octal"),
        ("{a: 1}", "-D c={a: 1}: a value must be a number, a word or a list, but this is a map"),
        ("[1", "-D c=[1: this is not valid YAML: did not find expected ',' or ']'; is a comma or a closing ] missing?"),
    ],
)
def test_a_given_text_that_is_no_value_is_the_askers_mistake(given: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        graph("input: [3, 8, 8]\nvars: {c: 4}\nlayers: [pointwise: c]", variables={"c": given})
    assert str(caught.value) == message


def test_an_unknown_variable_is_the_askers_mistake() -> None:
    with pytest.raises(UsageError) as caught:
        read(
            "input: [3, 8, 8]\nvars: {width: 4, classes: 10}\nlayers: [relu]", variables={"widht": "3"}, path="net.yaml"
        )
    assert str(caught.value) == "net.yaml has no variable widht; did you mean width? (its variables are classes, width)"
    with pytest.raises(UsageError) as caught:
        read(chain("relu"), variables={"width": "3"}, path="net.yaml")
    assert str(caught.value) == "net.yaml has no variable width (it has none)"


def test_a_given_input_replaces_the_first_one() -> None:
    assert shapes(chain("relu"), input="4x16x12") == {"relu1": (4, 16, 12)}
    assert shapes("layers: [relu]", input="4") == {"relu1": (4,)}
    text = "input: {a: [3, 8, 8], b: [2, 8, 8]}\nlayers: [relu, concat: b]"
    assert wiring(text, input="5x8x8")["concat1"] == ["relu1", "b"]
    assert shapes(text, input="5x8x8")["concat1"] == (7, 8, 8)


@pytest.mark.parametrize(
    ("written", "given", "message"),
    [
        (
            "[3, 224, 224]",
            "1x3x224x224",
            "one sample, but 1x3x224x224 begins with a batch of 1; did you mean 3x224x224?",
        ),
        ("[3, 224, 224]", "8x3x96x96", "one sample, but 8x3x96x96 begins with a batch of 8; did you mean 3x96x96?"),
        ("[1, 64]", "1x1x64", "one sample, but 1x1x64 begins with a batch of 1; did you mean 1x64?"),
        ("[3, 224, 224]", "8x1x96x96", "as many axes as the input of net.yaml, 3x224x224, but is 8x1x96x96"),
        ("[3, 224, 224]", "224", "as many axes as the input of net.yaml, 3x224x224, but is 224"),
        ("[3, 224, 224]", "224x224", "as many axes as the input of net.yaml, 3x224x224, but is 224x224"),
        ("[1, 8, 32, 32]", "1x32x32", "as many axes as the input of net.yaml, 1x8x32x32, but is 1x32x32"),
        ("{image: [c, 8, 8], depth: [1, 8]}", "4x9", "as many axes as the input of net.yaml, 3x8x8, but is 4x9"),
    ],
)
def test_a_given_input_has_the_axes_of_the_written_one(written: str, given: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(f"vars: {{c: 3}}\ninput: {written}\nlayers: [relu]", input=given, path="net.yaml").graph()
    begin = "be" if message.startswith("one sample") else "have"
    assert str(caught.value) == f"--input must {begin} {message}"


def test_layers_without_an_input_take_one_of_any_axes() -> None:
    assert [*shapes("[relu]", input="1x3x4x4").values()] == [(1, 3, 4, 4)]
    assert [*shapes("[relu]", input="8x8x3").values()] == [(8, 8, 3)]


@pytest.mark.parametrize(
    ("given", "meant"), [("224x224x3", "3x224x224"), ("5x4x3", "3x5x4"), ("4x5x3", "3x4x5"), ("224x112x3", "3x224x112")]
)
def test_channels_last_are_computed_with_a_warning(given: str, meant: str) -> None:
    [note] = graph("input: [3, 8, 8]\nlayers: [relu]", input=given).notes
    message = f"--input {given} has {given.partition('x')[0]} channels, but the input of the spec has 3"
    assert (note.code, note.severity, note.message) == ("CC215", "warning", message)
    assert [more.message for more in note.notes] == [f"channels come first; did you mean {meant}?"]
    assert (note.location.line, note.location.column) == (1, 8)


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("[3, 8, 8]", "3x8x3"),  # the channels are in the first place
        ("[3, 8, 8]", "3x224x224"),
        ("[3, 8, 8]", "2x8x3"),  # not below both others
        ("[3, 8, 8]", "8x3x3"),
        ("[3, 8, 8]", "224x224x4"),  # not the channels of the spec
        ("[1, 8]", "8x1"),  # two sizes say nothing
        ("[1, 8, 8, 8]", "8x8x8x1"),
    ],
)
def test_other_inputs_are_taken_without_a_word(written: str, given: str) -> None:
    assert graph(f"input: {written}\nlayers: [relu]", input=given).notes == []


def test_mistakes_that_channels_last_bring_come_with_the_warning() -> None:
    text = "input: [3, 8, 8]\nlayers: [conv: {out: 3, kernel: 3, groups: 3}]"
    with pytest.raises(SpecError) as caught:
        graph(text, input="32x32x3")
    assert {problem.code for problem in caught.value.problems} == {"CC103", "CC215"}


@pytest.mark.parametrize("given", ["", "x", "3x", "3x0x8", "3x-1", "axb", "1x2x3x4x5", "3 x 8", "9" * 20])
def test_a_given_input_is_like_3x224x224(given: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(chain("relu"), input=given)
    shown = given[:60]
    assert str(caught.value) == f"--input must be like 3x224x224 (channels first, up to three sizes), but is {shown}"


def test_a_given_value_may_hold_lists_of_any_size_and_depth() -> None:
    deep = "".join(f", d{i + 1}: [d{i}]" for i in range(3_000))
    wide = "".join(f", w{i + 1}: [w{i}, w{i}]" for i in range(60))
    text = f"vars: {{d0: [1], w0: [1]{deep}{wide}, c: 1}}\ninput: [3, 8, 8]\nlayers: [pointwise: c]"
    for given, shown in (("d3000", "[[[...]]]"), ("[w60]", "[[[...], [...]]]")):
        assert wrong(text, variables={"c": given}) == [f"3:21 CC005 out must be one number, but {shown} is a list"]


def test_a_word_of_the_spec_keeps_its_place_through_a_given_value() -> None:
    text = "input: [3, 8, 8]\nvars: {a: relu, c: 1}\nlayers: [pointwise: c * 2]"
    with pytest.raises(SpecError) as caught:
        graph(text, variables={"c": "a"})
    assert "<inline>:2:11: note: the word `relu` comes from here" in str(caught.value)


def test_a_given_value_may_depend_on_a_variable_in_error() -> None:
    text = 'vars: {bad: "1 +", c: 1}\ninput: [3, 8, 8]\nlayers: [pointwise: c]'
    assert wrong(text, variables={"c": "bad * 2"}) == ["1:13 CC007 `1 +` is not an expression"]


def test_a_variant_has_a_name_that_can_be_asked_for() -> None:
    """`SPEC@VARIANT` ends at the last @, so a name with one would mean another spec."""
    rule = "CC205 a variant's name must not be empty or have an @, since SPEC@VARIANT names it, but this is"
    text = chain("relu") + 'variants: {a@b: {}, ok: {}, "@": {}, "": {}}\n'
    assert wrong(text) == [f"4:12 {rule} `a@b`", f"4:29 {rule} `@`", f"4:38 {rule} ``"]
