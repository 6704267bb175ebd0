from __future__ import annotations

import pytest

from convcost.render.blocks import ALWAYS, COUNT, TEXT, Column, Listing, Shown, Table
from convcost.render.formats import text
from convcost.render.formats.core.layout import Block, fit, pad, units_aligned, wrapped
from convcost.render.formats.core.terminal import Terminal

PEOPLE = Table(
    [
        Column("name", "name", TEXT, lambda row: row[0]),
        Column("size", "size of it", COUNT, lambda row: row[1], keep=1),
        Column("note", "note", TEXT, lambda row: row[2], keep=2),
    ],
    [("a", 12, "x"), ("bbb", 123_456, "yy")],
    [("sum", 123_468, "")],
)


def drawn(terminal: Terminal, table: Table[tuple[str, int, str]] = PEOPLE) -> str:
    grid = Shown(lambda: [Listing(table)], lambda: table, lambda: iter(()))
    return "".join(text.write([grid], terminal))


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert drawn(Terminal(drawing=False)) == (
        "name  size of it  note\n"
        "----------------------\n"
        "a           12    x\n"
        "bbb      123.5 k  yy\n"
        "----------------------\n"
        "sum      123.5 k\n"
    )


def test_a_heading_is_wrapped_on_a_terminal() -> None:
    assert drawn(Terminal(80, drawing=False)).splitlines()[:3] == ["      size of", "name       it  note", "-" * 19]


def test_columns_leave_in_a_fixed_order_and_are_named() -> None:
    assert drawn(Terminal(19)).splitlines()[-1] == "sum   123.5 k"
    assert drawn(Terminal(18)).splitlines()[-2:] == ["left out at this", "width: size of it"]
    assert drawn(Terminal(9)).splitlines()[-5:] == ["left out", "at this", "width:", "size of", "it, note"]
    assert drawn(Terminal(1)).splitlines()[2:8] == ["a", "bbb", "────", "sum", "left", "out at"]


def test_nothing_leaves_a_pipe() -> None:
    wide = Table(PEOPLE.columns, [("x" * 1000, 1, "y" * 1000)])
    assert "y" * 1000 in drawn(Terminal(), wide)


def test_of_equals_the_last_column_leaves_first() -> None:
    blocks = [Block(name, keep, 10, [name], []) for name, keep in (("a", ALWAYS), ("b", 1), ("c", 1), ("d", 2))]
    kept, left_out = fit(blocks, 36)
    assert [block.name for block in kept] == ["a", "b", "d"]
    assert left_out == ["c"]


def test_wide_characters_take_two_columns_and_combining_ones_none() -> None:
    assert pad("層", 4, right=False) == "層  "
    assert pad("e\u0301", 3, right=True) == "  e\u0301"


def test_an_empty_table_has_its_heading() -> None:
    assert drawn(Terminal(drawing=False), Table(PEOPLE.columns, [])) == "name  size of it  note\n" + "-" * 22 + "\n"


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (None, ["MACs vs baseline"]),
        (16, ["MACs vs baseline"]),
        (10, ["MACs vs", "baseline"]),
        (1, ["MACs vs", "baseline"]),
    ],
)
def test_words_of_a_heading_are_never_divided(width: int | None, expected: list[str]) -> None:
    assert wrapped("MACs vs baseline", width) == expected


def test_units_stand_below_each_other() -> None:
    assert units_aligned({1: "12", 2: "1.234 k", 3: "5.000 MB"}) == {1: "12   ", 2: "1.234 k ", 3: "5.000 MB"}
    assert units_aligned({}) == {}
