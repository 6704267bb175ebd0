"""Pages that explain operations, figures, problem codes and keys, from their declarations and docstrings."""

from __future__ import annotations

import re
from inspect import cleandoc
from textwrap import dedent, fill, indent
from typing import TYPE_CHECKING, Any

from .. import ops
from ..api.network import Network
from ..codes import codes, page
from ..docstrings import docstring
from ..errors import UsageError
from ..figures import FIGURES
from ..language.demands import METRICS, SHORT_NAMES
from ..language.document import KEYS
from ..language.expressions import FUNCTIONS, shown
from ..language.schema import summary
from ..language.steps import LOOP_KEYS, SIBLINGS, OpStep
from ..types import dims
from ..wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..ops.core.fields import Decl
    from ..ops.core.operation import Op
    from ..types import Number, Shape

WIDTH = 80
ALIASES = {
    **SHORT_NAMES,
    "peak_memory": "peak_activation_bytes",
    "rf": "receptive_field",
    "field": "receptive_field",
}
DEMANDS: dict[str, str] = {
    "expect": """
        Figures that somebody has published, with their source; `convcost check` tells where the network has others. One
        printed with a suffix or a decimal point holds if the figure, rounded half up or truncated to the printed
        digits, is it: 569M holds for 568,740,352. One without holds exactly. `layers` has figures of layers and blocks.

        expect:
          params: 224
          output: [8, 8, 8]
          rf: 3
          layers: {conv1: {macs: 13.8k}}
          source: "the paper, table 1"
        """,
    "budgets": """
        Limits on figures; `convcost check` tells where one is exceeded. A number is an upper limit; min, max and warn
        are written apart. In a list, `of` is a layer, a block or a quoted glob, whose layers are summed, or `each`,
        which judges every layer alone but for those that an earlier entry about the same figure matches. `%` is a share
        of the network's total, `x` a multiple of the baseline variant's figure. `max_increase` limits growth since
        `--baseline` or the lock file; of two parts, both must be exceeded. A variant's own `budgets` replace these.

        budgets:
          - {metric: macs, max: 20k, warn: 15k}
          - {metric: macs, of: "conv*", max: 100%}
          - {metric: params, of: each, max: 1k}
          - {metric: rf, min: 3}
          - {metric: weights, max: 1kB}
          - {metric: params, max_increase: 2% and 10k}
        """,
    "require": """
        What every variant must share with the baseline: the same figure, or one within bounds. `convcost check` tells
        which variant does not.

        require: {output: same, rf: {min: 3}, params: {max: 1.5x}}
        """,
}
"""Pages of keys: paragraphs, then an example."""
_SECTION = re.compile(r"^(Formulas|Example|Source|Raises|Clean):", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z_]\w*'?")


def explain(word: str | None) -> str:
    """The page of an operation, a figure, a code or a key; the list of all of them without a word.

    Raises UsageError for a word that has no page.
    """
    if word is None:
        return _index()
    if op := ops.find(word):
        return _operation(op)
    key = "_".join(word.lower().split())  # tables print `useful MACs`
    if figure := FIGURES.get(ALIASES.get(key, key)):
        return f"{figure.key}\n\n{_paragraph(figure.meaning)}"
    if text := page(word.upper()):
        return _code(word.upper(), text)
    if word in DEMANDS:
        return _demand(word)
    lines = [f"{word} ({where}): {text}" for where, text in _keys(word)]
    if lines:
        return "\n".join(map(_paragraph, lines))
    known = [*ops.names(), *FIGURES, *ALIASES, *codes(), *KEYS, *SIBLINGS, *LOOP_KEYS, *FUNCTIONS]
    raise UsageError(f"there is no page for {word[:60]}{suggestion(word, known)} (`convcost explain` lists all)")


def _index() -> str:
    found = [op for name in ops.names() if (op := ops.find(name))]
    parts = [
        ("Operations", [(op.word, summary(op).partition(": ")[2] or summary(op)) for op in found]),
        ("Figures", [(figure.key, figure.meaning.partition(". ")[0].rstrip(".")) for figure in FIGURES.values()]),
        ("Keys of a spec", KEYS.items()),
        ("Beside a step", SIBLINGS.items()),
        ("Functions in expressions", [(name, text) for name, (_, text) in FUNCTIONS.items()]),
        ("Problem codes", [(code, (page(code) or "").split("\n\n")[0]) for code in codes()]),
    ]
    sections = [f"{title}\n{_list(rows)}" for title, rows in parts]
    return "\n\n".join([*sections, "`convcost explain WORD` has a page for each of these words."])


def _keys(word: str) -> Iterator[tuple[str, str]]:
    tables = (("key of a spec", KEYS), ("beside a step", SIBLINGS), ("key of a for step", LOOP_KEYS))
    for where, table in tables:
        if word in table:
            yield where, table[word]
    if word in FUNCTIONS:
        yield "function in expressions", FUNCTIONS[word][1]


def _operation(op: type[Op]) -> str:
    sections = _sections(docstring(op))
    text = "\n\n".join(_paragraph(paragraph) for paragraph in sections[""].split("\n\n"))
    blocks = [f"{op.word}\n\n{text}"]
    if op.fields:
        main = f" (`{op.word}: value` sets {op.main})" if op.main else ""
        blocks.append(f"Fields{main}\n{_list((name, _described(decl)) for name, decl in op.fields.items())}")
    blocks.append(_example(op, sections))
    if source := sections.get("Source"):
        blocks.append(_paragraph(f"Source: {source}"))
    return "\n\n".join(blocks)


def _described(decl: Decl) -> str:
    default = "required" if decl.required else "" if decl.default is None else f"default {_plain(decl.default)}"
    words = f"{decl.doc}; {forms}" if (forms := decl.forms()) else decl.doc
    return f"{words} ({default})" if default else words


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


def _example(op: type[Op], sections: dict[str, str]) -> str:
    """Formulas, then the same with the numbers of the example put in."""
    formulas = [line.split(" = ", 1) for line in sections.get("Formulas", "").splitlines() if " = " in line]
    lines = ["Formulas", *(f"  {name} = {formula}" for name, formula in formulas), ""] if formulas else []
    shapes, *steps = sections["Example"].splitlines()
    op_run, inputs = _run_example(op, shapes, steps)
    numbers = op_run.quantities(*inputs)
    lines += ["Example", *(f"  {step}" for step in steps), f"  on {' and '.join(map(dims, inputs))}"]
    for name, formula in formulas:
        sides = (name, _put_in(formula, numbers), _value(name, op_run, inputs, numbers))
        lines.append(f"  {' = '.join(dict.fromkeys(sides))}")
    lines.append(f"  output {dims(op_run.shape(*inputs))}")
    return "\n".join(lines)


def _value(name: str, op: Op, inputs: tuple[Shape, ...], numbers: dict[str, Number]) -> str:
    if name == "size":
        return f"{op.shape(*inputs)[1]:,}"
    if name in numbers:
        return shown(numbers[name])
    figure: int = getattr(op, name)(*inputs)
    return f"{figure:,}"


def _put_in(formula: str, numbers: dict[str, Number]) -> str:
    return _NAME.sub(lambda match: shown(numbers[match[0]]) if match[0] in numbers else match[0], formula)


def _run_example(op: type[Op], shapes: str, steps: list[str]) -> tuple[Op, tuple[Shape, ...]]:
    """The operation of an example's last step and what enters it; a second input has the name the step refers to."""
    keys = [op.word] if op.merges else [name for name, decl in op.fields.items() if decl.refers]
    partner = re.search(rf"\b(?:{'|'.join(keys)}): (\w+)", steps[-1]) if keys else None
    names = ["x", partner[1] if partner else "y"]
    inputs = ", ".join(f"{name}: {shape}" for name, shape in zip(names, shapes.split(" and ")))
    layers = "".join(f"\n  - {step}" for step in steps)
    nodes = Network.from_text(f"input: {{{inputs}}}\nlayers:{layers}\n").graph().nodes
    site = nodes[-1].site
    if isinstance(site, OpStep) and site.ready and site.ready.parts():
        return site.ready, nodes[0].input_shapes
    return nodes[-1].op, nodes[-1].input_shapes


def _code(code: str, text: str) -> str:
    sections = _sections(text)
    lines = [f"{code}\n\n{_paragraph(sections[''])}"]
    for title, section in (("This spec raises it", "Raises"), ("This one does not", "Clean")):
        lines.append(f"{title}\n{indent(sections[section], '  ')}")
    return "\n\n".join(lines)


def _demand(word: str) -> str:
    text, _, example = cleandoc(DEMANDS[word]).partition("\n\n")
    unknown = (*SHORT_NAMES.values(), *(("output",) if word == "budgets" else ()))  # a shape has no limit
    figures = ", ".join(metric for metric in METRICS if metric not in unknown)
    blocks = [f"{word} (key of a spec)", _paragraph(text), _paragraph(f"Figures: {figures}")]
    return "\n\n".join([*blocks, f"Example\n{indent(example, '  ')}"])


def _sections(text: str) -> dict[str, str]:
    """The parts of a docstring: "" is what stands before the first heading."""
    first, *rest = _SECTION.split(cleandoc(text))
    bodies = {name: dedent(body).strip() for name, body in zip(rest[::2], rest[1::2])}
    return {"": first.strip(), **bodies}


def _list(rows: Iterable[tuple[str, str]]) -> str:
    rows = list(rows)
    width = max(len(name) for name, _ in rows) + 4
    return "\n".join(_paragraph(text, f"  {name}".ljust(width), " " * width) for name, text in rows)


def _paragraph(text: str, first: str = "", others: str = "") -> str:
    text = " ".join(text.split())
    return fill(text, WIDTH, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
