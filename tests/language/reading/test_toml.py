"""Where TOML values stand: random documents in every form of writing, each value found again at its place."""

from __future__ import annotations

import tomllib
from random import Random

import pytest

from convcost.language.reading.toml import Places

WORDS = ("", "a", "= 1", "[x]", "# no", "{y = 1}", "it's", 'say "b"', "back\\slash", "two\nlines", "]]", ",", '""')


class Writer:
    """Writes a random document, and remembers what it wrote where."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)
        self.text = ""
        self.spots: dict[tuple[str | int, ...], tuple[int, str]] = {}
        self.count = 0

    def gap(self) -> None:
        self.text += self.random.choice(("", "", " ", "\t", "\n", "  # a = [1, \"'\n", "\r\n"))

    def blank(self) -> None:
        self.text += self.random.choice(("", "", " ", "\t "))

    def key(self) -> str:
        """A new name, in some form of quoting."""
        self.count += 1
        plain = f"k{self.count}"
        name, written = self.random.choice(
            ((plain, plain), (f"{plain} .#]", f'"{plain} .#]"'), (f"{plain}=[", f"'{plain}=['"), (plain, f'"{plain}"'))
        )
        self.text += written
        return name

    def dotted(self) -> tuple[str, ...]:
        names = [self.key()]
        while self.random.random() < 0.3:
            self.blank()
            self.text += "."
            self.blank()
            names.append(self.key())
        return tuple(names)

    def scalar(self, path: tuple[str | int, ...]) -> None:
        word = self.random.choice(WORDS)
        escaped = word.replace("\\", "\\\\").replace('"', '\\"')
        forms = ["1_000", "-1.5e+3", "true", "inf", "07:32:00", "1979-05-27 07:32:00", "1979-05-27T07:32:00Z", "0xDEAD"]
        forms += [f'"""{escaped}"""', f'"""\n{escaped}\\\n  x"""', f"'''{word}'''" if word[-1:] != "'" else "''"]
        forms += ['"""x"""""', "'''x'''''"]
        if "\n" not in word:
            forms += [f'"{escaped}"', f"'{word}'" if "'" not in word else '"x"']
        written = self.random.choice(forms)
        self.spots[path] = len(self.text), written
        self.text += written

    def value(self, path: tuple[str | int, ...], depth: int) -> None:
        kind = self.random.random() if depth < 3 else 1.0
        if kind < 0.2:
            self.text += "["
            for i in range(self.random.randrange(4)):
                self.gap()
                self.value((*path, i), depth + 1)
                self.gap()
                self.text += ","
            self.gap()
            self.text += "]"
        elif kind < 0.4:
            self.text += "{"
            for i in range(self.random.randrange(3)):
                self.text += "," if i else ""
                self.blank()
                self.pair(path, depth + 1)
                self.blank()
            self.text += "}"
        else:
            self.scalar(path)

    def pair(self, table: tuple[str | int, ...], depth: int = 0) -> None:
        names = self.dotted()
        self.blank()
        self.text += "="
        self.blank()
        self.value((*table, *names), depth)

    def pairs(self, table: tuple[str | int, ...]) -> None:
        for _ in range(self.random.randrange(3)):
            self.gap()
            self.pair(table)
            self.blank()
            self.text += self.random.choice(("\n", "\r\n", " # ]} '''\n"))

    def document(self) -> str:
        self.pairs(())
        for _ in range(self.random.randrange(4)):
            self.blank()
            self.text += "["
            self.blank()
            table = self.dotted()
            self.text += " ]\n"
            self.pairs(table)
        for i in range(self.random.randrange(3)):
            self.text += "[[ rows . 'of it' ]]\n"
            self.pairs(("rows", "of it", i))
            self.text += "[rows.'of it'.inner]\n"
            self.pairs(("rows", "of it", i, "inner"))
        return self.text


@pytest.mark.parametrize("number", range(200))
def test_every_value_is_found_where_it_was_written(number: int, seed: str) -> None:
    writer = Writer(f"{seed}/{number}")
    text = writer.document()
    tomllib.loads(text)
    places = Places(text)
    starts = [0, *(i + 1 for i, c in enumerate(text) if c == "\n")]
    for path, (offset, written) in writer.spots.items():
        place = places.node(0, path)
        found = starts[place.line] + place.column
        assert (found, text[found : found + len(written)]) == (offset, written), path
