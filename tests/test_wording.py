from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convcost.wording import count, exact, percent, times

UNIT = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "1"),
        (999, "999"),
        (1000, "1.000 k"),
        (1001, "1.001 k"),
        (9999, "9.999 k"),
        (10_004, "10.00 k"),
        (10_005, "10.01 k"),  # half up, where a float would round to even
        (12_345, "12.35 k"),
        (99_994, "99.99 k"),
        (99_995, "100.0 k"),
        (999_949, "999.9 k"),
        (999_950, "1.000 M"),
        (999_960, "1.000 M"),
        (568_740_352, "568.7 M"),
        (4_231_976, "4.232 M"),
        (999_949_999_999, "999.9 G"),
        (999_950_000_000, "1.000 T"),
        (10**12, "1.000 T"),
        (999_949_999_999_999, "999.9 T"),
        (10**15, "1,000 T"),
        (1_234_500_000_000_000, "1,235 T"),
    ],
)
def test_a_count_has_four_significant_digits(value: int, text: str) -> None:
    assert count(value) == text


def test_a_size_has_decimal_prefixes_before_its_unit() -> None:
    assert [count(v, "B") for v in (0, 864, 401_408, 2_500_000, 10**15)] == [
        "0 B",
        "864 B",
        "401.4 kB",
        "2.500 MB",
        "1,000 TB",
    ]


@given(st.integers(0, 10**18))
def test_a_count_is_off_by_half_of_its_last_digit_at_most(value: int) -> None:
    number, _, prefix = count(value).replace(",", "").partition(" ")
    whole, _, decimals = number.partition(".")
    step = UNIT[prefix] // 10 ** len(decimals)
    assert abs(int(whole + decimals) * step - value) * 2 <= step * (step > 1)


@given(st.integers(1000, 10**15 - 10**11))
def test_a_count_never_shows_a_thousand_of_a_prefix(value: int) -> None:
    number = count(value).split(" ")[0]
    assert len(number) == 5
    assert 1 <= float(number) < 1000


def test_exact_shows_every_digit() -> None:
    assert exact(568_740_352) == "568,740,352"
    assert exact(999, "B") == "999 B"


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0 %"),
        (10, 10, "100 %"),
        (1, 3, "33.3 %"),
        (155, 1000, "15.5 %"),
        (1, 2000, "0.1 %"),  # 0.05 % is rounded up
        (1, 2001, "<0.1 %"),
        (1, 10**12, "<0.1 %"),
        (9_994, 10_000, "99.9 %"),
        (9_995, 10_000, ">99.9 %"),
        (10**12 - 1, 10**12, ">99.9 %"),
        (0, 0, "-"),
    ],
)
def test_a_share_that_is_not_all_or_nothing_does_not_look_so(part: int, whole: int, text: str) -> None:
    assert percent(part, whole) == text


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (8.694, "8.69x less"),
        (1 / 8.694, "8.69x more"),
        (1.0, "same"),
        (1.004, "<1.01x less"),
        (1 / 1.004, "<1.01x more"),
        (1.0051, "1.01x less"),
        (9.994, "9.99x less"),
        (9.996, "10.0x less"),
        (99.94, "99.9x less"),
        (99.96, "100x less"),
        (12_345.0, "12,345x less"),
        (None, "-"),
        (0.0, "-"),
    ],
)
def test_a_ratio_says_how_many_times_less_or_more(ratio: float | None, text: str) -> None:
    assert times(ratio) == text
