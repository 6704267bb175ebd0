"""The slips of "YAML, where it bites": each is recognised, and told with what was meant."""

from __future__ import annotations

import pytest

from tests.language.networks import chain, names, shapes, wrong

COMMA = 'inside { } and [ ] an expression with a comma must be quoted: {out: "max(8, c // 4)"}'
SPACE = "a colon must be followed by a space"
YAML = "this is not valid YAML"

# An expression with a comma, not quoted ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "place", "half"),
    [
        ("conv: {out: max(8, c // 4), kernel: 3}", "4:17", "max(8"),
        ("conv: {kernel: 3, out: max(8, c // 4)}", "4:28", "max(8"),
        ("conv: {out: max(8, c, 4), kernel: 3}", "4:17", "max(8"),
        ("conv: {out: min(c, max(2, 3)), kernel: 3}", "4:17", "min(c"),
        ("conv: {out: 8, kernel: 3, bias: max(0, 1)}", "4:37", "max(0"),
        ("B: {n: max(8, 9)}", "4:12", "max(8"),
    ],
)
def test_a_comma_cuts_an_expression_in_two(step: str, place: str, half: str) -> None:
    head = "vars: {c: 64}\nblocks: {B: {params: {n: 1}, layers: [pointwise: n]}}"
    line, column = place.split(":")
    assert wrong(chain(step, head=head)) == [f"{int(line) + 1}:{column} CC007 `{half}` lacks a parenthesis; {COMMA}"]


def test_a_comma_in_the_main_argument_of_a_flow_step() -> None:
    assert wrong(chain("{linear: max(8, c // 4)}")) == [f"3:21 CC010 {COMMA}"]
    assert wrong(chain("{linear: max(8, 9, c // 4)}")) == [f"3:21 CC010 {COMMA}"]


def test_a_comma_in_a_variable_and_in_an_input() -> None:
    assert wrong(chain("relu", head="vars: {c: 64, d: max(c, 3)}")) == [
        f"1:18 CC007 `max(c` lacks a parenthesis; {COMMA}"
    ]
    assert wrong(chain("relu", input="[3, max(8, 9), 8]")) == [
        f"1:12 CC007 `max(8` lacks a parenthesis; {COMMA}",
        f"1:19 CC007 `9)` lacks a parenthesis; {COMMA}",
    ]


def test_in_block_style_no_quotes_are_needed() -> None:
    text = "input: [3, 8, 8]\nlayers:\n  - conv:\n      out: max(8, 64 // 4)\n      kernel: 3\n  - linear: min(3, 4)\n"
    assert shapes(text) == {"conv1": (16, 6, 6), "linear1": (3,)}


def test_a_key_that_only_looks_like_a_half_is_an_error_of_its_own() -> None:
    text = chain(
        'conv: {out: 8, kernel: 3, "3)": }', 'B: {n: 3, "3)": }', head="blocks: {B: {params: {n: 1}, layers: [relu]}}"
    )
    assert wrong(text) == ["4:31 CC101 conv has no field 3)", "5:15 CC208 B has no parameter 3)"]


# What must be quoted -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "*conv",
            'CC001 *conv is an alias of YAML, but no finished value before it has the anchor &conv; quote a value that begins with *: "*conv"',
        ),
        ("*", f"CC001 {YAML}: did not find expected alphabetic or numeric character; quote a value that begins with *"),
        (
            "*.conv1",
            f"CC001 {YAML}: did not find expected alphabetic or numeric character; quote a value that begins with *",
        ),
        ("%conv", f"CC001 {YAML}: found character that cannot start any token; quote a value that begins with %"),
        ("&conv", 'CC001 &conv is an anchor of YAML, but on nothing; quote a value that begins with &: "&conv"'),
        ("@conv", f"CC001 {YAML}: found character that cannot start any token; quote a value that begins with @"),
        ("`conv`", f"CC001 {YAML}: found character that cannot start any token; quote a value that begins with `"),
    ],
)
def test_a_value_that_begins_with_a_sign_of_yaml_is_quoted(value: str, message: str) -> None:
    for text in (
        f"budgets: [{{metric: macs, max: 3, of: {value}}}]\n",
        f"budgets:\n  - metric: macs\n    max: 3\n    of: {value}\n",
    ):
        [found] = wrong(text + "input: [3, 8, 8]\nlayers: [relu]\n")
        assert found.split(" ", 1)[1] == message
        assert found.split(":")[0] in ("1", "4")


def test_a_folded_text_is_no_value_inside_brackets() -> None:
    [found] = wrong("budgets: [{metric: macs, of: >conv, max: 3}]\ninput: [3, 8, 8]\nlayers: [relu]\n")
    assert found == f"1:30 CC001 {YAML}: found character that cannot start any token; quote a value that begins with >"


def test_a_lone_exclamation_mark_is_a_tag() -> None:
    message = "did not find expected whitespace or line break; quote a value that begins with !"
    assert wrong(chain("conv: {out: 8, kernel: 3, bias: !}")) == [f"3:38 CC001 {YAML}: {message}"]
    tag = "CC009 tags are not part of the language, but !conv is one; quote a value that begins with !"
    assert wrong(chain("relu: !conv")) == [f"3:11 {tag}"]


def test_a_source_with_a_colon_or_a_comma_is_quoted() -> None:
    rest = "input: [3, 8, 8]\nlayers: [relu]\n"
    hint = "mapping values are not allowed in this context; quote a text with `: ` in it, and give a step with siblings its colon (`relu:`)"
    assert wrong(f"expect:\n  macs: 3\n  source: Howard et al: 2017\n{rest}") == [f"3:23 CC001 {YAML}: {hint}"]
    assert wrong(f"expect: {{macs: 3, source: Howard et al., table 4}}\n{rest}") == [
        "1:42 CC301 there is no figure table 4; a source with a comma must be quoted"
    ]


# Steps and their siblings ------------------------------------------------------------------------------------


def test_a_step_with_siblings_below_needs_its_colon() -> None:
    hint = "mapping values are not allowed in this context; quote a text with `: ` in it, and give a step with siblings its colon (`relu:`)"
    assert wrong("input: [3, 8, 8]\nlayers:\n  - relu\n    name: r\n") == [f"4:9 CC001 {YAML}: {hint}"]
    assert names("input: [3, 8, 8]\nlayers:\n  - relu:\n    name: r\n") == ["r"]


def test_a_step_with_siblings_beside_it_may_leave_its_colon_out() -> None:
    assert names(chain("{relu: , repeat: 3}", "{relu, name: r}")) == ["relu1", "relu2", "relu3", "r"]


@pytest.mark.parametrize(("key", "value"), [("name", "x"), ("if", "1"), ("from", "input"), ("repeat", "2")])
def test_a_step_that_is_only_a_sibling(key: str, value: str) -> None:
    message = f"a step must have an operation or a block, but this one has only {key}; write {{conv: ..., {key}: ...}}"
    assert wrong(f"input: [3, 8, 8]\nlayers: [conv: {{out: 8, kernel: 3}}, {key}: {value}]") == [
        f"2:37 CC010 {message}"
    ]
    assert wrong(chain("relu", f"{key}: {value}")) == [f"4:5 CC010 {message}"]
    assert wrong(chain("relu", f"{{{key}: {value}, if: 1}}" if key != "if" else "{if: 1, name: a}"))[0].startswith(
        "4:5 CC010"
    )


def test_a_sibling_alone_as_a_word() -> None:
    message = "a step must have an operation or a block, but this one has only name"
    assert wrong(chain("name")) == [f"3:5 CC201 {message}"]


def test_a_list_in_place_of_a_step_with_siblings() -> None:
    message = "[conv: ..., name: ...] is two steps; write {conv: ..., name: ...}"
    assert wrong(chain("[conv: {out: 8, kernel: 3}, name: first]")) == [f"3:5 CC010 {message}"]


def test_a_sibling_inside_the_fields() -> None:
    message = "conv has no field name; write it beside conv, not inside: {conv: ..., name: ...}"
    assert wrong(chain("conv: {out: 8, kernel: 3, name: x}")) == [f"3:31 CC101 {message}"]


def test_a_field_beside_the_operation() -> None:
    assert wrong("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n    stride: 2\n") == [
        "4:5 CC010 stride is a field of conv; write it inside conv: {stride: ...}"
    ]


# A colon without its space -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "input: [3, 8, 8]\nlayers:\n  - conv:{out: 8, kernel: 3}\n",
            f"3:5 CC001 {YAML}: {SPACE}, but here is `conv:{{`",
        ),
        (
            "input: [3, 8, 8]\nlayers: [conv:{out: 8, kernel: 3}]\n",
            f"2:10 CC001 {YAML}: {SPACE}, but here is `conv:{{`",
        ),
        ("input: [3, 8, 8]\nlayers:\n  - concat:[a, b]\n", f"3:5 CC201 {SPACE}: concat: [a, b]"),
        ("input:[3, 8, 8]\nlayers: [relu]\n", f"1:1 CC001 {YAML}: {SPACE}, but here is `input:[`"),
        (
            "input: [3, 8, 8]\nlayers: [conv: {out:8, kernel: 3}]",
            f"2:17 CC101 conv has no field out:8; {SPACE}: out: 8",
        ),
        (
            "input: [3, 8, 8]\nlayers: [conv: {out: 8, kernel:3}]",
            f"2:25 CC101 conv has no field kernel:3; {SPACE}: kernel: 3",
        ),
    ],
)
def test_a_colon_is_followed_by_a_space(text: str, message: str) -> None:
    assert message in wrong(text)


# What other tools call it ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "meant"),
    [
        ("out_channels", "out"),
        ("filters", "out"),
        ("k", "kernel"),
        ("kernel_size", "kernel"),
        ("s", "stride"),
        ("g", "groups"),
        ("paddings", "padding"),
    ],
)
def test_a_field_by_another_tools_name_gets_a_suggestion(field: str, meant: str) -> None:
    assert f"3:12 CC101 conv has no field {field}; did you mean {meant}?" in wrong(chain(f"conv: {{{field}: 8}}"))


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("Conv", "conv"),
        ("batchnorm", "batch_norm"),
        ("maxpool", "max_pool"),
        ("ReLU", "relu"),
        ("leakyrelu", "leaky_relu"),
    ],
)
def test_an_operation_by_another_tools_name_gets_a_suggestion(word: str, meant: str) -> None:
    kind = "block" if word[0].isupper() else "operation"
    assert wrong(chain(f"{{{word}: }}")) == [f"3:6 CC201 there is no {kind} {word}; did you mean {meant}?"]
