"""What a check found, as GitHub Actions shows it: annotations in the log, everything in the job summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....wording import counted, one_line
from ...check import message, page, summary
from ..core.places import relative
from ..markdown import page as markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....check.report import CheckReport
    from ....errors import Problem
    from ..core.terminal import Terminal

COMMANDS = {"error": "error", "warning": "warning", "advice": "notice"}
SHOWN = 10
"""Annotations of one kind that GitHub takes from a step; it drops the others without a word."""
SUMMARY_BYTES = 900_000
"""GitHub refuses a job summary of more than 1 MiB as a whole."""


def write(found: CheckReport, terminal: Terminal) -> Iterator[str]:
    """Annotations, how many more there are of each kind, the line to quote."""
    problems = found.all_problems()
    for severity, command in COMMANDS.items():
        own = [problem for problem in problems if problem.severity == severity]
        for problem in own[:SHOWN]:
            yield f"{annotation(command, problem)}\n"
        if len(own) > SHOWN:
            # no word of a spec stands in a line that is no command: nothing can make it one
            more = counted(len(own) - SHOWN, severity).replace(" ", " more ", 1)
            yield f"+ {more}, see the job summary\n"
    yield f"{summary(found)}\n"


def job_summary(found: CheckReport) -> str:
    """The job summary in Markdown, all problems included; what would make it too large is counted."""
    return "".join(markdown(page(found), SUMMARY_BYTES))


def annotation(command: str, problem: Problem) -> str:
    """The workflow command that puts a problem beside its line."""
    place = problem.location
    properties = {
        "file": one_line(relative(place.path)),
        "line": str(place.line or ""),
        "col": str(place.column or ""),
        "title": f"convcost {problem.code}",
    }
    written = ",".join(f"{key}={escape_property(value)}" for key, value in properties.items() if value)
    return f"::{command} {written}::{escape_data(message(problem))}"


def escape_data(text: str) -> str:
    r"""The message of a workflow command.

    >>> escape_data("100%\n::x")
    '100%25%0A::x'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """A property of a workflow command.

    >>> escape_property("a:b,c")
    'a%3Ab%2Cc'
    """
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")
