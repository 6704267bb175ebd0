"""What a check found, in SARIF 2.1.0: the format of code scanning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...check import message
from ..core.places import fingerprints, line, relative
from ..json import inert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....check.report import CheckReport
    from ....errors import Problem
    from ..core.terminal import Terminal

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "advice": "note"}


def write(found: CheckReport, terminal: Terminal) -> Iterator[str]:
    """A log with one run."""
    from json import JSONEncoder

    problems = found.all_problems()
    codes = sorted({problem.code for problem in problems})
    run = {
        "tool": {"driver": {"name": "convcost", "rules": [_rule(code) for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(problem, codes.index(problem.code), fingerprint)
            for problem, fingerprint in zip(problems, fingerprints(problems))
        ],
    }
    yield from map(inert, JSONEncoder(indent=1).iterencode({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}))
    yield "\n"


def _rule(code: str) -> dict[str, object]:
    """A code with what its page says; its examples, full of braces, stay there: not every viewer reads `{{` as one."""
    from inspect import cleandoc

    from ....codes import page

    text = plain(" ".join(cleandoc(page(code) or code).partition("\n\n")[0].split()))
    first, stop, _ = text.partition(". ")
    return {
        "id": code,
        "shortDescription": {"text": first + stop.rstrip()},
        "fullDescription": {"text": text},
        "help": {"text": f"{text} `convcost explain {code}` shows a spec that raises it and one that does not."},
    }


def _result(problem: Problem, rule: int, fingerprint: str) -> dict[str, object]:
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": LEVELS[problem.severity],
        "message": {"text": plain(message(problem))},
        "locations": [{"physicalLocation": _place(problem)}],
        "partialFingerprints": {"convcost/v1": fingerprint},
    }


def _place(problem: Problem) -> dict[str, object]:
    from urllib.parse import quote

    uri = quote(relative(problem.location.path), errors="surrogatepass")
    region = {"startLine": line(problem), "startColumn": max(problem.location.column, 1)}
    return {"artifactLocation": {"uri": uri}, "region": region}


def plain(text: str) -> str:
    r"""A message in which nothing is taken for a placeholder or a link.

    >>> plain("{0} [3, 8] [x](y)")
    '{{0}} [3, 8] [x\\](y)'
    """
    return text.replace("{", "{{").replace("}", "}}").replace("](", "\\](")
