"""`--baseline`: what the figures of each spec are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..api.network import Network
from ..check.measured import Measured, measured_analysis, measured_document
from ..errors import SpecError, UsageError
from ..language.reading.located import Source
from ..language.reading.text import decode, load_text
from .lock import Locked, name_in, read_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .config import Config
    from .git import Revision
    from .lock import Entry

SCHEMA = "convcost.analysis/1"


class Found(NamedTuple):
    """What one variant of a spec was, or a sentence that says why there is nothing to compare with."""

    measured: Measured | None
    reason: str = ""


class Baseline(Protocol):
    """Old figures of many specs; `word` is what the user calls it."""

    word: str

    def of(self, path: str, network: Network) -> Callable[[str | None], Found]:
        """What the variants of a spec were: to be asked with a variant's name, or None where there are no variants."""


def baseline(word: str, paths: Iterable[str]) -> Baseline:
    """What `--baseline WORD` means for some specs: `git:REF`, a file of `convcost analyze --json`, or another spec.

    Raises UsageError for a ref, file or document that cannot be used, SpecError for a spec with mistakes.
    """
    if word.startswith("git:"):
        return FromGit(word.removeprefix("git:"), paths)
    if word.endswith(".json"):
        return FromJson(word)
    return FromSpec(word)


class FromGit:
    """Specs as they were at a commit, all read at once."""

    def __init__(self, ref: str, paths: Iterable[str]) -> None:
        from .git import Revision

        self.word = f"git:{ref}"
        self._revision = Revision(ref)
        self._texts = self._revision.read(paths)

    def of(self, path: str, network: Network) -> Callable[[str | None], Found]:
        ref, text = self._revision.ref, self._texts.get(path)
        if text is None:
            return lambda variant: Found(None, f"new: not in {ref}")
        try:
            old = network_at(self._revision, path, text)
            if old.document.source.text == network.document.source.text:
                old = network  # most are as they were, and this one is read already
        except (SpecError, UsageError):
            return lambda variant: _mistaken(ref)

        def found(variant: str | None) -> Found:
            if variant is not None and variant not in old.variants and (old.variants or variant != network.baseline):
                return Found(None, f"new: no such variant in {ref}")
            return _measured(old, variant if old.variants else None, ref)

        return found


class FromSpec:
    """Another spec: its variant of the same name, else its baseline."""

    def __init__(self, word: str) -> None:
        self.word = word
        self._other = Network.from_file(word)
        self._other.graph()

    def of(self, path: str, network: Network) -> Callable[[str | None], Found]:
        other = self._other
        return lambda variant: _measured(other, variant if variant in other.variants else None, self.word)


class FromJson:
    """What `convcost analyze --json` wrote: the networks of the same name and variant."""

    def __init__(self, path: str) -> None:
        self.word = path
        self._found: dict[tuple[str, str | None], Found] = {}
        for measured in _documents(path):
            key = (measured.name, measured.variant)
            several = Found(None, f"{path} has it more than once, so nothing is compared")
            self._found[key] = several if key in self._found else Found(measured)

    def of(self, path: str, network: Network) -> Callable[[str | None], Found]:
        missing = Found(None, f"new: not in {self.word}")
        return lambda variant: self._found.get((network.name, variant), missing)


def network_at(revision: Revision, path: str, text: bytes) -> Network:
    """A spec as it was at a commit; its problems are placed as git writes it: `main:./unet.yaml:8:13`.

    Raises SpecError and UsageError as every spec does.
    """
    shown = f"{revision.ref}:./{path}"
    return Network(Source(shown, decode(text, shown)), {}, None)


def _measured(old: Network, variant: str | None, where: str) -> Found:
    try:
        return Found(measured_analysis(old.analyze(variant)))
    except SpecError:
        return _mistaken(where)


def _mistaken(where: str) -> Found:
    return Found(None, f"its state in {where} has mistakes, so nothing is compared")


def _documents(path: str) -> list[Measured]:
    from json import loads

    try:
        document = loads(load_text(path, "a JSON document"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} must be JSON, but is damaged: {error}") from None
    schema = document.get("schema") if isinstance(document, dict) else None
    if schema != SCHEMA:
        described = f"has the schema {str(schema)[:60]}" if schema else "has no schema"
        raise UsageError(f"{path} must be written by `convcost analyze --json` ({SCHEMA}), but {described}")
    entries = document.get("results", [document])
    try:
        return [_whole(measured_document(entry)) for entry in entries]
    except (KeyError, TypeError, AttributeError):
        lacks = "an analysis in it lacks layers or figures"
        raise UsageError(f"{path} is damaged: {lacks}; write it again, with every layer") from None


def _whole(measured: Measured) -> Measured:
    """What was measured, if its figures are whole numbers and its names are texts; TypeError if not."""
    figures: list[Any] = [*measured.totals.values()]
    for row in measured.rows:
        figures += [*row.cost, *row.output]
    names = (measured.name, measured.variant or "")
    if not all(isinstance(name, str) for name in names) or any(type(figure) is not int for figure in figures):
        raise TypeError
    return measured


class FromLock:
    """Every spec as it was when it was locked."""

    def __init__(self, path: str, entries: dict[tuple[str, str | None], Entry]) -> None:
        self.word = path
        self._entries = entries

    def of(self, path: str, network: Network) -> Callable[[str | None], Found]:
        from .baselines import Found

        name = name_in(self.word, network.path)

        def found(variant: str | None) -> Found:
            entry = self._entries.get((name, variant))
            return Found(Locked(entry)) if entry else Found(None, f"new: not in {self.word}")

        return found


def baseline_of(config: Config, paths: Iterable[str]) -> Baseline | None:
    """What `baseline` names for some specs, or the lock file where there is one.

    Raises UsageError for what cannot be used.
    """
    if config.baseline is not None:
        from .baselines import baseline

        return baseline(config.baseline, paths)
    entries = read_lock(config.lock)
    return None if entries is None else FromLock(config.lock, entries)
