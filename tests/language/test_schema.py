"""The JSON Schema accepts what the reader accepts and refuses what no spec may have."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from convcost import ops
from convcost.cli.schema import command
from convcost.codes import codes
from convcost.language.schema import schema
from convcost.ops.core.fields import Choice, Flag, Reference, Span
from tests.codes.test_pages import spec_of

jsonschema = pytest.importorskip("jsonschema")

HERE = Path(__file__).parents[1]
FILES = sorted(
    [
        *(HERE / "data" / "ground_truth" / "specs").glob("*.yaml"),
        *(HERE.parent / "specs").glob("*.yaml"),
        *(HERE.parent / "examples").glob("*.yaml"),
    ]
)


class Loader(yaml.SafeLoader):
    """YAML as an editor reads it: 1.2, where `no` and `010` are texts and dates do not exist."""


Loader.yaml_implicit_resolvers = {}
Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]*\.[0-9]+$"), list("-+.0123456789"))


@pytest.fixture(scope="module")
def validator() -> Any:
    kind = jsonschema.Draft202012Validator
    kind.check_schema(schema())
    return kind(schema())


def refused(validator: Any, text: str) -> bool:
    return not validator.is_valid(yaml.load(text, Loader))  # noqa: S506 - a safe loader of our own


def test_the_schema_is_json_and_a_schema(validator: Any) -> None:
    assert json.loads(json.dumps(schema())) == schema()
    assert validator.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_five_real_networks_and_more_are_tried() -> None:
    assert len({path.stem for path in FILES}) >= 6


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_schema_accepts_real_networks(path: Path, validator: Any) -> None:
    errors = list(validator.iter_errors(yaml.load(path.read_text(encoding="utf-8"), Loader)))  # noqa: S506
    assert errors == []


@pytest.mark.parametrize("code", codes())
def test_the_schema_accepts_the_clean_spec_of_every_code(code: str, validator: Any) -> None:
    assert not refused(validator, spec_of(code, "Clean"))


@pytest.mark.parametrize("code", ["CC003", "CC005", "CC010", "CC101", "CC102", "CC104", "CC201", "CC301"])
def test_the_schema_refuses_what_is_wrong_in_form(code: str, validator: Any) -> None:
    assert refused(validator, spec_of(code, "Raises"))


STEPS = """
- relu
- relu:
- relu: {}
- {relu: , name: a, if: 1, repeat: 1}
- {relu: , name: b$i, repeat: n, from: input, if: n == 2}
- $act
- {$act: , name: c}
- {relu6, name: d}
- conv: {out: 2 * n, kernel: [n, 3], padding: [[1, 1], 1], bias: n == 2, stride: "max(1, 1)"}
- conv: {out: n, kernel: 1, padding: same, groups: 1}
- conv: {out: n, kernel: 1, padding: $pad, dilation: [1, 1]}
- conv: {out: 0x10, kernel: 1e0}
- max_pool: 1
- max_pool: [1, 1]
- max_pool: {kernel: n, stride: 1}
- batch_norm: false
- dropout: 0.2
- dropout: n / 4
- resize: 1.5
- resize: {like: a, mode: bilinear, align_corners: true}
- resize: {size: [n, n], mode: $mode}
- crop: {like: b1, offset: 0}
- slice: [0, n]
- slice: range
- slice: {range: [0, 1]}
- add: resize3
- add: {p: [], q: [relu, {tanh: , from: crop1}]}
- concat: [add1, $skip]
- concat: $both
- concat: {p_$n: {repeat: n, layers: [relu]}, q: []}
- Unit
- Unit: 3
- Unit: {c: 3, list: [1, 2], w: relu}
- {Unit: [1], name: u, repeat: 1} # its name must count, but form is all that matters here
- {for: c, in: [1, 2], do: [pointwise: c]}
- {for: [c, k], in: [[1, relu], [2, tanh]], do: [$k], if: true}
- {for: [c], in: rows, do: []}
- separable: {out: 1, kernel: 1}
- linear: 10
- linear: {out: n, bias: false}
"""


@pytest.mark.parametrize("step", STEPS.strip().splitlines())
def test_the_schema_accepts_every_form_of_a_step(step: str, validator: Any) -> None:
    assert not refused(validator, f"input: [3, 8, 8]\nlayers:\n{step}\n")


@pytest.mark.parametrize("word", ops.names())
def test_the_schema_knows_every_operation_and_field(word: str, validator: Any) -> None:
    op = ops.find(word)
    assert op
    assert refused(validator, f"layers: [{{{word}: {{fieldless: 3}}, name: 3, zzz: 1}}]")
    if not op.merges:
        written = {Reference: "a", Span: "[0, 1]", Choice: "", Flag: "true"}
        values = {name: written.get(type(decl), "1") or decl.choices[0] for name, decl in op.fields.items()}
        fields = ", ".join(f"{name}: {value}" for name, value in values.items())
        assert not refused(validator, f"layers: [{word}: {{{fields}}}]")
        assert refused(validator, f"layers: [{word}: {{{fields}{', ' * bool(fields)}zzz: 1}}]")


@pytest.mark.parametrize(
    "text",
    [
        "name: ~\ninput: shape\nvars: {shape: [1, 2], w: relu, b: true, n: ~}\nlayers: [relu]",
        "input: {a: [n, 8], b: shape}\nlayers: [relu]\noutputs: a",
        "dtype: int8\nlayers: [relu]",
        "dtype: {weights: int4}\nlayers: [relu]\noutputs: [a, B1.relu1]",
        "blocks: {B: {params: ~, layers: []}, C: {params: {a: ~, b: 1, c: [1, 2], d: relu}, layers: [relu]}}",
        "variants: {a: {}, b: , c: {vars: {n: 3}, dtype: int8, layers: [relu], budgets: {macs: 3}}}\nbaseline: a",
        "require: {output: same, rf: {min: 3, max: 4}}",
        "expect: {params: 3, macs: 569M, output: [3, 3], rf: 315, layers: {a.b: {output: [1]}}, source: x}",
        "expect: {layers: 28, weights: 2.5MB}",
        "budgets: {macs: 600M, rf: {min: 3}, params: 4}",
        'budgets: [{metric: macs, of: "*", max: 25%, warn: 0.5x}, {metric: params, max_increase: 2% and 10k}]',
    ],
)
def test_the_schema_accepts_every_key_of_a_document(text: str, validator: Any) -> None:
    assert not refused(validator, text)


@pytest.mark.parametrize(
    "text",
    [
        "nmae: x",
        "- relu",
        "input: [1, 2, 3, 4, 5]",
        "input: []",
        "layers: relu",
        "layers: [rellu]",
        "layers: [conv]",
        "layers: [relu: {a: 3}]",
        "layers: [{relu: , nmae: x}]",
        "layers: [[relu]]",
        "layers: [~]",
        "layers: [{}]",
        "layers: [conv: {out: 8, kernel: 3}, name: first]",
        "layers: [{from: input, if: 1}]",
        "layers: [conv: 64]",
        "layers: [conv: {out: 8}]",
        "layers: [conv: {out: 8, kernle: 3}]",
        "layers: [conv: {out: 8, kernel: 0}]",
        "layers: [conv: {out: 8, kernel: []}]",
        "layers: [conv: {out: 8, kernel: [1, 1, 1, 1]}]",
        "layers: [conv: {out: 0.5, kernel: 3}]",
        "layers: [conv: {out: [8], kernel: 3}]",
        "layers: [conv: {out: 8, kernel: 3, padding: [[1, 2, 3]]}]",
        "layers: [resize: {scale: 2, mode: cubic}]",
        "layers: [slice: [1]]",
        "layers: [add: {p: relu}]",
        "layers: [add: {p: {repeat: 3}}]",
        "layers: [add: {p: {layers: [], n: 2}}]",
        "layers: [add: [[relu], []]]",
        "layers: [add: ]",
        "layers: [{for: c, in: [1]}]",
        "layers: [{for: c, in: [1], do: [relu], repeat: 2}]",
        "blocks: {B: [relu]}",
        "blocks: {B: {params: {}}}",
        "blocks: {B: {layers: [rellu]}}",
        "blocks: {B: {layers: [], x: 3}}",
        "vars: [3]",
        "dtype: flaot32",
        "dtype: {weight: int8}",
        "variants: [a]",
        "variants: {a: {name: x}}",
        "variants: {a: {layers: [rellu]}}",
        "require: {outputs: same}",
        "require: {output: equal}",
        "expect: {mac: 3}",
        "expect: {layers: {a: {mac: 3}}}",
        "expect: {source: [x]}",
        "budgets: {mac: 3}",
        "budgets: {macs: {maximum: 3}}",
        "budgets: [{metric: mac, max: 3}]",
        "budgets: [{max: 3}]",
        "budgets: [{metric: macs, mx: 3}]",
        "outputs: [[a]]",
    ],
)
def test_the_schema_refuses_unknown_words_and_other_forms(text: str, validator: Any) -> None:
    assert refused(validator, text)


def test_what_editors_show_is_in_the_schema() -> None:
    found = schema()
    assert all(entry["description"] for entry in found["properties"].values())
    conv = found["$defs"]["op_conv"]
    assert conv["description"].startswith("Convolution: ")
    fields = conv["anyOf"][0]["properties"]
    assert fields["stride"]["default"] == 1
    assert fields["out"] == {"description": "channels of the output", "type": ["integer", "string"], "minimum": 1}


def test_every_operation_and_field_has_its_sentence() -> None:
    for name in ops.names():
        operation = schema()["$defs"][f"op_{name}"]
        assert operation["description"]
        for form in operation["anyOf"]:
            assert all(field["description"] for field in form.get("properties", {}).values())


def test_the_command_prints_it() -> None:
    assert json.loads(CliRunner().invoke(command).output) == schema()
