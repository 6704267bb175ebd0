from __future__ import annotations

import gc
from typing import TYPE_CHECKING, NamedTuple

import pytest

from convcost.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Answer(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def convcost(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Answer]]:
    """Run a command in this process."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "CONVCOST_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: object) -> Answer:
        code = main([str(word) for word in words])
        return Answer(code, *capsys.readouterr())

    yield run
    gc.enable()  # main switches it off for the whole process, which is short-lived elsewhere


STAGE = """
name: stage
vars: {c: 8}
input: [c, 10, 10]
variants:
  standard: {layers: [conv: {out: c, kernel: 3, padding: 1}]}
  grouped: {layers: [conv: {out: c, kernel: 3, padding: 1, groups: 2}]}
  small: {layers: [conv: {out: 2, kernel: 3, padding: 1}]}
"""
CHAIN = """
input: [3, 10, 10]
blocks: {Unit: {layers: [conv: {out: 4, kernel: 3}, relu]}}
layers: [Unit: , Unit: , linear: 5]
"""


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A spec with three variants, in the working directory."""
    return written("stage.yaml", STAGE, tmp_path, monkeypatch)


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A spec of two blocks and a linear layer, in the working directory."""
    return written("chain.yaml", CHAIN, tmp_path, monkeypatch)


def written(name: str, text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(folder)
    (folder / name).write_text(text, encoding="utf-8")
    return name
