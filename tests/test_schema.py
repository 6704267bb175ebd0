"""The JSON Schema accepts what the reader accepts, and knows its names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from convcost import ops
from convcost.cli.schema import command
from convcost.codes import codes
from convcost.spec.schema import schema
from tests.test_codes import spec_of

jsonschema = pytest.importorskip("jsonschema")
ROOT = Path(__file__).parent.parent
SPECS = sorted([*(ROOT / "specs").glob("*.yaml"), *(ROOT / "examples").glob("*.yaml")])
SPECS += sorted((ROOT / "tests" / "ground_truth" / "specs").glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Any:
    document = schema()
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_real_specs_are_valid(path: Path, validator: Any) -> None:
    assert list(validator.iter_errors(yaml.safe_load(path.read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize("code", [code for code in codes() if code < "CC4"])
def test_the_clean_spec_of_every_page_is_valid(code: str, validator: Any) -> None:
    assert list(validator.iter_errors(yaml.safe_load(spec_of(code, "Clean")))) == []


@pytest.mark.parametrize(
    "text",
    [
        "{input: [3, 8, 8], layers: [relu], inputs: 3}",
        "{input: [3, 8, 8], layers: [rellu]}",
        "{input: [3, 8, 8], layers: [conv: {out: 8, kernel: 3, strid: 2}]}",
        "{input: [3, 8, 8], layers: [conv: {out: 8}]}",
        "{input: [3, 8, 8], layers: [unpool: {scale: 2, mode: linear}]}",
        "{input: [3, 8, 8, 8, 8], layers: [relu]}",
        "{input: [3, 8, 8], layers: [{for: a, in: [1]}]}",
        "{input: [3, 8, 8], layers: [relu], variants: {a: {name: x}}}",
        "{input: [3, 8, 8], layers: [relu], blocks: {A: {steps: [relu]}}}",
        "{input: [3, 8, 8], layers: [relu], budgets: {mac: 3}}",
        "{input: [3, 8, 8], layers: [relu], dtype: float}",
    ],
)
def test_what_the_language_does_not_know_is_invalid(text: str, validator: Any) -> None:
    assert list(validator.iter_errors(yaml.safe_load(text)))


def test_every_operation_and_field_has_its_sentence() -> None:
    for name in ops.names():
        operation = schema()["$defs"][f"op_{name}"]
        assert operation["description"]
        for form in operation["anyOf"]:
            assert all(field["description"] for field in form.get("properties", {}).values())


def test_the_command_prints_it() -> None:
    assert json.loads(CliRunner().invoke(command).output) == schema()
