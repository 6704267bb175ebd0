"""`convcost lock`: the figures of all specs, written down for `check` to compare with."""

from __future__ import annotations

import sys

import click

from ..errors import SpecError, UsageError
from .group import COMMANDS


@click.command("lock", short_help=COMMANDS["lock"])
@click.argument("paths", nargs=-1, metavar="[PATH|GLOB]...")
def command(paths: tuple[str, ...]) -> int | None:
    """Write convcost.lock.json: the figures of every variant of every spec, a line each, sorted.

    `convcost check` compares with the nearest one, here or in a folder above, and `check --update` renews it too; a new
    one is written beside the configuration. Without a path, the specs that `check` judges; with paths, the entries of
    other specs stay. Nothing is written if a spec has mistakes.
    """
    from ..project.config import find
    from ..project.discover import specs_in
    from ..project.run import UNREADABLE, Plan, check, renew
    from .check import FORMATS

    config = find(FORMATS)
    found = specs_in(paths, config)
    report, kept = check(found.paths, Plan(), found.unreadable)
    for problem in report.all_problems():
        if problem.code == UNREADABLE:
            raise UsageError(problem.message)
    if mistakes := [problem for spec in report.specs if not spec.figures for problem in spec.problems]:
        raise SpecError(mistakes)
    print(renew(report, kept, config, keep_others=bool(paths)), file=sys.stderr)
    return None
