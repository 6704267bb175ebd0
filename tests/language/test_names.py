"""Names: given or numbered, per scope; what a name may be."""

from __future__ import annotations

import pytest

from tests.language.networks import chain, names, notes, wrong


def test_a_step_without_a_name_is_numbered_by_its_word() -> None:
    assert names(chain("relu", "tanh", "relu", "conv: {out: 3, kernel: 1}")) == ["relu1", "tanh1", "relu2", "conv1"]


def test_a_word_that_ends_in_a_digit_gets_an_underscore_first() -> None:
    assert names(chain("relu6", "relu6", "relu")) == ["relu6_1", "relu6_2", "relu1"]
    assert names(chain("Block2", head="blocks: {Block2: {layers: [relu6]}}")) == ["Block2_1.relu6_1"]


def test_numbers_count_the_steps_that_have_no_given_name() -> None:
    assert names(chain("relu", "{relu: , name: a}", "relu")) == ["relu1", "a", "relu2"]


def test_numbers_pass_over_names_already_given() -> None:
    assert names(chain("{tanh: , name: relu1}", "relu", "{tanh: , name: relu3}", "relu")) == [
        "relu1",
        "relu2",
        "relu3",
        "relu4",
    ]


def test_a_given_name_cannot_be_one_that_a_number_took() -> None:
    text = chain("relu", "{tanh: , name: relu1}")
    assert wrong(text) == ["4:20 CC204 the name relu1 is given twice"]
    assert notes(text) == ["3:5 the first relu1 is here"]


def test_each_scope_counts_for_itself() -> None:
    text = """
        input: [3, 8, 8]
        blocks: {B: {layers: [relu, relu]}}
        layers: [relu, B, B, concat: {p: [relu], q: [relu, B]}, {for: c, in: [1], do: [relu]}]
        """
    assert names(text) == [
        "relu1",
        "B1.relu1",
        "B1.relu2",
        "B2.relu1",
        "B2.relu2",
        "concat1.p.relu1",
        "concat1.q.relu1",
        "concat1.q.B1.relu1",
        "concat1.q.B1.relu2",
        "concat1",
        "relu2",
    ]


def test_a_merge_without_paths_is_no_scope_but_has_a_name() -> None:
    assert names(chain("relu", "add: input", "add: input")) == ["relu1", "add1", "add2"]


def test_a_word_that_a_variable_holds_is_numbered_as_itself() -> None:
    assert names(chain("$act", "relu", "$act", head="vars: {act: relu}")) == ["relu1", "relu2", "relu3"]


def test_a_name_may_hold_values() -> None:
    text = chain(
        "{relu: , name: pool$n}",
        "{tanh: , name: $word}",
        "{gelu: , name: $word/$(n * 2)-$n}",
        head="vars: {n: 3, word: x}",
    )
    assert names(text) == ["pool3", "x", "x/6-3"]


def test_a_dollar_takes_the_longest_identifier() -> None:
    text = chain("{relu: , name: a$ab}", "{relu: , name: a$(a)b}", head="vars: {a: 1, ab: 2}")
    assert names(text) == ["a2", "a1b"]


def test_parentheses_nest_in_a_name() -> None:
    assert names(chain('{relu: , name: "a$(max((n + 1) * 2, min(1, n)))b"}', head="vars: {n: 3}")) == ["a8b"]


def test_the_name_of_a_repeated_step_must_count() -> None:
    assert names(chain("{relu: , name: r$i, repeat: 2}", "{tanh: , name: t$(i * 2), repeat: 2}")) == [
        "r1",
        "r2",
        "t2",
        "t4",
    ]
    message = "the name of a repeated step must count: put $i in it"
    for name in ("r", "$in", "r$ii", "$(n)"):
        assert wrong(chain(f"{{relu: , name: {name}, repeat: 2}}", head="vars: {n: r}"))[0].endswith(f"CC205 {message}")


def test_a_name_evaluated_twice_to_the_same_is_given_twice() -> None:
    text = chain("{relu: , name: a$(i % 2), repeat: 3}")
    assert wrong(text) == ["3:20 CC204 the name a1 is given twice"]
    text = chain("{for: c, in: [1, 2], do: [{relu: , name: a}]}")
    assert wrong(text) == ["3:46 CC204 the name a is given twice"]
    assert notes(text) == ["3:46 the first a is here"]


def test_the_same_name_in_two_scopes_is_no_duplicate() -> None:
    text = "input: [3, 8, 8]\nblocks: {B: {layers: [{relu: , name: a}]}}\nlayers: [{relu: , name: a}, B, B]"
    assert names(text) == ["a", "B1.a", "B2.a"]


@pytest.mark.parametrize("name", ["a", "A", "a1", "conv_1", "a-b", "stage2/unit1/conv", "a_", "Z-"])
def test_a_name_is_letters_digits_underscores_dashes_and_slashes(name: str) -> None:
    assert names(chain(f"{{relu: , name: {name}}}", f"add: {name}")) == [name, "add1"]


@pytest.mark.parametrize("name", ["1a", "_a", "-a", "/a", "a b", "a.b", "a+b", "é", "a:b", "a$(1 / 2)"])
def test_anything_else_is_an_error(name: str) -> None:
    shown = {"a$(1 / 2)": "a0.5"}.get(name, name)
    rule = "a name must be letters, digits, _, - and /, beginning with a letter"
    assert wrong(chain(f'{{relu: , name: "{name}"}}')) == [f"3:20 CC205 {rule}, but this is `{shown}`"]


@pytest.mark.parametrize("name", ["in", "input"])
def test_words_of_the_language_cannot_be_names(name: str) -> None:
    assert wrong(chain(f"{{relu: , name: {name}}}")) == [
        f"3:20 CC205 a layer cannot be named {name}: the language uses that word"
    ]


def test_a_name_is_no_number() -> None:
    assert wrong(chain("{relu: , name: $n}", head="vars: {n: 3}")) == ["4:20 CC210 a name must be a word, but $n is 3"]


def test_a_word_cannot_grow_without_bound() -> None:
    doubled = "".join(f", w{i + 1}: $w{i}$w{i}" for i in range(60))
    text = chain("{relu: , name: $w60}", head=f"vars: {{w0: abcdefghij{doubled}}}")
    assert [line.split(" ", 1)[1] for line in wrong(text)] == [
        "CC008 a word must be at most 1,000 characters long, but this one has 1,280"
    ]
