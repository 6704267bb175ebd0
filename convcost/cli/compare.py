"""`convcost compare`: variants of a network, or several networks, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import SpecError, UsageError
from ..render.rows import SORT_KEYS
from ..wording import suggestion
from .group import COMMANDS
from .options import shows_results, takes_networks

if TYPE_CHECKING:
    from ..analysis.compare import Comparison
    from ..analysis.cost import Analysis
    from ..errors import Problem
    from .options import Output, Sources


@click.command("compare", short_help=COMMANDS["compare"])
@takes_networks
@click.option("--baseline", metavar="NAME", help="The row the others are compared with.")
@click.option("--layers", "by_layer", is_flag=True, help="Layer by layer, too.")
@click.option("--metric", type=click.Choice(tuple(SORT_KEYS)), help="With --layers: which figure (default: macs).")
@click.option("--depth", type=click.IntRange(1), metavar="N", help="With --layers: fold blocks to N words of a name.")
@shows_results
def command(
    sources: Sources, output: Output, baseline: str | None, by_layer: bool, metric: str | None, depth: int | None
) -> int:
    """The variants of one spec, or several specs, side by side: what each costs, and how many times less. What has
    mistakes is left out and told of (exit code 1).

    A SPEC is a YAML file, the name of a spec that comes with convcost, or - for stdin; SPEC@VARIANT is a variant of it.

    \b
    convcost compare stage.yaml
    convcost compare mobilenet_v1 mobilenet_v2 --input 3x192x192
    """
    if not by_layer and (metric or depth):
        raise UsageError(f"{'--metric' if metric else '--depth'} must be used with --layers")
    result = _comparison(sources, baseline)
    from ..render.comparison import ByLayer, shown

    output.write([shown(result, ByLayer(metric or "macs", depth) if by_layer else None, output.exact)])
    output.write_notes(variant.analysis for variant in result.variants)
    output.tell(list(result.problems))
    return 1 if result.problems else 0


def _comparison(sources: Sources, baseline: str | None) -> Comparison:
    """The variants of a lone spec, otherwise one network per spec."""
    asked = sources.each()
    if len(asked) == 1:
        word, network, variant = asked[0][1]()
        if variant:
            raise UsageError(f"{word} must stand beside a second spec, or be given without @{variant}")
        return network.compare(baseline, partial=True)
    from ..analysis.compare import Comparison, distinct_names

    found: dict[int, Analysis] = {}
    problems: list[Problem] = []
    for i, (_, load) in enumerate(asked):
        try:
            source = load()
            found[i] = source.network.analyze(source.variant)
        except SpecError as error:
            problems += error.problems
    mistakes = SpecError(problems)
    if not found:
        raise mistakes
    names = distinct_names([*found.values()], [asked[i][0] for i in found])
    left_out = [word for i, (word, _) in enumerate(asked) if i not in found]
    if baseline is not None and baseline not in names and not left_out:
        hint = suggestion(baseline, names)
        raise UsageError(f"--baseline must be one of {', '.join(names)}, but is {baseline}{hint}")
    chosen = baseline if baseline in names else names[0]
    return Comparison([*zip(names, found.values())], chosen, left_out, mistakes.problems)
