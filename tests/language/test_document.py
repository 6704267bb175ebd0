"""The keys of a document: name, input, vars, outputs, dtype."""

from __future__ import annotations

import pytest

from tests.language.networks import graph, names, notes, read, shapes, wiring, wrong

RELU = "input: [3, 8, 8]\nlayers: [relu]\n"


# name --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "name"),
    [("specs/net.v2.yaml", "net.v2"), ("net", "net"), ("C:\\specs\\net.yaml", "net"), ("<stdin>", "<stdin>")],
)
def test_the_name_is_the_stem_of_the_file_where_none_is_given(path: str, name: str) -> None:
    assert read(RELU, path=path).name == name


def test_a_name_is_free_text() -> None:
    assert read(f'name: "Net: 50 % [bold]"\n{RELU}').name == "Net: 50 % [bold]"
    assert read(f"name: 18\n{RELU}").name == "18"
    assert read(f"name: ~\n{RELU}", path="net.yaml").name == "net"


def test_a_name_is_no_list() -> None:
    assert wrong(f"name: [a]\n{RELU}") == ["1:7 CC005 name must be a text, but this is a list"]


# input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(10,), (3, 8), (3, 8, 6), (3, 8, 6, 4)])
def test_an_input_has_channels_and_up_to_three_sizes(shape: tuple[int, ...]) -> None:
    assert shapes(f"input: {list(shape)}\nlayers: [relu]") == {"relu1": shape}


def test_an_input_takes_expressions_and_variables() -> None:
    assert shapes("vars: {n: 8}\ninput: [n // 2, n, n + 1]\nlayers: [relu]") == {"relu1": (4, 8, 9)}
    assert shapes("vars: {shape: [3, 8, 9]}\ninput: shape\nlayers: [relu]") == {"relu1": (3, 8, 9)}


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ("3", "1:8", "CC005 input must be [C], [C, L], [C, H, W] or [C, D, H, W], but is `3`"),
        ("[]", "1:8", "CC005 input must be [C], [C, L], [C, H, W] or [C, D, H, W], but is a list of 0"),
        ("[1, 2, 3, 4, 5]", "1:8", "CC005 input must be [C], [C, L], [C, H, W] or [C, D, H, W], but is a list of 5"),
        ("[3, 0, 8]", "1:12", "CC104 a size of input must be at least 1, but is 0"),
        ("[3, 8, -8]", "1:15", "CC104 a size of input must be at least 1, but is -8"),
        ("[3, 8.5, 8]", "1:12", "CC008 a size of input must be a whole number, but is 8.5"),
        ("[3, [8], 8]", "1:12", "CC005 a size of input must be one number, but [8] is a list"),
        ("[3, 8, n]", "1:15", "CC206 there is no variable n, and a size of input must be a number"),
        ("[true, 8, 8]", "1:9", "CC005 a size of input must be a number, but is true"),
        ("~", "1:8", "CC005 input must be [C], [C, L], [C, H, W] or [C, D, H, W], but is nothing"),
    ],
)
def test_an_input_is_a_list_of_whole_sizes(written: str, place: str, message: str) -> None:
    assert wrong(f"input: {written}\nlayers: [relu]") == [f"{place} {message}"]


def test_sizes_from_a_variable_are_judged_alike() -> None:
    text = "vars: {shape: [true, 8, 8]}\ninput: shape\nlayers: [relu]"
    assert wrong(text) == ["2:8 CC005 a size of input must be a number, but shape is true"]


TWO = """
    input: {image: [3, 8, 8], mask: [1, 8, 8]}
    layers:
      - conv: {out: 4, kernel: 1}
      - {conv: {out: 4, kernel: 1}, from: mask}
      - concat: [image, mask, conv1, conv2, input]
    """


def test_the_first_step_reads_the_first_of_several_inputs() -> None:
    assert wiring(TWO)["conv1"] == ["image"]


def test_inputs_are_named_and_input_is_the_first() -> None:
    assert wiring(TWO)["conv2"] == ["mask"]
    assert wiring(TWO)["concat1"] == ["image", "mask", "conv1", "conv2", "image"]
    assert shapes(TWO)["concat1"] == (3 + 1 + 4 + 4 + 3, 8, 8)


def test_a_map_may_have_one_input_that_is_called_input() -> None:
    assert wiring("input: {input: [3, 8, 8]}\nlayers: [relu]") == {"relu1": ["input"]}


def test_a_step_cannot_have_the_name_of_an_input() -> None:
    text = "input: {a: [3, 8, 8]}\nlayers: [{relu: , name: a}]"
    assert wrong(text) == ["2:25 CC204 the name a is given twice"]
    assert notes(text) == ["1:9 the first a is here"]


def test_an_input_needs_a_name_like_a_layers() -> None:
    text = "input: {a b: [3, 8, 8]}\nlayers: [relu]"
    rule = "a name must be letters, digits, _, - and /, beginning with a letter"
    assert wrong(text) == [f"1:9 CC205 {rule}, but this is `a b`"]


# vars --------------------------------------------------------------------------------------------------------


def test_a_variable_may_use_those_before_it() -> None:
    assert shapes("vars: {a: 4, b: a * 2, c: b + a}\ninput: [a, b, c]\nlayers: [relu]") == {"relu1": (4, 8, 12)}


def test_a_variable_cannot_use_those_behind_it() -> None:
    text = "vars: {b: a * 2, a: 4}\ninput: [3, 8, 8]\nlayers: [relu]"
    assert wrong(text) == ["1:11 CC206 there is no variable a"]


def test_a_variable_in_error_hides_what_depends_on_it() -> None:
    text = """
        vars: {bad: "1 +", list: [0, bad], use: bad * 2}
        input: [use, 8, 8]
        layers:
          - conv: {out: bad, kernel: [bad, 1]}
          - conv: {out: list, kernel: 1}
          - slice: list
          - {for: c, in: bad, do: [relu]}
          - {for: [a, b], in: [bad], do: [relu]}
          - {relu: , repeat: bad, if: bad}
          - {relu: , name: r$bad}
        """
    assert wrong(text) == [
        "1:13 CC007 `1 +` is not an expression",
        "5:17 CC005 out must be one number, but [0, ?] is a list",
    ]


@pytest.mark.parametrize("word", ["i", "in", "input", "cin", "min", "max", "round", "ceil", "floor", "div8"])
def test_words_of_the_language_cannot_be_variables(word: str) -> None:
    text = f"input: [3, 8, 8]\nvars: {{{word}: 3}}\nlayers: [relu]"
    assert wrong(text) == [f"2:8 CC209 a variable cannot be named {word}: the language uses that word"]


@pytest.mark.parametrize("word", ["and", "or", "not", "if", "else", "true", "false"])
def test_operators_and_constants_cannot_be_variables(word: str) -> None:
    text = f"input: [3, 8, 8]\nvars: {{{word}: 3}}\nlayers: [relu]"
    assert wrong(text) == [f"2:8 CC209 a variable cannot be named {word}: the language uses that word"]


@pytest.mark.parametrize("word", ["from", "class", "lambda", "for", "is", "None", "_x1"])
def test_keywords_of_python_are_names_like_others(word: str) -> None:
    text = f"vars: {{{word}: 3}}\ninput: [3, 8, 8]\nlayers: [conv: {{out: {word} * 2 + {word}, kernel: {word}}}]"
    assert shapes(text) == {"conv1": (9, 6, 6)}


@pytest.mark.parametrize("name", ["a b", "1a", "a-b", "a.b", "é"])
def test_a_variable_is_named_by_letters_digits_and_underscores(name: str) -> None:
    text = f"input: [3, 8, 8]\nvars: {{{name}: 3}}\nlayers: [relu]"
    message = f"a variable must be named by letters, digits and _, but this is `{name}`"
    assert wrong(text) == [f"2:8 CC209 {message}"]


def test_vars_is_a_map() -> None:
    assert wrong("vars: [a]\n" + RELU) == ["1:7 CC005 vars must be a map of names to values, but this is a list"]


def test_a_variable_that_no_step_uses_is_checked_all_the_same() -> None:
    assert wrong("vars: {a: 2 ** 3}\n" + RELU) == ["1:11 CC007 this operator must not stand in an expression: `2 ** 3`"]


# layers and outputs ------------------------------------------------------------------------------------------


def test_the_output_is_the_last_layer() -> None:
    assert [node.name for node in graph("input: [3, 8, 8]\nlayers: [relu, tanh]").outputs] == ["tanh1"]


def test_outputs_name_layers_in_their_order() -> None:
    text = "input: [3, 8, 8]\noutputs: [b, relu1, b]\nlayers: [relu, {tanh: , name: b}, gelu]"
    assert [node.name for node in graph(text).outputs] == ["b", "relu1"]
    assert [node.name for node in graph(text.replace("[b, relu1, b]", "b")).outputs] == ["b"]


def test_outputs_may_name_a_layer_in_a_block() -> None:
    text = "input: [3, 8, 8]\nblocks: {B: {layers: [relu, tanh]}}\noutputs: [B1.relu1, B1]\nlayers: [B]"
    assert [node.name for node in graph(text).outputs] == ["B1.relu1", "B1.tanh1"]


@pytest.mark.parametrize(
    ("outputs", "place", "message"),
    [
        ("[]", "2:10", "CC005 outputs must be names of layers, but this is an empty list"),
        ("~", "2:10", "CC005 outputs must be names of layers, but this is nothing"),
        ("[relu1, [relu1]]", "2:18", "CC005 outputs must be names of layers, but this is a list"),
        ("{a: relu1}", "2:10", "CC005 outputs must be names of layers, but this is a map"),
        ("[relu2]", "2:11", "CC202 there is no layer relu2; did you mean relu1?"),
        ("[in]", "2:11", "CC202 `in` is the tensor that enters a block, but this is no block; did you mean input?"),
    ],
)
def test_outputs_must_be_layers(outputs: str, place: str, message: str) -> None:
    text = f"input: [3, 8, 8]\noutputs: {outputs}\nlayers: [relu]"
    assert wrong(text) == [f"{place} {message}"]


DEAD = "input: [3, 8, 8]\nlayers: [{max_pool: 2, name: dead}, tanh, {relu: , from: input}]"


def test_a_layer_that_no_output_needs_is_counted_and_noted() -> None:
    network = graph(DEAD)
    assert [node.name for node in network.nodes] == ["dead", "tanh1", "relu1"]
    [note] = network.notes
    assert (note.code, note.severity) == ("CC211", "note")
    assert note.message == "no output needs tanh1; it is counted like the others"
    assert (note.location.line, note.location.column) == (2, 37)


def test_the_note_points_at_the_step_not_at_its_value() -> None:
    [note] = graph("input: [3, 8, 8]\nlayers: [{max_pool: 2, name: dead}, {relu: , from: input}]").notes
    assert (note.location.line, note.location.column) == (2, 11)


def test_what_an_output_needs_is_not_noted() -> None:
    text = "input: [3, 8, 8]\noutputs: [relu1, tanh1]\nlayers: [relu, {tanh: , from: input}]"
    assert graph(text).notes == []


@pytest.mark.parametrize(
    "layers", ["[]", "[{relu: , if: 0}]", "[{relu: , repeat: 0}]", "[{for: c, in: [], do: [relu]}]"]
)
def test_a_network_without_layers_is_none(layers: str) -> None:
    text = f"input: [3, 8, 8]\nlayers: {layers}"
    assert wrong(text) == ["2:9 CC212 a network must have at least one layer, but none runs here"]


def test_layers_are_a_list() -> None:
    assert wrong("input: [3, 8, 8]\nlayers: relu") == ["2:9 CC005 layers must be a list of steps, but this is `relu`"]


def test_a_document_needs_an_input_and_layers() -> None:
    kinds = "channels, then sizes: [C, H, W] (also [C], [C, L], [C, D, H, W]), or a map of names to such lists"
    kinds += "; or give it with --input"
    assert wrong("name: x") == [
        f"1:1 CC004 a spec needs input: {kinds}",
        "1:1 CC004 a spec needs layers: the chain of steps",
    ]


def test_a_misspelt_key_gets_a_suggestion() -> None:
    assert wrong("inputs: [3]\n" + RELU) == ["1:1 CC003 a spec has no key inputs; did you mean input?"]
    assert wrong("zzz: [3]\n" + RELU) == ["1:1 CC003 a spec has no key zzz"]


def test_a_list_alone_is_a_chain_on_the_input_given_beside_it() -> None:
    assert shapes("[conv: {out: 8, kernel: 3}, relu]", input="3x8x8") == {"conv1": (8, 6, 6), "relu1": (8, 6, 6)}
    assert names("- relu", input="5") == ["relu1"]


@pytest.mark.parametrize("text", ["just a text", "3", '"a"'])
def test_a_document_is_a_map(text: str) -> None:
    shown = text.strip('"')
    assert wrong(text) == [f"1:1 CC005 a spec must be a map with input and layers, but this is `{shown}`"]


# dtype -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("int8", ("int8", "int8", "int32")),
        ("{weights: int8, activations: float16}", ("int8", "float16", "int32")),
        ("{weights: int4}", ("int4", "float32", "int32")),
        ("{activations: bfloat16}", ("float32", "bfloat16", "float32")),
        ("{weights: int8, bias: int16}", ("int8", "float32", "int16")),
        ("{bias: float16}", ("float32", "float32", "float16")),
        ("{weights: float8}", ("float8", "float32", "float8")),
    ],
)
def test_a_dtype_holds_for_weights_activations_and_biases(written: str, expected: tuple[str, str, str]) -> None:
    assert graph(f"dtype: {written}\n{RELU}").dtype.values() == expected


def test_the_dtype_is_float32_where_none_is_given() -> None:
    assert graph(RELU).dtype.values() == ("float32", "float32", "float32")


WORDS = "float64, float32, float16, bfloat16, float8, int32, int16, int8, uint8, int4"


@pytest.mark.parametrize(
    ("written", "place", "message"),
    [
        ("flaot32", "1:8", f"CC104 dtype must be {WORDS}, but is flaot32; did you mean float32?"),
        ("{weights: 8}", "1:18", f"CC104 dtype must be {WORDS}, but is 8"),
        ("{bias: int3}", "1:15", f"CC104 dtype must be {WORDS}, but is int3; did you mean int32?"),
        ("[int8]", "1:8", f"CC104 dtype must be {WORDS}, but is a list"),
        ("{weight: int8}", "1:9", "CC003 dtype has no key weight; did you mean weights?"),
    ],
)
def test_a_dtype_is_one_of_the_known(written: str, place: str, message: str) -> None:
    assert wrong(f"dtype: {written}\n{RELU}") == [f"{place} {message}"]


def test_an_input_in_error_hides_what_reads_it_and_is_not_replaced_by_the_next() -> None:
    text = "input: {a: [0, 8, 8], b: [1, 8, 8]}\nlayers: [slice: [0, 3], {add: input, from: a}, concat: [a, b], {relu: , from: b}]"
    assert wrong(text) == ["1:13 CC104 a size of input must be at least 1, but is 0"]


def test_an_input_that_an_error_hides_is_not_judged() -> None:
    text = 'vars: {bad: "1 +"}\ninput: bad\nlayers: [relu, conv: {out: 8, kernel: 99}]'
    assert wrong(text) == ["1:13 CC007 `1 +` is not an expression"]


def test_the_expression_in_a_word_is_checked_for_form() -> None:
    assert wrong('vars: {a: "x$(1 +)"}\n' + RELU) == ["1:15 CC007 `1 +` is not an expression"]
