"""Files as they were at a commit: two git processes, however many files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from subprocess import CompletedProcess

QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": ""}
"""Nothing is written, nobody is asked, and complaints are in the language they are looked for in."""


class Revision:
    """A commit of the repository that the working directory lies in.

    Raises UsageError where there is no git, no repository or no such commit.
    """

    def __init__(self, ref: str) -> None:
        if not ref.strip() or ref.startswith("-") or "\0" in ref:
            raise UsageError(f"git: must be followed by a branch, tag or commit, but {ref[:60]!r} is none")
        self.ref = ref
        asked = ("--show-prefix", "--verify", "--end-of-options", f"{ref}^{{commit}}")
        answer = _git("rev-parse", *asked)
        if answer.returncode:
            raise UsageError(_unresolved(ref, answer))
        prefix, _, self._commit = os.fsdecode(answer.stdout).removesuffix("\n").rpartition("\n")
        self._depth = prefix.count("/")
        """How far the working directory lies below the top of the repository."""

    def read(self, paths: Iterable[str]) -> dict[str, bytes | None]:
        """The content that each file had, links followed as they lead now; None for what was no file of the commit."""
        places = {path: self._place(path) for path in paths}
        asked = list(dict.fromkeys(place for place in places.values() if place))
        if not asked:
            return dict.fromkeys(places)
        requests = os.fsencode("".join([f"{self._commit}:{place}\n" for place in asked]))
        answer = _git("cat-file", "--batch", given=requests)
        if answer.returncode or answer.stderr.startswith(
            b"error:"
        ):  # of a damaged file it also says that it is missing
            raise UsageError(f"git cannot read the files of {self.ref}: {_complaint(answer)}")
        contents = dict(zip(asked, _contents(answer.stdout)))
        return {path: contents[place] if place else None for path, place in places.items()}

    def _place(self, path: str) -> str | None:
        """A path as git is asked for it; None for one outside the repository, or that no line can hold."""
        try:
            relative = os.path.relpath(os.path.realpath(path)).replace(os.sep, "/")
        except ValueError:  # another drive, or a NUL
            return None
        upwards = relative.split("/").count("..")
        return None if upwards > self._depth or "\n" in relative or relative.endswith("\r") else f"./{relative}"


def _git(*words: str, given: bytes = b"") -> CompletedProcess[bytes]:
    from subprocess import run

    try:
        return run(  # noqa: S603 (a list of words: no shell reads them)
            ["git", *words],  # noqa: S607 (the user's own git, wherever it is)
            input=given,
            capture_output=True,
            check=False,
            env={**os.environ, **QUIET},
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        raise UsageError("git: needs git, but there is no such program on the PATH") from None


def _complaint(answer: CompletedProcess[bytes]) -> str:
    """The first line of what git says is wrong."""
    first = os.fsdecode(answer.stderr).strip().partition("\n")[0]
    return first.removeprefix("fatal: ").removeprefix("error: ") or f"it ended with exit code {answer.returncode}"


def _unresolved(ref: str, answer: CompletedProcess[bytes]) -> str:
    complaint = _complaint(answer)
    if complaint.startswith("not a git repository"):
        return f"git:{ref[:60]} needs a git repository, but the working directory lies in none"
    if "single revision" not in complaint:
        return f"git cannot resolve {ref[:60]}: {complaint}"
    sentence = f"this repository has no commit {ref[:60]}"
    if _git("rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
        sentence += "; it is a shallow clone: check out with `fetch-depth: 0`, or run `git fetch --unshallow`"
    return sentence


def _contents(output: bytes) -> Iterator[bytes | None]:
    """The answers of `git cat-file --batch`, one after the other: `ID blob SIZE` and the content, or `... missing`."""
    start = 0
    while start < len(output):
        end = output.index(b"\n", start)
        kind, _, size = output[start:end].rpartition(b" ")
        start = end + 1
        if not size.isdigit():
            yield None
            continue
        yield output[start : start + int(size)] if kind.endswith(b" blob") else None
        start += int(size) + 1
