"""What `convcost check` found: verdicts and problems, a record per spec and variant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..types import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..errors import Location, Problem
    from .measured import Value

SEVERITIES = ("advice", "warning", "error")
"""From the least to the gravest."""


class Verdict(Record):
    """One demand and how it fared.

    `kind` is `budget`, `expect` or `require`; `of` is None for the whole network. `value` is the figure: a count, sizes
    or scales per axis, `whole` for a receptive field that is the whole input, or None where there is none. `limit` is
    as written in the spec (`max 600M`). `status` is `ok`, `warning` or `error`.
    """

    kind: str
    metric: str
    of: str | None
    value: Value
    limit: str
    status: str
    location: Location


class Drift(Record):
    """A figure that is not what it was at the baseline."""

    metric: str
    before: int
    now: int


_NONE: Mapping[str, int] = {}


class Checked(Record):
    """One variant of one spec. `figures` has its totals by their JSON names, and is empty where the spec has mistakes.

    `baseline` says what it was compared with, or is None; `changes` are the figures that differ from it; `notes` are
    sentences for people, such as that a spec is new and has no baseline.
    """

    path: str
    variant: str | None
    problems: tuple[Problem, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    figures: Mapping[str, int] = _NONE
    baseline: str | None = None
    changes: tuple[Drift, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The path, with the variant behind an @ where there is one."""
        return f"{self.path}@{self.variant}" if self.variant else self.path


class CheckReport(Record):
    """Everything a run found. `problems` belong to no spec (a budget that concerns none); `fail_on` is the least
    severity at which the answer is no, or None where nothing makes it no."""

    specs: Sequence[Checked]
    problems: tuple[Problem, ...] = ()
    fail_on: str | None = "error"

    @property
    def ok(self) -> bool:
        """Whether nothing is as grave as `fail_on`."""
        if self.fail_on is None:
            return True
        least = SEVERITIES.index(self.fail_on)
        return all(SEVERITIES.index(problem.severity) < least for problem in self.all_problems())

    def all_problems(self) -> list[Problem]:
        """The problems of all specs, one that several variants share once, then those of none."""
        seen: dict[Problem, None] = dict.fromkeys(p for spec in self.specs for p in spec.problems)
        return [*seen, *(problem for problem in self.problems if problem not in seen)]

    def count(self, severity: str) -> int:
        """How many problems of one severity there are."""
        return sum(problem.severity == severity for problem in self.all_problems())
