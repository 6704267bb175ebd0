"""Networks of any size end in an answer or an error, never in a hang; and the laws that hold for all texts."""

from __future__ import annotations

import random
import re
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent

import pytest

from convcost.api.network import Network
from convcost.codes import codes, page
from convcost.errors import SpecError, UsageError
from convcost.language import expand
from convcost.language.reading import yaml
from tests.language.networks import chain, graph, names, shapes, wrong

ROOT = Path(__file__).parents[2]

# Size --------------------------------------------------------------------------------------------------------


def test_a_network_has_at_most_120_000_steps() -> None:
    message = "CC213 a network must run at most 120,000 steps, but this one goes on here"
    assert wrong(chain("{relu: , repeat: 1000000000000000, if: 0}")) == [f"3:6 {message}"]


def test_a_network_may_have_100_000_layers() -> None:
    assert len(graph(chain("{relu: , repeat: 100000}")).nodes) == 100_000


def test_a_name_has_at_most_1_000_characters_with_those_around_it() -> None:
    """`B1.` and `a.` stand before the last name, `.depthwise` is the longer of two parts behind it."""

    def named(step: str) -> str:
        return chain("{B: , name: B1}", head=f"blocks: {{B: {{layers: [concat: {{a: [{step}], b: []}}]}}}}")

    rule = "CC213 a name must have at most 1,000 characters with those around it, but this one has 1,001"
    before = len("B1.concat1.a.")
    assert f"B1.concat1.a.{'r' * (1000 - before)}" in names(named(f"{{relu: , name: {'r' * (1000 - before)}}}"))
    assert wrong(named(f"{{relu: , name: {'r' * (1001 - before)}}}")) == [f"1:51 {rule}"]
    assert wrong(chain(f"concat: {{{'p' * (1001 - len('concat1.'))}: [relu], b: []}}")) == [f"3:14 {rule}"]
    part = 1001 - len(".depthwise")
    assert wrong(chain(f"{{separable: {{out: 4, kernel: 1}}, name: {'s' * part}}}")) == [f"3:6 {rule}"]
    block = "B" * 1000
    assert wrong(chain(block, head=f"blocks: {{{block}: {{layers: []}}}}")) == [f"4:5 {rule}"]


DOUBLING = "blocks: {" + "".join(f"B{i}: {{layers: [B{i + 1}, B{i + 1}]}}, " for i in range(40)) + "B40: {layers: []}}"


@pytest.mark.parametrize(
    "step",
    [
        "{relu: , repeat: 3001}",
        "{relu: , repeat: 3000, if: 0}",
        "{for: a, in: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], do: [{relu: , repeat: 400, if: 0}]}",
        "B0",
        "{B39: , repeat: 1500}",
        "concat: {p: {repeat: 1000000000, layers: []}}",
        "concat: {p: {repeat: 100, layers: [concat: {q: {repeat: 100, layers: []}}]}}",
        "{add: {p: {repeat: 2, layers: []}}, repeat: 1500}",
    ],
)
def test_loops_copies_and_steps_that_do_not_run_count_too(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expand, "MAX_STEPS", 3_000)
    [found] = wrong(chain("tanh", step, head=DOUBLING))
    assert found.endswith("CC213 a network must run at most 3,000 steps, but this one goes on here")


def test_blocks_that_call_each_other_nest_100_deep() -> None:
    def nested(depth: int) -> str:
        blocks = "".join(f"  B{i}: {{layers: [B{i + 1}]}}\n" for i in range(depth))
        return chain("B0", head=f"blocks:\n{blocks}  B{depth}: {{layers: [relu]}}")

    assert len(names(nested(98))) == 1
    message = "CC213 blocks, paths and loops must be nested at most 100 deep, but this step is deeper"
    assert wrong(nested(99)) == [f"101:18 {message}"]
    assert wrong(nested(3_000)) == [f"101:18 {message}"]


def test_paths_and_loops_nest_as_deep_as_a_text_can() -> None:
    paths = "relu"
    for _ in range(48):
        paths = f"{{add: {{p: [{paths}], q: [relu]}}}}"
    assert len(names(chain(paths))) == 2 * 48 + 1
    loops = "relu"
    for _ in range(95):
        loops = f"{{for: a, in: [1], do: [{loops}]}}"
    assert names(chain(loops)) == ["relu1"]


def test_shapes_beyond_any_memory_are_numbers_like_others() -> None:
    text = chain("linear: 1000000000000000", input="[1000000000000000, 1000000000000000, 1000000000000000]")
    assert shapes(text) == {"linear1": (10**15,)}
    assert Network.from_text(text).analyze().totals.macs == 10**60


# Any text ----------------------------------------------------------------------------------------------------

TOKEN = re.compile(r"\w+|\s+|.", re.DOTALL)
NASTY = (
    *(
        "",
        "~",
        "[]",
        "{}",
        "[",
        "]",
        "{",
        "}",
        "[[",
        ": ",
        ":",
        ", ",
        "\n",
        "\n  - ",
        "- ",
        "? ",
        "- - ",
        "#",
        "%",
        "\t",
    ),
    *(
        "&a ",
        "*a",
        "*a ",
        "!x ",
        "<<: ",
        "|\n",
        ">\n ",
        '"',
        "'",
        "\n---\n",
        "\x1b[31m",
        "\x00",
        "\ufeff",
        "\u2028",
        "é",
    ),
    *(
        "0",
        "-1",
        "1.5",
        "true",
        "True",
        "None",
        "no",
        "010",
        "1e3",
        "9" * 400,
        "1/0",
        "a*b",
        "1_000",
        ".5",
        "5.",
        "0x10",
    ),
    *(
        "$",
        "$x",
        "$(",
        "$i",
        "i",
        "cin",
        "in",
        "input",
        "max(",
        ")",
        "(",
        "if x else",
        "not ",
        "100%",
        "2x",
        "10k",
        "1MB",
    ),
    *(
        "relu",
        "conv",
        "add",
        "concat",
        "max_unpool",
        "Unit",
        "separable",
        "same",
        "each",
        "null",
        "999999",
        "1000000000",
    ),
    *("repeat: ", "for: ", "if: ", "from: ", "name: ", "layers: ", "params: ", "blocks: ", "vars: ", "outputs: "),
    *("[1, 2]", "[a, b]", "{a: [], b: []}", "{repeat: 2, layers: []}", "\U0001f600", "\\", "'\\d'"),
)
EVERYTHING = """
input: {image: [3, 16, 16], mask: [1, 16, 16]}
vars: {w: 0.5, rows: [[1, a], [2, b]], skip: s1, list: [s1, s2], act: relu6}
dtype: {weights: int8, activations: int4}
outputs: [s1, last]
blocks:
  Up:
    params: {to: ~, n: 2}
    layers:
      - {conv: {out: "max(1, cin // 2)", kernel: 3, padding: same}, repeat: n}
      - resize: {like: $to, mode: bilinear}
layers:
  - {conv: {out: 8, kernel: 3, padding: 1}, name: s1}
  - {conv: {out: 8, kernel: 3, padding: 1}, name: s2}
  - {max_pool: 2, name: p}
  - separable: {out: 8, kernel: 3, padding: [[1, 1], 1]}
  - max_unpool: p
  - Up: {to: $skip}
  - {for: [n, word], in: rows, do: [{pointwise: n * 4, name: $word$n, if: i < 3}]}
  - concat: $list
  - concat: {a_$i: {repeat: 3, layers: [$act, slice: [0, 4]]}, b: [], c: [{avg_pool: {kernel: 3, stride: 1, padding: 1}, from: s1}]}
    if: 0
  - {add: in, if: false}
  - {conv_transpose: {out: 4, kernel: 4, stride: 2, padding: 1}, name: last}
expect: {params: 3, macs: 5M, output: [3, 3], layers: {s1: {output: [8, 16, 16]}}, source: "x, y"}
budgets: [{metric: macs, of: "s*", max: 120M, warn: 100M}, {metric: params, max_increase: 2% and 10k}]
require: {output: same, rf: {min: 3}}
variants: {a: {vars: {w: 2}}, b: {layers: [relu], outputs: relu1, dtype: int8}}
"""


def seeds() -> list[str]:
    paths = [*(ROOT / "specs").glob("*.yaml"), *(ROOT / "examples").glob("*.yaml")]
    texts = [path.read_text(encoding="utf-8") for path in sorted(paths)]
    for code in codes():
        sections = re.findall(
            r"^(?:Raises|Clean):\n((?:    .*\n|\n)+)", cleandoc(page(code) or "") + "\n", re.MULTILINE
        )
        texts += map(dedent, sections)
    return [*texts, EVERYTHING]


def mutated(dice: random.Random, text: str, others: list[str]) -> str:
    """A text with some characters, tokens or lines deleted, doubled, exchanged or replaced by nasty ones."""
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        kind = dice.randrange(4)
        place = dice.randrange(len(text) + 1)
        if kind == 0:
            tokens = TOKEN.findall(text) or [""]
            i = dice.randrange(len(tokens))
            tokens[i] = dice.choice((dice.choice(NASTY), dice.choice(tokens), tokens[i] * 2, ""))
            text = "".join(tokens)
        elif kind == 1:
            lines = text.split("\n")
            i, j = dice.randrange(len(lines)), dice.randrange(len(lines))
            lines[i : i + 1] = dice.choice(([], [lines[j]], [lines[i], lines[j]]))
            text = "\n".join(lines)
        elif kind == 2:
            text = text[:place] + dice.choice(NASTY) + text[place + dice.choice((0, 0, 1, 3)) :]
        else:
            other = dice.choice(others)
            start = dice.randrange(len(other))
            text = text[:place] + other[start : start + dice.randrange(40)] + text[place:]
    return text


def judge(text: str) -> None:
    """Read a text and ask for every variant: only the errors a user is told of may come out, and they must be told
    without a control character, each at a place of the text."""
    try:
        network = Network.from_text(text)
    except UsageError:
        return
    except SpecError as error:
        told(error, text)
        return
    for variant in (None, *network.variants):
        try:
            network.analyze(variant)
        except SpecError as error:
            told(error, text)


def told(error: SpecError, text: str) -> None:
    assert error.problems
    assert str(error).replace("\n", "").isprintable()
    for problem in error.problems:
        assert 1 <= problem.location.line <= len(re.split("\r\n|[\n\r\x85\u2028\u2029]", text))
        assert problem.location.column >= 1


@pytest.mark.parametrize("seed", range(4))
def test_any_text_is_a_network_or_an_error(seed: int) -> None:
    dice = random.Random(seed)
    texts = seeds()
    for _ in range(150):
        text = mutated(dice, dice.choice(texts), texts)
        try:
            judge(text)
        except Exception as fault:
            raise AssertionError(f"this text is the fault:\n{text}") from fault


def test_a_mutation_that_breaks_convcost_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(self: Network, variant: str | None = None) -> None:
        raise KeyError(variant)

    monkeypatch.setattr(Network, "analyze", fault)
    with pytest.raises(KeyError):
        judge(EVERYTHING)


def test_the_text_that_is_mutated_is_a_network_with_every_feature() -> None:
    network = Network.from_text(EVERYTHING)
    for variant in (None, *network.variants):
        assert network.graph(variant).nodes


def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    first, second = (Network.from_text(EVERYTHING) for _ in range(2))
    in_order = [str(first.analyze(variant).totals) for variant in first.variants]
    backwards = [str(second.analyze(variant).totals) for variant in reversed(second.variants)]
    assert in_order == backwards[::-1]


def test_10_000_layers_are_a_network() -> None:
    assert len(graph(chain(*["relu"] * 10_000)).nodes) == 10_000


@pytest.mark.parametrize("value", ["- relu\n", "- {}\n", "- [a]\n"])
def test_a_spec_has_at_most_a_million_values(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "MAX_VALUES", 1_000)
    [found] = wrong(f"input: [3, 8, 8]\nlayers:\n{value * 1_000}")
    assert found.endswith("CC009 a spec must have at most 1,000 values, but this one goes on here")
