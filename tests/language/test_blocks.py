"""Blocks, loops, conditions, and words that variables hold."""

from __future__ import annotations

import pytest

from tests.language.networks import chain, graph, layer, names, notes, problems, shapes, wiring, wrong

# Calls -------------------------------------------------------------------------------------------------------

UNIT = "blocks: {Unit: {params: {c: ~, k: 1}, layers: [conv: {out: c, kernel: k}]}}"


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        ("Unit: {c: 5, k: 3}", (5, 6, 6)),
        ("Unit: {k: 3, c: 5}", (5, 6, 6)),
        ("Unit: {c: 5}", (5, 8, 8)),
        ("Unit: 5", (5, 8, 8)),
        ("{Unit: 2 + 3}", (5, 8, 8)),
    ],
)
def test_a_block_is_called_like_an_operation(call: str, shape: tuple[int, ...]) -> None:
    assert shapes(chain(call, head=UNIT)) == {"Unit1.conv1": shape}


def test_a_block_alone_takes_its_defaults() -> None:
    head = "blocks: {B: {params: {k: 3}, layers: [max_pool: k]}}"
    assert shapes(chain("B", "B:", "B: {}", head=head, input="[1, 81, 81]")) == {
        "B1.max_pool1": (1, 27, 27),
        "B2.max_pool1": (1, 9, 9),
        "B3.max_pool1": (1, 3, 3),
    }


def test_a_list_is_one_value_of_the_first_parameter() -> None:
    head = "blocks: {B: {params: {k: ~, s: 1}, layers: [max_pool: {kernel: k, stride: s}]}}"
    assert shapes(chain("B: [2, 4]", head=head)) == {"B1.max_pool1": (3, 7, 5)}


def test_a_block_may_have_no_parameters() -> None:
    assert names(chain("B", head="blocks: {B: {params: ~, layers: [relu]}}")) == ["B1.relu1"]
    assert names(chain("B", head="blocks: {B: {layers: [relu]}}")) == ["B1.relu1"]


def test_a_tilde_marks_a_required_parameter() -> None:
    text = chain("Unit", "Unit: {k: 3}", head=UNIT)
    assert wrong(text) == ["4:5 CC208 Unit needs c", "5:5 CC208 Unit needs c"]
    head = "blocks: {B: {params: {a: , b: null, c: 1}, layers: [relu]}}"
    text = chain("B", head=head)
    assert wrong(text) == ["4:5 CC208 B needs a and b"]
    assert notes(text) == ["1:10 B is defined here"]


def test_a_parameter_that_a_block_does_not_have_is_an_error() -> None:
    text = chain("Unit: {c: 5, kk: 3}", head=UNIT)
    assert wrong(text) == ["4:18 CC208 Unit has no parameter kk; did you mean k?"]
    assert notes(text) == ["1:10 Unit is defined here"]
    assert wrong(chain("B: 3", head="blocks: {B: {layers: [relu]}}")) == ["4:8 CC208 B has no parameters, but gets `3`"]


def test_a_misspelt_block_gets_a_suggestion() -> None:
    assert wrong(chain("Unti: 3", head=UNIT)) == ["4:5 CC201 there is no block Unti; did you mean Unit?"]


def test_siblings_stand_beside_a_call() -> None:
    text = chain("{Unit: i, name: u$i, repeat: 3, if: i != 2}", "{Unit: 4, from: u1}", head=UNIT)
    assert wiring(text) == {"u1.conv1": ["input"], "u3.conv1": ["u1.conv1"], "Unit1.conv1": ["u1.conv1"]}


# What is evaluated where -------------------------------------------------------------------------------------


def test_arguments_are_evaluated_in_the_callers_names() -> None:
    text = """
        input: [3, 8, 8]
        vars: {n: 10}
        blocks:
          Inner: {params: {c: ~}, layers: [pointwise: c]}
          Outer: {params: {n: ~, m: 7}, layers: [Inner: n + cin, Inner: m]}
        layers:
          - Outer: n * 2
          - {for: [m, n], in: [[1, 2]], do: [Inner: n]}
        """
    assert [shape[0] for shape in shapes(text).values()] == [20 + 3, 7, 2]


def test_defaults_are_evaluated_in_the_blocks_names() -> None:
    text = """
        input: [3, 8, 8]
        vars: {width: 4}
        blocks:
          B: {params: {a: 5, b: a * width + cin, c: b + 1}, layers: [pointwise: a, pointwise: b, pointwise: c]}
        layers:
          - {for: width, in: [100], do: [B]}
          - B: {a: 1, b: 2}
        """
    assert [shape[0] for shape in shapes(text).values()] == [5, 23, 24, 1, 2, 3]


def test_a_default_cannot_use_a_parameter_behind_it() -> None:
    text = chain("B", head="blocks: {B: {params: {c: 1 + b, b: 2}, layers: [pointwise: c]}}")
    assert wrong(text) == ["1:30 CC206 there is no variable b"]


def test_inside_a_block_the_callers_names_are_not_seen() -> None:
    text = """
        input: [3, 8, 8]
        blocks:
          Inner: {layers: [pointwise: x]}
          Outer: {params: {x: 3}, layers: [Inner]}
        layers:
          - Outer
          - {for: x, in: [5], do: [Inner]}
          - {Inner: , repeat: 2}
        """
    assert wrong(text) == ["3:31 CC206 there is no variable x, and out must be a number"]
    assert notes(text) == ["and in 3 more layers that this place makes"]


def test_the_callers_loop_is_not_seen_either() -> None:
    text = chain("{B: , repeat: 3}", head="blocks: {B: {layers: [pointwise: i]}}")
    assert wrong(text) == ["1:34 CC206 there is no variable i"]


def test_vars_and_own_loops_are_seen() -> None:
    text = """
        input: [3, 8, 8]
        vars: {width: 4}
        blocks:
          B: {layers: [{pointwise: width * i, repeat: 2}, {for: c, in: [5], do: [pointwise: c + i]}]}
        layers: [B]
        """
    assert [shape[0] for shape in shapes(text).values()] == [4, 8, 6]


def test_a_parameter_hides_a_variable() -> None:
    text = chain("B: 5", "pointwise: c", head="vars: {c: 9}\nblocks: {B: {params: {c: ~}, layers: [pointwise: c]}}")
    assert [shape[0] for shape in shapes(text).values()] == [5, 9]


def test_cin_is_the_channels_that_enter_the_block() -> None:
    head = "blocks: {B: {layers: [pointwise: cin * 2, pointwise: cin + 1]}}"
    assert [shape[0] for shape in shapes(chain("B", "B", head=head)).values()] == [6, 4, 8, 5]


def test_cin_follows_from() -> None:
    text = chain(
        "{pointwise: 9, name: a}", "relu", "{B: , from: input}", head="blocks: {B: {layers: [pointwise: cin * 2]}}"
    )
    assert shapes(text)["B1.pointwise1"] == (6, 8, 8)


def test_cin_exists_only_inside_a_block() -> None:
    message = "cin, the channels that enter a block, exists only inside a block"
    assert wrong(chain("pointwise: cin")) == [f"3:16 CC206 {message}"]
    assert wrong(chain("pointwise: cin * 2")) == [f"3:16 CC206 {message}"]
    assert wrong(chain("Unit: cin", head=UNIT)) == [f"4:11 CC206 {message}"]


def test_in_is_the_tensor_that_enters_the_block() -> None:
    text = """
        input: [3, 8, 8]
        blocks:
          B: {layers: [relu, tanh, add: in, {gelu: , from: in}]}
        layers: [{elu: , name: a}, B, {B: , from: a}]
        """
    found = wiring(text)
    assert (found["B1.add1"], found["B1.gelu1"]) == (["B1.tanh1", "a"], ["a"])
    assert (found["B2.relu1"], found["B2.add1"]) == (["a"], ["B2.tanh1", "a"])


def test_in_is_that_of_the_innermost_block_also_inside_paths_and_loops() -> None:
    text = """
        input: [3, 8, 8]
        blocks:
          Inner: {layers: [relu, add: in]}
          Outer: {layers: [tanh, concat: {p: [gelu, add: in], q: [Inner]}, {for: c, in: [1], do: [elu, pointwise: cin, add: in]}]}
        layers: [{selu: , name: s}, Outer]
        """
    found = wiring(text)
    assert found["Outer1.concat1.p.add1"] == ["Outer1.concat1.p.gelu1", "s"]
    assert found["Outer1.concat1.q.Inner1.add1"] == ["Outer1.concat1.q.Inner1.relu1", "Outer1.tanh1"]
    assert found["Outer1.add1"] == ["Outer1.pointwise1", "s"]


def test_in_is_no_word_outside_a_block() -> None:
    message = "`in` is the tensor that enters a block, but this is no block; did you mean input?"
    assert wrong(chain("add: in")) == [f"3:10 CC202 {message}"]
    assert wrong(chain("concat: {p: [{relu: , from: in}], q: []}")) == [f"3:33 CC202 {message}"]


def test_the_title_of_a_blocks_output_is_the_block() -> None:
    text = "input: [3, 8, 8]\nblocks: {A: {layers: [relu]}, B: {layers: [tanh, A]}}\nlayers: [B, gelu]"
    assert (layer(text, "B1.A1.relu1").title, layer(text, "B1.tanh1").title) == ("B1", "B1.tanh1")
    assert graph(text).nodes[-1].title == "gelu1"


# Definitions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blocks", "place", "message"),
    [
        ("{unit: {layers: [relu]}}", "2:10", "CC205 a block's name must begin with a capital, but unit does not"),
        ("{A-B: {layers: [relu]}}", "2:10", "CC205 a block's name must begin with a capital, but A-B does not"),
        ("{B: [relu]}", "2:13", "CC005 the block B must be a map with layers, but this is a list"),
        ("{B: }", "2:13", "CC005 the block B must be a map with layers, but this is nothing"),
        ("{B: {params: {a: 1}}}", "2:10", "CC004 the block B needs layers: a list of steps"),
        ("{B: {layers: relu}}", "2:22", "CC005 layers must be a list of steps, but this is `relu`"),
        ("{B: {layers: [], steps: 3}}", "2:26", "CC003 a block has params and layers, but not steps"),
        (
            "{B: {layers: [], param: 3}}",
            "2:26",
            "CC003 a block has params and layers, but not param; did you mean params?",
        ),
        (
            "{B: {params: [a], layers: []}}",
            "2:22",
            "CC005 params must be a map of names to defaults, but this is a list",
        ),
        (
            "{B: {params: {cin: 1}, layers: []}}",
            "2:23",
            "CC209 a parameter cannot be named cin: the language uses that word",
        ),
        (
            "{B: {params: {a b: 1}, layers: []}}",
            "2:23",
            "CC209 a parameter must be named by letters, digits and _, but this is `a b`",
        ),
        ("{B: {params: {a: 1 +}, layers: []}}", "2:26", "CC007 `1 +` is not an expression"),
        ("[B]", "2:9", "CC005 blocks must be a map of names to blocks, but this is a list"),
    ],
)
def test_a_block_that_is_not_used_is_checked_for_form(blocks: str, place: str, message: str) -> None:
    assert wrong(f"input: [3, 8, 8]\nblocks: {blocks}\nlayers: [relu]") == [f"{place} {message}"]


def test_the_steps_of_a_block_that_is_not_used_are_checked_for_form() -> None:
    text = "input: [3, 8, 8]\nblocks: {B: {layers: [rellu, conv: {out: 2 **, kernel: 3}, add]}}\nlayers: [relu]"
    assert [line.split(" ")[1] for line in wrong(text)] == ["CC201", "CC007", "CC102"]


# Recursion ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blocks", "chain_of_names", "place"),
    [
        ("{A: {layers: [relu, A]}}", "A -> A", "2:29"),
        ("{A: {layers: [B]}, B: {layers: [A]}}", "A -> B -> A", "2:41"),
        ("{A: {layers: [B]}, B: {layers: [C]}, C: {layers: [B]}}", "B -> C -> B", "2:59"),
        ("{A: {params: {w: A}, layers: [$w]}}", "A -> A", "2:39"),
        ("{A: {params: {w: A}, layers: [{$w: $w}]}}", "A -> A", "2:40"),
        ("{A: {layers: [add: {p: [A], q: []}]}}", "A -> A", "2:33"),
        ("{A: {layers: [{for: c, in: [1], do: [A]}]}}", "A -> A", "2:46"),
    ],
)
def test_a_block_that_reaches_itself_is_an_error(blocks: str, chain_of_names: str, place: str) -> None:
    text = f"input: [3, 8, 8]\nblocks: {blocks}\nlayers: [A]"
    assert wrong(text) == [f"{place} CC207 a block must not reach itself, but {chain_of_names}"]


def test_even_a_recursion_that_would_end_is_an_error() -> None:
    text = chain("A: 3", head="blocks: {A: {params: {n: ~}, layers: [relu, {A: n - 1, if: n > 0}]}}")
    assert wrong(text) == ["1:46 CC207 a block must not reach itself, but A -> A"]


def test_a_block_may_be_used_often_and_by_others() -> None:
    text = "input: [3, 8, 8]\nblocks: {A: {layers: [relu]}, B: {layers: [A, A]}}\nlayers: [A, B, A]"
    assert names(text) == ["A1.relu1", "B1.A1.relu1", "B1.A2.relu1", "A2.relu1"]


# Loops -------------------------------------------------------------------------------------------------------


def test_a_loop_runs_its_steps_once_per_row() -> None:
    text = chain("{for: [c, k], in: [[4, 3], [5, 1]], do: [conv: {out: c, kernel: k}, relu]}")
    assert shapes(text) == {"conv1": (4, 6, 6), "relu1": (4, 6, 6), "conv2": (5, 6, 6), "relu2": (5, 6, 6)}


def test_one_variable_takes_single_values() -> None:
    assert [s[0] for s in shapes(chain("{for: c, in: [64, 128], do: [pointwise: c]}")).values()] == [64, 128]


def test_one_variable_in_a_list_takes_rows_of_one() -> None:
    assert [s[0] for s in shapes(chain("{for: [c], in: [[64], [128]], do: [pointwise: c]}")).values()] == [64, 128]


def test_a_single_value_may_be_a_list() -> None:
    assert shapes(chain("{for: k, in: [[1, 3], 2], do: [max_pool: {kernel: k, stride: 1}]}")) == {
        "max_pool1": (3, 8, 6),
        "max_pool2": (3, 7, 5),
    }


def test_rows_may_come_from_a_variable() -> None:
    head = "vars: {w: 2, table: [[4, w], [6, w + 1]], row: [8, 1]}"
    text = chain(
        "{for: [c, k], in: table, do: [pointwise: c * k]}",
        "{for: [c, k], in: [row, row], do: [pointwise: c]}",
        head=head,
    )
    assert [s[0] for s in shapes(text).values()] == [8, 18, 8, 8]


def test_the_rows_are_evaluated_in_the_callers_names() -> None:
    text = chain("{for: c, in: [c, c * 2], do: [pointwise: c]}", head="vars: {c: 3}")
    assert [s[0] for s in shapes(text).values()] == [3, 6]


def test_a_loop_is_no_scope() -> None:
    text = chain("relu", "{for: c, in: [1, 2], do: [relu, {tanh: , name: t$c}]}", "relu", "add: t1")
    assert names(text) == ["relu1", "relu2", "t1", "relu3", "t2", "relu4", "add1"]


def test_a_loop_may_have_a_condition() -> None:
    assert names(chain("{for: c, in: [1, 2], do: [relu], if: n > 1}", "tanh", head="vars: {n: 1}")) == ["tanh1"]
    assert names(chain("{for: c, in: [1, 2], do: [relu], if: n == 1}", head="vars: {n: 1}")) == ["relu1", "relu2"]


def test_a_loop_over_nothing_is_no_step() -> None:
    assert wiring(chain("relu", "{for: c, in: [], do: [gelu]}", "tanh"))["tanh1"] == ["relu1"]


def test_repeat_and_for_count_in_i_from_1() -> None:
    text = chain("{for: c, in: [10, 20], do: [pointwise: c + i]}", "{pointwise: i, repeat: 2}")
    assert [s[0] for s in shapes(text).values()] == [11, 22, 1, 2]


def test_the_inner_i_hides_the_outer() -> None:
    text = chain(
        "{for: c, in: [10, 20], do: [{pointwise: i * 100, repeat: 2}, {for: d, in: [7], do: [pointwise: c + i]}]}"
    )
    assert [s[0] for s in shapes(text).values()] == [100, 200, 11, 100, 200, 21]


def test_the_count_of_a_repeat_sees_the_outer_i() -> None:
    text = chain("{for: c, in: [10, 20], do: [{pointwise: c, repeat: i}]}")
    assert [s[0] for s in shapes(text).values()] == [10, 20, 20]


def test_a_loop_variable_hides_others_and_ends_with_its_loop() -> None:
    text = chain("{for: c, in: [1, 2], do: [pointwise: c]}", "pointwise: c", head="vars: {c: 9}")
    assert [s[0] for s in shapes(text).values()] == [1, 2, 9]


@pytest.mark.parametrize(
    ("loop", "place", "message"),
    [
        (
            "{for: c, do: [relu]}",
            "3:6",
            "CC004 a for step needs in: the rows of values they take, one after the other; `i` counts the rows from 1",
        ),
        ("{for: c, in: [1]}", "3:6", "CC004 a for step needs do: the steps that run for each row"),
        ("{for: c, in: [1], do: relu}", "3:27", "CC005 do must be a list of steps, but this is `relu`"),
        ("{for: c, in: 3, do: [relu]}", "3:18", "CC005 in must be a list of rows, but is `3`"),
        (
            "{for: c, in: {a: 1}, do: [relu]}",
            "3:18",
            "CC005 a value must be a number, a word or a list, but this is a map",
        ),
        (
            "{for: [a, b], in: [[1, 2], 1], do: [relu]}",
            "3:32",
            "CC005 a row must have 2 values (a, b), but row 2 is `1`",
        ),
        (
            "{for: [a, b], in: [[1, 2], [1]], do: [relu]}",
            "3:32",
            "CC005 a row must have 2 values (a, b), but row 2 has 1",
        ),
        ("{for: [a], in: [[1, 2]], do: [relu]}", "3:21", "CC005 a row must have 1 value (a), but row 1 has 2"),
        ("{for: [a], in: [5], do: [relu]}", "3:21", "CC005 a row must have 1 value (a), but row 1 is `5`"),
        (
            "{for: i, in: [1], do: [relu]}",
            "3:11",
            "CC209 a loop variable cannot be named i: the language uses that word",
        ),
        (
            "{for: 3, in: [1], do: [relu]}",
            "3:11",
            "CC209 a loop variable must be named by letters, digits and _, but this is `3`",
        ),
        (
            "{for: [a, a], in: [[1, 2]], do: [relu]}",
            "3:15",
            "CC209 a loop variable must be named once, but a is named twice",
        ),
        ("{for: c, in: [1], do: [relu], repeat: 2}", "3:35", "CC010 a for step has for, in, do and if, but not repeat"),
        ("{for: c, in: [1], do: [relu], name: x}", "3:35", "CC010 a for step has for, in, do and if, but not name"),
        ("{relu: , in: [1]}", "3:14", "CC010 a step must have one operation, but here are relu and in"),
    ],
)
def test_a_loop_has_for_in_do_and_if(loop: str, place: str, message: str) -> None:
    assert wrong(chain(loop)) == [f"{place} {message}"]


def test_rows_in_a_variable_are_judged_where_they_are_used() -> None:
    text = chain("{for: [a, b], in: rows, do: [relu]}", head="vars: {rows: [[1, 2], [3]]}")
    assert wrong(text) == ["4:23 CC005 a row must have 2 values (a, b), but row 2 has 1"]


# Words -------------------------------------------------------------------------------------------------------


def test_a_word_names_no_variable_and_is_used_through_a_dollar() -> None:
    text = chain(
        "{relu: , name: down3}",
        "conv: {out: 3, kernel: 3, padding: $pad}",
        "$act",
        "add: $skip",
        "{resize: {like: $skip, mode: $how}}",
        head="vars: {pad: same, act: hardswish, skip: down3, how: bilinear}",
    )
    assert wiring(text) == {
        "down3": ["input"],
        "conv1": ["down3"],
        "hardswish1": ["conv1"],
        "add1": ["hardswish1", "down3"],
        "resize1": ["add1", "down3"],
    }
    assert shapes(text)["conv1"] == (3, 8, 8)


def test_a_word_may_be_an_operation_with_fields_or_a_block() -> None:
    head = "vars: {pool: max_pool, unit: Unit}\nblocks: {Unit: {params: {c: ~}, layers: [pointwise: c]}}"
    text = chain("$pool: 2", "{$pool: {kernel: 3, stride: 1}, name: p}", "{$unit: 5, name: u}", head=head)
    assert shapes(text) == {"max_pool1": (3, 4, 4), "p": (3, 2, 2), "u.pointwise1": (5, 2, 2)}


def test_words_travel_through_arguments_and_rows() -> None:
    text = """
        input: [3, 8, 8]
        blocks:
          Act: {params: {nl: relu}, layers: [$nl]}
          Pair: {params: {nl: ~}, layers: [Act: $nl, Act: nl, Act]}
        layers:
          - Pair: tanh
          - {for: [nl, n], in: [[gelu, 1], [elu, 2]], do: [{Act: $nl, repeat: n}]}
        """
    assert names(text) == [
        "Pair1.Act1.tanh1",
        "Pair1.Act2.tanh1",
        "Pair1.Act3.relu1",
        "Act1.gelu1",
        "Act2.elu1",
        "Act3.elu1",
    ]


def test_a_word_of_several_parts_names_a_layer_in_a_scope() -> None:
    head = "vars: {skip: B1.relu1}\nblocks: {B: {layers: [relu, tanh]}}"
    assert wiring(chain("B", "add: $skip", head=head))["add1"] == ["B1.tanh1", "B1.relu1"]


def test_a_merge_may_be_a_word() -> None:
    assert wiring(chain("relu", "$how: input", head="vars: {how: add}"))["add1"] == ["relu1", "input"]


def test_a_list_of_words_is_a_list_of_partners() -> None:
    text = chain("{relu: , name: a}", "{tanh: , name: b}", "gelu", "concat: $both", head="vars: {both: [a, b]}")
    assert wiring(text)["concat1"] == ["a", "b"]


def test_a_word_inside_arithmetic_is_an_error_that_shows_where_it_came_from() -> None:
    text = chain("conv: {out: act * 2, kernel: 1}", head="vars: {act: relu}")
    assert wrong(text) == ["4:17 CC210 act is the word `relu`, but a number is wanted here"]
    assert notes(text) == ["1:13 the word `relu` comes from here"]


def test_a_word_for_a_number_is_an_error_that_shows_where_it_came_from() -> None:
    text = """
        input: [3, 8, 8]
        blocks: {B: {params: {c: ~}, layers: [pointwise: c]}}
        layers: [B: wide]
        """
    assert wrong(text) == ["2:50 CC210 out must be a number, but c is the word `wide`"]
    assert notes(text) == ["3:13 the word `wide` comes from here"]


@pytest.mark.parametrize(
    ("step", "place", "message"),
    [
        ("$act", "4:5", "CC201 there is no operation rellu; did you mean relu?"),
        ("$n", "4:5", "CC210 a step must be a word, but $n is 2"),
        ("$list", "4:5", "CC210 a step must be a word, but $list is [1, 2]"),
        ("$zzz", "4:5", "CC206 there is no variable zzz"),
        (
            "conv: {out: 1, kernel: 1, padding: $act}",
            "4:40",
            "CC104 padding must be a number or valid, same or same_lower, but is rellu",
        ),
        (
            "conv: {out: 1, kernel: 1, padding: pad}",
            "4:40",
            "CC104 padding must be a number or valid, same or same_lower, but is same; write $pad",
        ),
        ("resize: {scale: 2, mode: $pad}", "4:30", "CC104 mode must be nearest or bilinear, but is same"),
        ("$act: {a: 3}", "4:5", "CC201 there is no operation rellu; did you mean relu?"),
        ("{relu: , name: a$list}", "4:21", "CC210 $list is [1, 2], which cannot be part of a word"),
        ("{relu: , name: a$none}", "4:21", "CC210 $none is nothing, which cannot be part of a word"),
        ("{relu: , name: $}", "4:20", "CC007 $ must be followed by a variable or (expression)"),
        ("{relu: , name: 'a$(n'}", "4:22", "CC007 `$(n` lacks a closing parenthesis"),
        ("{relu: , name: a$(n + zz)}", "4:27", "CC206 there is no variable zz"),
        ("{relu: , name: 'a$(n +)'}", "4:24", "CC007 `n +` is not an expression"),
    ],
)
def test_a_word_must_fit_its_place(step: str, place: str, message: str) -> None:
    head = "vars: {act: rellu, n: 2, list: [1, 2], pad: same, none: ~}"
    assert wrong(chain(step, head=head)) == [f"{place} {message}"]


# One mistake is one problem ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step",
    ["conv: {out: c, kernel: 99}", "conv: {out: c / 3, kernel: 1}", "conv: {out: c, kernel: k}", "slice: [0, c]", "$c"],
)
def test_one_mistake_in_a_block_used_13_times_is_one_problem(step: str) -> None:
    head = f"blocks: {{B: {{params: {{c: ~}}, layers: [{step}]}}}}"
    rows = ", ".join(str(10**n) for n in range(1, 14))
    text = chain(f"{{for: c, in: [{rows}], do: [{{B: c, from: input}}]}}", head=head)
    [problem] = problems(text)
    assert problem.location.line == 1
    assert problem.notes[-1].message == "and in 12 more layers that this place makes"


def test_two_mistakes_in_one_step_are_two_problems() -> None:
    head = "blocks: {B: {params: {c: ~}, layers: [conv: {out: c / 3, kernel: 0.5}]}}"
    text = chain("{B: 4, repeat: 13}", head=head)
    assert [line.split(" ")[0] for line in wrong(text)] == ["1:51", "1:66"]


def test_a_word_that_is_no_operation_is_told_once_however_often_it_is_used() -> None:
    head = "blocks: {B: {params: {w: rellu}, layers: [$w]}}"
    assert wrong(chain("{B: , repeat: 3}", "B", head=head)) == [
        "1:43 CC201 there is no operation rellu; did you mean relu?"
    ]


def test_a_block_whose_definition_is_in_error_is_told_once() -> None:
    assert wrong(chain("B", "B", head="blocks: {B: [relu]}")) == [
        "1:13 CC005 the block B must be a map with layers, but this is a list"
    ]
