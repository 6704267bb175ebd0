"""The lock file in a run: what specs are compared with, and how it is renewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .baselines import Found, baseline
from .lock import LOCK, entry_of, measured_lock, read_lock, write_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..network import Network
    from ..spec.demands import Budget
    from .baselines import Baseline
    from .lock import Entry
    from .run import Kept


class FromLock:
    """Every spec as it was when it was locked."""

    word = LOCK

    def __init__(self, entries: dict[tuple[str, str | None], Entry]) -> None:
        self._entries = entries

    def prefetch(self, paths: Iterable[str]) -> None:
        """There is nothing to get: the file is read."""

    def of(self, path: str, network: Network) -> Callable[[str | None], Found]:
        def found(variant: str | None) -> Found:
            entry = self._entries.get((path, variant))
            return Found(measured_lock(entry)) if entry else Found(None, f"new: not in {LOCK}")

        return found


def baseline_of(word: str | None) -> Baseline | None:
    """What `--baseline` names, or the lock file where there is one.

    Raises UsageError for what cannot be used.
    """
    if word is not None:
        return baseline(word)
    entries = read_lock()
    return None if entries is None else FromLock(entries)


def renew(kept: Sequence[Kept], budgets: Sequence[Budget], keep_others: bool) -> str:
    """Write the figures of these specs to the lock file, and keep those of others or not; the sentence that tells so.

    Raises UsageError where it cannot be written, or where what stands there is no lock file of this version.
    """
    entries = {(one.path, one.measured.variant): _entry(one, budgets) for one in kept}
    present = {(one.path, variant) for one in kept for variant in one.network.variants or (None,)}
    renewed = {path for path, _ in present}
    others = {
        key: entry
        for key, entry in (read_lock() or {}).items()
        if key in present or (keep_others and key[0] not in renewed)
    }
    changed = write_lock({**others, **entries}.values())
    count = f"{len(entries)} network{'s' * (len(entries) != 1)}"
    return f"{LOCK}: the figures of {count} {'are written' if changed else 'have not changed'}"


def _entry(one: Kept, budgets: Sequence[Budget]) -> Entry:
    own = one.network.document.effective(one.measured.variant).budgets or ()
    return entry_of(one.path, one.measured, [*own, *budgets])
