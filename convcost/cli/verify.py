"""`convcost verify`: figures confirmed by running the network."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ..errors import UsageError
from ..files import check_writable
from .group import COMMANDS
from .options import bytes_of, prepare_to_run, shows_results, takes_networks
from .progress import Progress

if TYPE_CHECKING:
    from .options import Output, Sources, Subject


@click.command("verify", short_help=COMMANDS["verify"])
@takes_networks
@click.option("--variant", metavar="NAME", help="One variant; without it all variants of a spec are verified.")
@click.option("--layer", metavar="NAME", help="Judge one layer, or the layers of a block, and run what they need.")
@click.option("--quick", is_flag=True, help="Halve the input as long as every layer keeps a position off its borders.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of weights and inputs.")
@click.option("--dtype", type=click.Choice(("float32", "float64")), default="float32", show_default=True)
@click.option("--max-memory", metavar="SIZE", help="Refuse to need more: 2GB, 500MiB.  [default: 4/5 of what is free]")
@click.option("--output", "file", metavar="FILE.npz", help="Write the outputs of a whole, unpoisoned run there.")
@shows_results
def command(
    sources: Sources,
    output: Output,
    variant: str | None,
    layer: str | None,
    quick: bool,
    seed: int,
    dtype: str,
    max_memory: str | None,
    file: str | None,
) -> int:
    """Run networks and compare with what happened: shapes, params, MACs, useful MACs and receptive fields of every
    layer, and the network's totals of them, its field and its peak memory. Elementwise operations, bytes of weights and
    the grid are not compared.

    Exit code 0 where formula and execution agree, 1 with a problem for each figure that is not confirmed. A SPEC is a
    YAML file, the name of a spec that comes with convcost, or - for stdin; SPEC@VARIANT is a variant of it.

    \b
    convcost verify mobilenet_v1
    convcost verify vgg.yaml --quick --layer conv3_1
    """
    from ..render.verification import shown

    prepare_to_run()
    limit = None if max_memory is None else bytes_of(max_memory, "--max-memory")
    networks = [(source, name) for source in sources.load() for name in _variants(source, variant)]
    _check_file(file, len(networks))
    how: dict[str, Any] = {"seed": seed, "dtype": dtype, "max_memory": limit}
    results = []
    for source, name in networks:
        title = source.word if source.variant or len(source.network.variants) < 2 else f"{source.word}@{name}"
        with Progress(sys.stderr, title) as progress:
            found = source.network.verify(
                name, layer=layer, quick=quick, told=progress.needs, progress=progress.at, **how
            )
            if file is not None:
                source.network.write_outputs(file, name, **how)
        results.append((title, found))
    output.write([shown(found, title) for title, found in results])
    problems = [problem for _, found in results for problem in found.problems]
    notes = [note for source, name in networks for note in source.network.graph(name).notes]
    output.tell([*problems, *(note for note in notes if note.severity == "warning")])
    return 1 if problems else 0


def _variants(source: Subject, variant: str | None) -> tuple[str | None, ...]:
    named = source.variant or variant
    return (named,) if named else source.network.variants or (None,)


def _check_file(file: str | None, networks: int) -> None:
    """Refuse a file for outputs that cannot be written, or for those of several networks, before anything runs."""
    if file is None:
        return
    if networks != 1:
        raise UsageError(f"--output takes one network, but {networks} are given")
    check_writable(file)
