"""Names of layers: scopes, and what stands under each name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..graph import Node
    from .reading.located import Located


class Entry:
    """A layer's full name and what it stands for; `node` is None where an error hides it, `done` False while it is
    being built."""

    __slots__ = ("done", "inner", "name", "node", "place")

    def __init__(self, name: str, place: Located) -> None:
        self.name = name
        self.place = place
        self.node: Node | None = None
        self.inner: Names | None = None
        self.done = False

    def open(self, around: Names, block: str | None = None, tensor: Node | None = None) -> Names:
        """The names inside it; a block also knows the tensor that enters it."""
        self.inner = Names(around, f"{self.name}.", block, tensor)
        return self.inner

    def finish(self, node: Node | None) -> Node | None:
        self.node = node
        self.done = True
        return node

    def titled(self, node: Node | None, entered: Node | None) -> Node | None:
        """The end of a chain, which bears the name of the whole from now on, if the chain has any layer."""
        if node and node is not entered:
            node.title = self.name
        return node


class Names:
    """A scope: the names of its steps. References are looked up from the inside outwards."""

    __slots__ = ("block", "counts", "entries", "parent", "prefix", "tensor")

    def __init__(
        self, parent: Names | None = None, prefix: str = "", block: str | None = None, tensor: Node | None = None
    ) -> None:
        self.parent = parent
        self.prefix = prefix
        self.block = block
        self.tensor = tensor
        """What `in` stands for, in the scope of a block."""
        self.entries: dict[str, Entry] = {}
        self.counts: dict[str, int] = {}

    def numbered(self, word: str) -> str:
        """The next free name for an unnamed step: `conv1`, `conv2`, ..., `relu6_1`."""
        stem = f"{word}_" if word[-1:].isdigit() else word
        number = self.counts.get(word, 0) + 1
        while f"{stem}{number}" in self.entries:
            number += 1
        self.counts[word] = number
        return f"{stem}{number}"

    def outwards(self) -> Iterator[Names]:
        """This scope and those around it."""
        names: Names | None = self
        while names:
            yield names
            names = names.parent

    def find(self, reference: str) -> Entry | None:
        """The entry of a dotted name."""
        first, *rest = reference.split(".")
        for names in self.outwards():
            entry = names.entries.get(first)
            for part in rest:
                entry = entry.inner.entries.get(part) if entry and entry.inner else None
            if entry:
                return entry
        return None
