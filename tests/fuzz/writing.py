"""A document as YAML: in one way, or in any of the ways that mean the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fuzz.grammar import Ordered

if TYPE_CHECKING:
    from random import Random

PLAIN = re.compile(r"[A-Za-z0-9_$./(-][\w$./()+ *<>=-]*(?<! )")


class Writer:
    """`free` draws styles, orders and comments; without it a text is the same every time."""

    def __init__(self, free: Random | None = None) -> None:
        self.free = free

    def text(self, document: Any) -> str:
        lines = self.block(document, 0) if isinstance(document, dict) and document else [self.flow(document)]
        end = "\r\n" if self.maybe(0.2) else "\n"
        return end.join([*self.commented(lines), ""])

    def maybe(self, chance: float) -> bool:
        return self.free is not None and self.free.random() < chance

    def commented(self, lines: list[str]) -> list[str]:
        found = []
        for line in lines:
            if self.maybe(0.1):
                found.append("# a remark: [with] {brackets}, 'quotes' and - dashes")
            found.append(f"{line}  # x: 1" if self.maybe(0.1) else line)
        return found

    def pairs(self, value: dict[str, Any]) -> list[tuple[str, Any]]:
        pairs = [*value.items()]
        if self.free is not None and not isinstance(value, Ordered):
            self.free.shuffle(pairs)
        return pairs

    def block(self, value: Any, indent: int) -> list[str]:
        """Lines of a map or a list that is not empty."""
        pad, lines = " " * indent, []
        if isinstance(value, dict):
            for key, item in self.pairs(value):
                if self.apart(item, indent):
                    lines += [f"{pad}{self.key(key)}:", *self.block(item, indent + 2)]
                else:
                    lines.append(f"{pad}{self.key(key)}: {self.flow(item)}".rstrip())
            return lines
        for item in value:
            if self.apart(item, indent):
                first, *rest = self.block(item, indent + 2)
                lines += [f"{pad}- {first.lstrip()}", *rest]
            else:
                lines.append(f"{pad}- {self.flow(item)}".rstrip())
        return lines

    def apart(self, value: Any, indent: int) -> bool:
        """Whether a value gets lines of its own."""
        if not isinstance(value, (dict, list)) or not value:
            return False
        return indent == 0 if self.free is None else self.free.random() < 0.6

    def flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{self.key(key)}: {self.flow(item)}" for key, item in self.pairs(value)) + "}"
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(item) for item in value) + "]"
        if value is None:
            return self.free.choice(["", "~", "null"]) if self.free else "~"
        if isinstance(value, bool):
            return "true" if value else "false"
        return self.scalar(value) if isinstance(value, str) else str(value)

    def key(self, key: str) -> str:
        return f'"{key}"' if self.maybe(0.1) else key

    def scalar(self, text: str) -> str:
        if not PLAIN.fullmatch(text):
            return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return self.free.choice([text, text, text, f"'{text}'", f'"{text}"']) if self.free else text


def plainly(document: Any) -> str:
    """The text of a document, always the same."""
    return Writer().text(document)


def freely(document: Any, rng: Random) -> str:
    """A text that means the same."""
    return Writer(rng).text(document)
