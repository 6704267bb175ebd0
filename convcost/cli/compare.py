"""`convcost compare`: variants of a network, or several networks, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import UsageError, suggestion
from ..render.rows import SORT_KEYS
from .group import COMMANDS
from .options import shows_results, takes_networks

if TYPE_CHECKING:
    from ..compare import Comparison
    from .options import Output, Source, Sources


@click.command("compare", short_help=COMMANDS["compare"])
@takes_networks
@click.option("--baseline", metavar="NAME", help="The row the others are compared with.")
@click.option("--layers", "by_layer", is_flag=True, help="Layer by layer, too.")
@click.option("--metric", type=click.Choice(tuple(SORT_KEYS)), help="With --layers: which figure (default: macs).")
@click.option("--depth", type=click.IntRange(1), metavar="N", help="With --layers: fold blocks to N words of a name.")
@shows_results
def command(
    sources: Sources, output: Output, baseline: str | None, by_layer: bool, metric: str | None, depth: int | None
) -> None:
    """The variants of one spec, or several specs, side by side: what each costs, and how many times less.

    A SPEC is a YAML file, the name of a spec that comes with convcost, or - for stdin; SPEC@VARIANT is a variant of it.

    \b
    convcost compare stage.yaml
    convcost compare mobilenet_v1 mobilenet_v2 --input 3x192x192
    """
    if not by_layer and (metric or depth):
        raise UsageError(f"{'--metric' if metric else '--depth'} must be used with --layers")
    result = _comparison(sources.load(), baseline)
    from ..render.variants import ByLayer

    output.write("comparison", result, ByLayer(metric or "macs", depth) if by_layer else None, output.exact)
    output.write_notes(variant.analysis for variant in result.variants)


def _comparison(sources: list[Source], baseline: str | None) -> Comparison:
    """The variants of a lone spec, otherwise one network per spec."""
    if len(sources) == 1:
        word, network, variant = sources[0]
        if variant:
            raise UsageError(f"{word} must stand beside a second spec, or be given without @{variant}")
        return network.compare(baseline)
    from ..compare import Comparison, distinct_names

    analyses = [source.network.analyze(source.variant) for source in sources]
    names = distinct_names(analyses, [source.word for source in sources])
    if baseline is not None and baseline not in names:
        hint = suggestion(baseline, names)
        raise UsageError(f"--baseline must be one of {', '.join(names)}, but is {baseline}{hint}")
    return Comparison(list(zip(names, analyses)), baseline or names[0])
