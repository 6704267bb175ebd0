"""The Python API: what `load` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import SpecError, UsageError
from ..language.document import Document
from ..language.expand import expand
from ..language.reading.located import Source
from ..language.reading.text import decode, load_text
from ..types import dims
from ..wording import suggestion
from .shipped import shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from os import PathLike

    from ..analysis.compare import Comparison
    from ..analysis.cost import Analysis
    from ..analysis.field.report import FieldReport
    from ..analysis.verification import Verification
    from ..errors import Problem
    from ..graph import Graph
    from ..types import Shape
    from ..verify.run import Array


def load(path: str | PathLike[str], **variables: object) -> Network:
    """Read a spec, check its text and its baseline; keyword arguments replace its variables.

    Raises SpecError with everything that is wrong in the spec, UsageError for a file that cannot be read or a variable
    that the spec does not have.
    """
    from os import fspath

    network = Network.from_file(fspath(path), variables={name: written(value) for name, value in variables.items()})
    network.graph(network.baseline)
    return network


def written(value: object) -> str:
    """A Python value as a spec writes it: `0.5`, `true`, `[1, 2]`, `relu`.

    >>> written(True)
    'true'
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


ASSUMED_AXES = (2, 1, 3)
ASSUMED_SIZES = tuple(224 << doublings for doublings in range(9))


class Network:
    """A spec, ready to be asked."""

    def __init__(self, source: Source, variables: Mapping[str, str], input: str | None) -> None:
        self._input = None if input is None else shape_of(input)
        self.document = document = Document(source, input is not None)
        """The spec as it was read: its text, and what it demands of its figures."""
        self._graphs: dict[str | None, Graph] = {}
        known = document.variables()
        for name in variables:
            if name not in known:
                listed = f"its variables are {', '.join(sorted(known))}" if known else "it has none"
                hint = suggestion(name, known)
                raise UsageError(f"{source.path} has no variable {name[:60]}{hint} ({listed})")
        self._variables = variables

    @classmethod
    def from_file(cls, path: str, *, variables: Mapping[str, str] = {}, input: str | None = None) -> Network:
        """A spec from a file, from standard input ("-"), or a shipped one by its name where no such file exists.

        Raises SpecError for what cannot be read further, UsageError for the rest.
        """
        found = shipped(path)
        text = load_text(found[1] if found else path)
        shown = found[0] if found else "<stdin>" if path == "-" else path
        return cls(Source(shown, text), variables, input)

    @classmethod
    def from_text(
        cls, text: str, path: str = "<inline>", *, variables: Mapping[str, str] = {}, input: str | None = None
    ) -> Network:
        """A spec from a text; a list alone is a chain of layers on the input given beside it."""
        try:
            data = text.encode(errors="surrogateescape")
        except UnicodeEncodeError as error:
            raise UsageError(f"{path} is no text: it has half a character, U+{ord(text[error.start]):04X}") from None
        return cls(Source(path, decode(data, path)), variables, input)

    @property
    def path(self) -> str:
        """Where the spec was read."""
        return self.document.source.path

    @property
    def name(self) -> str:
        """The spec's title."""
        return self.document.name

    @property
    def variants(self) -> tuple[str, ...]:
        """The names of its variants."""
        return tuple(self.document.variants)

    @property
    def baseline(self) -> str | None:
        """The variant the others are compared with; None where there are none."""
        return self.document.baseline

    @property
    def given_input(self) -> Shape | None:
        """The shape given for its first input in place of the spec's, if one was."""
        return self._input

    def on_some_input(self) -> Network:
        """This network if its spec has an input; if not, its layers on an assumed one: with 3 channels, as many axes as
        their fields have values, and large enough that every layer has an output."""
        if "CC004" not in self._mistakes():
            return self
        tried = []
        for axes in ASSUMED_AXES:
            for size in ASSUMED_SIZES:
                network = Network(self.document.source, self._variables, dims((3, *[size] * axes)))
                mistakes = network._mistakes()
                if "CC105" not in mistakes:
                    break
            if "CC108" not in mistakes:
                return network
            tried.append(network)
        return tried[0]

    def _mistakes(self) -> set[str]:
        """The codes of what is wrong in it."""
        try:
            self.graph()
        except SpecError as error:
            return {problem.code for problem in error.problems}
        return set()

    def graph(self, variant: str | None = None) -> Graph:
        """The network as a graph; that of the baseline where no variant is named.

        Raises SpecError with everything that is wrong in it, UsageError for an unknown variant.
        """
        variant = variant or self.baseline
        if variant not in self._graphs:
            self._graphs[variant] = expand(self.document, variant, self._variables, self._input)
        return self._graphs[variant]

    def analyze(self, variant: str | None = None) -> Analysis:
        """Every figure of the network, layer by layer.

        Raises SpecError with everything that is wrong in it, UsageError for an unknown variant.
        """
        from .views.analysis import AnalysisView

        return AnalysisView(self.graph(variant))

    def receptive_field(self, variant: str | None = None, wrt: str | None = None) -> FieldReport:
        """The receptive field of every layer, with respect to the first input or the one that `wrt` names.

        Raises SpecError with everything that is wrong in the network, UsageError for an unknown variant or input.
        """
        from .views.field_report import FieldReportView

        return FieldReportView(self.graph(variant), wrt)

    def compare(self, baseline: str | None = None, *, partial: bool = False) -> Comparison:
        """The variants of the spec side by side.

        Raises SpecError with everything that is wrong in any of them, UsageError for a spec without variants or an
        unknown baseline. With `partial` those without mistakes are compared, if there are any; the first of them is the
        baseline where that has mistakes.
        """
        from .views.comparison import ComparisonView

        if not self.variants:
            raise UsageError(f"{self.path} has no variants to compare; give a second spec, or variants")
        if baseline is not None:
            self.document.effective(baseline)
        networks: list[tuple[str, Analysis]] = []
        problems: list[Problem] = []
        for variant in self.variants:
            try:
                networks.append((variant, self.analyze(variant)))
            except SpecError as error:
                problems += error.problems
        mistakes = SpecError(problems)
        if problems and not (partial and networks):
            raise mistakes
        good = [name for name, _ in networks]
        left_out = [variant for variant in self.variants if variant not in good]
        wanted = baseline or self.baseline
        return ComparisonView(networks, wanted if wanted in good else good[0], left_out, mistakes.problems)

    def verify(
        self,
        variant: str | None = None,
        *,
        layer: str | None = None,
        quick: bool = False,
        seed: int = 0,
        dtype: str = "float32",
        max_memory: int | None = None,
        told: Callable[[int], None] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Verification:
        """Run the network and compare what is published with what happened (`verify/__init__.py` says how).

        `layer` alone is judged, or the layers of that block; `quick` halves the input as long as every layer keeps an
        interior position. `told` hears how many bytes it will need, `progress` how many layers of how many have run.
        Raises SpecError with everything that is wrong in the spec, UsageError for an unknown variant or layer and for
        more memory than `max_memory` or four fifths of what is free.
        """
        from ..verify.confirm import verify
        from .views.verification import VerificationView

        return verify(
            self.graph(variant),
            layer=layer,
            quick=quick,
            seed=seed,
            dtype=dtype,
            max_memory=max_memory,
            told=told,
            progress=progress,
            kind=VerificationView,
        )

    def run(
        self,
        inputs: Mapping[str, Any] | None = None,
        weights: Mapping[str, Mapping[str, Any]] | None = None,
        seed: int = 0,
        *,
        variant: str | None = None,
        keep: Iterable[str] = (),
        dtype: str = "float32",
    ) -> dict[str, Array]:
        """The outputs of the network, and of the layers named in `keep`: arrays (C, *sizes), channels first.

        `inputs` has an array for each of its inputs; without it, they are drawn from the seed. `weights` has, for each
        layer with any, its arrays by their names (`weight`, `bias`, ...); without it, they are drawn from the seed too,
        the same numbers on every machine. Raises SpecError for a mistake in the spec; UsageError for arrays of a wrong
        name, shape or type, for NaN among their numbers, and where memory does not suffice.
        """
        from ..verify.run import run

        return run(self.graph(variant), inputs, weights, seed=seed, keep=keep, dtype=dtype)

    def write_outputs(
        self,
        path: str,
        variant: str | None = None,
        *,
        seed: int = 0,
        dtype: str = "float32",
        max_memory: int | None = None,
    ) -> None:
        """Run the network and write its outputs to an .npz file, which is there whole or not at all."""
        from ..verify.run import run, save

        save(path, run(self.graph(variant), seed=seed, dtype=dtype, max_memory=max_memory))


def shape_of(text: str) -> Shape:
    """A shape as people write it: `3x224x224`.

    Raises UsageError for what is none.
    """
    parts = text.lower().replace(",", "x").split("x")
    sizes = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 16]
    if len(sizes) != len(parts) or not 1 <= len(sizes) <= 4 or min(sizes) < 1:
        raise UsageError(f"--input must be like 3x224x224 (channels first, up to three sizes), but is {text[:60]}")
    return tuple(sizes)
