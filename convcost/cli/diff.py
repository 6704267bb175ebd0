"""`convcost diff`: what changed between two specs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..errors import UsageError
from .group import COMMANDS
from .options import shows_results, split_variant

if TYPE_CHECKING:
    from ..api.network import Network
    from .options import Output

GIT = "git:"


@click.command("diff", short_help=COMMANDS["diff"])
@click.argument("old")
@click.argument("new")
@click.option("--all", "every", is_flag=True, help="Layers that are the same, too.")
@shows_results
def command(old: str, new: str, output: Output, every: bool) -> None:
    """What changed from one spec to another, layer by layer, and what each change costs.

    OLD and NEW are specs, or SPEC@VARIANT; git:REF is the other one as it was at that commit, branch or tag, and
    git:REF:PATH another file there, its path from this folder. Layers are matched by name, then by their place.

    \b
    convcost diff git:main unet.yaml
    convcost diff git:v1.0:unet.yaml git:v2.0:unet.yaml
    convcost diff stage.yaml@standard stage.yaml@separable
    """
    from ..analysis.diff import difference
    from ..render.difference import Result, View, shown

    networks = [_network(*_side(old, new)), _network(*_side(new, old))]
    before, after = [(network.graph(variant), network.analyze(variant)) for network, variant in networks]
    output.write([shown(Result(old, new, difference(before, after)), View(every, output.exact))])
    output.write_notes([after[1]])


def _side(word: str, other: str) -> tuple[str | None, str]:
    """A side's ref, if it has one, and its spec: that of the other side where only a ref is given."""
    ref, spec = _parts(word)
    spec = spec or _parts(other)[1]
    if not spec:
        raise UsageError(f"{word[:60]} needs a file, but {other[:60]} names none either; write git:REF:PATH")
    return ref, spec


def _parts(word: str) -> tuple[str | None, str]:
    if not word.startswith(GIT):
        return None, word
    ref, _, spec = word.removeprefix(GIT).partition(":")
    return ref, spec


def _network(ref: str | None, spec: str) -> tuple[Network, str | None]:
    from ..api.network import Network

    path, variant = split_variant(spec)
    if ref is None:
        return Network.from_file(path), variant
    from ..project.baselines import network_at
    from ..project.git import Revision

    revision = Revision(ref)
    text = revision.read([path])[path]
    if text is None:
        raise UsageError(f"{ref} has no file {path}")
    return network_at(revision, path, text), variant
