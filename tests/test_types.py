"""Records refuse what a dataclass would refuse."""

from __future__ import annotations

import pytest

from convcost.types import Record


class Point(Record):
    x: int
    y: int
    name: str = ""


class Origin(Record):
    pass


@pytest.mark.parametrize("point", [Point(1, 2), Point(1, y=2), Point(y=2, x=1), Point(1, 2, ""), Point(1, 2, name="")])
def test_fields_are_given_by_place_or_by_name(point: Point) -> None:
    assert (point.x, point.y, point.name) == (1, 2, "") == point.values()
    assert point == Point(1, 2)
    assert repr(point) == "Point(x=1, y=2, name='')"


@pytest.mark.parametrize(
    ("values", "named", "given"),
    [
        ((1,), {}, "1"),
        ((), {}, ""),
        ((1,), {"name": "a"}, "1, name='a'"),
        ((1, 2, "a", 4), {}, "1, 2, 'a', 4"),
        ((1, 2), {"z": 3}, "1, 2, z=3"),
        ((1, 2), {"y": 2}, "1, 2, y=2"),
        ((), {"x": 1, "y": 2, "values": 3}, "x=1, y=2, values=3"),
    ],
)
def test_missing_surplus_and_unknown_fields_are_refused(
    values: tuple[object, ...], named: dict[str, object], given: str
) -> None:
    with pytest.raises(TypeError) as caught:
        Point(*values, **named)
    assert str(caught.value) == f"Point must get (x, y, name=...), but gets ({given})"


def test_a_record_without_fields_takes_none() -> None:
    assert Origin() == Origin()
    with pytest.raises(TypeError, match=r"Origin must get \(\), but gets \(1\)"):
        Origin(1)


def test_a_copy_changes_fields_that_exist() -> None:
    assert Point(1, 2).replace(name="a") == Point(1, 2, "a")
    with pytest.raises(TypeError):
        Point(1, 2).replace(z=3)


def test_a_record_is_frozen_and_a_key() -> None:
    point = Point(1, 2)
    with pytest.raises(AttributeError, match="Point is frozen"):
        point.x = 2
    assert {point: 1}[Point(1, 2)] == 1
    assert point != Origin()
