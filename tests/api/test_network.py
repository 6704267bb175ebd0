"""The Python API: load, Network, and what they give."""

from __future__ import annotations

import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import convcost
from convcost import Network, SpecError, UsageError
from convcost.api.network import shape_of, written
from convcost.api.shipped import shipped

ROOT = Path(__file__).parents[2]
SPEC = """\
name: two
input: [3, 8, 8]
vars: {width: 4, act: relu, k: 1, wide: false}
layers:
  - conv: {out: width, kernel: k, bias: wide}
  - $act
variants:
  plain: {}
  wide: {vars: {width: 8}}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "two.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


# load --------------------------------------------------------------------------------------------------------


def test_load_takes_a_path_of_any_kind(spec: Path) -> None:
    for path in (str(spec), spec):
        network = convcost.load(path)
        assert (network.name, network.variants, network.baseline) == ("two", ("plain", "wide"), "plain")
        assert network.path == str(spec)


def test_load_replaces_variables_by_values_of_python(spec: Path) -> None:
    network = convcost.load(spec, width=6, act="tanh", k=[3, 1], wide=True)
    assert [(node.name, node.shape) for node in network.graph().nodes] == [("conv1", (6, 6, 8)), ("tanh1", (6, 6, 8))]
    assert network.graph().nodes[0].op.bias is True
    assert network.graph("wide").nodes[0].shape == (6, 6, 8)


def test_a_whole_float_of_python_serves_as_a_whole_number(spec: Path) -> None:
    assert convcost.load(spec, width=4.0).graph().nodes[0].shape == (4, 8, 8)


def test_load_checks_shapes_at_once(spec: Path) -> None:
    with pytest.raises(SpecError, match="the input must be at least 11 here, but is 8"):
        convcost.load(spec, k=11)
    with pytest.raises(UsageError, match=r"-D k=2\*: `2\*` is not an expression"):
        convcost.load(spec, k="2*")


def test_load_tells_everything_that_is_wrong_at_once(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("input: [3, 8, 8]\nlayers: [rellu, {conv: {out: 8}}, add: x]\n", encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        convcost.load(path)
    assert [problem.code for problem in caught.value.problems] == ["CC201", "CC102", "CC202"]
    assert str(caught.value).startswith(f"{path}:2:10: error[CC201]: there is no operation rellu; did you mean relu?\n")


def test_load_tells_of_a_file_that_is_not_there_or_a_variable_that_is_none(spec: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read: No such file or directory$"):
        convcost.load(tmp_path / "none.yaml")
    with pytest.raises(UsageError) as caught:
        convcost.load(spec, widht=3)
    known = "its variables are act, k, wide, width"
    assert str(caught.value) == f"{spec} has no variable widht; did you mean width? ({known})"


def test_both_errors_are_of_one_kind() -> None:
    assert issubclass(SpecError, Exception)
    assert issubclass(UsageError, Exception)
    assert SpecError.__mro__[1] is UsageError.__mro__[1] is not Exception


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (False, "false"), (3, "3"), (0.25, "0.25"), ("relu", "relu"), ([1, 2], "[1, 2]")],
)
def test_a_value_of_python_is_written_as_a_spec_has_it(value: object, text: str) -> None:
    assert written(value) == text


def test_a_list_of_booleans_and_words_is_read_too() -> None:
    text = "input: [3, 8, 8]\nvars: {flags: [1, 0], pair: [a, b]}\nlayers:\n"
    text += "  - {for: f, in: flags, do: [conv: {out: 1, kernel: 1, bias: f}]}\n"
    network = Network.from_text(text, variables={"flags": written([False, True]), "pair": written(["x", "y"])})
    assert [node.op.bias for node in network.graph().nodes] == [False, True]


# Shipped specs -----------------------------------------------------------------------------------------------


def test_a_shipped_spec_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    network = convcost.load("mobilenet_v1")
    assert (network.path, network.name) == ("specs/mobilenet_v1.yaml", "MobileNetV1")
    assert network.analyze().totals.macs == 568_740_352


def test_a_file_of_that_name_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mobilenet_v1").write_text("name: mine\ninput: [3, 8, 8]\nlayers: [relu]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert convcost.load("mobilenet_v1").name == "mine"


@pytest.mark.parametrize(
    "name", ["", "no/such/network.yaml", "../specs/mobilenet_v1", "mobilenet_v1.yaml", "-", "a\0b"]
)
def test_other_words_are_no_shipped_specs(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert shipped(name) is None


def test_a_misspelt_network_is_answered_with_the_nearest() -> None:
    with pytest.raises(convcost.UsageError) as raised:
        Network.from_file("mobilnet_v1")
    sentence = "there is no file mobilnet_v1, and no such spec comes with convcost; did you mean mobilenet_v1?"
    assert str(raised.value) == sentence


# Network -----------------------------------------------------------------------------------------------------


def test_a_graph_is_built_once_per_variant(spec: Path) -> None:
    network = convcost.load(spec)
    assert network.graph() is network.graph("plain")
    assert network.graph("wide") is network.graph("wide") is not network.graph()


def test_analyze_takes_the_baseline_or_the_variant_named(spec: Path) -> None:
    network = convcost.load(spec)
    assert network.analyze().totals.params == 12
    assert network.analyze("plain").totals.params == 12
    assert network.analyze("wide").totals.params == 24
    with pytest.raises(UsageError, match="has no variant wdie; did you mean wide"):
        network.analyze("wdie")


def test_compare_puts_the_variants_side_by_side(spec: Path) -> None:
    comparison = convcost.load(spec).compare()
    assert [variant.name for variant in comparison.variants] == ["plain", "wide"]
    assert comparison.baseline == "plain"
    assert comparison.ratio(comparison.variants[1], "params") == 0.5
    assert convcost.load(spec).compare("wide").baseline == "wide"


def test_compare_needs_variants_and_a_known_baseline(spec: Path) -> None:
    with pytest.raises(UsageError, match="has no variant wdie"):
        convcost.load(spec).compare("wdie")
    network = Network.from_text("input: [3, 8, 8]\nlayers: [relu]", path="net.yaml")
    with pytest.raises(UsageError) as caught:
        network.compare()
    assert str(caught.value) == "net.yaml has no variants to compare; give a second spec, or variants"


def test_compare_tells_what_is_wrong_in_any_variant_once() -> None:
    text = """\
input: [3, 8, 8]
layers: [rellu]
variants:
  a: {}
  b: {layers: [conv: {out: 8, kernel: 9}]}
  c: {layers: [add: x]}
"""
    with pytest.raises(SpecError) as caught:
        Network.from_text(text).compare()
    places = [(problem.location.line, problem.code) for problem in caught.value.problems]
    assert places == [(2, "CC201"), (5, "CC105"), (6, "CC202")]


def test_the_given_input_is_known() -> None:
    text = "input: [3, 8, 8]\nlayers: [relu]"
    assert Network.from_text(text).given_input is None
    assert Network.from_text(text, input="3x4x4").given_input == (3, 4, 4)


@pytest.mark.parametrize(
    ("text", "shape"), [("3x224x224", (3, 224, 224)), ("3X8", (3, 8)), ("10", (10,)), ("1,2,3,4", (1, 2, 3, 4))]
)
def test_a_shape_is_written_as_people_do(text: str, shape: tuple[int, ...]) -> None:
    assert shape_of(text) == shape


@pytest.mark.parametrize("text", ["", "3x", "3x0x8", "axb", "3x8x8x8x8", "-3x8", "3.5x8"])
def test_other_shapes_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="must be like 3x224x224"):
        shape_of(text)


def test_results_show_themselves(spec: Path) -> None:
    network = convcost.load(spec)
    for result in (network.analyze(), network.compare(), network.receptive_field()):
        assert "\x1b" not in str(result)
        assert len(str(result).splitlines()) > 2
    for page in (
        network.analyze()._repr_html_(),
        network.compare()._repr_html_(),
        network.receptive_field()._repr_html_(),
    ):
        HTMLParser().feed(page)
        assert page.count("<table>") == page.count("</table>") > 0
    heads = ["layer", "operation", "input", "output", "field", "params", "MACs", "share"]
    assert str(network.analyze()).splitlines()[2].split() == heads


# Layers without an input -------------------------------------------------------------------------------------


def test_layers_without_an_input_may_be_tried_on_an_assumed_one() -> None:
    network = Network.from_text("[conv: {out: 8, kernel: 3}, relu]")
    with pytest.raises(SpecError, match=r"a spec needs input: .* or give it with --input"):
        network.graph()
    assert network.on_some_input().graph().nodes[0].input_shapes == ((3, 224, 224),)


def test_an_assumed_input_has_as_many_axes_as_the_layers_and_is_large_enough() -> None:
    def assumed(text: str) -> tuple[int, ...]:
        return Network.from_text(text).on_some_input().graph().nodes[0].input_shapes[0]

    assert assumed("[conv: {out: 8, kernel: [3]}]") == (3, 224)
    assert assumed("[conv: {out: 8, kernel: [3, 3, 3]}]") == (3, 224, 224, 224)
    assert assumed("[conv: {out: 8, kernel: 300}]") == (3, 448, 448)


def test_a_network_with_an_input_is_tried_on_that() -> None:
    network = Network.from_text("input: [3, 8, 8]\nlayers: [relu]")
    assert network.on_some_input() is network


def test_other_mistakes_are_still_told_on_an_assumed_input() -> None:
    network = Network.from_text("[rellu]").on_some_input()
    with pytest.raises(SpecError, match="there is no operation rellu"):
        network.graph()


# The package -------------------------------------------------------------------------------------------------


def test_the_public_names_are_those_of_all() -> None:
    for name in convcost.__all__:
        assert getattr(convcost, name)
    with pytest.raises(AttributeError, match="module 'convcost' has no attribute 'nothing'"):
        _ = convcost.nothing


def test_importing_the_package_loads_nothing_else() -> None:
    code = (
        "import sys, convcost; print([m for m in sys.modules if m.startswith(('convcost.', 'yaml', 'numpy', 'rich'))])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout.strip() == "[]"
