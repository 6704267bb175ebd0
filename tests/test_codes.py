"""Every code has a page whose two specs do what it says, and every code the source uses has a page."""

from __future__ import annotations

import re
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent

import pytest

from convcost.analysis.advice import advise
from convcost.codes import codes, page
from convcost.errors import SpecError
from convcost.network import Network

SOURCE = Path(__file__).parent.parent / "convcost"


def spec_of(code: str, section: str) -> str:
    match = re.search(rf"^{section}:\n((?:    .*\n|\n)+)", cleandoc(page(code) or "") + "\n", re.MULTILINE)
    assert match, f"{code} has no section {section}"
    return dedent(match[1])


def raised_by(text: str) -> set[str]:
    """The codes of everything that is said of a spec: its mistakes, or its notes and the advice on it."""
    try:
        graph = Network.from_text(text).graph()
        return {problem.code for problem in (*graph.notes, *advise(graph))}
    except SpecError as error:
        return {problem.code for problem in error.problems}


@pytest.mark.parametrize("code", codes())
def test_the_first_spec_of_a_page_raises_its_code_and_the_second_is_clean(code: str) -> None:
    assert raised_by(spec_of(code, "Raises")) == {code}
    assert raised_by(spec_of(code, "Clean")) == set()


def test_every_code_in_the_source_has_a_page_and_every_page_is_used() -> None:
    texts = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py") if path.name != "codes.py"]
    used = {code for text in texts for code in re.findall(r'"(CC\d{3})"', text)}
    assert used == set(codes())


def test_a_code_without_a_page_is_none() -> None:
    assert page("CC999") is None
    assert page("page") is None
