"""`convcost specs`: the networks that come with convcost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from ..wording import suggestion
from .group import COMMANDS
from .options import shows_results

if TYPE_CHECKING:
    from .options import Output


@click.command("specs", short_help=COMMANDS["specs"])
@click.argument("name", required=False)
@shows_results
def command(output: Output, name: str | None) -> None:
    """The networks that come with convcost, a line each; with a NAME its spec, to start one's own from.

    Each spec has the published figures that it meets, with their source. Of one with variants, the baseline is listed.

    \b
    convcost specs
    convcost specs mobilenet_v1 > mine.yaml
    """
    from ..api.network import Network
    from ..api.shipped import shipped_specs
    from ..render.specs import shown

    specs = shipped_specs()
    if name is not None:
        click.echo(_text(name, specs, output), nl=False)
        return
    networks = [(name, Network.from_file(path)) for name, path in specs.items()]
    output.write([shown([(name, network.analyze()) for name, network in networks], output.exact)])


def _text(name: str, specs: dict[str, str], output: Output) -> str:
    from ..language.reading.text import load_text

    if name not in specs:
        hint = suggestion(name, specs)
        raise UsageError(f"no spec that comes with convcost is named {name[:60]}{hint} (convcost specs lists them)")
    if output.style != "text" or output.exact:
        raise UsageError("a NAME prints a spec as it stands; --format, --json and --exact are for the list")
    return load_text(specs[name])
