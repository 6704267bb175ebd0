"""The command line's frame: which commands there are. A command's module is imported when it runs."""

from __future__ import annotations

from importlib import import_module

import click

from .. import __version__
from ..wording import suggestion

COMMANDS = {
    "analyze": "What every layer of a network costs: shapes, params, MACs, memory.",
    "compare": "Variants of a network, or several networks, side by side.",
    "check": "Whether specs meet their figures and budgets: a gate for CI.",
    "lock": "Write the figures that `check` compares with to convcost.lock.json.",
    "diff": "What changed between two specs, layer by layer, and what it costs.",
    "rf": "The receptive field of every layer, and what follows from it.",
    "specs": "The networks that come with convcost; NAME prints one as YAML.",
    "explain": "What an operation, a figure or a problem code means.",
    "verify": "Figures confirmed by running the network.",
    "schema": "The JSON Schema of a spec, for editors.",
}


class LazyGroup(click.Group):
    """Commands by name: `analyze` is the `command` of `cli/analyze.py`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f".{cmd_name}", __package__).command
        if command.help is None:  # Python runs without docstrings
            from inspect import cleandoc

            from ..docstrings import docstring

            command.help = cleandoc(docstring(command.callback))
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args:  # the releases of click show the help in different places, with different exit codes
            click.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS:
            ctx.fail(f"there is no command {args[0]!r}{suggestion(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    help="What a convolutional network costs, from a short YAML spec: params, MACs, shapes, memory.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def convcost() -> None:
    pass
