"""`convcost explain`: what an operation, a figure, a problem code or a key means."""

from __future__ import annotations

import click

from .group import COMMANDS


@click.command("explain", short_help=COMMANDS["explain"])
@click.argument("word", required=False)
def command(word: str | None) -> None:
    """What an operation, a figure, a problem code or a key of a spec means; without a WORD, the list of all.

    \b
    convcost explain conv_transpose
    convcost explain macs
    convcost explain CC103
    """
    from ..explain.pages import explain

    click.echo(explain(word))
