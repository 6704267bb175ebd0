"""What stands in a comment on a pull request."""

from __future__ import annotations

import re
from html import unescape

import pytest

from convcost.check.report import CheckReport
from convcost.render.formats import markdown
from tests.render.reports import EMPTY, GOOD, MIXED, rude, shown

MIXED_SHOWN = """\
### convcost check: failed with 1 error, 2 warnings, 1 piece of advice; 4 of 5 demands hold in 3 specs, 1 variant

Compared with <code>git:origin/main</code>.

| spec | outcome | params | MACs | peak memory |
| --- | --- | ---: | ---: | ---: |
| <code>specs/ok.yaml</code> | ok, 2 demands hold | 4.232 M | 572.1 M | 4.817 MB |
| <code>specs/x.yaml</code> | 1 error, 1 warning, 1 piece of advice, 2 of 3 demands hold | 4.232 M | 572.1 M<br>+3.400 M (+0.6 %) | 4.817 MB<br>-1 B (&lt;-0.1 %) |
| <code>specs/new.yaml@wide</code> | ok | 4.232 M | 572.1 M | 4.817 MB |

#### Problems

- **error** CC303 <code>specs/x.yaml:5:9</code>: macs must be at most 570M, but is 572.1 M: 2.1 M more
  - what weighs most: conv1 300.0 M (52.4 %)
- **warning** CC303 <code>specs/x.yaml:6:21</code>: params should be at most 4M, but is 4.232 M
- **warning** CC409 <code>convcost.lock.json</code>: the lock has specs/gone.yaml, but there is none
- **advice** CC403 <code>specs/x.yaml:12:5</code>: stride 2 skips positions

#### Notes

- <code>specs/new.yaml@wide</code>: it is new: git:origin/main has no such spec
"""


def test_the_outcome_a_table_of_specs_the_problems() -> None:
    assert shown(markdown, MIXED) == MIXED_SHOWN


def test_what_holds_is_a_heading_and_a_table() -> None:
    assert shown(markdown, GOOD) == (
        "### convcost check: passed; 2 demands hold in 1 spec\n\n"
        "| spec | outcome | params | MACs | peak memory |\n| --- | --- | ---: | ---: | ---: |\n"
        "| <code>specs/ok.yaml</code> | ok, 2 demands hold | 4.232 M | 572.1 M | 4.817 MB |\n"
    )


def test_nothing_checked_is_a_heading() -> None:
    assert shown(markdown, EMPTY) == "### convcost check: passed; no demands in 0 specs\n"


def test_a_spec_with_mistakes_has_no_figures() -> None:
    spec = GOOD.specs[0].replace(figures={}, verdicts=())
    assert "| <code>specs/ok.yaml</code> | ok | - | - | - |\n" in shown(markdown, CheckReport([spec]))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("@all", "@&#8203;all"),
        ("see #12", r"see \#&#8203;12"),
        ("!12 ~bug $34", r"!&#8203;12 \~&#8203;bug \$&#8203;34"),
        ("https://evil.example", "https:&#8203;//evil.example"),
        ("WWW.evil.example", "WWW&#8203;.evil.example"),
        ("[a](b)", r"\[a\](b)"),
        ("<b>&amp;`c`|d", r"&lt;b>&amp;amp;\`c\`\|d"),
        ("a\n# b\x1b[31m", r"a\\n\# b\\x1b\[31m"),
        ("0.6 % of conv1_2", "0.6 % of conv1_2"),
    ],
)
def test_text_is_inert(text: str, written: str) -> None:
    assert markdown.inert(text) == written


def test_a_name_keeps_its_at_sign_to_be_copied() -> None:
    assert markdown.code("x.yaml@wide") == "<code>x.yaml@wide</code>"
    assert markdown.code("<i>`|http://a") == r"<code>&lt;i>\`\|http:&#8203;//a</code>"


def test_nothing_from_a_spec_means_anything() -> None:
    text = shown(markdown, rude())
    assert re.findall(r"<(?!/?code>|br>)", text) == []
    assert all(line.isprintable() for line in text.split("\n"))
    rows = [line for line in text.splitlines() if line.startswith("| <code>")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [6, 6]
    prose = re.sub("<code>.*?</code>", "", text).replace("&#8203;", "\u200b")
    assert not re.search(r"@\w|#\w|://|www\.|(?<!\\)[`\[]", prose)
    assert r"\x1b[31m<script>|`a|b`]]>" in re.sub(r"\\([\\`*\[\]|~#$_])", r"\1", unescape(text))
