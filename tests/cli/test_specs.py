from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from convcost.api.network import Network
from convcost.api.shipped import shipped_specs
from convcost.render.formats import text
from convcost.render.formats.core.terminal import Terminal
from convcost.render.specs import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Answer

    Run = Callable[..., Answer]

SPECS = Path(__file__).parents[2] / "specs"
NAMES = sorted(path.stem for path in SPECS.glob("*.yaml"))
UNET = "unet 31.03 M 150.4 G 1x572x572 204 U-Net"


def lines(answer: Answer) -> list[str]:
    """What is shown, without its alignment."""
    return [" ".join(line.split()) for line in answer.out.splitlines()]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_spec_has_a_line(convcost: Run) -> None:
    code, out, err = convcost("specs")
    heading, _, *rows, hint = out.splitlines()
    assert (code, err) == (0, "")
    assert heading.split() == ["name", "params", "MACs", "input", "field", "title"]
    assert [row.split()[0] for row in rows] == NAMES
    assert hint == "convcost specs NAME prints a spec, convcost analyze NAME what its layers cost"


def test_a_line_has_the_figures_of_the_spec(convcost: Run) -> None:
    rows = lines(convcost("specs"))
    assert UNET in rows
    assert "resnet50 25.56 M 4.089 G 3x224x224 427 ResNet-50 (stride_in_3x3)" in rows
    assert "unet 31,030,658 150,428,424,448 1x572x572 204 U-Net" in lines(convcost("specs", "--exact"))


def test_a_narrow_terminal_loses_the_title_first() -> None:
    listed = [("unet", Network.from_file(shipped_specs()["unet"]).analyze())]
    narrow = "".join(text.write([shown(listed)], Terminal(width=40)))
    assert narrow.splitlines()[:1] == ["name   params     MACs  input      field"]
    assert "left out at this width: title" in narrow
    assert "title" in "".join(text.write([shown(listed)], Terminal())).splitlines()[0]


def test_json_lists_raw_figures(convcost: Run) -> None:
    document = json.loads(convcost("specs", "--json").out)
    assert document["schema"] == "convcost.specs/1"
    assert [spec["name"] for spec in document["specs"]] == NAMES
    by_name = {spec["name"]: spec for spec in document["specs"]}
    assert by_name["mobilenet_v1"] == {
        "name": "mobilenet_v1",
        "title": "MobileNetV1",
        "variant": None,
        "input": {"input": [3, 224, 224]},
        "params": 4231976,
        "macs": 568740352,
        "receptive_field": {"layer": "DWSep13", "size": [315, 315], "stride": [32, 32], "grid": [32, 32]},
        "grid": [32, 32],
    }
    assert by_name["resnet50"]["variant"] == "stride_in_3x3"
    assert by_name["mobilenet_v3_large"]["receptive_field"] is None
    assert by_name["mobilenet_v3_large"]["grid"] == [32, 32]  # five strides of 2


def test_csv_lists_raw_figures(convcost: Run) -> None:
    rows = list(csv.DictReader(convcost("specs", "--format", "csv").out.splitlines()))
    assert [row["name"] for row in rows] == NAMES
    assert rows[NAMES.index("unet")] == {
        "name": "unet",
        "params": "31030658",
        "macs": "150428424448",
        "input": "1x572x572",
        "field": "204",
        "title": "U-Net",
    }


def test_markdown_lists_a_table(convcost: Run) -> None:
    shown = convcost("specs", "--format", "markdown").out.splitlines()
    assert shown[:2] == ["| name | params | MACs | input | field | title |", "| --- | ---: | ---: | --- | ---: | --- |"]
    assert "| unet | 31.03 M | 150.4 G | 1x572x572 | 204 | U-Net |" in shown


@pytest.mark.parametrize("name", NAMES)
def test_a_name_prints_the_spec_as_it_stands(convcost: Run, name: str) -> None:
    assert convcost("specs", name) == (0, (SPECS / f"{name}.yaml").read_text(encoding="utf-8"), "")


def test_what_is_printed_starts_a_spec_of_ones_own(convcost: Run) -> None:
    Path("mine.yaml").write_text(convcost("specs", "unet").out, encoding="utf-8")
    totals = json.loads(convcost("analyze", "mine.yaml", "--json").out)["totals"]
    assert totals["params"] == 31_030_658


def test_a_file_of_that_name_does_not_hide_the_spec(convcost: Run) -> None:
    Path("unet").write_text("input: [1, 8, 8]\nlayers: [relu]\n", encoding="utf-8")
    assert convcost("specs", "unet").out == (SPECS / "unet.yaml").read_text(encoding="utf-8")
    assert UNET in lines(convcost("specs"))


def test_an_unknown_name_gets_a_suggestion(convcost: Run) -> None:
    message = "no spec that comes with convcost is named mobilnet_v1; did you mean mobilenet_v1?"
    assert convcost("specs", "mobilnet_v1") == (2, "", f"convcost: {message} (convcost specs lists them)\n")
    assert convcost("specs", "../specs/unet").code == 2


@pytest.mark.parametrize("option", [("--json",), ("--format", "csv"), ("--exact",)])
def test_a_spec_has_one_form(convcost: Run, option: tuple[str, ...]) -> None:
    message = "a NAME prints a spec as it stands; --format, --json and --exact are for the list"
    assert convcost("specs", "unet", *option) == (2, "", f"convcost: {message}\n")


def test_without_a_folder_of_specs_there_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("convcost.api.shipped.__file__", str(tmp_path / "convcost" / "api" / "shipped.py"))
    assert shipped_specs() == {}
