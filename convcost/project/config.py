"""The configuration of a project: `convcost.toml`, or `[tool.convcost]` in `pyproject.toml`; the nearest wins."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Any

from ..check.report import SEVERITIES
from ..errors import SpecError, UsageError
from ..language.demands import budgets as read_budgets
from ..language.reading.located import Items, Report, Scalar, Source, Table
from ..language.reading.text import decode, load_bytes
from ..types import Record
from ..wording import suggestion
from .lock import LOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import NoReturn

    from ..language.demands import Budget
    from ..language.reading.located import Located
    from ..language.reading.toml import Path, Places

FILES = ("convcost.toml", "pyproject.toml")
CONFIGURATION = "a configuration"
AUTO = "auto"
"""The format that the environment decides."""
_TABLE = ("tool", "convcost")
_MENTION = rb"""tool["']?[ \t]*\.[ \t]*["']?convcost\b|(?m:^)[ \t]*\[[ \t]*["']?tool["']?[ \t]*\]"""


class Config(Record):
    """What a project asks for, defaults where it is silent.

    Files and globs are relative to the working directory. `source` is the configuration's text, where its budgets have
    their places; None where there is no configuration. `written` holds the budgets as written. `lock` is the lock file,
    there or not.
    """

    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    budgets: tuple[Budget, ...] = ()
    format: str = AUTO
    output: tuple[str, ...] = ()
    advice: bool = False
    fail_on: str = "error"
    baseline: str | None = None
    verify: bool = False
    source: Source | None = None
    written: Located | None = None
    lock: str = LOCK

    @property
    def path(self) -> str | None:
        """The file that was read, as seen from the working directory."""
        return self.source.path if self.source else None

    @property
    def folder(self) -> str:
        """The folder of the project: that of its configuration, else that of its lock file, else this one."""
        return os.path.dirname(self.path or self.lock) or "."


def find(formats: Sequence[str]) -> Config:
    """The configuration nearest to the working directory, or the defaults; `formats` are the words that it may use.

    The lock file is the nearest one too; where there is none, a new one belongs beside the configuration. Raises
    UsageError for what is no TOML, an unknown key or a wrong value, SpecError for budgets with mistakes.
    """
    config = _nearest(formats)
    locks = [up + LOCK for folder, up in _upwards() if os.path.lexists(os.path.join(folder, LOCK))]
    return config.replace(lock=locks[0] if locks else os.path.normpath(f"{config.folder}/{LOCK}").replace(os.sep, "/"))


def _nearest(formats: Sequence[str]) -> Config:
    for _, up in _upwards():
        for name in FILES:
            found = _read(up, name)
            if found:
                return _Reader(*found, up, formats).config()
    return Config()


def _upwards() -> Iterator[tuple[str, str]]:
    """The working directory and the folders above it, each with the way there: `../`."""
    folder, up = os.getcwd(), ""
    while True:
        yield folder, up
        parent = os.path.dirname(folder)
        if parent == folder:
            return
        folder, up = parent, f"../{up}"


def _read(up: str, name: str) -> tuple[Source, dict[str, Any], tuple[str, ...]] | None:
    """A configuration's text, values and table, if the file is one."""
    path = up + name
    try:
        if stat.S_ISDIR(os.stat(path).st_mode):
            return None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        pass  # why it cannot be read is told now
    data = load_bytes(path, CONFIGURATION)
    table = () if name == FILES[0] else _TABLE
    if table and not re.search(_MENTION, data):
        return None
    source = Source(path, decode(data, path, CONFIGURATION))
    values = _parse(source)
    for key in table:
        values = values.get(key) if isinstance(values, dict) else None
    return None if values is None else (source, values, table)


def _parse(source: Source) -> Any:
    """The values of a text, numbers with a point as they are written."""
    import tomllib

    try:
        return tomllib.loads(source.text, parse_float=str)
    except RecursionError:
        raise UsageError(f"{source.path} is no valid TOML: its lists and tables are nested too deeply") from None
    except ValueError as error:
        said = str(error)
        place = re.search(r" \(at line (\d+), column (\d+)\)$", said)
        where = f"{source.path}:{place[1]}:{place[2]}" if place else source.path
        raise UsageError(f"{where}: this is no valid TOML: {said[: place.start()] if place else said}") from None


class _Reader:
    """Reads the values of one table."""

    def __init__(self, source: Source, values: object, table: tuple[str, ...], up: str, formats: Sequence[str]) -> None:
        self.source = source
        self.values = values
        self.table = table
        self.up = up
        self.formats = formats

    def config(self) -> Config:
        """The record, every value checked."""
        if not isinstance(self.values, dict):
            self.refuse((), f"{'.'.join(self.table)} must be a table, but is {_shown(self.values)}")
        found: dict[str, Any] = {"source": self.source}
        for key, value in self.values.items():
            if key not in KEYS:
                here = "; here keys stand alone, without [tool.convcost]" if (key, self.table) == ("tool", ()) else ""
                self.refuse((key,), f"there is no key {key[:60]}{here or suggestion(key, KEYS)}")
            found[key.replace("-", "_")] = KEYS[key](self, key, value)
        if "budgets" in found:
            found["written"] = node = found["budgets"]
            found["budgets"] = self.judged(node)
        return Config(**found)

    def judged(self, node: Located) -> tuple[Budget, ...]:
        """The budgets of a node.

        Raises SpecError with everything that is wrong in them.
        """
        report = Report(self.source)
        result = read_budgets(node, report)
        if report.problems:
            raise SpecError(report.problems)
        return tuple(result)

    def places(self) -> Places:
        from ..language.reading.toml import Places

        return Places(self.source.text)

    def refuse(self, path: Path, message: str) -> NoReturn:
        place = self.places().key((*self.table, *path))
        raise UsageError(f"{self.source.locate(place)}: {message}")

    # One method for each kind of value. -------------------------------------------------------------------------

    def demands(self, key: str, value: object) -> Located:
        return self.places().node(value, (*self.table, key))

    def text(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value:
            self.refuse((key,), f"{key} must be a text, but is {_shown(value)}")
        return value

    def texts(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            self.refuse((key,), f"{key} must be a list of texts, but is {_shown(value)}")
        for i, item in enumerate(value):
            if not isinstance(item, str) or not item:
                self.refuse((key, i), f"{key} must be a list of texts, but has {_shown(item)}")
        return tuple(value)

    def flag(self, key: str, value: object) -> bool:
        if not isinstance(value, bool):
            self.refuse((key,), f"{key} must be true or false, but is {_shown(value)}")
        return value

    def files(self, key: str, value: object) -> tuple[str, ...]:
        return tuple([self.beside(text) for text in self.texts(key, value)])

    def globs(self, key: str, value: object) -> tuple[str, ...]:
        """A glob without a slash is of names, wherever they are."""
        return tuple([self.beside(text) if "/" in text else text for text in self.texts(key, value)])

    def origin(self, key: str, value: object) -> str:
        text = self.text(key, value)
        return text if text.startswith("git:") else self.beside(text)

    def form(self, key: str, value: object) -> str:
        return self.one_of((AUTO, *self.formats), (key,), key, self.text(key, value))

    def severity(self, key: str, value: object) -> str:
        return self.one_of(SEVERITIES, (key,), key, self.text(key, value))

    def outputs(self, key: str, value: object) -> tuple[str, ...]:
        return tuple([self.output(i, text) for i, text in enumerate(self.texts(key, value))])

    def output(self, i: int, text: str) -> str:
        word, _, file = text.partition("=")
        if not file:
            self.refuse(("output", i), f"output must be FORMAT=FILE, like sarif=convcost.sarif, but is {_shown(text)}")
        return f"{self.one_of(self.formats, ('output', i), 'output', word)}={self.beside(file)}"

    def one_of(self, words: Sequence[str], path: Path, key: str, text: str) -> str:
        if text not in words:
            hint = suggestion(text, words)
            self.refuse(path, f"{key} must be one of {', '.join(words)}, but is {_shown(text)}{hint}")
        return text

    def beside(self, path: str) -> str:
        """A path of the configuration as seen from the working directory."""
        return os.path.normpath(self.up + path).replace(os.sep, "/") if self.up and not os.path.isabs(path) else path


KEYS: dict[str, Callable[[_Reader, str, Any], Any]] = {
    "paths": _Reader.files,
    "exclude": _Reader.globs,
    "budgets": _Reader.demands,
    "format": _Reader.form,
    "output": _Reader.outputs,
    "advice": _Reader.flag,
    "fail-on": _Reader.severity,
    "baseline": _Reader.origin,
    "verify": _Reader.flag,
}


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    return toml(value if isinstance(value, bool | int) else str(value)[:60])


def show(config: Config) -> str:
    """Every value in force, as TOML; the first line says where it comes from."""
    return "".join(f"{line}\n" for line in _lines(config))


def _lines(config: Config) -> Iterator[str]:
    yield f"# {toml(config.path)[1:-1]}" if config.path else f"# no {' or '.join(FILES)}: the defaults"
    for key in KEYS:
        value = config.written if key == "budgets" else getattr(config, key.replace("-", "_"))
        yield f"# no {key}" if value is None else f"{key} = {toml(value)}"


def toml(value: object) -> str:
    """A value as TOML writes it.

    >>> toml(("a", 'say "b"'))
    '["a", "say \\\\"b\\\\""]'
    """
    match value:
        case bool():
            return str(value).lower()
        case tuple():
            return f"[{', '.join(map(toml, value))}]"
        case Items():
            return f"[{', '.join(map(toml, value.items))}]"
        case Table():
            pairs = [f"{_key(key.text)} = {toml(item)}" for key, item in value.pairs]
            return f"{{{', '.join(pairs)}}}"
        case Scalar():
            return value.text if value.plain else _quoted(value.text)
    return str(value) if isinstance(value, int) else _quoted(str(value))


def _key(text: str) -> str:
    return text if re.fullmatch(r"(?a)[\w-]+", text) else _quoted(text)


def _quoted(text: str) -> str:
    written = "".join(map(_character, text))
    return f'"{written}"'.replace("##[", r"#\u0023[")  # GitHub's runner takes it for a command, wherever it stands


def _character(c: str) -> str:
    if c in '"\\':
        return f"\\{c}"
    return c if c.isprintable() else f"\\U{ord(c):08X}"
