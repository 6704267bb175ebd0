"""Files as they were at a commit: two git processes, however many files."""

from __future__ import annotations

import os
import re
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, cast

from ..errors import UsageError
from ..wording import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from subprocess import Popen
    from typing import IO

QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": ""}
"""Nothing is written, nobody is asked, and complaints are in the language they are looked for in."""
PATIENCE = 8
"""Seconds that a git process has."""
SHORT, LONG = 2**20, 2**29
"""Bytes that are read of an answer: of a sentence, and of files."""
CHUNK = 2**16
ID = rb"(?:[0-9a-f]{40}|[0-9a-f]{64})"
FOUND = rb"%b (\w+) ([0-9]+)" % ID
"""What stands before an object: `ID blob SIZE`."""
LINKS = rb"(dangling|loop|symlink|notdir) ([0-9]+)"
"""What stands before a link that leads to no file of the commit, and the size of where it leads."""
SUBMODULE = b"160000"
"""Its mode in the tree that it lies in."""


class Object(NamedTuple):
    """One answer: `kind` is git's word (`blob`, `tree`, ...), or `missing`."""

    kind: str
    content: bytes = b""


class Answer(NamedTuple):
    """What a git process said."""

    code: int
    stdout: bytes
    stderr: bytes


class Revision:
    """A commit of the repository that the working directory lies in.

    Raises UsageError where there is no git, no repository or no such commit.
    """

    def __init__(self, ref: str) -> None:
        if not ref.strip() or ref.startswith(("-", "^")) or "\0" in ref:
            raise UsageError(f"git: must be followed by a branch, tag or commit, but {ref[:60]!r} is none")
        self.ref = ref
        asked = ("--show-prefix", "--verify", "--end-of-options", f"{ref}^{{commit}}")
        answer = _git("rev-parse", *asked)
        if answer.code:
            raise UsageError(_unresolved(ref, answer))
        match = re.fullmatch(rb"((?:[^\n]*/)?)\n(%b)\n" % ID, answer.stdout)
        if not match:
            raise UsageError(f"git cannot resolve {ref[:60]}: {_nonsense(answer)}")
        self._prefix, self._commit = map(os.fsdecode, match.groups())
        """Where the working directory lies below the top of the repository, and the commit's name."""

    def read(self, paths: Iterable[str]) -> dict[str, bytes | None]:
        """The content that each file had, links followed as they lead now; None for what was no file of the commit.

        Raises UsageError for what the commit has and this repository has not: a file or folder that is missing from its
        objects or damaged, and the files of a submodule.
        """
        places = {path: self._place(path) for path in paths}
        wanted = dict.fromkeys(place for place in places.values() if place)
        folders = dict.fromkeys(folder for place in wanted for folder in _folders(place))
        objects = self._objects([*wanted, *folders])
        for place in wanted:
            if objects[place].kind == "missing":
                self._refuse_lost(place, objects)
        contents = {place: found.content for place, found in objects.items() if found.kind == "blob"}
        return {path: contents.get(place) if place else None for path, place in places.items()}

    def _objects(self, places: list[str]) -> dict[str, Object]:
        """What the commit has at some places."""
        if not places:
            return {}
        requests = os.fsencode("".join([f"{self._commit}:{place}\n" for place in places]))
        answer = _git("cat-file", "--batch", "--follow-symlinks", given=requests, most=LONG)
        # of a damaged file it also says that it is missing
        if answer.code or re.search(rb"(?m)^(error|fatal):", answer.stderr):
            raise UsageError(f"git cannot read the files of {self.ref}: {_complaint(answer)}")
        try:
            return dict(zip(places, _parsed(answer.stdout), strict=True))
        except ValueError:
            raise UsageError(f"git cannot read the files of {self.ref}: {_nonsense(answer)}") from None

    def _refuse_lost(self, place: str, objects: dict[str, Object]) -> None:
        """UsageError for a missing file that the commit does have: a folder lists it, or what it lies in."""
        for folder in _folders(place):  # the innermost first
            found = objects[folder]
            if found.kind == "missing":
                continue
            name = place[len(folder) :].lstrip("/").partition("/")[0]
            mode = _modes(found.content, len(self._commit) // 2).get(os.fsencode(name))
            if mode == SUBMODULE:
                raise UsageError(f"git cannot read {place} at {self.ref}: it lies in a submodule; ask in its folder")
            if mode is None:
                return
            break
        lost = "its object is missing from this repository; `git fetch --refetch` may bring it"
        raise UsageError(f"git cannot read {place} at {self.ref}: {lost}")

    def _place(self, path: str) -> str | None:
        """A path from the top of the repository; None for one outside.

        Raises UsageError for one that git cannot be asked for, line by line.
        """
        try:
            relative = os.path.relpath(os.path.realpath(path)).replace(os.sep, "/")
        except ValueError:  # another drive, or a NUL
            return None
        place = os.path.normpath(f"{self._prefix}{relative}").replace(os.sep, "/")
        if place == ".." or place.startswith("../"):
            return None
        if "\n" in place or place.endswith("\r"):
            raise UsageError(f"git cannot be asked for {one_line(path)}: its name has a line break; rename it")
        return place


def _folders(place: str) -> Iterator[str]:
    """The folders that a place lies in, the innermost first; `` is the top.

    >>> list(_folders("a/b/c"))
    ['a/b', 'a', '']
    """
    while place:
        place = place.rpartition("/")[0]
        yield place


def _git(*words: str, given: bytes = b"", most: int = SHORT) -> Answer:
    """What git answers, up to a number of bytes and within PATIENCE; UsageError where it does not."""
    from subprocess import PIPE, Popen
    from tempfile import TemporaryFile
    from threading import Thread, Timer

    with TemporaryFile() as asked:
        asked.write(given)
        asked.seek(0)
        try:
            process = Popen(  # noqa: S603 (a list of words: no shell reads them)
                ["git", *words],  # noqa: S607 (the user's own git, wherever it is)
                stdin=asked,
                stdout=PIPE,
                stderr=PIPE,
                env={**os.environ, **QUIET},
                start_new_session=True,  # so that what it has started ends with it
            )
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            raise UsageError("git: needs git, but there is no such program on the PATH") from None
        except OSError as error:
            raise UsageError(f"git: needs git, but it cannot be started: {error.strerror or error}") from None
    output, errors = cast("IO[bytes]", process.stdout), cast("IO[bytes]", process.stderr)
    late = Timer(PATIENCE, _kill, [process])
    complaints: list[bytes] = []
    listening = Thread(target=lambda: complaints.append(_most(errors, SHORT)))
    with process:
        try:
            late.start()
            listening.start()
            stdout = _most(output, most)
            listening.join()
            process.wait()
            in_time = late.is_alive()
        finally:
            late.cancel()
            _kill(process)
    if not in_time:
        raise UsageError(f"git: needs git, but `git {words[0]}` has not answered within {PATIENCE} seconds")
    if len(stdout) == most:
        raise UsageError(f"git: needs git, but the answer of `git {words[0]}` has no end")
    return Answer(process.returncode, stdout, b"".join(complaints))


def _most(stream: IO[bytes], size: int) -> bytes:
    """What a stream gives until it ends, or up to a size: whoever writes more is stopped."""
    data = bytearray()
    while part := stream.read(min(CHUNK, size - len(data))):
        data += part
    stream.close()
    return bytes(data)


def _kill(process: Popen[bytes]) -> None:
    """End a process and those that it has started; nothing where it has ended."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _complaint(answer: Answer) -> str:
    """The first of what git says is wrong."""
    lines = os.fsdecode(answer.stderr).strip().split("\n")
    first = next((line for line in lines if line.startswith(("error:", "fatal:"))), lines[0])
    return first.removeprefix("fatal: ").removeprefix("error: ") or f"it ended with exit code {answer.code}"


def _nonsense(answer: Answer) -> str:
    first = os.fsdecode(answer.stdout[:60]).strip().partition("\n")[0]
    return f"its answer is not understood: {first or 'it is empty'}"


def _unresolved(ref: str, answer: Answer) -> str:
    complaint = _complaint(answer)
    if complaint.startswith("not a git repository"):
        return f"git:{ref[:60]} needs a git repository, but the working directory lies in none"
    if "single revision" not in complaint:
        return f"git cannot resolve {ref[:60]}: {complaint}"
    sentence = f"this repository has no commit {ref[:60]}"
    if _git("rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
        sentence += "; it is a shallow clone: check out with `fetch-depth: 0`, or run `git fetch --unshallow`"
    return sentence


def _parsed(output: bytes) -> Iterator[Object]:
    """The answers of `git cat-file --batch`, one after the other; ValueError for what is none."""
    start = 0
    while start < len(output):
        end = output.index(b"\n", start)
        head = output[start:end]
        start = end + 1
        if head.endswith((b" missing", b" submodule")):
            yield Object("missing")
            continue
        match = re.fullmatch(FOUND, head) or re.fullmatch(LINKS, head)
        if not match:
            raise ValueError(head)
        end = start + int(match[2])
        if output[end : end + 1] != b"\n":
            raise ValueError(head)
        yield Object(match[1].decode(), output[start:end])
        start = end + 1


def _modes(tree: bytes, width: int) -> dict[bytes, bytes]:
    """The modes of what a tree holds by their names: `MODE NAME`, a NUL, and the object's name of some bytes."""
    modes: dict[bytes, bytes] = {}
    start = 0
    while start < len(tree):
        end = tree.index(b"\0", start)
        mode, _, name = tree[start:end].partition(b" ")
        modes[name] = mode
        start = end + 1 + width
    return modes
