"""Text to located values: what is no text, no YAML, or goes beyond what a spec may use."""

from __future__ import annotations

import os
import socket
import sys
from io import BytesIO, TextIOWrapper
from typing import TYPE_CHECKING

import pytest
import yaml

from convcost.api.network import Network
from convcost.errors import SpecError, UsageError
from convcost.language.reading import text as text_module
from convcost.language.reading.located import Items, Report, Scalar, Source, Table
from convcost.language.reading.text import load_text
from convcost.language.reading.yaml import read as read_tree
from tests.language.networks import chain, graph, names, notes, read, shapes, wrong

if TYPE_CHECKING:
    from pathlib import Path

    from convcost.language.reading.located import Located

RELU = b"input: [3, 8, 8]\nlayers: [relu]\n"


def refused(path: object) -> str:
    with pytest.raises(UsageError) as caught:
        Network.from_file(str(path))
    return str(caught.value)


def written(folder: Path, data: bytes) -> Path:
    path = folder / "net.yaml"
    path.write_bytes(data)
    return path


# Files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"# only a comment\n", b"---\n", b"---\n...\n", b"~\n", b"\xef\xbb\xbf"]
)
def test_an_empty_file_is_told(tmp_path: Path, data: bytes) -> None:
    path = written(tmp_path, data)
    assert refused(path) == f"{path} is empty"


@pytest.mark.parametrize(
    "data", [b"\x7fELF\x02\x01\x01\0\0\0", b"input: [3]\n\0", b"\0" * 100, b"\x89PNG\r\n\x1a\n\0\0"]
)
def test_a_binary_file_is_told(tmp_path: Path, data: bytes) -> None:
    path = written(tmp_path, data)
    assert refused(path) == f"{path} is binary data, not a spec"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_utf_16_file_is_told(tmp_path: Path, encoding: str) -> None:
    text = RELU.decode()
    data = text.encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    path = written(tmp_path, data)
    assert refused(path) == f"{path} is UTF-16 text, but a spec must be UTF-8; save it as UTF-8"


def test_a_file_that_is_no_utf_8_is_told_with_the_line(tmp_path: Path) -> None:
    path = written(tmp_path, RELU + b"name: caf\xe9\n")
    assert refused(path) == f"{path} is not UTF-8 text: line 3 has the byte 0xe9; save it as UTF-8"


def test_a_file_of_100_mb_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    assert refused(path) == f"{path} is larger than 16 MB, the most a spec may be"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path / "net.yaml") == f"{tmp_path / 'net.yaml'} cannot be read: No such file or directory"
    assert refused("a\0b.yaml") == "a\0b.yaml cannot be read: embedded null byte"


def test_a_directory_is_told(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"{tmp_path} is a directory, not a spec"


def test_an_unreadable_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: str, mode: str) -> object:  # chmod would not keep root out
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, RELU)
    monkeypatch.setattr(text_module, "open", forbidden, raising=False)
    assert refused(path) == f"{path} cannot be read: Permission denied"


def test_what_is_no_file_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    os.symlink("pipe", "link")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        found = [refused(path) for path in ("pipe", "link", "socket", os.devnull, "/dev/zero")]
    assert found == [
        "pipe is a named pipe, not a spec",
        "link is a named pipe, not a spec",
        "socket is a socket, not a spec",
        f"{os.devnull} is a device, not a spec",
        "/dev/zero is a device, not a spec",
    ]


def test_what_the_shell_has_opened_is_read() -> None:
    out, into = os.pipe()
    os.write(into, RELU)
    os.close(into)
    try:
        assert load_text(f"/dev/fd/{out}") == RELU.decode()
    finally:
        os.close(out)


def test_each_file_is_called_what_it_is_taken_for(tmp_path: Path) -> None:
    path = written(tmp_path, b"\0")
    for taken, what in ((tmp_path, "a directory"), (path, "binary data")):
        with pytest.raises(UsageError, match=f"^{taken} is {what}, not a lock file$"):
            load_text(str(taken), "a lock file")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    network = Network.from_file(str(written(tmp_path, b"\xef\xbb\xbf" + RELU)))
    assert network.graph().nodes[0].name == "relu1"


def test_a_dash_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(RELU + b"name: \xc3\xa9\n")))
    network = Network.from_file("-")
    assert (network.path, network.name) == ("<stdin>", "é")


def test_standard_input_is_judged_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"a: \xff")))
    with pytest.raises(
        UsageError, match=r"^standard input is not UTF-8 text: line 1 has the byte 0xff; save it as UTF-8$"
    ):
        load_text("-")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: \ud800", "net.yaml is no text: it has half a character, U+D800"),
        ("a: \udcff", "net.yaml is not UTF-8 text: line 1 has the byte 0xff; save it as UTF-8"),
        ("", "net.yaml is empty"),
    ],
)
def test_a_text_from_python_or_a_command_line_is_judged_alike(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text, path="net.yaml")
    assert str(caught.value) == message


# Both parsers ------------------------------------------------------------------------------------------------


@pytest.fixture(params=["libyaml", "python"])
def either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """YAML's fast parser, and the one that serves where it is missing."""
    if request.param == "python":
        monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    return str(request.param)


def plain(node: Located | None) -> object:
    if isinstance(node, Table):
        return {key.text: plain(value) for key, value in node.pairs}
    if isinstance(node, Items):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text


@pytest.mark.usefixtures("either_parser")
def test_a_scalar_is_its_text_and_has_no_type() -> None:
    pairs = "a: 010, b: no, c: 3:32:32, d: 1_000, e: ~, f: '', g: 2026-01-01, h: 0x10, i: .inf, k: [a b, c]"
    source = Source("net.yaml", f'{{{pairs}, j: "x\\ty"}}')
    tree = read_tree(source, report := Report(source))
    assert report.problems == []
    assert plain(tree) == {
        "a": "010",
        "b": "no",
        "c": "3:32:32",
        "d": "1_000",
        "e": "~",
        "f": "",
        "g": "2026-01-01",
        "h": "0x10",
        "i": ".inf",
        "j": "x\ty",
        "k": ["a b", "c"],
    }


@pytest.mark.usefixtures("either_parser")
def test_every_value_knows_its_line_and_column() -> None:
    source = Source("net.yaml", "a: é b\nc:\n  - {d: [x, 'y']}\n")
    tree = read_tree(source, Report(source))
    assert isinstance(tree, Table)
    item = tree.pairs[1][1]
    assert isinstance(item, Items)
    inner = item.items[0]
    assert isinstance(inner, Table)
    places = [tree.pairs[0][0], tree.pairs[0][1], item, inner, inner.pairs[0][0], inner.pairs[0][1]]
    assert [(p.line, p.column) for p in places] == [(0, 0), (0, 3), (2, 2), (2, 4), (2, 5), (2, 8)]


@pytest.mark.usefixtures("either_parser")
def test_columns_count_characters_and_not_bytes() -> None:
    assert wrong("name: é漢\U0001f600\ninput: [3, 8, 8]\nlayers: [{relu: , name: éé}, rellu]")[-1].startswith(
        "3:30 CC201"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
@pytest.mark.usefixtures("either_parser")
def test_every_line_end_of_yaml_ends_a_line(end: str) -> None:
    text = f"input: [3, 8, 8]{end}layers:{end}  - relu{end}  - rellu{end}"
    assert wrong(text) == ["4:5 CC201 there is no operation rellu; did you mean relu?"]
    with pytest.raises(SpecError) as caught:
        graph(text)
    assert caught.value.problems[0].location.text == "  - rellu"


# Syntax ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["input: [3, 8, 8]\nlayers:\n\t- relu\n", "input: [3, 8, 8]\nlayers:\n  - relu:\n\tname: a\n"]
)
@pytest.mark.usefixtures("either_parser")
def test_a_tab_cannot_indent(text: str) -> None:
    [found] = wrong(text)
    assert found.split(" ", 1)[1] == "CC001 this is not valid YAML: a tab cannot indent; use spaces"
    assert found.split(":")[0] == str(text[: text.index("\t")].count("\n") + 1)


def test_a_tab_between_values_is_a_space() -> None:
    assert shapes("input:\t[3,\t8, 8]\nlayers:\n  - conv:\t{out: 8,\tkernel: 3}\n") == {"conv1": (8, 6, 6)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "layers: [relu",
            "1:9 CC001 this is not valid YAML: did not find expected ',' or ']'; is a comma or a closing ] missing?",
        ),
        (
            "layers: {relu",
            "1:9 CC001 this is not valid YAML: did not find expected ',' or '}'; is a comma or a closing } missing?",
        ),
        ('name: "open\n', "1:7 CC001 this is not valid YAML: found unexpected end of stream; a quote is not closed"),
        (
            "a:\n  - b\n - c\n",
            "3:2 CC001 this is not valid YAML: did not find expected key; is the indentation even, and every quote closed?",
        ),
        (
            "a:\n    b: 1\n  c: 2\n",
            "3:3 CC001 this is not valid YAML: did not find expected key; is the indentation even, and every quote closed?",
        ),
        (
            "a\nb: 3\n",
            "2:2 CC001 this is not valid YAML: mapping values are not allowed in this context; quote a text with `: ` in it, and give a step with siblings its colon (`relu:`)",
        ),
    ],
)
def test_a_mistake_in_the_syntax_is_told_with_what_was_probably_meant(text: str, message: str) -> None:
    if not hasattr(yaml, "CBaseLoader"):
        pytest.skip("the words are libyaml's")
    assert wrong(text) == [message]


@pytest.mark.parametrize(
    "text",
    [
        "layers: [relu",
        "layers: {relu",
        'name: "open\n',
        "a:\n    b: 1\n  c: 2\n",
        "a: b: c",
        "- a\nb: 3",
        "a: *",
        "a: @x",
        "a: %x",
        "[" * 50,
        "{a: [}",
        "? [",
        "!<a",
        "&",
        "\x07",
    ],
)
@pytest.mark.usefixtures("either_parser")
def test_broken_yaml_is_one_problem_and_nothing_else(text: str) -> None:
    [found] = wrong(text)
    assert found.split(" ")[1] == "CC001"


@pytest.mark.usefixtures("either_parser")
def test_a_control_character_is_shown_by_its_number() -> None:
    assert wrong("input: [3, 8, 8]\nname: a\x1bb\nlayers: [relu]") == [
        "2:8 CC001 the control character U+001B must not stand in a spec"
    ]
    assert wrong("input: [3, 8, 8]\nlayers: [relu] # \x07") == [
        "2:18 CC001 the control character U+0007 must not stand in a spec"
    ]


@pytest.mark.usefixtures("either_parser")
def test_a_key_twice_in_one_map_shows_both_places() -> None:
    text = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, out: 16}\n"
    assert wrong(text) == ["3:31 CC002 out is given twice in one map"]
    assert notes(text) == ["3:12 out stands here first"]
    assert wrong("input: [3]\ninput: [4]\nlayers: [relu]") == ["2:1 CC002 input is given twice in one map"]
    assert wrong("input: [3, 8, 8]\nlayers: [{relu: , relu: }]") == ["2:19 CC002 relu is given twice in one map"]


def test_a_key_is_a_word() -> None:
    text = "input: [3, 8, 8]\nlayers: [{relu: , [a]: 3}, {tanh: , {a: b}: 3}]"
    assert wrong(text) == [
        "2:19 CC005 a key must be a word, but this one is a list or a map",
        "2:37 CC005 a key must be a word, but this one is a list or a map",
    ]


# What the language leaves out --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("!x 3", "!x"),
        ("!!int 3", "tag:yaml.org,2002:int"),
        ("!!python/object:os.system {}", "tag:yaml.org,2002:python/object:os.syste"),
    ],
)
@pytest.mark.usefixtures("either_parser")
def test_tags_are_refused(value: str, tag: str) -> None:
    message = f"tags are not part of the language, but {tag} is one; quote a value that begins with !"
    assert wrong(f"input: [3, 8, 8]\nname: {value}\nlayers: [relu]") == [f"2:7 CC009 {message}"]


@pytest.mark.usefixtures("either_parser")
def test_merge_keys_are_refused() -> None:
    text = "input: [3, 8, 8]\nvars: {a: &a 3}\nlayers: [{relu: , <<: *a}]"
    assert wrong(text) == ["3:19 CC009 merge keys (<<) are not part of the language; use a block or vars"]


@pytest.mark.usefixtures("either_parser")
def test_a_second_document_is_refused() -> None:
    text = "input: [3, 8, 8]\nlayers: [relu]\n---\nlayers: [tanh]\n"
    assert wrong(text) == ["3:1 CC009 a spec must be one YAML document, but a second one starts here"]


@pytest.mark.usefixtures("either_parser")
def test_anchors_and_aliases_are_values_written_once() -> None:
    text = "input: &shape [3, 8, 8]\nvars: {k: &k 3}\nlayers: [conv: &c {out: 8, kernel: *k}, conv: *c]"
    assert shapes(text) == {"conv1": (8, 6, 6), "conv2": (8, 4, 4)}


@pytest.mark.usefixtures("either_parser")
def test_an_alias_of_what_is_still_open_is_none() -> None:
    text = "input: [3, 8, 8]\nlayers: &a [relu, *a]"
    message = '*a is an alias of YAML, but no finished value before it has the anchor &a; quote a value that begins with *: "*a"'
    assert wrong(text) == [f"2:19 CC001 {message}"]


def test_a_mistake_in_a_value_written_once_is_told_once() -> None:
    text = "input: [3, 8, 8]\nlayers:\n  - conv: &c {out: 8, kernle: 3}\n  - conv: *c\n"
    assert wrong(text) == ["3:23 CC101 conv has no field kernle; did you mean kernel?"]


# Places inside values ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "8 +   foo",
        "8 +\n    foo",
        "8 +\n\n    4 +   foo",
        "8 +\r\n    foo",
        "8 +\r    foo",
        "8 +\x85    foo",
        '"8 +\n    foo"',
        '"8 +\n\n    4 + 3 - foo"',
        "'8 +\n    foo'",
        '"8 + \\\n    foo"',
        '"8 +\\\n    \\ foo"',
        '"8 \\x2b \\u0034 \\U0000002b foo"',
        '"8\\x20+\\t4 \\"\\\\ + foo"',
        '"  foo"',
        "&eight 8 + foo",
        '&eight "8 + foo"',
        "&eight\n    8 + foo",
        "&eight # half\n\n    # of 16\n    8 +\n   foo",
        "&eight # half\n   '8 + foo'",
        "|\n    8 + foo",
        ">\n\n    8 +\n     foo",
        "|2-\n    8 + foo",
        "> # folded\n    8 #\n    + foo",
        "it''s + foo",
        "'it''s + foo'",
        "é 層 + foo",
        "\xa0#x + foo",
        "&eight foo",
        "&eight\n  foo",
        "|\n    foo",
        ">-\n\n    foo",
    ],
)
@pytest.mark.usefixtures("either_parser")
def test_a_character_of_a_value_is_found_where_it_is_written(written: str) -> None:
    """`foo` is found in the value, and by looking for it in the text; so is what stands behind it."""
    source = Source("net.yaml", f"b: 1\na: {written}\n")
    tree = read_tree(source, Report(source))
    assert isinstance(tree, Table)
    value = tree.get("a")
    assert isinstance(value, Scalar)
    line = next(number for number, line in enumerate(source.lines) if "foo" in line)
    column = source.lines[line].index("foo")
    for offset in (0, 2, 3):
        place = source.inside(value, value.text.index("foo") + offset)
        assert (place.line, place.column) == (line, column + offset)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("conv:\n      out: 8 +\n        4 4\n      kernel: 1", "5:11 CC007 `8 + 4 4` is not an expression"),
        ('conv:\n      out: "8 +\n        foo"\n      kernel: 1', "5:9 CC206 there is no variable foo"),
        ("conv:\n      out: |\n        8 + foo\n      kernel: 1", "5:16 CC007 '\\n' must not stand in an expression"),
        ("conv:\n      out: |-\n        foo + 8\n      kernel: 1", "5:9 CC206 there is no variable foo"),
        ('conv: {kernel: 1, out: "foo + 8"}', "3:28 CC206 there is no variable foo"),
        ("linear: 10\n       -relu", "4:9 CC206 there is no variable relu"),
        ("conv: {kernel: (\n  - ) - 2, out: 8}", "4:5 CC007 `( - ) - 2` is not an expression"),
        ("conv: {kernel: 1, out: 2\n   1:30}", "4:4 CC006 1:30 is not a number; write [1, 30]"),
        ("{relu: , name: a$(1 +\n  foo)}", "4:3 CC206 there is no variable foo"),
    ],
)
def test_a_mistake_inside_a_value_of_several_lines_has_its_own_place(step: str, message: str) -> None:
    assert wrong(chain(step)) == [message]


# Limits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opening", "column"), [("layers: [", 8 + 200), ("layers: {a: ", 8 + 199 * 4 + 1), ("- ", 401), ("? ", 401)]
)
@pytest.mark.parametrize("before", ["", "# ÄÖÜ 層\n"])
@pytest.mark.usefixtures("either_parser")
def test_100_000_open_brackets_are_an_error_at_the_first_too_many(before: str, opening: str, column: int) -> None:
    """The map of the document is the first level, where there is one; libyaml 0.2.6 ends at its own 1,000."""
    key, bracket = (opening[:8], opening[8:]) if opening.startswith("layers") else ("", opening)
    text = key + bracket * (100_000 if bracket == "[" else 2_000)
    line = before.count("\n") + 1
    assert wrong(before + text) == [f"{line}:{column} CC009 lists and maps must be nested at most 200 deep"]


def test_nesting_below_the_limit_is_none_of_the_readers_business() -> None:
    text = "[" * 199 + "]" * 199
    assert wrong(f"input: [3, 8, 8]\nlayers: {text}") == [
        "2:10 CC010 a step must be a word or a map, but this is a list; are there two dashes?"
    ]


@pytest.mark.usefixtures("either_parser")
def test_aliases_that_expand_to_a_million_nodes_by_count_are_an_error() -> None:
    text = f"vars: {{a: &a [{'1, ' * 999}1]}}\ninput: [3, 8, 8]\nlayers: [{'*a, ' * 1000}]"
    [found] = wrong(text)
    assert found.endswith("CC009 aliases must expand to at most 100,000 values in all")
    assert found.startswith("3:")


@pytest.mark.usefixtures("either_parser")
def test_aliases_that_expand_to_a_million_nodes_by_nesting_are_an_error() -> None:
    laughs = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    laughs += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    [found] = wrong("\n".join(laughs))
    assert found == "5:45 CC009 aliases must expand to at most 100,000 values in all"


def test_aliases_within_the_limit_are_free() -> None:
    text = f"input: [3, 8, 8]\nvars: {{a: &a [{'1, ' * 99}1]}}\nlayers: [relu, {{for: c, in: [{'*a, ' * 100}], do: [tanh]}}]"
    assert len(names(text)) == 101


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "'" + "a" * 1_000_000 + "'",
        "9" * 1_000_000,
        "$" * 1_000_000,
        "(" * 1_000_000,
        "$(" * 100_000,
        "a: " * 300_000,
        "é" * 300_000,
    ],
)
def test_a_huge_scalar_is_only_an_error(text: str) -> None:
    for spec in (chain(f"conv: {{out: {text}, kernel: 1}}"), chain(text), f"name: x\nlayers: {text}", text):
        with pytest.raises(SpecError) as caught:
            graph(spec)
        assert len(str(caught.value)) < 3_000


def test_what_is_missing_at_the_end_is_told_where_the_last_line_ends() -> None:
    text = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, \n\n\n"
    with pytest.raises(SpecError) as caught:
        graph(text)
    location = caught.value.problems[0].location
    assert (location.line, location.text) == (3, "  - conv: {out: 8, ")
