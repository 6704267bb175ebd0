"""`convcost rf`: the receptive field of every layer, and what one may ask of a field."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from ..errors import UsageError
from ..types import dims
from .group import COMMANDS
from .main import NO
from .options import shows_results, takes_networks

if TYPE_CHECKING:
    from ..analysis.field.report import Answer, FieldReport
    from ..api.network import Network
    from .options import Output, Sources, Subject


class Asked(NamedTuple):
    """What the options ask for."""

    layer: str | None
    depth: int | None
    grow: bool
    unit: str | None
    profile: bool
    tile: str | None
    need: int | None


@click.command("rf", short_help=COMMANDS["rf"])
@takes_networks
@click.option("--variant", metavar="NAME", help="A variant instead of the baseline; SPEC@NAME does the same.")
@click.option("--wrt", metavar="INPUT", help="With respect to this input instead of the first.")
@click.option("--depth", type=click.IntRange(1), metavar="N", help="Fold blocks: N words of a dotted name per row.")
@click.option("--layer", metavar="NAME", help="One layer, or a block's output; the questions below are about it.")
@click.option("--unit", metavar="Y,X", help="What position Y,X of the output reads of the input.")
@click.option("--profile", is_flag=True, help="How the influence on a position (--unit, or the middle) is spread.")
@click.option("--tile", metavar="SIZE", help="How input tiles of 512, or 512x256, must overlap.")
@click.option("--need", type=click.IntRange(1), metavar="SIZE", help="Which layer to change for a field of that size.")
@click.option("--grow", is_flag=True, help="How the field grows with depth, as a plot.")
@shows_results
def command(
    sources: Sources,
    output: Output,
    variant: str | None,
    wrt: str | None,
    depth: int | None,
    layer: str | None,
    unit: str | None,
    profile: bool,
    tile: str | None,
    need: int | None,
    grow: bool,
) -> int:
    """The receptive field of every layer: its size, its jump, its start, and the share of it that is really read.

    A SPEC is a YAML file, the name of a spec that comes with convcost, or - for stdin; SPEC@VARIANT is a variant of it.
    Layers given with -e need no --input: one that is large enough is assumed, and named.

    \b
    convcost rf mobilenet_v1 --depth 1
    convcost rf -e '[conv: {out: 1, kernel: 7, stride: 2}, max_pool: {kernel: 3, stride: 2, padding: 1}]'
    convcost rf segnet --layer pool5 --profile
    """
    asked = Asked(layer, depth, grow, unit, profile, tile, need)
    _check(asked)
    from ..analysis.field.report import Need
    from ..render.field import shown
    from ..render.field_layers import Result, View

    results = []
    for source, assumed in _loaded(sources):
        report = source.network.receptive_field(source.variant or variant, wrt)
        report.input_assumed = assumed
        answer = _answer(report, asked)
        row = report.row(layer) if layer is not None and not answer else None
        results.append(Result(source.word, report, row, answer))
    output.write([shown(result, View(depth, grow, output.exact)) for result in results])
    if not any(result.answer or result.layer for result in results):
        output.write_notes(result.report for result in results)
    unmet = [result for result in results if isinstance(result.answer, Need) and not result.answer.met]
    return NO if unmet else 0


def _loaded(sources: Sources) -> list[tuple[Subject, bool]]:
    """Every network, and whether its input is assumed: layers of the command line may come without one."""
    loaded = []
    for i, source in enumerate(sources.load()):
        inline = i >= len(sources.specs)
        network = source.network.on_some_input() if inline else source.network
        assumed = network is not source.network
        if assumed:
            _tell_assumed(source.word, network)
        loaded.append((source._replace(network=network), assumed))
    return loaded


def _tell_assumed(word: str, network: Network) -> None:
    size = dims(network.given_input or ())
    print(f"{word}: note: no input is given, {size} is assumed (--input CxHxW sets another)", file=sys.stderr)


def _check(asked: Asked) -> None:
    """UsageError for options that do not go together."""
    questions = [name for name in ("unit", "profile", "tile", "need", "grow") if getattr(asked, name)]
    if len(questions) > 1 and questions != ["unit", "profile"]:
        raise UsageError(f"--{questions[0]} and --{questions[1]} are two questions, but one can be asked at a time")
    if asked.layer is not None and (asked.need or asked.grow):
        raise UsageError(f"--{questions[0]} is about the whole network, but --layer names a part of it")
    if asked.depth and (asked.layer is not None or questions not in ([], ["grow"])):
        other = questions[0] if questions else "layer"
        raise UsageError(f"--depth folds the rows of all layers, but --{other} shows none of them")


def _answer(report: FieldReport, asked: Asked) -> Answer | None:
    """The answer to the question asked, if one is."""
    position = None
    if asked.unit is not None:
        position = _numbers("--unit", asked.unit, ",", "one whole number per axis, like 5,7")
    if asked.profile:
        return report.influence(position, asked.layer)
    if position is not None:
        return report.box(position, asked.layer)
    if asked.tile is not None:
        return report.tiling(_numbers("--tile", asked.tile, "x", "one size or one per axis, like 512x256"), asked.layer)
    return report.need(asked.need) if asked.need else None


def _numbers(option: str, text: str, between: str, form: str) -> list[int]:
    parts = [part.strip() for part in text.split(between)]
    if not all(part.removeprefix("-").isdecimal() and part.isascii() and len(part) < 16 for part in parts):
        raise UsageError(f"{option} must be {form}, but is {text[:60]}")
    return [int(part) for part in parts]
