"""What a check found, as test results: a suite per spec, a case per demand. Jenkins, GitLab and others read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....check.report import SEVERITIES
from ....errors import describe
from ....types import Record
from ....wording import one_line
from ..core.places import line, relative

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ....check.report import Checked, CheckReport, Verdict
    from ....errors import Problem
    from ..core.terminal import Terminal


class Case(Record):
    """One test: a demand, or what is wrong besides; `problem` says why it fails, or what to know though it passes."""

    name: str
    problem: Problem | None = None


class Suite(Record):
    """The tests of one spec."""

    title: str
    path: str
    cases: Sequence[Case]


def write(found: CheckReport, terminal: Terminal) -> Iterator[str]:
    """One document; a problem is a failure where it is as grave as what makes the answer no, and an error always is."""
    grave = SEVERITIES[SEVERITIES.index(found.fail_on or "error") :]
    suites = [Suite(spec.title, spec.path, list(_cases(spec))) for spec in found.specs]
    if found.problems:
        suites.append(Suite("convcost", "", [Case(_label(problem), problem) for problem in found.problems]))
    cases = [case for suite in suites for case in suite.cases]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites{_attributes(name='convcost check', **_counts(cases, grave))}>\n"
    names: dict[tuple[str, str], int] = {}
    for suite in suites:
        yield from _suite(suite, grave, names)
    yield "</testsuites>\n"


def _cases(spec: Checked) -> Iterator[Case]:
    """Every demand, then what is wrong and belongs to none; a spec with neither has one case, that it can be read."""
    rest = dict.fromkeys(spec.problems)
    for verdict in spec.verdicts:
        problem = next((one for one in spec.problems if _belongs(one, verdict)), None)
        if problem:
            rest.pop(problem, None)
        yield Case(_name(verdict), problem)
    yield from (Case(_label(problem), problem) for problem in rest)
    if not spec.verdicts and not spec.problems:
        yield Case("no mistakes")


def _belongs(problem: Problem, verdict: Verdict) -> bool:
    return problem.location == verdict.location and problem.severity == verdict.status


def _name(verdict: Verdict) -> str:
    of = f" of {verdict.of}" if verdict.of else ""
    return f"{verdict.kind}: {verdict.metric}{of} {verdict.limit}"


def _label(problem: Problem) -> str:
    return f"{problem.code} {problem.layer}".rstrip()


def _suite(suite: Suite, grave: Sequence[str], names: dict[tuple[str, str], int]) -> Iterator[str]:
    yield f"  <testsuite{_attributes(name=suite.title, **_counts(suite.cases, grave))}>\n"
    for case in suite.cases:
        yield from _case(case, suite, grave, names)
    yield "  </testsuite>\n"


def _case(case: Case, suite: Suite, grave: Sequence[str], names: dict[tuple[str, str], int]) -> Iterator[str]:
    problem = case.problem
    place = {"file": relative(problem.location.path if problem else suite.path)}
    if problem:
        place["line"] = str(line(problem))
    group = class_name(suite.title)
    names[group, case.name] = count = names.get((group, case.name), 0) + 1
    name = case.name if count == 1 else f"{case.name} ({count})"  # of equal names GitLab keeps the first alone
    opening = f"    <testcase{_attributes(classname=group, name=name, **place)}"
    if problem is None:
        yield f"{opening}/>\n"
        return
    text = escape(describe([problem]))
    if problem.severity in grave:
        attributes = _attributes(message=problem.message, type=problem.code)
        yield f"{opening}>\n      <failure{attributes}>{text}</failure>\n    </testcase>\n"
    else:
        yield f"{opening}>\n      <system-out>{text}</system-out>\n    </testcase>\n"


def class_name(title: str) -> str:
    """The title as a class in a package, which Jenkins parts at its last point.

    >>> class_name("specs/mobilenet_v1.yaml@wide")
    'specs.mobilenet_v1@wide'
    """
    path, at, variant = relative(title).partition("@")
    return path.removesuffix(".yaml").removesuffix(".yml").lstrip("./").replace("/", ".") + at + variant


def _counts(cases: Iterable[Case], grave: Sequence[str]) -> dict[str, str]:
    failed = [case.problem is not None and case.problem.severity in grave for case in cases]
    return {"tests": str(len(failed)), "failures": str(sum(failed)), "errors": "0"}


def _attributes(**values: str) -> str:
    return "".join(f' {key}="{escape(one_line(value))}"' for key, value in values.items())


def escape(text: str) -> str:
    """Text as XML holds it, in ASCII so that it is the same in every encoding, without a command for GitHub's runner.

    >>> escape('<a> & "b" ]]> é ##[x]')
    '&lt;a&gt; &amp; &quot;b&quot; ]]&gt; &#233; #&#35;[x]'
    """
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    text = text.replace("##[", "#&#35;[")
    return text.encode("ascii", "xmlcharrefreplace").decode()
