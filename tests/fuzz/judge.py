"""What no answer may be, whatever was asked: each rule is a function that yields what is wrong."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.fuzz.running import Answer

YES, NO, MALFORMED = 0, 1, 2
BREAKS = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
"""What ends a line of YAML."""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff]")
RUNNER = re.compile(r"^\s*::|##\[", re.MULTILINE)
ACTIONS = "GITHUB_ACTIONS=true"
COLOR = re.compile(r"\x1b\[[0-9;]*m")
PROBLEM = re.compile(r"(?P<path>.+?)(:(?P<line>\d+):(?P<column>\d+))?: (error|warning|note|advice)\[CC\d{3}\]: .+")
NOTE = re.compile(r"((?P<path>.+?):(?P<line>\d+):(?P<column>\d+): )?note: .+")
TOLD = (
    PROBLEM,
    NOTE,
    re.compile(r" *\d* \| .*"),  # the line, and a caret below it
    re.compile(r"\.\.\. and [\d,]+ more problems \([\d,]+ in all\)"),
    re.compile(r"convcost: .+"),
    re.compile(r"try: convcost .*--help"),
    re.compile(r".+: note: no input is given, \S+ is assumed \(--input CxHxW sets another\)"),
    re.compile(r"convcost\.lock\.json: .+|.*convcost\.lock\.json.*"),
    re.compile(r".+ needs up to .+B"),
)


def faults(words: Sequence[str], answer: Answer, documents: Mapping[str, bytes]) -> Iterator[str]:
    """Everything that is wrong with an answer. `documents` are the specs by the names that problems call them."""
    if answer.trouble:
        yield answer.trouble
        return
    yield from _inert(words, answer)
    answer = answer._replace(err=COLOR.sub("", answer.err), out=COLOR.sub("", answer.out))
    yield from _code(answer)
    yield from _stderr(answer)
    yield from _places(answer, documents)
    yield from _format(words, answer)


def _inert(words: Sequence[str], answer: Answer) -> Iterator[str]:
    """No text of a spec drives a terminal, or GitHub's runner."""
    color = {"always", "--color=always", "FORCE_COLOR=1"} & set(words)
    for name, text in (("stdout", answer.out), ("stderr", answer.err)):
        found = CONTROL.search(COLOR.sub("", text) if color else text)
        if found:
            yield f"a control character in {name}: {text[max(0, found.start() - 40) : found.end() + 40]!r}"
        if ACTIONS in words and "check" not in words and (command := RUNNER.search(text)):
            yield f"a command for GitHub's runner in {name}: {text[command.start() :][:80]!r}"


def _code(answer: Answer) -> Iterator[str]:
    """0, 1 or 2, and said why."""
    told = answer.err
    if answer.code not in (YES, NO, MALFORMED):
        yield f"exit code {answer.code}: {told[:300]}"
    if "Traceback" in told or "internal error" in told:
        yield f"a fault inside: {told[:300]}"
    if answer.code == YES and re.search(r"^.+: error\[CC", told, re.MULTILINE):
        yield f"exit code 0 with an error: {told[:300]}"
    if answer.code != YES and not (told or answer.out):
        yield f"exit code {answer.code} without a word"


def _stderr(answer: Answer) -> Iterator[str]:
    """Problems, notes and sentences, and nothing else."""
    if answer.err.startswith("Usage: "):
        return  # a command without arguments shows its help
    for line in answer.err.splitlines():
        if not any(form.fullmatch(line) for form in TOLD):
            yield f"not a problem and not a sentence: {line[:200]!r}"
            return


def _places(answer: Answer, documents: Mapping[str, bytes]) -> Iterator[str]:
    """Every problem of a spec stands at a place inside its text."""
    lines = {path: BREAKS.split(data.decode(errors="replace")) for path, data in documents.items()}
    for told in answer.err.splitlines():
        found = PROBLEM.fullmatch(told) or NOTE.fullmatch(told)
        path = found["path"] if found else None
        if not found or path not in lines:
            if any(told.startswith(f"{path}: error[") for path in lines):
                yield f"a problem without a place: {told[:200]}"
            continue
        if found["line"] is None:
            yield f"a problem without a place: {told[:200]}"
            continue
        line, column = int(found["line"]), int(found["column"])
        text = lines[path]
        if not (1 <= line <= len(text) and 1 <= column <= len(text[line - 1]) + 1):
            yield f"a place outside the text: {told[:200]}"


def _format(words: Sequence[str], answer: Answer) -> Iterator[str]:
    """What is to be read by programs can be read."""
    if not answer.out or {"--help", "-h", "--version", "--show-config"} & set(words):
        return
    if style(words) == "json":
        try:
            json.loads(answer.out, parse_constant=_refuse)
        except ValueError as error:
            yield f"no JSON: {error}"
    elif style(words) == "csv":
        widths = {len(row) for row in csv.reader(StringIO(answer.out))}
        if len(widths) > 1:
            yield f"rows of CSV of {sorted(widths)} cells"


def style(words: Sequence[str]) -> str:
    """The format that a command line asks for; "" where none."""
    if "--json" in words:
        return "json"
    asked = [after for word, after in pairwise(words) if word == "--format"]
    return asked[-1] if asked else ""


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no JSON")
