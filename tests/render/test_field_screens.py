"""Receptive fields on whole screens, as files under tests/data/screens/: read them, they are what people see."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from convcost.api.network import Network
from convcost.render.field import shown
from convcost.render.field_layers import Result, View
from convcost.render.formats import text
from convcost.render.formats.core.terminal import Terminal
from tests.render.networks import UNET, network

if TYPE_CHECKING:
    from collections.abc import Callable

    from convcost.analysis.field.report import FieldReport

    Screen = Callable[[str, str], None]

PLACES = {
    "pipe": Terminal(),
    "80": Terminal(80),
    "80_color": Terminal(80, color=True),
    "60": Terminal(60),
    "60_ascii": Terminal(60, drawing=False),
}


@cache
def mobilenet() -> FieldReport:
    return Network.from_file("mobilenet_v1").receptive_field()


@cache
def unet() -> FieldReport:
    return network(UNET).receptive_field()


def read(result: Result, place: str, view: View | None = None) -> str:
    return "".join(text.write([shown(result, view)], PLACES[place]))


@pytest.mark.parametrize("place", PLACES)
def test_the_layers_read_well(place: str, screen: Screen) -> None:
    screen(f"rf_{place}", read(Result("", unet()), place))


@pytest.mark.parametrize("place", PLACES)
def test_what_a_position_reads_reads_well(place: str, screen: Screen) -> None:
    screen(f"rf_unit_{place}", read(Result("", unet(), answer=unet().box((1, 40), "down2")), place))


@pytest.mark.parametrize("place", ["80", "60_ascii"])
@pytest.mark.parametrize("size", [24, 200])
def test_holes_read_well(size: int, place: str, screen: Screen) -> None:
    layers = "[{conv: {out: 1, kernel: 3, dilation: 3, padding: 3}, repeat: 2}]"
    report = Network.from_text(layers, input=f"1x{size}x{size}").receptive_field()
    screen(f"rf_unit_holes_{size}_{place}", read(Result("", report, answer=report.box((4, 12))), place))


@pytest.mark.parametrize("place", PLACES)
def test_an_influence_reads_well(place: str, screen: Screen) -> None:
    screen(f"rf_profile_{place}", read(Result("", mobilenet(), answer=mobilenet().influence()), place))


@pytest.mark.parametrize("place", PLACES)
def test_tiles_read_well(place: str, screen: Screen) -> None:
    screen(f"rf_tile_{place}", read(Result("", mobilenet(), answer=mobilenet().tiling([512])), place))


@pytest.mark.parametrize("place", PLACES)
def test_growth_reads_well(place: str, screen: Screen) -> None:
    screen(f"rf_grow_{place}", read(Result("", mobilenet()), place, View(grow=True)))


@pytest.mark.parametrize("place", PLACES)
def test_a_need_reads_well(place: str, screen: Screen) -> None:
    screen(f"rf_need_{place}", read(Result("", unet(), answer=unet().need(24)), place))


def test_what_differs_by_axis_reads_well(screen: Screen) -> None:
    report = network("{name: two axes, input: [1, 20, 50], layers: [conv: {out: 1, kernel: [3, 7]}]}").receptive_field()
    results = [
        Result("", report),
        Result("", report, answer=report.influence()),
        Result("", report, answer=report.tiling([12, 30])),
        Result("", report, answer=report.box((0, 0))),
    ]
    screen("rf_axes", "".join(text.write([shown(result) for result in results], PLACES["80"])))
    screen("rf_axes_grow", read(Result("", report), "60", View(grow=True)))


def test_answers_of_no_read_well(screen: Screen) -> None:
    asked = [
        unet().need(1000),
        unet().need(5),
        network("{input: [1, 4, 4], layers: [linear: 2]}").receptive_field().need(9),
    ]
    results = [Result("", unet(), answer=answer) for answer in asked]
    screen("rf_need_answers", "".join(text.write([shown(result) for result in results], PLACES["60"])))
