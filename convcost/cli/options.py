"""What the commands share: options that say which networks are meant and how a result is shown."""

from __future__ import annotations

import os
import sys
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO, TypeAlias

import click

from ..errors import UsageError
from ..render import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..analysis.cost import Analysis
    from ..analysis.field.report import FieldReport
    from ..api.network import Network
    from ..errors import Problem
    from ..render.blocks import Shown
    from ..render.formats.core.terminal import Terminal

    Command: TypeAlias = Callable[..., int | None]

COLORS = {"auto": None, "always": True, "never": False}


class Subject(NamedTuple):
    """One network of the command line: as it was written there, what it is, and the variant meant, if one was named."""

    word: str
    network: Network
    variant: str | None


class Sources:
    """The networks of a command line, not loaded yet."""

    def __init__(
        self, specs: tuple[str, ...], layers: tuple[str, ...], variables: dict[str, str], size: str | None
    ) -> None:
        self.specs = specs
        self.layers = layers
        self.variables = variables
        self.size = size

    def load(self) -> list[Subject]:
        """Every network, specs before inline layers; UsageError where there is none."""
        return [load() for _, load in self.each()]

    def each(self) -> list[tuple[str, Callable[[], Subject]]]:
        """Every network as it was written, and how it is loaded."""
        if not self.specs and not self.layers:
            raise UsageError("no network is given: name a SPEC, or write layers with -e")
        return [*[(word, partial(self._spec, word)) for word in self.specs], *self._inline()]

    def _spec(self, word: str) -> Subject:
        from ..api.network import Network

        path, variant = split_variant(word)
        return Subject(word, Network.from_file(path, variables=self.variables, input=self.size), variant)

    def _inline(self) -> Iterator[tuple[str, Callable[[], Subject]]]:
        for i, text in enumerate(self.layers, 1):
            word = f"<inline {i}>" if len(self.layers) > 1 else "<inline>"
            yield word, partial(self._layers, word, text)

    def _layers(self, word: str, text: str) -> Subject:
        from ..api.network import Network

        return Subject(word, Network.from_text(text, word, variables=self.variables, input=self.size), None)


def split_variant(word: str) -> tuple[str, str | None]:
    """A spec and the variant behind its last @; a file whose own name has one is that file.

    >>> split_variant("stage.yaml@separable")
    ('stage.yaml', 'separable')
    """
    path, at, variant = word.rpartition("@")
    return (path, variant) if at and path and not os.path.exists(word) else (word, None)


class Output:
    """How a result is shown."""

    def __init__(self, style: str, exact: bool) -> None:
        self.style = style
        self.exact = exact

    def write(self, results: Sequence[Shown]) -> None:
        """Show results on stdout."""
        sys.stdout.writelines(formats.find(self.style)(results, terminal_of(sys.stdout)))

    def write_notes(self, results: Iterable[Analysis | FieldReport]) -> None:
        """Tell on stderr, below the result, what is noteworthy in the specs; JSON has it in the document."""
        self.tell([note for result in results for note in result.notes])

    def tell(self, found: list[Problem]) -> None:
        """Tell problems on stderr, below the result; JSON has them in the document."""
        if found and self.style != "json":
            from ..errors import merge_repeats
            from ..render.formats.core.problems import problems

            sys.stdout.flush()
            sys.stderr.writelines(problems(merge_repeats(found), terminal_of(sys.stderr)))


def prepare_to_run() -> None:
    """Leave the sharing of work to the kernels' own threads, which is faster; too late once NumPy is there."""
    if "numpy" not in sys.modules:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def terminal_of(stream: TextIO) -> Terminal:
    """What a stream can show, as the user has it in this command."""
    from ..render.formats.core.terminal import Terminal

    return Terminal.of(stream, click.get_current_context().find_root().color)


def takes_networks(command: Command) -> Command:
    """Give a command SPEC..., -e, -D and --input, as one `Sources`."""

    @click.argument("specs", nargs=-1, metavar="[SPEC]...")
    @click.option("-e", "--eval", "layers", multiple=True, metavar="LAYERS", help="Layers as YAML, in place of a file.")
    @click.option("-D", "--define", "defined", multiple=True, metavar="NAME=VALUE", help="Set a variable of the spec.")
    @click.option("--input", "size", metavar="CxHxW", help="Set the input: 3x320x320.")
    @wraps(command)
    def taking(
        specs: tuple[str, ...], layers: tuple[str, ...], defined: tuple[str, ...], size: str | None, **rest: Any
    ) -> int | None:
        return command(Sources(specs, layers, dict(map(_definition, defined)), size), **rest)

    return taking


def bytes_of(text: str, option: str) -> int:
    """A size as people write it: `2GB`, `512MiB`.

    >>> bytes_of("1.5 GB", "--max-memory")
    1500000000
    """
    from ..language.demands import BYTES

    number = text.rstrip("".join(BYTES))
    unit = text[len(number) :]
    whole, point, decimals = number.strip().partition(".")
    if (
        unit in {"", *BYTES}
        and (whole + decimals).isdecimal()
        and whole
        and len(number) < 20
        and bool(point) == bool(decimals)
    ):
        exact = int(whole + decimals) * BYTES.get(unit, 1)
        return exact // int("1" + "0" * len(decimals))
    raise UsageError(f"{option} must be a size such as 2GB or 512MiB, but is {text[:60]}")


def _definition(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise UsageError(f"-D must be NAME=VALUE, but is {text!r}")
    return name.strip(), value.strip()


def shows_results(command: Command) -> Command:
    """Give a command --format, --json, --exact and --color, as one `Output`."""

    @click.option(
        "--format",
        "style",
        type=click.Choice(formats.names()),
        default=formats.FIRST,
        show_default=True,
        help="How the result is written.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
    @click.option("--exact", is_flag=True, help="All digits: 568,740,352 instead of 568.7 M.")
    @takes_color
    @wraps(command)
    def showing(*arguments: Any, style: str, as_json: bool, exact: bool, **rest: Any) -> int | None:
        return command(*arguments, output=Output("json" if as_json else style, exact), **rest)

    return showing


def takes_color(command: Command) -> Command:
    """Give a command --color, kept in click's context."""
    return click.option(
        "--color",
        type=click.Choice(tuple(COLORS)),
        expose_value=False,
        callback=_set_color,
        help="When to use colors.  [default: auto]",
    )(command)


def _set_color(context: click.Context, _: click.Parameter, value: str | None) -> None:
    context.find_root().color = COLORS[value or "auto"]
