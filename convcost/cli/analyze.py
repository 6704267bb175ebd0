"""`convcost analyze`: what every layer of a network costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..render.rows import COLUMNS, SORT_KEYS, View
from ..wording import suggestion
from .group import COMMANDS
from .options import shows_results, takes_networks

if TYPE_CHECKING:
    from .options import Output, Sources


@click.command("analyze", short_help=COMMANDS["analyze"])
@takes_networks
@click.option("--variant", metavar="NAME", help="A variant instead of the baseline; SPEC@NAME does the same.")
@click.option("--sort", type=click.Choice(tuple(SORT_KEYS)), help="Largest first.")
@click.option("--top", type=click.IntRange(1), metavar="N", help="The first N rows only, sorted by macs or --sort.")
@click.option("--depth", type=click.IntRange(1), metavar="N", help="Fold blocks: N words of a dotted name per row.")
@click.option("--columns", "chosen", metavar="A,B,...", help=f"Which columns, in which order: {', '.join(COLUMNS)}.")
@shows_results
def command(
    sources: Sources,
    output: Output,
    variant: str | None,
    sort: str | None,
    top: int | None,
    depth: int | None,
    chosen: str | None,
) -> None:
    """What every layer of a network costs, and the whole: shapes, params, MACs, activations, memory.

    A SPEC is a YAML file, the name of a spec that comes with convcost, or - for stdin; SPEC@VARIANT is a variant of it.

    \b
    convcost analyze mobilenet_v1 --depth 1
    convcost analyze -e '[conv: {out: 64, kernel: 7, stride: 2}]' --input 3x224x224
    """
    from ..render.analysis import shown

    view = View(sort, top, depth, _chosen(chosen, output), output.exact)
    results = [(source.word, source.network.analyze(source.variant or variant)) for source in sources.load()]
    output.write([shown(analysis, view, word) for word, analysis in results])
    output.write_notes(analysis for _, analysis in results)


def _chosen(text: str | None, output: Output) -> tuple[str, ...] | None:
    if text is None:
        return None
    if output.style == "json":
        raise UsageError("--columns is for tables; JSON always holds every figure")
    keys = tuple(key.strip() for key in text.split(","))
    for key in keys:
        if key not in COLUMNS:
            raise UsageError(f"there is no column {key!r}{suggestion(key, COLUMNS)} (columns: {', '.join(COLUMNS)})")
    return keys
