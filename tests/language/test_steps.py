"""Steps: their forms, main arguments, siblings, references and merges."""

from __future__ import annotations

import pytest

from tests.language.networks import chain, layer, names, notes, shapes, wiring, wrong

# Forms -------------------------------------------------------------------------------------------------------


def test_a_step_is_a_word_or_one_key_with_its_value() -> None:
    assert shapes(chain("relu", "conv: {out: 64, kernel: 3}", "relu:", "relu: ~", "relu: {}")) == {
        "relu1": (3, 8, 8),
        "conv1": (64, 6, 6),
        "relu2": (64, 6, 6),
        "relu3": (64, 6, 6),
        "relu4": (64, 6, 6),
    }


def test_a_step_reads_the_step_before_it() -> None:
    assert wiring(chain("relu", "tanh", "gelu")) == {"relu1": ["input"], "tanh1": ["relu1"], "gelu1": ["tanh1"]}


@pytest.mark.parametrize(
    ("step", "shape"),
    [
        ("max_pool: 2", (4, 4, 4)),
        ("max_pool: [2, 4]", (4, 4, 2)),
        ("avg_pool: 4", (4, 2, 2)),
        ("depthwise: 3", (4, 6, 6)),
        ("pointwise: 7", (7, 8, 8)),
        ("linear: 1000", (1000,)),
        ("adaptive_avg_pool: [3, 2]", (4, 3, 2)),
        ("unpool: 3", (4, 24, 24)),
        ("resize: 1.5", (4, 12, 12)),
        ("pixel_shuffle: 2", (1, 16, 16)),
        ("space_to_depth: 2", (16, 4, 4)),
        ("group_norm: 2", (4, 8, 8)),
        ("channel_shuffle: 2", (4, 8, 8)),
        ("pad: [[1, 2], 0]", (4, 11, 8)),
        ("slice: [1, 3]", (2, 8, 8)),
        ("dropout: 0.2", (4, 8, 8)),
        ("lrn: 3", (4, 8, 8)),
        ("batch_norm: false", (4, 8, 8)),
    ],
)
def test_the_value_may_be_the_main_argument_alone(step: str, shape: tuple[int, ...]) -> None:
    assert list(shapes(chain(step, input="[4, 8, 8]")).values()) == [shape]


@pytest.mark.parametrize("word", ["conv", "separable", "conv_transpose"])
def test_convolutions_have_no_main_argument(word: str) -> None:
    message = f"{word} must get its fields as a map, but gets `64`: {word}: {{out: ..., kernel: ...}}"
    assert wrong(chain(f"{word}: 64")) == [f"3:{len(word) + 7} CC005 {message}"]


@pytest.mark.parametrize(
    ("step", "place", "message"),
    [
        ("~", "3:5", "CC010 a step must be an operation or a block, but this one is empty"),
        ("{}", "3:5", "CC010 a step must be an operation or a block, but this one is empty"),
        ("- relu", "3:5", "CC010 a step must be a word or a map, but this is a list; are there two dashes?"),
        (
            "{conv: {out: 1, kernel: 1}, relu: }",
            "3:33",
            "CC010 a step must have one operation, but here are conv and relu",
        ),
        (
            "{relu: , nmae: x}",
            "3:14",
            "CC010 a step must have one operation, but here are relu and nmae; did you mean name?",
        ),
        ("{conv: {out: 8}, kernel: 3}", "3:22", "CC010 kernel is a field of conv; write it inside conv: {kernel: ...}"),
        ("relu: 3", "3:11", "CC005 relu has no fields, but gets `3`"),
        ("relu: [3]", "3:11", "CC005 relu has no fields, but gets a list"),
        ("global_avg_pool: {a: 3}", "3:23", "CC101 global_avg_pool has no field a"),
        ("max_pool", "3:5", "CC102 max_pool needs kernel: max_pool: {kernel: ...}"),
        ("conv: {}", "3:5", "CC102 conv needs out and kernel: conv: {out: ..., kernel: ...}"),
        ("resize", "3:5", "CC109 resize takes exactly one of scale, size and like, but none is given"),
    ],
)
def test_a_step_of_another_form_is_an_error(step: str, place: str, message: str) -> None:
    assert wrong(chain(step)) == [f"{place} {message}"]


# Siblings ----------------------------------------------------------------------------------------------------


def test_a_step_may_have_a_name_a_source_a_condition_and_a_count() -> None:
    text = chain("{relu: , name: start}", "tanh", "{gelu: , name: g$i, from: start, if: i != 2, repeat: 3}")
    assert wiring(text) == {"start": ["input"], "tanh1": ["start"], "g1": ["start"], "g3": ["start"]}


def test_siblings_may_stand_below_the_step() -> None:
    assert names("input: [3, 8, 8]\nlayers:\n  - relu:\n    name: r\n  - max_pool: 2\n    name: p\n") == ["r", "p"]


def test_a_step_that_repeats_runs_one_after_the_other() -> None:
    assert wiring(chain("{relu: , repeat: 3}")) == {"relu1": ["input"], "relu2": ["relu1"], "relu3": ["relu2"]}


def test_repeat_0_is_no_step() -> None:
    assert wiring(chain("relu", "{tanh: , repeat: 0}", "gelu")) == {"relu1": ["input"], "gelu1": ["relu1"]}


def test_from_holds_for_every_repetition() -> None:
    text = chain("{relu: , name: a}", "tanh", "{gelu: , from: a, repeat: 2}")
    assert wiring(text) == {"a": ["input"], "tanh1": ["a"], "gelu1": ["a"], "gelu2": ["a"]}


def test_if_is_evaluated_in_every_repetition() -> None:
    assert names(chain("{relu: , name: r$i, repeat: 5, if: i % 2 == 1}")) == ["r1", "r3", "r5"]


def test_a_step_that_does_not_run_has_no_name_and_no_number() -> None:
    assert names(chain("{relu: , if: 0}", "relu", "{tanh: , name: a, if: false}", "{gelu: , name: a}")) == [
        "relu1",
        "a",
    ]


def test_a_step_that_does_not_run_is_checked_for_form_only() -> None:
    assert wrong(chain("{conv: {out: 8, kernle: 3}, if: 0}", "relu")) == [
        "3:21 CC101 conv has no field kernle; did you mean kernel?"
    ]
    assert names(chain("{conv: {out: 8, kernel: 99}, if: 0}", "relu")) == ["relu1"]


@pytest.mark.parametrize(
    ("step", "place", "message"),
    [
        ("{relu: , repeat: -1}", "3:22", "CC104 repeat must be at least 0, but is -1"),
        ("{relu: , repeat: 1.5}", "3:22", "CC008 repeat must be a whole number, but is 1.5"),
        ("{relu: , repeat: true}", "3:22", "CC005 repeat must be a number, but is true"),
        ("{relu: , repeat: [2]}", "3:22", "CC005 repeat must be one number, but [2] is a list"),
        ("{relu: , repeat: }", "3:22", "CC005 repeat must be a number, but nothing is given"),
        ("{relu: , repeat: n}", "3:22", "CC206 there is no variable n, and repeat must be a number"),
        ("{relu: , if: 2}", "3:18", "CC008 true or false is wanted here (0 and 1 serve), but the value is 2"),
        ("{relu: , if: [1]}", "3:18", "CC005 if must be true or false, but [1] is a list"),
        ("{relu: , if: }", "3:18", "CC005 if must be true or false, but nothing is given"),
        ("{relu: , if: maybe}", "3:18", "CC206 there is no variable maybe, and if must be true or false"),
        ("{relu: , from: [a]}", "3:20", "CC005 from must be a word, but this is a list"),
        ("{relu: , from: }", "3:20", "CC005 from must be a word, but this is nothing"),
        ("{relu: , name: [a]}", "3:20", "CC005 a name must be a word, but this is a list"),
    ],
)
def test_a_sibling_has_a_value_of_its_kind(step: str, place: str, message: str) -> None:
    assert wrong(chain(step)) == [f"{place} {message}"]


# References --------------------------------------------------------------------------------------------------


def test_input_names_the_networks_input() -> None:
    assert wiring(chain("relu", "{tanh: , from: input}", "add: input")) == {
        "relu1": ["input"],
        "tanh1": ["input"],
        "add1": ["tanh1", "input"],
    }


def test_a_reference_is_a_word_and_never_an_expression() -> None:
    text = chain("{relu: , name: a}", "{tanh: , from: a + 1}", head="vars: {b: a}")
    assert wrong(text) == ["5:20 CC202 there is no layer a + 1"]
    assert wrong(chain("{relu: , name: a}", "{tanh: , from: b}", head="vars: {b: a}")) == [
        "5:20 CC202 there is no layer b"
    ]


def test_a_number_can_stand_in_a_references_place_only_as_text() -> None:
    text = chain("{relu: , name: r3}", "{tanh: , from: $n}", "{gelu: , from: r$n}", head="vars: {n: 3}")
    assert wrong(text) == ["5:20 CC210 from must be a word, but $n is 3"]


def test_a_misspelt_reference_gets_a_suggestion() -> None:
    text = chain("{relu: , name: start}", "{tanh: , from: strat}", "{gelu: , from: nothing_like_it}")
    assert wrong(text) == [
        "4:20 CC202 there is no layer strat; did you mean start?",
        "5:20 CC202 there is no layer nothing_like_it",
    ]


def test_a_reference_to_a_later_step_shows_both_places() -> None:
    text = chain("add: later", "{relu: , name: later}")
    assert wrong(text) == ["3:10 CC203 later is a later step, but a layer must come before it is read"]
    assert notes(text) == ["4:20 later is here"]


def test_a_reference_to_the_step_itself_shows_both_places() -> None:
    text = chain("{add: a, name: a}")
    assert wrong(text) == ["3:11 CC203 a is not finished here, but a layer must be to be read"]
    assert notes(text) == ["3:20 a begins here"]


def test_a_path_cannot_read_the_merge_around_it() -> None:
    text = chain("{add: {p: [{relu: , from: m}], q: []}, name: m}")
    assert wrong(text) == ["3:31 CC203 m is not finished here, but a layer must be to be read"]


def test_a_reference_is_looked_up_from_the_inside_outwards() -> None:
    text = """
        input: [3, 8, 8]
        blocks:
          Inner: {layers: [{relu: , name: a}, {tanh: , from: a}, {gelu: , from: b}, {elu: , from: c}]}
          Outer: {layers: [{relu: , name: a}, {relu: , name: b}, Inner]}
        layers:
          - {relu: , name: a}
          - {relu: , name: b}
          - {relu: , name: c}
          - Outer
        """
    found = wiring(text)
    assert found["Outer1.Inner1.tanh1"] == ["Outer1.Inner1.a"]
    assert found["Outer1.Inner1.gelu1"] == ["Outer1.b"]
    assert found["Outer1.Inner1.elu1"] == ["c"]


def test_a_dotted_name_reaches_into_scopes() -> None:
    text = """
        input: [3, 8, 8]
        blocks: {B: {layers: [relu, tanh]}}
        layers:
          - {B: , name: Stage2}
          - concat: {b1: [{relu: , name: r}, gelu], b2: []}
          - add: [Stage2.relu1, Stage2]
          - {tanh: , from: concat1.b1.r}
          - {tanh: , from: concat1.b1}
        """
    found = wiring(text)
    assert found["add1"] == ["Stage2.relu1", "Stage2.tanh1"]
    assert found["tanh1"] == ["concat1.b1.r"]
    assert found["tanh2"] == ["concat1.b1.gelu1"]


def test_the_name_of_a_scope_stands_for_its_output() -> None:
    text = "input: [3, 8, 8]\nblocks: {B: {layers: [relu, tanh]}}\nlayers: [B, gelu, add: B1]"
    assert wiring(text)["add1"] == ["gelu1", "B1.tanh1"]


def test_the_inside_of_a_path_is_not_seen_without_its_name() -> None:
    text = chain("concat: {b1: [{relu: , name: r}], b2: []}", "{tanh: , from: r}")
    assert wrong(text) == ["4:20 CC202 there is no layer r"]


def test_a_later_path_may_read_an_earlier_one() -> None:
    text = chain("concat: {a: [relu, tanh], b: [{gelu: , from: a}, {elu: , from: a.relu1}]}")
    found = wiring(text)
    assert found["concat1.b.gelu1"] == ["concat1.a.tanh1"]
    assert found["concat1.b.elu1"] == ["concat1.a.relu1"]


# Several tensors ---------------------------------------------------------------------------------------------


def test_one_partner_joins_the_current_tensor() -> None:
    text = chain("{relu: , name: skip}", "tanh", "add: skip", "mul: skip", "concat: skip")
    found = wiring(text)
    assert (found["add1"], found["mul1"], found["concat1"]) == (["tanh1", "skip"], ["add1", "skip"], ["mul1", "skip"])
    assert shapes(text)["concat1"] == (6, 8, 8)


def test_a_list_is_exactly_those_in_that_order() -> None:
    text = chain("{relu: , name: a}", "{tanh: , name: b}", "gelu", "concat: [b, a, input]")
    assert wiring(text)["concat1"] == ["b", "a", "input"]


def test_from_replaces_the_current_tensor_beside_one_partner() -> None:
    text = chain("{relu: , name: a}", "{tanh: , name: b}", "gelu", "{add: a, from: b}")
    assert wiring(text)["add1"] == ["b", "a"]


def test_from_is_where_paths_start() -> None:
    text = chain("{relu: , name: a}", "tanh", "{add: {p: [gelu], q: []}, from: a}")
    assert wiring(text)["add1"] == ["add1.p.gelu1", "a"]
    assert wiring(text)["add1.p.gelu1"] == ["a"]


@pytest.mark.parametrize("partners", ["[a, b]", "$list"])
def test_from_beside_a_list_is_an_error(partners: str) -> None:
    text = chain("{relu: , name: a}", "{tanh: , name: b}", f"{{add: {partners}, from: a}}", head="vars: {list: [a, b]}")
    message = "from cannot stand beside a list: add reads exactly the tensors of its list"
    assert wrong(text) == [f"6:{19 + len(partners)} CC010 {message}"]


def test_paths_start_from_the_current_tensor_and_are_joined_in_the_order_written() -> None:
    text = chain(
        "relu",
        "concat: {b1: [conv: {out: 4, kernel: 1}], b2: [conv: {out: 5, kernel: 1}, tanh], b3: []}",
    )
    assert wiring(text) == {
        "relu1": ["input"],
        "concat1.b1.conv1": ["relu1"],
        "concat1.b2.conv1": ["relu1"],
        "concat1.b2.tanh1": ["concat1.b2.conv1"],
        "concat1": ["concat1.b1.conv1", "concat1.b2.tanh1", "relu1"],
    }
    assert shapes(text)["concat1"] == (4 + 5 + 3, 8, 8)


def test_a_step_in_a_path_may_start_elsewhere() -> None:
    text = chain("{relu: , name: a}", "tanh", "concat: {p: [{avg_pool: {kernel: 1}, from: a}], q: [gelu]}")
    assert wiring(text)["concat1.p.avg_pool1"] == ["a"]


def test_an_empty_path_is_the_identity() -> None:
    text = chain("{relu: , name: a}", "add: {main: [tanh], shortcut: []}")
    assert wiring(text)["add1"] == ["add1.main.tanh1", "a"]


def test_a_path_may_be_empty_because_of_its_conditions() -> None:
    text = chain("relu", "add: {main: [tanh], shortcut: [{gelu: , if: 0}]}")
    assert wiring(text)["add1"] == ["add1.main.tanh1", "relu1"]


def test_a_path_may_be_many_parallel_copies() -> None:
    text = chain(
        "relu", "concat: {p: {repeat: 3, layers: [{conv: {out: i, kernel: 1}, name: c$i}]}, q: []}", input="[4, 8, 8]"
    )
    found = wiring(text)
    assert list(found) == ["relu1", "concat1.p_1.c1", "concat1.p_2.c2", "concat1.p_3.c3", "concat1"]
    assert [found[name] for name in list(found)[1:4]] == [["relu1"]] * 3
    assert found["concat1"] == ["concat1.p_1.c1", "concat1.p_2.c2", "concat1.p_3.c3", "relu1"]
    assert shapes(text)["concat1"] == (1 + 2 + 3 + 4, 8, 8)


def test_copies_of_a_path_have_names_like_other_paths() -> None:
    text = chain("concat: {p: {repeat: 2, layers: [relu]}}", "{tanh: , from: concat1.p_2}")
    assert wiring(text)["tanh1"] == ["concat1.p_2.relu1"]
    assert wrong(chain("concat: {p: {repeat: 2, layers: []}, p_2: []}")) == [
        "3:42 CC204 the name concat1.p_2 is given twice"
    ]


def test_a_path_written_as_a_map_without_a_count_is_one_path() -> None:
    assert wiring(chain("add: {p: {layers: [relu]}, q: []}"))["add1"] == ["add1.p.relu1", "input"]


def test_the_count_of_copies_is_an_expression() -> None:
    text = chain("concat: {p: {repeat: n * 2, layers: [relu]}}", head="vars: {n: 2}")
    assert shapes(text)["concat1"] == (12, 8, 8)


def test_merges_nest() -> None:
    text = chain("concat: {a: [concat: {a: [relu], b: []}], b: [add: {a: [relu], b: []}]}")
    assert names(text) == [
        "concat1.a.concat1.a.relu1",
        "concat1.a.concat1",
        "concat1.b.add1.a.relu1",
        "concat1.b.add1",
        "concat1",
    ]


@pytest.mark.parametrize("word", ["add", "mul"])
def test_shapes_agree_or_all_but_one_are_stretched(word: str) -> None:
    gate = "{global_avg_pool: , name: g}"
    text = chain(
        "{relu: , name: a}", gate, f"{word}: [a, g]", f"{word}: [g, a]", f"{word}: [g, a, g]", f"{word}: [a, a]"
    )
    assert [shape for name, shape in shapes(text).items() if name.startswith(word)] == [(3, 8, 8)] * 4


def test_a_stretched_tensor_needs_the_same_channels() -> None:
    text = chain("{relu: , name: a}", "conv: {out: 4, kernel: 1}", "global_avg_pool", "add: a")
    message = "add must get equal shapes (or Cx1x1), but gets 4x1x1 and 3x8x8"
    assert wrong(text) == [f"6:5 CC106 {message}"]


def test_only_one_tensor_may_be_larger() -> None:
    text = chain("{relu: , name: a}", "{global_avg_pool: , name: g}", "add: [a, a, g]")
    message = "add must get equal shapes (or Cx1x1), but gets 3x8x8 and 3x8x8 and 3x1x1"
    assert wrong(text) == [f"5:5 CC106 {message}"]


@pytest.mark.parametrize("word", ["add", "mul"])
def test_a_vector_does_not_mix_with_an_image(word: str) -> None:
    text = chain("{relu: , name: a}", "linear: 3", f"{word}: a")
    message = f"{word} must get equal shapes (or Cx1x1), but gets [3] and 3x8x8"
    assert wrong(text) == [f"5:5 CC106 {message}"]
    assert wrong(chain("{relu: , name: a}", "linear: 3", "concat: a")) == [
        "5:5 CC106 concat must get equal sizes, but gets [3] and 3x8x8"
    ]


def test_tensors_that_disagree_are_shown_with_both_shapes_and_both_places() -> None:
    text = chain("{conv: {out: 8, kernel: 3}, name: a}", "max_pool: 2", "{tanh: , name: b}", "concat: [a, b]")
    assert wrong(text) == ["6:5 CC106 concat must get equal sizes, but gets 8x6x6 and 8x3x3"]
    assert notes(text) == ["in layer concat1 (concat), input 8x6x6 and 8x3x3", "3:6 a gives 8x6x6", "5:6 b gives 8x3x3"]
    text = text.replace("concat:", "add:")
    assert wrong(text) == ["6:5 CC106 add must get equal shapes (or Cx1x1), but gets 8x6x6 and 8x3x3"]
    assert notes(text)[1:] == ["3:6 a gives 8x6x6", "5:6 b gives 8x3x3"]


@pytest.mark.parametrize(
    ("step", "place", "message"),
    [
        (
            "add",
            "3:5",
            "CC102 add needs a partner or paths: add: skip, add: [a, b] or add: {main: [...], shortcut: []}",
        ),
        ("add: {}", "3:10", "CC109 add must get at least two tensors, but gets none"),
        ("add: []", "3:10", "CC109 add must get at least two tensors, but gets none"),
        ("add: [input]", "3:10", "CC109 add must get at least two tensors, but gets one"),
        ("add: {p: [relu]}", "3:5", "CC109 add must get at least two tensors, but gets one"),
        (
            "concat: {p: {repeat: 0, layers: [relu]}}",
            "3:5",
            "CC109 concat must get at least two tensors, but gets none",
        ),
        ("concat: {p: {repeat: 1, layers: [relu]}}", "3:5", "CC109 concat must get at least two tensors, but gets one"),
        ("add: [[relu], []]", "3:11", "CC010 the paths of add need names: add: {main: [...], shortcut: []}"),
        ("add: {p: relu, q: []}", "3:14", "CC005 the path p must be a list of steps, but this is `relu`"),
        ("add: {p: , q: []}", "3:11", "CC005 the path p must be a list of steps, but is empty; write []"),
        ("add: {p: {repeat: 2}, q: []}", "3:14", "CC004 the path p needs layers: a list of steps"),
        ("add: {p: {layers: [], n: 2}, q: []}", "3:27", "CC003 a path has only repeat and layers, but not n"),
        ("concat: {p: {repeat: -2, layers: []}, q: []}", "3:26", "CC104 repeat must be at least 0, but is -2"),
        (
            "add: {a b: [], q: []}",
            "3:11",
            "CC205 a name must be letters, digits, _, - and /, beginning with a letter, but this is `a b`",
        ),
        ("add: {in: [], q: []}", "3:11", "CC205 a layer cannot be named in: the language uses that word"),
    ],
)
def test_a_merge_gets_at_least_two_tensors(step: str, place: str, message: str) -> None:
    assert wrong(chain(step)) == [f"{place} {message}"]


@pytest.mark.parametrize(("value", "count"), [("[]", "none"), ("[input]", "one")])
def test_a_list_in_a_variable_needs_two_tensors_too(value: str, count: str) -> None:
    text = chain("add: $list", head=f"vars: {{list: {value}}}")
    assert wrong(text) == [f"4:5 CC109 add must get at least two tensors, but gets {count}"]


def test_a_list_of_numbers_names_no_layers() -> None:
    text = chain("add: $list", head="vars: {list: [1.5, [2]]}")
    assert wrong(text) == ["4:10 CC210 add must get layers' names, but 1.5 is none"]


# Operations that refer to layers -----------------------------------------------------------------------------


def test_max_unpool_takes_the_size_of_its_pools_input() -> None:
    text = chain("{max_pool: {kernel: 2, ceil_mode: true}, name: p}", "relu", "max_unpool: p", input="[4, 45, 60]")
    assert shapes(text) == {"p": (4, 23, 30), "relu1": (4, 23, 30), "max_unpool1": (4, 45, 60)}
    assert wiring(text)["max_unpool1"] == ["relu1", "p"]


def test_max_unpool_needs_its_pools_shape() -> None:
    text = chain("{max_pool: 2, name: p}", "conv: {out: 16, kernel: 1}", "max_unpool: p", input="[8, 8, 8]")
    assert wrong(text) == ["5:5 CC107 the input 16x4x4 must have the output shape of p, 8x4x4"]
    assert notes(text)[1:] == ["4:5 conv1 gives 16x4x4", "3:6 p gives 8x4x4"]


@pytest.mark.parametrize(("pool", "what"), [("a", "an avg_pool"), ("r", "a relu"), ("input", "an input")])
def test_max_unpool_needs_a_max_pool(pool: str, what: str) -> None:
    text = chain("{relu: , name: r}", "{avg_pool: 1, name: a}", f"max_unpool: {pool}")
    assert wrong(text) == [f"5:17 CC107 pool must name a max_pool, but {pool} is {what}"]


def test_a_pool_may_be_named_through_the_block_it_ends() -> None:
    text = "input: [4, 8, 8]\nblocks: {B: {layers: [relu, max_pool: 2]}}\nlayers: [B, max_unpool: B1]"
    assert wiring(text)["max_unpool1"] == ["B1.max_pool1", "B1.max_pool1"]


def test_like_gives_the_size_of_another_tensor() -> None:
    text = chain(
        "{conv: {out: 5, kernel: 3}, name: a}", "max_pool: 2", "resize: {like: a}", "crop: {like: max_pool1, offset: 1}"
    )
    assert shapes(text) == {"a": (5, 6, 6), "max_pool1": (5, 3, 3), "resize1": (5, 6, 6), "crop1": (5, 3, 3)}
    assert wiring(text)["resize1"] == ["max_pool1", "a"]


def test_separable_is_its_two_parts() -> None:
    text = chain(
        "{separable: {out: 8, kernel: 3}, name: sep}", "separable: {out: 4, kernel: 1}", "add: separable1.pointwise"
    )
    assert wiring(text) == {
        "sep.depthwise": ["input"],
        "sep.pointwise": ["sep.depthwise"],
        "separable1.depthwise": ["sep.pointwise"],
        "separable1.pointwise": ["separable1.depthwise"],
        "add1": ["separable1.pointwise", "separable1.pointwise"],
    }
    assert (layer(text, "sep.depthwise").op.word, layer(text, "sep.pointwise").op.word) == ("depthwise", "pointwise")
    assert layer(text, "sep.pointwise").title == "sep"
    assert wiring(text + "  - {relu: , from: sep}\n")["relu1"] == ["sep.pointwise"]


def test_an_error_in_a_part_stands_at_the_field_of_the_whole() -> None:
    text = chain("separable: {out: 8, kernel: 9}")
    message = "the output height would be floor((8 + 0 - 9) / 1) + 1 = 0; the input must be at least 9 here, but is 8"
    assert wrong(text)[0] == f"3:33 CC105 {message}"
