"""The lock file in a run: what specs are compared with, and how it is renewed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..errors import UsageError
from .lock import Locked, entry_of, name_in, read_lock, update_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..check.report import CheckReport
    from ..network import Network
    from ..spec.demands import Budget
    from .baselines import Baseline, Found
    from .config import Config
    from .lock import Entry
    from .run import Kept


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


def renew(report: CheckReport, kept: Sequence[Kept], config: Config, keep_others: bool) -> str:
    """Write the figures of what was judged to the lock file; the sentence that tells so.

    A spec with mistakes keeps the figures it had, and so do specs that were not asked for, if they are to be kept or
    the lock file is not the project's alone. Raises UsageError where it cannot be written, where what stands there is
    no lock file of this version, and for a spec that is no file.
    """
    lock = config.lock
    for one in kept:
        if not os.path.exists(one.path):
            raise UsageError(f"{lock} holds the figures of files, but {one.path} is none")
    entries = [_entry(one, name_in(lock, one.path), config.budgets) for one in kept]
    new = {(entry.path, entry.variant): entry for entry in entries}
    present = {(name_in(lock, one.path), variant) for one in kept for variant in one.network.variants or (None,)}
    judged = {path for path, _ in present}
    asked = {name_in(lock, spec.path) for spec in report.specs}
    keep_others = keep_others or os.path.dirname(lock) != os.path.dirname(config.path or lock)

    def change(old: dict[tuple[str, str | None], Entry]) -> Iterable[Entry]:
        others = {
            key: entry
            for key, entry in old.items()
            if key in present or (key[0] not in judged and (keep_others or key[0] in asked))
        }
        return {**others, **new}.values()

    changed = update_lock(change, lock)
    count = f"{len(new)} network{'s' * (len(new) != 1)}"
    return f"{lock}: the figures of {count} {'are written' if changed else 'have not changed'}"


def _entry(one: Kept, name: str, budgets: Sequence[Budget]) -> Entry:
    own = one.network.document.effective(one.measured.variant).budgets or ()
    return entry_of(name, one.measured, [*own, *budgets])
