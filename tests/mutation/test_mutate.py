"""The mutation run can begin: its networks agree, its mutants can be made, what it lists is still there."""

from __future__ import annotations

import pytest

from convcost.api.network import Network
from convcost.ops import find, names
from convcost.ops.core.operation import Composite
from tests.mutation.mutate import HERE, ROOT, mutants, networks


@pytest.mark.parametrize("spec", networks())
def test_verify_agrees_without_a_mutant(spec: str) -> None:
    assert Network.from_text(spec).verify().agree


def test_every_operation_is_used() -> None:
    used = {node.op.word for spec in networks() for node in Network.from_text(spec).graph().nodes}
    made_of_others = {word for word in names() if issubclass(find(word) or object, Composite)}
    used |= {word for word in made_of_others if any(f"{word}:" in spec for spec in networks())}
    assert used == set(names())


def test_there_are_mutants_and_what_is_listed_is_one_with_a_reason() -> None:
    keys = {mutant.key for mutant in mutants()}
    assert any("max min" in key for key in keys)
    assert any("return not" in key for key in keys)
    assert all(ROOT.joinpath(key.split(" | ")[0]).exists() for key in keys)
    lines = [line for line in (HERE / "equivalent.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    for line in lines:
        key, _, reason = line.rpartition(" | ")
        assert key in keys
        assert reason
