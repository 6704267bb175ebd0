"""The specs that words mean: files, folders, globs, shipped names and standard input."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from ..api.shipped import shipped
from ..errors import UsageError
from ..language.reading.text import load_bytes
from ..types import Record
from ..wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .config import Config

NEVER_ENTERED = ("node_modules", "__pycache__")
ENDINGS = (".yaml", ".yml")
_LAYERS = rb"(?m:^)(?:\xef\xbb\xbf)?layers[ \t]*:"
_OTHERS = rb"(?m:^)(?:\xef\xbb\xbf)?(?:variants|blocks)[ \t]*:"

_NOTHING: Mapping[str, str] = {}


class Found(Record):
    """The specs meant, in a stable order; `passed_over` counts the YAML files that are none or are excluded.

    `unreadable` has a sentence for each file that might be one, and each folder that might hold some.
    """

    paths: tuple[str, ...]
    passed_over: int = 0
    unreadable: Mapping[str, str] = _NOTHING


def specs_in(words: Sequence[str], config: Config, only_specs: bool = False) -> Found:
    """The specs that words mean; without a word, the paths of the configuration, or the folder of the project.

    A file is taken as it is, also when it is excluded; with `only_specs` one that is excluded or does not look like a
    spec is passed over, and nothing has to be found. Raises UsageError for what does not exist, and for a folder or a
    glob without any spec.
    """
    search = _Search(config.exclude, only_specs)
    for word in words or config.paths or (config.folder,):
        try:
            search.look(_tidy(word))
        except UsageError as error:
            if words or not config.paths:
                raise
            raise UsageError(f"{error} (paths of {config.path})") from None
    return Found(tuple(search.found.values()), search.passed_over, search.unreadable)


def looks_like_a_spec(data: bytes) -> bool:
    """Whether a text has layers: at its top, or in its variants or blocks."""
    return b"layers" in data and bool(re.search(_LAYERS, data) or re.search(_OTHERS, data))


class _Search:
    """What is found so far."""

    def __init__(self, exclude: Sequence[str], only_specs: bool) -> None:
        self.found: dict[str, str] = {}
        """Shown paths by absolute ones: a file is taken once."""
        self.passed_over = 0
        self.unreadable: dict[str, str] = {}
        self._only_specs = only_specs
        self._names = [glob.rstrip("/") for glob in exclude if "/" not in glob.rstrip("/")]
        self._globs = [os.path.normpath(glob).replace(os.sep, "/") for glob in exclude if "/" in glob.rstrip("/")]

    def look(self, word: str) -> None:
        """Take what one word means."""
        if word == "-":
            self.found[word] = word
        elif os.path.isdir(word):
            self._folder(word)
        elif os.path.exists(word):
            if self._only_specs:
                self._perhaps(word)
            else:
                self._take(word)
        elif _is_glob(word):
            self._glob(word)
        elif _is_missing(word):
            hint = ": the link leads nowhere" if os.path.islink(word) else _neighbour(word)
            raise UsageError(f"there is no file {word[:200] or 'with an empty name'}{hint}")
        else:
            self.found[word] = word

    def _take(self, path: str) -> None:
        self.found.setdefault(os.path.abspath(path), path)

    def _perhaps(self, path: str) -> None:
        """Take a file that is not excluded and looks like a spec."""
        try:
            data = b"" if self._excluded(path) else load_bytes(path, "a spec")
        except UsageError as error:
            if os.path.lexists(path):  # it has not gone meanwhile
                self.unreadable[path] = str(error)
            return
        if looks_like_a_spec(data):
            self._take(path)
        else:
            self.passed_over += 1

    def _folder(self, word: str) -> None:
        before = len(self.found), self.passed_over, len(self.unreadable)
        again = 0
        for path in self._walk("" if word == "." else word):
            again += os.path.abspath(path) in self.found
            self._perhaps(path)
        nothing = len(self.found) == before[0] and len(self.unreadable) == before[2] and not again
        if nothing and not self._only_specs:
            place = "this folder" if word == "." else word[:200]
            files = self.passed_over - before[1]
            raise UsageError(
                f"there is no spec in {place}: "
                + (f"{files:,} YAML file{'s' * (files > 1)} passed over" if files else "it holds no YAML file")
            )

    def _glob(self, word: str) -> None:
        before = len(self.unreadable)
        matched = list(dict.fromkeys(self._matches("/" if word.startswith("/") else "", word.strip("/").split("/"))))
        for path in matched:
            if self._excluded(path):
                self.passed_over += 1
            elif self._only_specs:
                self._perhaps(path)
            else:
                self._take(path)
        if not matched and len(self.unreadable) == before:
            raise UsageError(f"no file matches {word[:200]}")

    def _matches(self, folder: str, parts: list[str]) -> Iterator[str]:
        """The files that the parts of a glob match below a folder, in order."""
        from fnmatch import fnmatchcase

        part, *rest = parts
        if part == "**":
            yield from self._matches(folder, rest or ["*"])
            for entry in self._entries(folder):
                if self._enters(entry):
                    yield from self._matches(_join(folder, entry.name), parts)
        elif not _is_glob(part):
            path = _join(folder, part)
            if rest:
                yield from self._matches(path, rest)
            elif os.path.isfile(path):
                yield path
        else:
            for entry in self._entries(folder):
                if fnmatchcase(entry.name, part) and (part[0] == "." or entry.name[0] != "."):
                    path = _join(folder, entry.name)
                    if rest and _is(entry, "dir"):
                        yield from self._matches(path, rest)
                    elif not rest and _is(entry, "file"):
                        yield path

    def _walk(self, folder: str) -> Iterator[str]:
        """The YAML files below a folder, in order."""
        waiting = [folder]
        while waiting:
            folder = waiting.pop()
            folders = []
            for entry in self._entries(folder):
                path = _join(folder, entry.name)
                if entry.name.endswith(ENDINGS) and _is(entry, "file"):
                    yield path
                elif self._enters(entry) and not self._excluded(path):
                    folders.append(path)
            waiting += reversed(folders)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        """What a folder holds, by name; one that may not be read might hold a spec."""
        try:
            return _entries(folder)
        except OSError as error:
            path = folder or "."
            self.unreadable[path] = f"{path} cannot be read: {error.strerror or error}"
            return []

    @staticmethod
    def _enters(entry: os.DirEntry[str]) -> bool:
        """Whether a folder is looked into: not a hidden one, another tool's, a virtual environment, a symbolic link."""
        if entry.name[0] == "." or entry.name in NEVER_ENTERED or not _is(entry, "own dir"):
            return False
        return not os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))

    def _excluded(self, path: str) -> bool:
        """Whether a path, or a folder it is in, is excluded."""
        from fnmatch import fnmatchcase

        if any(fnmatchcase(part, name) for name in self._names for part in path.split("/")):
            return True
        for glob in self._globs:
            whole = os.path.abspath(path) if glob.startswith("/") else os.path.relpath(path)
            if _covers(glob.split("/"), whole.replace(os.sep, "/").split("/")):
                return True
        return False


def _is_glob(word: str) -> bool:
    return any(sign in word for sign in "*?[")


def _is(entry: os.DirEntry[str], kind: str) -> bool:
    """What an entry is, if it is still there. One that may not be looked at is taken for what it is asked for; that it
    cannot be read is told later."""
    try:
        return entry.is_file() if kind == "file" else entry.is_dir(follow_symlinks=kind == "dir")
    except OSError:
        return True


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """What a folder holds, by name; nothing where there is none. OSError where it may not be read."""
    try:
        with os.scandir(folder or ".") as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # a name with a NUL is no folder
        return []


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and folder != "/" else folder + name


def _tidy(word: str) -> str:
    """A path without what says nothing: `./specs/` is `specs`."""
    word = word.replace(os.sep, "/")
    if not word:
        return word
    while word.startswith("./"):
        word = word[2:].lstrip("/")
    return word.rstrip("/") or ("/" if word else ".")


def _is_missing(word: str) -> bool:
    try:
        return shipped(word) is None
    except UsageError:
        return True


def _neighbour(word: str) -> str:
    """The file that may be meant, from the same folder."""
    folder, _, name = word.rpartition("/")
    with suppress(OSError):
        return suggestion(name, [entry.name for entry in _entries(folder)])
    return ""


def _covers(glob: list[str], path: list[str]) -> bool:
    """Whether a glob matches a path or a folder it is in, part by part; `**` is any number of folders."""
    from fnmatch import fnmatchcase

    if not glob:
        return True
    if glob[0] == "**":
        return any(_covers(glob[1:], path[i:]) for i in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], glob[0]) and _covers(glob[1:], path[1:])
