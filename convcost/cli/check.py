"""`convcost check`: the gate for model specs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from ..check.report import SEVERITIES
from ..errors import UsageError
from ..render import formats
from ..render.formats import ci
from ..render.formats.core.terminal import Terminal
from ..wording import suggestion
from .group import COMMANDS
from .options import prepare_to_run, takes_color, terminal_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..check.report import CheckReport
    from ..project.config import Config

FORMATS = (*formats.names(), *ci.names())
AUTO = "auto"


@click.command("check", short_help=COMMANDS["check"])
@click.argument("paths", nargs=-1, metavar="[PATH|GLOB|-]...")
@click.option("--baseline", metavar="WHAT", help="Compare with git:REF, a JSON of `analyze --json`, or another spec.")
@click.option("--update", is_flag=True, help="Write the figures to convcost.lock.json, as `convcost lock` does.")
@click.option("--fail-on", type=click.Choice(SEVERITIES), help="The least that fails.  [default: error]")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@click.option("--advice/--no-advice", default=None, help="Tell also what may be wrong (CC4xx).")
@click.option("--verify/--no-verify", default=None, help="Run every network too, as `verify --quick`.")
@click.option("--format", "style", type=click.Choice((AUTO, *FORMATS)), help="How the result is written.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT=FILE", help="Write it to a file as well.")
@click.option("--show-config", is_flag=True, help="Show the configuration in force, and do nothing else.")
@click.option("--only-specs", is_flag=True, hidden=True, help="Pass over files that are no specs (for pre-commit).")
@takes_color
def command(
    paths: tuple[str, ...],
    baseline: str | None,
    update: bool,
    fail_on: str | None,
    exit_zero: bool,
    advice: bool | None,
    verify: bool | None,
    style: str | None,
    as_json: bool,
    outputs: tuple[str, ...],
    show_config: bool,
    only_specs: bool,
) -> int | None:
    """Judge specs by what they demand: `expect`, `budgets`, `require`; and by the budgets of the configuration.

    Without a path, the paths of the configuration, or everything in the project that looks like a spec: below the
    folder of the configuration or of the lock file, or this one where there is neither. Exit code 0: every demand
    holds. 1: one does not. 2: a file cannot be read, or the question is malformed.

    \b
    convcost check
    convcost check specs --baseline git:origin/main
    convcost check --format github -o sarif=convcost.sarif
    """
    from ..project import config as configuration
    from ..project.run import UNREADABLE

    chosen = "json" if as_json else style
    config = _configured(
        baseline=baseline, fail_on=fail_on, advice=advice, verify=verify, format=chosen, output=outputs or None
    )
    if show_config:
        sys.stdout.write(configuration.show(config))
        return None
    if config.verify:
        prepare_to_run()
    files = _files(config.output)
    report = _run(paths, config, only_specs=only_specs, update=update, exit_zero=exit_zero)
    _write(report, config.format, files)
    if any(problem.code == UNREADABLE for problem in report.all_problems()):
        return 2
    return 0 if report.ok else 1


def _configured(**given: Any) -> Config:
    """The configuration in force: the project's, with what the command line says in its place."""
    from ..project import config as configuration

    found = configuration.find(FORMATS)
    return found.replace(**{key: value for key, value in given.items() if value is not None})


def _run(paths: tuple[str, ...], config: Config, *, only_specs: bool, update: bool, exit_zero: bool) -> CheckReport:
    from ..project.baselines import baseline_of
    from ..project.discover import specs_in
    from ..project.run import Plan, check, renew

    found = specs_in(paths, config, only_specs)
    before = None if update else baseline_of(config, found.paths)
    fail_on = None if exit_zero else config.fail_on
    plan = Plan(
        config.budgets,
        config.source,
        before,
        config.advice,
        config.verify,
        fail_on,
        growth=not update,
        every_spec=not paths,
    )
    report, kept = check(found.paths, plan, found.unreadable)
    if update:
        print(renew(report, kept, config, keep_others=bool(paths)), file=sys.stderr)
    return report


def _files(words: Iterable[str]) -> dict[str, str]:
    """The format of each file that words like `FORMAT=FILE` ask for."""
    files: dict[str, str] = {}
    taken: dict[str, str] = {}
    for word in words:
        style, _, file = word.partition("=")
        if not file:
            raise UsageError(f"-o must be FORMAT=FILE, like sarif=convcost.sarif, but is {word[:60]}")
        if style not in FORMATS:
            hint = suggestion(style, FORMATS)
            raise UsageError(f"there is no format {style[:60]}{hint} (formats: {', '.join(FORMATS)})")
        other = taken.setdefault(os.path.realpath(file), style)
        if other != style:
            raise UsageError(f"every output must have a file of its own, but {other} and {style} both go to {file}")
        files[file] = style
    return files


def _write_files(report: CheckReport, files: dict[str, str]) -> None:
    """The report in files; none takes the place of what it reports on."""
    from ..files import write_text

    specs = {os.path.realpath(spec.path) for spec in report.specs}
    for file in files:
        if os.path.realpath(file) in specs:
            raise UsageError(f"an output must have a file of its own, but {file} is one of the specs")
    for file, style in files.items():
        write_text(file, "".join(_rendered(report, style, Terminal())))


def _write(report: CheckReport, style: str, files: dict[str, str]) -> None:
    """The report on stdout, and in files; on GitHub its summary too."""
    if style == AUTO:
        style = "github" if os.environ.get("GITHUB_ACTIONS") == "true" else "text"
    if files:
        _write_files(report, files)
    sys.stdout.writelines(_rendered(report, style, terminal_of(sys.stdout)))
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if style == "github" and summary:
        from ..render.formats.ci.github import job_summary

        with open(summary, "a", encoding="utf-8") as stream:
            stream.write(job_summary(report))


def _rendered(report: CheckReport, style: str, terminal: Terminal) -> Iterator[str]:
    if style in ci.names():
        return ci.find(style)(report, terminal)
    from ..render.check import shown

    return formats.find(style)([shown(report)], terminal)
