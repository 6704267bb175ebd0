"""The Python API: what `load` takes, what it returns, how results show themselves."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

import convcost
from convcost.network import Network, shape_of, shipped

if TYPE_CHECKING:
    from pathlib import Path

STAGE = """\
name: stage
vars: {c: 8, act: relu}
input: [c, 8, 8]
variants:
  full: {layers: [conv: {out: c, kernel: 3, padding: 1}, $act]}
  cheap: {layers: [depthwise: {kernel: 3, padding: 1}, pointwise: c]}
"""


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    path = tmp_path / "stage.yaml"
    path.write_text(STAGE, encoding="utf-8")
    return path


def test_a_path_and_variables_of_any_kind_are_taken(stage: Path) -> None:
    assert convcost.load(stage).analyze().inputs == {"input": (8, 8, 8)}
    assert convcost.load(str(stage), c=4).analyze().totals.macs == 4 * 4 * 9 * 64
    assert convcost.load(stage, c=4.0, act="sigmoid").analyze().layers[1].op == "sigmoid"


def test_a_variant_is_asked_for_by_name(stage: Path) -> None:
    net = convcost.load(stage)
    assert net.name == "stage"
    assert net.variants == ("full", "cheap")
    assert net.baseline == "full"
    assert net.analyze("cheap").totals.macs == 8 * 9 * 64 + 8 * 8 * 64
    with pytest.raises(
        convcost.UsageError, match=r"has no variant chaep; did you mean cheap\? \(its variants are full, "
    ):
        net.analyze("chaep")


def test_variants_are_compared(stage: Path) -> None:
    comparison = convcost.load(stage).compare()
    assert comparison.baseline == "full"
    assert comparison.ratio(comparison.variants[1], "macs") == 36_864 / 8_704
    assert convcost.load(stage).compare("cheap").baseline == "cheap"


def test_a_spec_without_variants_cannot_be_compared() -> None:
    with pytest.raises(
        convcost.UsageError, match="<inline> has no variants to compare; give a second spec, or variants"
    ):
        Network.from_text("{input: [3, 8, 8], layers: [relu]}").compare()


def test_mistakes_of_all_variants_come_together(stage: Path) -> None:
    stage.write_text(
        STAGE.replace("padding: 1}, $act", "groups: 3}").replace("kernel: 3, padding: 1}, p", "kernel: 9}, p")
    )
    with pytest.raises(convcost.SpecError) as raised:
        convcost.load(stage, c=9).compare()
    assert {problem.code for problem in raised.value.problems} == {"CC105"}
    with pytest.raises(convcost.SpecError) as raised:
        Network.from_file(str(stage)).compare()
    assert {problem.code for problem in raised.value.problems} == {"CC103", "CC105"}
    assert "groups=3 must divide the 8 output channels" in str(raised.value)


def test_load_checks_at_once(stage: Path) -> None:
    stage.write_text(STAGE.replace("kernel: 3, padding: 1}, $", "kernel: 11}, $"))
    with pytest.raises(convcost.SpecError, match="the input must be at least 11 here, but is 8"):
        convcost.load(stage)


def test_unknown_variables_and_malformed_values_are_usage_errors(stage: Path) -> None:
    with pytest.raises(convcost.UsageError, match=r"has no variable d \(its variables are act, c\)"):
        convcost.load(stage, d=3)
    with pytest.raises(convcost.UsageError, match=r"-D c=2\*: `2\*` is not an expression"):
        convcost.load(stage, c="2*")


def test_results_show_themselves_as_tables(stage: Path) -> None:
    net = convcost.load(stage)
    assert str(net.analyze()).splitlines()[2].split() == [
        "layer",
        "operation",
        "input",
        "output",
        "field",
        "params",
        "MACs",
        "share",
    ]
    assert str(net.compare()).splitlines()[4].startswith("full")
    for page in (net.analyze()._repr_html_(), net.compare()._repr_html_(), net.receptive_field()._repr_html_()):
        HTMLParser().feed(page)
        assert page.count("<table>") == page.count("</table>") > 0


@pytest.mark.parametrize(("text", "shape"), [("3x320x320", (3, 320, 320)), ("10", (10,)), ("3,8", (3, 8))])
def test_shapes_are_written_as_people_do(text: str, shape: tuple[int, ...]) -> None:
    assert shape_of(text) == shape


@pytest.mark.parametrize("text", ["", "3x", "3x0x8", "axb", "3x8x8x8x8", "-3x8", "3.5x8"])
def test_other_shapes_are_refused(text: str) -> None:
    with pytest.raises(convcost.UsageError, match="must be like 3x224x224"):
        shape_of(text)


def test_shipped_specs_are_found_by_name_unless_a_file_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = shipped("mobilenet_v1")
    assert found is not None
    assert found[0] == "specs/mobilenet_v1.yaml"
    assert shipped("no/such/network.yaml") is None
    assert shipped("../specs/mobilenet_v1") is None
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mobilenet_v1").touch()
    assert shipped("mobilenet_v1") is None


def test_a_misspelt_network_is_answered_with_the_nearest() -> None:
    with pytest.raises(convcost.UsageError) as raised:
        Network.from_file("mobilnet_v1")
    sentence = "there is no file mobilnet_v1, and no such spec comes with convcost; did you mean mobilenet_v1?"
    assert str(raised.value) == sentence


def test_inline_layers_need_an_input() -> None:
    with pytest.raises(convcost.SpecError, match=r"a spec needs input: .* or give it with --input"):
        Network.from_text("[relu]").graph()


def test_the_package_has_no_other_names() -> None:
    with pytest.raises(AttributeError, match="module 'convcost' has no attribute 'lod'"):
        convcost.lod  # noqa: B018
