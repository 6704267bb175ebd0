"""Expressions and scalars: every operator and function, exact; what is no expression."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcost.language.expressions import div8, half_up, literal, shown
from tests.language.networks import chain, graph, names, out, read, shapes, wrong

# Values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("2 + 3", 5),
        ("7 - 3", 4),
        ("2 * 3", 6),
        ("6 / 2", 3),
        ("7 // 2", 3),
        ("-7 // 2 + 10", 6),  # floor, not towards zero: -4 + 10
        ("7 % 4", 3),
        ("-7 % 4", 1),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("10 - 3 - 2", 5),
        ("-3 + 5", 2),
        ("+3", 3),
        ("2 * +3", 6),
        ("-(-3)", 3),
        ("3 if 1 < 2 else 4", 3),
        ("3 if 1 > 2 else 4", 4),
        ("3 if 2 <= 2 else 4", 3),
        ("3 if 2 >= 3 else 4", 4),
        ("3 if 2 == 2.0 else 4", 3),
        ("3 if 2 != 2.0 else 4", 4),
        ("3 if 1 < 2 < 3 else 4", 3),
        ("3 if 1 < 3 < 2 else 4", 4),
        ("3 if 1 == 1 and 2 == 2 else 4", 3),
        ("3 if 1 == 2 or 2 == 2 else 4", 3),
        ("3 if not 1 == 2 else 4", 3),
        ("3 if true else 4", 3),
        ("3 if False else 4", 4),
        ("3 if 0 else 4", 4),
        ("3 if 1 else 4", 3),
        ("3 if true and 1 else 4", 3),
        ("(1 == 1) + 2", 3),
        ("True * 3", 3),
        ('"min(3, 1, 2)"', 1),
        ('"max(3, 1, 2)"', 3),
        ("max(3)", 3),
        ("round(2.5)", 3),
        ("round(2.4)", 2),
        ("round(-2.5) + 5", 3),  # half up: -2
        ("ceil(2.1)", 3),
        ("ceil(2)", 2),
        ("floor(2.9)", 2),
        ("floor(-2.1) + 5", 2),
        ("div8(33)", 32),
        ("div8(12)", 16),
        ("div8(11)", 16),  # 8 would be below 0.9 * 11
        ("div8(1)", 8),
        ("div8(0 - 5)", 8),
        ("div8(32 * 0.75)", 24),
    ],
)
def test_an_expression_has_its_value(expression: str, value: int) -> None:
    assert out(expression) == value


def test_arithmetic_is_exact() -> None:
    assert out("1.15 * 100") == 115
    assert out("0.1 + 0.2 + 0.7") == 1
    assert out("1 / 3 * 3") == 1
    assert out("(1 / 7 + 1 / 3) * 21") == 10
    assert out("0.1 * 3 * 10") == 3


def test_the_branch_that_is_not_taken_is_not_computed() -> None:
    assert out("3 if 1 else 1 / 0") == 3
    assert out("3 if 1 or 1 / 0 else 4") == 3
    assert out("3 if 0 and 1 / 0 else 4") == 4


def test_spaces_do_not_matter() -> None:
    assert out("2+3*( 4-1 )") == 11


@given(st.fractions(min_value=-100, max_value=100_000))
def test_round_is_half_up_and_div8_is_as_its_paper_says(value: Fraction) -> None:
    assert half_up(value) == (value + Fraction(1, 2)).__floor__()
    nearest = max(8, (value + 4).__floor__() // 8 * 8)
    assert div8(value) == nearest + 8 * (nearest < Fraction(9, 10) * value)


@given(st.integers(-(10**7), 10**7), st.integers(1, 1000), st.integers(-(10**5), 10**5), st.integers(1, 1000))
def test_arithmetic_is_that_of_fractions(a: int, b: int, c: int, d: int) -> None:
    x, y = Fraction(a, b), Fraction(c, d)
    text = f"vars: {{x: {a} / {b}, y: {c} / {d}, sum: x + y, less: x - y, times: x * y, floor: 0}}".replace(
        ", floor: 0", ""
    )
    text += "\ninput: [1]\nlayers: [{relu: , name: a, if: " + "sum == {} and less == {} and times == {}}}]".format(
        *(f"({v.numerator} / {v.denominator})" for v in (x + y, x - y, x * y))
    )
    assert names(text) == ["a"]


# Places ------------------------------------------------------------------------------------------------------


def test_expressions_stand_in_fields_lists_conditions_counts_variables_and_inputs() -> None:
    text = chain(
        "{conv: {out: n * 2, kernel: [n, n // 2], stride: 1, padding: [[n - 1, 0], n // 4], bias: n == 4}, repeat: n - 2, if: n > i}",
        head="vars: {n: 2 + 2}",
        input="[n - 1, n * 2, n * 2]",
    )
    assert shapes(text) == {"conv1": (8, 8, 9), "conv2": (8, 8, 10)}
    assert [node.op.bias for node in graph(text).nodes] == [True, True]


@pytest.mark.parametrize(
    ("bias", "params"), [("true", 4), ("false", 3), ("1", 4), ("0", 3), ("n == 3", 4), ("n == 4", 3), ("n - 3", 3)]
)
def test_0_and_1_serve_as_false_and_true(bias: str, params: int) -> None:
    node = graph(chain(f"conv: {{out: 1, kernel: 1, bias: {bias}}}", head="vars: {n: 3}")).nodes[0]
    assert node.op.params((3, 8, 8)) == params


def test_a_fraction_stands_where_a_field_need_not_be_whole() -> None:
    assert shapes(chain("resize: 1 / 3", "resize: 1.5", input="[3, 9, 9]")) == {
        "resize1": (3, 3, 3),
        "resize2": (3, 4, 4),
    }


# Numbers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("007"[2:], 7),
        ("+3", 3),
        ("-3", -3),
        ("0x10", 16),
        ("0xfF", 255),
        ("0o17", 15),
        ("1e3", 1000),
        ("1.5e1", 15),
        ("5E-1", Fraction(1, 2)),
        ("1.", 1),
        (".5", Fraction(1, 2)),
        ("0.1", Fraction(1, 10)),
        ("2k", 2000),
        ("1.5k", 1500),
        ("0.5M", 500_000),
        ("3G", 3 * 10**9),
        ("2 T", 2 * 10**12),
        ("-2k", -2000),
    ],
)
def test_numbers_are_those_of_yaml_1_2_with_a_suffix(text: str, value: int | Fraction) -> None:
    assert literal(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "k",
        "1_000",
        "010",
        "1:30",
        "3_1",
        "3x3",
        "0b1",
        "2K",
        "2m",
        "1e",
        "0x",
        "1.2.3",
        ".",
        "1k2",
        "--1",
        "inf",
        ".inf",
    ],
)
def test_anything_else_is_no_number(text: str) -> None:
    assert literal(text) is None


def test_a_suffix_counts_in_thousands() -> None:
    assert out("2k") == 2000
    assert read(chain("linear: 1.5k")).graph().nodes[0].shape == (1500,)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("010", "CC006 010 is not a number; write 10, or 0o10 for octal"),
        ("00", "CC006 00 is not a number; write 0"),
        ("1_000", "CC006 1_000 is not a number; write 1000"),
        ("3_1", "CC006 3_1 is not a number; write 31"),
        ("1:30", "CC006 1:30 is not a number; write [1, 30]"),
        ("3:32:32", "CC006 3:32:32 is not a number; write [3, 32, 32]"),
        ("3x3", "CC006 3x3 is not a number; write [3, 3]"),
        ("0b1", "CC006 0b1 is not a number"),
        ("2k * 3", "CC006 2k is not a number"),
        ("3j", "CC006 3j is not a number"),
        ("3.j", "CC006 3.j is not a number"),
        ("1if 1else 2", "CC006 1if is not a number"),
        ("yes", "CC006 yes is neither a number nor a boolean; write true"),
        ("no", "CC006 no is neither a number nor a boolean; write false"),
        ("On", "CC006 On is neither a number nor a boolean; write true"),
        ("OFF", "CC006 OFF is neither a number nor a boolean; write false"),
        ("no + 1", "CC006 no is neither a number nor a boolean; write false"),
    ],
)
def test_a_number_of_yaml_1_1_is_an_error_that_says_what_was_meant(written: str, message: str) -> None:
    assert wrong(chain(f"conv: {{out: {written}, kernel: 1}}")) == [f"3:17 {message}"]


def test_the_number_in_an_expression_is_pointed_at() -> None:
    assert wrong(chain("conv: {out: 2 + 010, kernel: 1}")) == [
        "3:21 CC006 010 is not a number; write 10, or 0o10 for octal"
    ]


@pytest.mark.parametrize(("written", "modern"), [("no", "false"), ("off", "false"), ("Yes", "true")])
def test_a_boolean_of_yaml_1_1_is_an_error(written: str, modern: str) -> None:
    message = f"{written} is neither a number nor a boolean; write {modern}"
    assert wrong(chain(f"conv: {{out: 1, kernel: 1, bias: {written}}}")) == [f"3:37 CC006 {message}"]


def test_a_boolean_of_yaml_1_1_in_a_variable_is_a_word_until_it_is_used() -> None:
    assert names(chain("relu", head="vars: {b: no}")) == ["relu1"]
    assert wrong(chain("conv: {out: 1, kernel: 1, bias: b}", head="vars: {b: No}")) == [
        "4:37 CC210 bias must be true or false, but b is the word `No`; write false"
    ]
    assert wrong(chain("conv: {out: 1, kernel: 1, bias: not b}", head="vars: {b: No}")) == [
        "4:41 CC210 b is the word `No`, but a number is wanted here; write false"
    ]


@pytest.mark.parametrize("null", ["null", "~", "", "Null", "NULL"])
def test_null_tilde_and_nothing_are_the_same(null: str) -> None:
    assert names(chain(f"relu: {null}")) == ["relu1"]
    assert wrong(chain(f"max_pool: {null}")) == ["3:5 CC102 max_pool needs kernel: max_pool: {kernel: ...}"]
    assert (
        wrong(chain(f"conv: {{out: {null}, kernel: 1}}")) == ["3:17 CC005 out must be a number, but nothing is given"]
        or not null
    )


def test_quotes_make_no_difference_to_a_number() -> None:
    assert out('"8"') == out("'8'") == 8


# What is no value --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "place", "message"),
    [
        ("1if 1 else 2", 17, "CC006 1if is not a number"),
        ("2.if true else 3", 17, "CC006 2.if is not a number"),
        ("1.not", 17, "CC006 1.not is not a number"),
        ("3 if 1.else 2", 22, "CC006 1.else is not a number"),
        ("2 ** 3", 17, "CC007 this operator must not stand in an expression: `2 ** 3`"),
        ("2 << 3", 17, "CC007 this operator must not stand in an expression: `2 << 3`"),
        ("~2", 17, "CC007 this operator must not stand in an expression: `~2`"),
        ("2 is 2", 17, "CC007 this comparison must not stand in an expression: `2 is 2`"),
        ("2 in a", 17, "CC007 this comparison must not stand in an expression: `2 in a`"),
        ("1 + a.b", 21, "CC007 a name with a dot must not stand in an expression: `a.b`"),
        ('"a[0]"', 17, "CC007 a subscript must not stand in an expression: `a[0]`"),
        ('"[1][0]"', 17, "CC007 a subscript must not stand in an expression: `[1][0]`"),
        ("\"'a'\"", 17, "CC007 a text must not stand in an expression: `'a'`"),
        ("(1 if 1 else 'a')", 30, "CC007 a text must not stand in an expression: `'a'`"),
        ('"(1, 2)"', 17, "CC007 a tuple must not stand in an expression: `(1, 2)`"),
        ('"lambda: 3"', 17, "CC007 this must not stand in an expression: `lambda: 3`"),
        ("(a := 3)", 18, "CC007 this must not stand in an expression: `a := 3`"),
        ("f(3)", 17, "CC007 the functions are min, max, round, ceil, floor, div8, but not `f`"),
        ("1 + abs(3)", 21, "CC007 the functions are min, max, round, ceil, floor, div8, but not `abs`"),
        ('"().__class__"', 17, "CC007 a name with a dot must not stand in an expression: `().__class__`"),
        ("max()", 17, "CC007 max takes at least one argument, but 0 are given"),
        ('"round(3, 2)"', 17, "CC007 round takes one argument, but 2 are given"),
        ('"max(a=3)"', 17, "CC007 the functions are min, max, round, ceil, floor, div8, but not `max`"),
        ("a b", 19, "CC007 `a b` is not an expression"),
        ("2 +", 17, "CC007 `2 +` is not an expression"),
        ("2 ! 3", 19, "CC007 `2 ! 3` is not an expression"),
        ('""', 17, "CC007 `` is not an expression"),
        ('"8 # eight"', 20, "CC007 '#' must not stand in an expression"),
        ('"8 + \\u00e9"', 22, "CC007 'é' must not stand in an expression"),
        ('"8 + \\n1"', 22, "CC007 '\\n' must not stand in an expression"),
        ("1 / 0", 17, "CC008 division by zero"),
        ("1 // 0", 17, "CC008 division by zero"),
        ("1 % 0", 17, "CC008 division by zero"),
        ("2 + 1 / 0", 21, "CC008 division by zero"),
        ("25.6", 17, "CC008 out must be a whole number, but is 25.6"),
        ("32 * 0.8", 17, "CC008 out must be a whole number, but 32 * 0.8 is 25.6"),
        ("1 / 3", 17, "CC008 out must be a whole number, but 1 / 3 is 1/3"),
        ("1 == 1", 17, "CC005 out must be a number, but 1 == 1 is true"),
        ("true", 17, "CC005 out must be a number, but is true"),
        ("3 if 2 else 4", 17, "CC008 true or false is wanted here (0 and 1 serve), but the value is 2"),
        ("not 3", 17, "CC008 true or false is wanted here (0 and 1 serve), but the value is 3"),
        ("1 and 2", 17, "CC008 true or false is wanted here (0 and 1 serve), but the value is 2"),
        ("0", 17, "CC104 out must be at least 1, but is 0"),
        ("-3", 17, "CC104 out must be at least 1, but is -3"),
        ("2 - 3", 17, "CC104 out must be at least 1, but 2 - 3 is -1"),
        ("[8]", 17, "CC005 out must be one number, but [8] is a list"),
        (
            "[1, 2, 3, 4, 5, 6, 7, 8, 9]",
            17,
            "CC005 out must be one number, but [1, 2, 3, 4, 5, 6, 7, 8, ...] is a list",
        ),
        ("{a: 8}", 17, "CC005 a value must be a number, a word or a list, but this is a map"),
        ("10000000000000000", 17, "CC008 numbers must stay within 10^15"),
        ("1e300", 17, "CC008 numbers must stay within 10^15"),
        ("1e99999999999", 17, "CC008 numbers must stay within 10^15"),
        ("1000000000 * 1000000000", 17, "CC008 numbers must stay within 10^15"),
        ("1 / 1000000000 / 1000000000", 17, "CC008 numbers must stay within 10^15"),
        ("nn + 1", 17, "CC206 there is no variable nn"),
        ("nn", 17, "CC206 there is no variable nn, and out must be a number"),
        ("i", 17, "CC206 there is no variable i"),
        ("i + 1", 17, "CC206 there is no variable i"),
        ("x.y", 17, "CC206 there is no variable x.y, and out must be a number"),
    ],
)
def test_what_is_no_value_is_an_error_at_its_place(expression: str, place: int, message: str) -> None:
    assert wrong(chain(f"conv: {{out: {expression}, kernel: 1}}")) == [f"3:{place} {message}"]


def test_a_misspelt_variable_gets_a_suggestion() -> None:
    head = "vars: {width: 8}"
    for expression, column in (("widht", 17), ("widht * 2", 17), ("2 + widht", 21), ("$widht", 17)):
        text = chain(f"conv: {{out: {expression}, kernel: 1}}", head=head)
        assert wrong(text) == [f"4:{column} CC206 there is no variable widht; did you mean width?"]


@pytest.mark.parametrize(("value", "kind"), [("[1, 2]", "a list"), ("~", "nothing"), ("relu", "the word `relu`")])
def test_only_numbers_and_booleans_can_be_reckoned_with(value: str, kind: str) -> None:
    text = chain("conv: {out: 2 * v, kernel: 1}", head=f"vars: {{v: {value}}}")
    assert wrong(text) == [f"4:21 CC210 v is {kind}, but a number is wanted here"]


def test_a_list_of_any_size_is_shown_by_its_beginning() -> None:
    doubled = "".join(f", v{i + 1}: [v{i}, v{i}]" for i in range(60))
    assert wrong(chain("conv: {out: v60, kernel: 1}", head=f"vars: {{v0: [1]{doubled}}}")) == [
        "4:17 CC005 out must be one number, but [[[...], [...]], [[...], [...]]] is a list"
    ]


def test_a_list_of_any_depth_is_shown_by_its_beginning() -> None:
    deeper = "".join(f", v{i + 1}: [v{i}]" for i in range(3000))
    assert wrong(chain("conv: {out: v3000, kernel: 1}", head=f"vars: {{v0: [1]{deeper}}}")) == [
        "4:17 CC005 out must be one number, but [[[...]]] is a list"
    ]


# Limits ------------------------------------------------------------------------------------------------------


def test_the_text_of_an_expression_is_bounded() -> None:
    assert out("1" + " + 1" * 40) == 41
    text = "1 + " * 25_000 + "1"
    message = "an expression must be at most 1,000 characters long, but this one has 100,001"
    assert wrong(chain(f"conv: {{out: {text}, kernel: 1}}")) == [f"3:17 CC008 {message}"]


@pytest.mark.parametrize(
    "text",
    ["(" * 60 + "1" + ")" * 60, "1" + " + 1" * 60, "- " * 60 + "1", "not " * 60 + "1", "min(" * 60 + "1" + ")" * 60],
)
def test_the_depth_of_an_expression_is_bounded(text: str) -> None:
    found = wrong(chain(f'conv: {{out: "{text}", kernel: 1}}')) if "(1" not in text or "min" in text else None
    if found is not None:
        assert [line.split(" ", 1)[1] for line in found] == ["CC008 an expression must be nested at most 50 deep"]
    else:
        assert out(f'"{text}"') == 1  # parentheses alone nest nothing


@pytest.mark.parametrize(
    "text",
    [
        "(" * 900,
        "(" * 450 + ")" * 450,
        "((((" * 100 + "1",
        "-" * 999,
        "1+" * 499 + "1",
        "[" * 999,
        "{" * 999,
        "f" + "'" * 900,
    ],
)
def test_an_expression_that_breaks_a_parser_is_only_an_error(text: str) -> None:
    [found] = wrong(chain(f'conv: {{out: "{text}", kernel: 1}}'))
    assert found.split(" ")[1] in ("CC007", "CC008")


@pytest.mark.parametrize("digits", [16, 61, 10_000])
def test_a_number_of_many_digits_is_too_large(digits: int) -> None:
    for text in (
        "9" * digits,
        "-" + "9" * digits,
        "1." + "9" * digits,
        "0x" + "f" * digits,
        "2 * " + "9" * min(digits, 900),
    ):
        [found] = wrong(chain(f"conv: {{out: {text}, kernel: 1}}"))
        assert found.split(" ", 2)[1:] == ["CC008", "numbers must stay within 10^15"] or "whole number" in found


def test_powers_of_variables_stay_bounded() -> None:
    doubled = "".join(f", v{i + 1}: v{i} * v{i}" for i in range(80))
    assert wrong(chain("relu", head=f"vars: {{v0: 10{doubled}}}")) == ["1:59 CC008 numbers must stay within 10^15"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 4), "0.25"),
        (Fraction(-3, 2), "-1.5"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 10**7), "1/10000000"),
        (False, "false"),
        (None, "nothing"),
    ],
)
def test_a_value_is_shown_as_a_spec_would_write_it(value: object, text: str) -> None:
    assert shown(value) == text
