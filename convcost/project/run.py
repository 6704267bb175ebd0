"""Specs in, a report out: each is read, judged by what it demands and what the configuration does, and compared with
what it was."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..api.network import Network
from ..check.judge import Judge
from ..check.measured import measured_analysis
from ..check.report import Checked, CheckReport, Drift
from ..errors import Location, Problem, SpecError, UsageError, merge_repeats
from ..language.demands import json_name
from ..types import Record
from .lock import entry_of, name_in, update_lock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..check.measured import Measured
    from ..language.demands import Budget
    from ..language.reading.located import Source
    from .baselines import Baseline, Found
    from .config import Config
    from .lock import Entry

UNREADABLE = "CC011"
NOT_JUDGED = "CC306"
_NOTHING: Mapping[str, str] = {}
NO_BASELINE = "there is no baseline (--baseline, or a lock file)"


class Plan(Record):
    """How specs are judged: by `budgets` too, which stand in the configuration `source`; against `baseline`.

    Without `growth` nobody wants to know that limits on it were not judged. Where the specs are not `every_spec` of the
    project, a budget of the configuration may concern none of them.
    """

    budgets: Sequence[Budget] = ()
    source: Source | None = None
    baseline: Baseline | None = None
    advice: bool = False
    verify: bool = False
    fail_on: str | None = "error"
    growth: bool = True
    every_spec: bool = True


class Kept(Record):
    """A variant that was judged: what the lock file wants of it, and what a word about several may be wrong about.

    `idle` are budgets of the configuration that concern nothing here, `unused` comments that silence nothing here.
    """

    path: str
    network: Network
    measured: Measured
    idle: frozenset[Problem]
    unused: frozenset[Problem]


def check(paths: Sequence[str], plan: Plan, unreadable: Mapping[str, str] = _NOTHING) -> tuple[CheckReport, list[Kept]]:
    """Judge every variant of every spec; a spec that cannot be read is a problem of its own, and the others go on.

    `unreadable` has a sentence for what is known to be so, files and folders.
    """
    specs: list[Checked] = []
    kept: list[Kept] = []
    for path in paths:
        found = list(_spec(path, plan))
        own = [one for _, one in found if one]
        every_variant = len(own) == len(found)  # what a mistaken one needs is not known
        unused = frozenset.intersection(*[one.unused for one in own]) if every_variant else frozenset()
        for i, (checked, _) in enumerate(found):
            specs.append(checked if i or not unused else checked.replace(problems=_ordered(checked.problems, unused)))
        kept += own
    specs += [_unread(path, sentence) for path, sentence in unreadable.items()]
    idle = frozenset.intersection(*[one.idle for one in kept]) if kept and plan.every_spec else frozenset()
    return CheckReport(specs, _ordered(idle), plan.fail_on), kept


def _ordered(*groups: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(merge_repeats([problem for group in groups for problem in group]))


def _spec(path: str, plan: Plan) -> Iterator[tuple[Checked, Kept | None]]:
    """What there is to say of each variant of a spec."""
    try:
        network = Network.from_file(path)
    except UsageError as error:
        yield _unread(path, str(error)), None
        return
    except SpecError as error:
        yield Checked(path, None, error.problems), None
        return
    earlier = plan.baseline.of(path, network) if plan.baseline else None
    variants = network.variants or (None,)
    measured: dict[str | None, Measured | SpecError] = {variant: _measure(network, variant) for variant in variants}
    found_in = _variants_by_mistake(measured.values())
    base = measured[network.baseline] if network.variants else None
    for variant in variants:
        found = measured[variant]
        if isinstance(found, SpecError):
            problems = [problem.replace(variants=found_in[_bare(problem)]) for problem in found.problems]
            yield Checked(network.path, variant, tuple(problems)), None
        else:
            before = earlier(variant) if earlier else None
            yield _judged(network, found, None if isinstance(base, SpecError) else base, before, plan)


def _unread(path: str, sentence: str) -> Checked:
    return Checked(path, None, (Problem(Location(path), UNREADABLE, sentence),))


def _measure(network: Network, variant: str | None) -> Measured | SpecError:
    try:
        return measured_analysis(network.analyze(variant))
    except SpecError as error:
        return error


def _variants_by_mistake(found: Iterable[Measured | SpecError]) -> dict[Problem, tuple[str, ...]]:
    """The variants that share a mistake, so that it is the same in each."""
    variants: dict[Problem, tuple[str, ...]] = {}
    for one in found:
        for problem in one.problems if isinstance(one, SpecError) else ():
            variants[_bare(problem)] = (*variants.get(_bare(problem), ()), *problem.variants)
    return variants


def _bare(problem: Problem) -> Problem:
    return problem.replace(variants=())


def _judged(
    network: Network, now: Measured, base: Measured | None, found: Found | None, plan: Plan
) -> tuple[Checked, Kept]:
    before, note = found or (None, "")
    own = _by_the_spec(network, now, base, before)
    common = list(_by_the_configuration(network, now, base, before, plan))
    idle = frozenset(problem for judge in common for problem in judge.problems if problem.code == NOT_JUDGED)
    judges = [own, *common]
    ungrown = sum(judge.without_before for judge in judges)
    advice, unused = _advice(network, now.variant) if plan.advice else ([], [])
    run = network.verify(now.variant, quick=True).problems if plan.verify else ()
    checked = Checked(
        network.path,
        now.variant,
        _ordered((problem for judge in judges for problem in judge.problems if problem not in idle), advice, run),
        tuple([verdict for judge in judges for verdict in judge.verdicts]),
        now.totals,
        plan.baseline.word if plan.baseline and before else None,
        tuple(_changes(before, now)) if before else (),
        tuple(_notes(note, ungrown, plan)),
    )
    return checked, Kept(network.path, network, now, idle, frozenset(unused))


def _by_the_spec(network: Network, now: Measured, base: Measured | None, before: Measured | None) -> Judge:
    document = network.document
    overlay = document.effective(now.variant)
    judge = Judge(document.source, now, now.variant, base, before)
    if now.variant is None or now.variant == network.baseline:
        expected = overlay.expect
    else:
        expected = document.variants[now.variant].expect  # what stands at the top is the baseline's
    if expected:
        judge.expect(expected)
    judge.budgets(overlay.budgets or ())
    judge.require(document.require)
    return judge


def _by_the_configuration(
    network: Network, now: Measured, base: Measured | None, before: Measured | None, plan: Plan
) -> Iterator[Judge]:
    """Its budgets, if it has any, but for those that the spec has a word of its own about."""
    if not plan.source:
        return
    title = f"{network.path}@{now.variant}" if now.variant else network.path
    judge = Judge(plan.source, now, title, base, before, hints=False)
    said = {(json_name(budget.metric), budget.of) for budget in network.document.effective(now.variant).budgets or ()}
    judge.budgets([budget for budget in plan.budgets if (json_name(budget.metric), budget.of) not in said])
    yield judge


def _advice(network: Network, variant: str | None) -> tuple[list[Problem], list[Problem]]:
    """The advice on a variant that no comment silences, and the comments that silence nothing."""
    from ..analysis.advice import advise
    from .ignores import apply

    return apply(network.document.source, advise(network.graph(variant)))


def _changes(before: Measured, now: Measured) -> Iterator[Drift]:
    for metric, value in now.totals.items():
        old = before.totals.get(metric)
        if old is not None and old != value:
            yield Drift(metric, old, value)


def _notes(note: str, ungrown: int, plan: Plan) -> Iterator[str]:
    if note:
        yield note
    elif ungrown and plan.growth:
        which = "a limit on growth was" if ungrown == 1 else f"{ungrown} limits on growth were"
        reason = f"{plan.baseline.word} has no such figure" if plan.baseline else NO_BASELINE
        yield f"{which} not judged: {reason}"


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
