"""Numbers for people: four significant digits with a decimal prefix, percentages, ratios. All arithmetic is exact."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .types import Number

PREFIXES = ("", "k", "M", "G", "T")
NOTHING = "-"
"""Shown where there is no figure: a share of nothing, a layer that a variant does not have."""


def count(value: int, unit: str = "") -> str:
    """A count, or with a unit a size, in at most four significant digits, rounded half up.

    >>> count(568740352), count(999960), count(864), count(2500000, "B")
    ('568.7 M', '1.000 M', '864', '2.500 MB')
    """
    if value < 1000:
        return f"{value} {unit}".rstrip()
    exponent = len(str(value)) - 1
    step = 10 ** (exponent - 3)
    digits = (value + step // 2) // step
    if digits == 10_000:  # 999.96 k is 1.000 M
        digits, exponent = 1000, exponent + 1
    power = exponent // 3
    if power >= len(PREFIXES):
        tera = 10**12
        return f"{(value + tera // 2) // tera:,} T{unit}"
    whole = exponent % 3 + 1
    text = str(digits)
    return f"{text[:whole]}.{text[whole:]} {PREFIXES[power]}{unit}"


def exact(value: int, unit: str = "") -> str:
    """All digits.

    >>> exact(568740352), exact(2500000, "B")
    ('568,740,352', '2,500,000 B')
    """
    return f"{value:,} {unit}".rstrip()


def fraction(above: int, below: int) -> str:
    """A quotient in lowest terms.

    >>> fraction(1, 2), fraction(4, 1)
    ('1/2', '4')
    """
    return f"{above}/{below}" if below != 1 else str(above)


def grid(scales: Sequence[Number] | None) -> str:
    """How coarsely a map is computed, per axis where axes differ: a scale of 8 is `1/8`.

    >>> grid((8, 8)), grid((8, 4)), grid((1,)), grid(None), grid(())
    ('1/8', '1/8 x 1/4', '1', '-', '')
    """
    if scales is None:
        return NOTHING
    parts = [fraction(scale.denominator, scale.numerator) for scale in scales]
    return parts[0] if len(set(parts)) == 1 else " x ".join(parts)


def percent(part: int, whole: int) -> str:
    """A share; what is not nothing never reads as 0 %, what is not all never as 100 %.

    >>> percent(155, 1000), percent(1, 10**6), percent(10**6 - 1, 10**6)
    ('15.5 %', '<0.1 %', '>99.9 %')
    """
    if not whole:
        return NOTHING
    if part in (0, whole):
        return "100 %" if part else "0 %"
    tenths = (2000 * part + whole) // (2 * whole)
    if not tenths:
        return "<0.1 %"
    return ">99.9 %" if tenths == 1000 else f"{tenths // 10}.{tenths % 10} %"


def times(ratio: float | None) -> str:
    """How many times less, from a ratio of baseline to variant, in three significant digits.

    >>> times(8.694), times(1 / 1.3), times(1.0)
    ('8.69x less', '1.30x more', 'same')
    """
    if not ratio:
        return NOTHING
    if ratio == 1:
        return "same"
    factor, word = (ratio, "less") if ratio > 1 else (1 / ratio, "more")
    if factor < 1.005:
        return f"<1.01x {word}"
    decimals = 2 if factor < 9.995 else 1 if factor < 99.95 else 0
    return f"{factor:,.{decimals}f}x {word}"


def one_line(text: str) -> str:
    """Text from a spec made safe for a terminal: control characters and line breaks appear as escapes.

    >>> one_line("a" + chr(27) + "[31m")
    'a\\\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def columns(text: str) -> int:
    """Terminal columns that a text takes: wide characters take two, combining ones none.

    >>> columns("ab")
    2
    """
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def suggestion(word: str, known: Iterable[str]) -> str:
    """`; did you mean ...?`, or nothing, for a misspelt name."""
    from difflib import get_close_matches

    word = word[:80]
    names = sorted(set(known))
    lower = {name.lower(): name for name in names}
    close = get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return f"; did you mean {lower[close[0]]}?" if close else ""


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "spec"), counted(1200, "error"), counted(2, "advice")
    ('1 spec', '1,200 errors', '2 pieces of advice')
    """
    if noun == "advice":
        noun = "piece of advice" if number == 1 else "pieces of advice"
    elif number != 1:
        noun += "s"
    return f"{number:,} {noun}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
