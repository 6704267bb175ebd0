"""`convcost schema`: the JSON Schema of a spec, for editors."""

from __future__ import annotations

import click

from .group import COMMANDS


@click.command("schema", short_help=COMMANDS["schema"])
def command() -> None:
    """The JSON Schema of a spec, on stdout; editors check and complete with it.

    \b
    convcost schema > convcost.schema.json
    """
    import json

    from ..language.schema import schema

    click.echo(json.dumps(schema(), indent=1))
