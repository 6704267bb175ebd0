"""Whole screens, as files under tests/data/screens/: read them, they are what people see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from convcost.errors import SpecError
from convcost.ops.conv import Conv
from convcost.render.analysis import shown as shown_analysis
from convcost.render.comparison import ByLayer
from convcost.render.comparison import shown as shown_comparison
from convcost.render.formats import markdown, text
from convcost.render.formats.ci import github, junit
from convcost.render.formats.core.problems import problems
from convcost.render.formats.core.terminal import Terminal
from convcost.render.rows import View
from convcost.render.verification import shown as shown_verification
from tests.museum.mutants import method
from tests.render.networks import STAGE, UNET, analysis, comparison, network, rude
from tests.render.reports import MIXED, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from tests.museum.mutants import Patch

    Screen = Callable[[str, str], None]

PLACES = {
    "pipe": Terminal(),
    "ascii": Terminal(drawing=False),
    "120": Terminal(120),
    "80": Terminal(80),
    "60": Terminal(60),
    "60_ascii": Terminal(60, drawing=False),
    "80_color": Terminal(80, color=True),
}


@pytest.mark.parametrize("place", PLACES)
def test_analyze_reads_well(place: str, screen: Screen) -> None:
    screen(f"analyze_{place}", "".join(text.write([shown_analysis(analysis(), View())], PLACES[place])))


@pytest.mark.parametrize("place", PLACES)
def test_compare_reads_well(place: str, screen: Screen) -> None:
    screen(f"compare_{place}", "".join(text.write([shown_comparison(comparison(), None, False)], PLACES[place])))


@pytest.mark.parametrize("place", ["pipe", "80", "60"])
def test_compare_by_layer_reads_well(place: str, screen: Screen) -> None:
    screen(
        f"compare_layers_{place}",
        "".join(text.write([shown_comparison(comparison(), ByLayer(), False)], PLACES[place])),
    )


@pytest.mark.parametrize("place", PLACES)
def test_verify_reads_well(place: str, screen: Screen) -> None:
    screen(f"verify_{place}", "".join(text.write([shown_verification(network(UNET).verify())], PLACES[place])))


def test_a_figure_that_is_not_confirmed_is_seen(screen: Screen, changed: Callable[[Patch], None]) -> None:
    changed(method(Conv, "params", lambda op, *inputs: 7))
    found = network(UNET).verify(layer="down2")
    screen("verify_wrong", "".join(text.write([shown_verification(found)], PLACES["80_color"])))


def test_exact_figures_read_well(screen: Screen) -> None:
    screen("analyze_exact", "".join(text.write([shown_analysis(analysis(), View(exact=True))], PLACES["pipe"])))
    screen("compare_exact", "".join(text.write([shown_comparison(comparison(), None, True)], PLACES["pipe"])))


def test_folded_and_cut_tables_read_well(screen: Screen) -> None:
    for name, view in (("depth", View(depth=1)), ("top", View(top=3)), ("sort", View(sort="params"))):
        screen(f"analyze_{name}", "".join(text.write([shown_analysis(analysis(), view)], PLACES["80"])))


def test_several_networks_read_well(screen: Screen) -> None:
    several = [analysis(STAGE, variant) for variant in ("separable", "bottleneck")]
    screen("analyze_several", "".join(text.write([shown_analysis(found) for found in several], PLACES["80"])))


def test_a_rude_title_does_nothing(screen: Screen) -> None:
    screen("analyze_rude", "".join(text.write([shown_analysis(rude(), View())], PLACES["80_color"])))


@pytest.mark.parametrize("place", ["pipe", "80_color"])
def test_problems_read_well(place: str, screen: Screen) -> None:
    wrong = "input: [6, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, groups: 4}\n  - convv: 3\n  - add: conv2\n"
    with pytest.raises(SpecError) as caught:
        network(wrong).analyze()
    screen(f"problems_{place}", "".join(problems(caught.value.problems, PLACES[place])))


@pytest.mark.parametrize("place", PLACES)
def test_check_reads_well(place: str, screen: Screen) -> None:
    screen(f"check_{place}", shown(text, MIXED, PLACES[place]))


@pytest.mark.parametrize("form", [github, markdown, junit], ids=lambda form: form.__name__.rpartition(".")[2])
def test_a_report_for_others_reads_well(form: ModuleType, screen: Screen) -> None:
    screen(f"check_{form.__name__.rpartition('.')[2]}", shown(form, MIXED))
