"""Random documents of the whole language, as plain data: most are valid, for shapes are followed while they are drawn.

Names that are given begin with `q` and a number, so that all can be changed at once.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from convcost import ops
from convcost.types import DTYPE_BITS, volume
from tests.ops.samples import PLACED, _random_value, complaints

if TYPE_CHECKING:
    from random import Random

    from convcost.types import Shape

WORDS = [word for word in PLACED if not ops.find(word).merges and word not in ("max_unpool", "crop")]
SAME_SHAPE = (
    "relu",
    "batch_norm",
    "sigmoid",
    "identity",
    "dropout",
    "leaky_relu",
    "prelu",
    "scale",
    "layer_norm",
    "lrn",
)
LARGEST = 3000
"""Elements of a tensor."""


class Ordered(dict[str, Any]):
    """A map in which the order of the keys means something: inputs, variables, paths, parameters, variants."""


class Draft:
    """A document that is being drawn."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.given = 0
        self.vars = {f"v{i}": rng.randint(1, 4) for i in range(rng.randint(0, 3))}
        self.blocks: dict[str, Any] = {}

    def name(self) -> str:
        self.given += 1
        return f"q{self.given}"

    # Numbers, as people write them. ---------------------------------------------------------------------------

    def number(self, n: int, known: dict[str, int] | None = None) -> Any:
        """A whole number, or an expression that has its value."""
        rng = self.rng
        known = self.vars if known is None else known
        if rng.random() < 0.6:
            return n
        some = rng.randint(0, 5)
        forms = [
            f"{some} + {n - some}" if n >= some else f"{n}",
            f"2 * {n} // 2",
            f"{n} if true else 0",
            f"max({n}, {min(n, some)})",
        ]
        forms += [f"{name} + {n - v}" for name, v in known.items() if v <= n]
        forms += [f"{name} * {n // v}" for name, v in known.items() if v and n % v == 0]
        return rng.choice(forms)

    def truth(self) -> Any:
        return self.rng.choice(
            [True, False, "1 == 1", "i == 1" if self.rng.random() < 0.1 else "2 < 1", "not false", 1]
        )

    def plain(self, value: Any) -> Any:
        """The value of a field as YAML has it."""
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            return self.number(value) if value >= 0 else value
        if isinstance(value, Fraction):
            return value.numerator if value.denominator == 1 else f"{value.numerator} / {value.denominator}"
        return [self.plain(item) for item in value] if isinstance(value, tuple) else value

    # Steps. ---------------------------------------------------------------------------------------------------

    def operation(self, shape: Shape, keep: bool = False) -> tuple[Any, Shape]:
        """A step of one operation that fits a shape, and the shape it gives; one like the shape where `keep`."""
        rng = self.rng
        rank = len(shape) - 1
        for _ in range(30):
            word = rng.choice(WORDS)
            kind = ops.find(word)
            fields = {name: _random_value(decl, rank, rng) for name, decl in kind.fields.items() if not decl.refers}
            fields = {
                key: value
                for key, value in fields.items()
                if value is not None and (kind.fields[key].required or rng.random() < 0.6)
            }
            op = kind(**fields)
            if complaints(op, shape):
                continue
            out = op.shape(shape)
            if volume(out) <= LARGEST and (not keep or out == shape):
                return {word: self.fields(kind, fields)}, out
        return rng.choice(SAME_SHAPE), shape

    def fields(self, kind: Any, fields: dict[str, Any]) -> Any:
        if not fields:
            return None if self.rng.random() < 0.5 or kind.main else {}
        if [*fields] == [kind.main] and self.rng.random() < 0.6:
            return self.plain(fields[kind.main])
        return {key: self.plain(value) for key, value in fields.items()}

    def kept(self, shape: Shape, out: int | None = None) -> Any:
        """A step that keeps all sizes, and the channels too unless told how many."""
        rng = self.rng
        channels, flat = out or shape[0], len(shape) == 1
        if flat:
            return rng.choice([{"linear": self.number(channels)}, *([] if out else SAME_SHAPE[:6])])
        k, d = rng.choice([1, 3, 3, 5]), rng.randint(1, 2)
        window = {"kernel": k, "padding": rng.choice([k // 2 * d, self.number(k // 2 * d), "same"]), "dilation": d}
        wide = [
            {"conv": {"out": self.number(channels), **window}},
            {"pointwise": self.number(channels)},
            {"separable": {"out": channels, **window}},
        ]
        return rng.choice(wide if out else [*wide, {"depthwise": window}, *SAME_SHAPE])

    def chain(self, shape: Shape, seen: dict[str, Shape], length: int, depth: int = 0) -> tuple[list[Any], Shape]:
        """A chain of steps that starts from a shape; `seen` are the tensors that can be named, and grows."""
        steps: list[Any] = []
        for _ in range(length):
            found, shape = self.step(shape, seen, depth)
            steps += found
        return steps, shape

    def step(self, shape: Shape, seen: dict[str, Shape], depth: int) -> tuple[list[Any], Shape]:
        draw = self.rng.random()
        if draw < 0.45:
            return self.named(*self.operation(shape), seen)
        if draw < 0.55:
            return self.repeated(shape)
        if draw < 0.68 and depth < 2:
            return self.merged(shape, seen, depth)
        if draw < 0.76:
            return self.partnered(shape, seen)
        if draw < 0.84:
            return self.called(shape, seen)
        if draw < 0.90:
            return self.looped(shape)
        if draw < 0.95 and len(shape) > 1:
            return self.pooled(shape, seen)
        return self.elsewhere(shape, seen)

    def named(self, step: Any, shape: Shape, seen: dict[str, Shape]) -> tuple[list[Any], Shape]:
        if self.rng.random() < 0.6:
            return [step], shape
        name = self.name()
        seen[name] = shape
        return [{**as_map(step), "name": name}], shape

    def repeated(self, shape: Shape) -> tuple[list[Any], Shape]:
        """A step that keeps its shape, some times or under a condition."""
        step = as_map(self.kept(shape))
        if self.rng.random() < 0.6:
            step["repeat"] = self.number(self.rng.randint(0, 3))
            if self.rng.random() < 0.4:
                step["name"] = f"{self.name()}_$i"
        if self.rng.random() < 0.4:
            step["if"] = self.truth()
        return [step], shape

    def merged(self, shape: Shape, seen: dict[str, Shape], depth: int) -> tuple[list[Any], Shape]:
        """Paths side by side."""
        rng = self.rng
        word = rng.choice(["add", "mul", "concat"])
        paths, channels = Ordered(), 0
        for _ in range(rng.randint(2, 3)):
            out = rng.choice([None, rng.randint(1, 6)]) if word == "concat" else None
            steps = [self.kept(shape) for _ in range(rng.randint(0, 2))]
            if depth < 1 and rng.random() < 0.2:
                steps += self.merged(shape, dict(seen), depth + 1)[0] if word == "mul" else []
            if out:
                steps.append(self.kept(shape, out))
            channels += out or shape[0]
            paths[self.name()] = steps
        if word == "concat":
            shape = (channels, *shape[1:])
        elif any(isinstance(step, dict) and "concat" in step for steps in paths.values() for step in steps):
            paths = Ordered({self.name(): [], self.name(): []})
        return self.named({word: paths}, shape, seen)

    def partnered(self, shape: Shape, seen: dict[str, Shape]) -> tuple[list[Any], Shape]:
        """A merge with tensors that have names."""
        rng = self.rng
        equal = [name for name, other in seen.items() if other == shape]
        wide = [name for name, other in seen.items() if other[1:] == shape[1:]]
        if len(wide) > 1 and rng.random() < 0.5:
            names = rng.sample(wide, 2)
            return self.named({"concat": names}, (sum(seen[name][0] for name in names), *shape[1:]), seen)
        if not equal:
            return self.named(*self.operation(shape), seen)
        return self.named({rng.choice(["add", "mul"]): rng.choice(equal)}, shape, seen)

    def called(self, shape: Shape, seen: dict[str, Shape]) -> tuple[list[Any], Shape]:
        """A block of its own, with parameters; sometimes one that was called before."""
        rng = self.rng
        if len(shape) == 1:
            return self.repeated(shape)
        if not self.blocks or (rng.random() < 0.6 and len(self.blocks) < 4):
            self.blocks[f"Block{'ABCD'[len(self.blocks)]}"] = self.block()
        word = rng.choice([*self.blocks])
        out = rng.choice([shape[0], rng.randint(1, 6)])
        arguments = {"c": self.number(out)}
        if rng.random() < 0.4:
            arguments["k"] = rng.choice([1, 3])
        if rng.random() < 0.4:
            arguments["act"] = rng.choice(["relu", "silu", "identity"])
        step: dict[str, Any] = {word: arguments if len(arguments) > 1 or rng.random() < 0.5 else arguments["c"]}
        if rng.random() < 0.3:
            step["repeat"] = rng.randint(1, 2)
            return [step], (out, *shape[1:])
        return self.named(step, (out, *shape[1:]), seen)

    def block(self) -> dict[str, Any]:
        rng = self.rng
        layers: list[Any] = [
            {
                "conv": {
                    "out": rng.choice(["c", "c + 0", "max(c, 1)"]),
                    "kernel": "k",
                    "padding": "k // 2",
                    "bias": rng.choice([True, "k == 1"]),
                }
            }
        ]
        extra = [
            "$act",
            {"batch_norm": None, "if": "c > 2"},
            {"depthwise": {"kernel": "k", "padding": "same"}, "repeat": "r"},
            {"add": "in", "if": "c == cin"},
            {"add": Ordered(main=[{"pointwise": "c"}], shortcut=[])},
            {"mul": Ordered(x=[], gate=["global_avg_pool", {"pointwise": "c"}, "sigmoid"])},
            {"for": "x", "in": [1, 3], "do": [{"conv": {"out": "c", "kernel": "x", "padding": "x // 2"}}]},
        ]
        layers += [extra[i] for i in sorted(rng.sample(range(len(extra)), rng.randint(0, 4)))]
        if len(self.blocks) and rng.random() < 0.3:
            layers.append({rng.choice([*self.blocks]): {"c": "c", "k": "k"}})
        return {
            "params": Ordered(c=None, k=rng.choice([1, 3]), act="relu", r=rng.choice([1, 2, "k // 2"])),
            "layers": layers,
        }

    def looped(self, shape: Shape) -> tuple[list[Any], Shape]:
        rng = self.rng
        if len(shape) == 1:
            return self.repeated(shape)
        outs = [rng.randint(1, 6) for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.5:
            rows = [[self.number(out), rng.choice([1, 3])] for out in outs]
            body = {"conv": {"out": "x", "kernel": "y", "padding": "y // 2"}}
            return [{"for": ["x", "y"], "in": rows, "do": [body, rng.choice(SAME_SHAPE)]}], (outs[-1], *shape[1:])
        return [{"for": "x", "in": outs, "do": [{"pointwise": "x"}]}], (outs[-1], *shape[1:])

    def pooled(self, shape: Shape, seen: dict[str, Shape]) -> tuple[list[Any], Shape]:
        """A max_pool, something, and its max_unpool; or a crop or a resize like another tensor."""
        rng = self.rng
        smaller = [
            name
            for name, other in seen.items()
            if len(other) == len(shape) and all(a <= b for a, b in zip(other[1:], shape[1:]))
        ]
        if smaller and rng.random() < 0.5:
            like = rng.choice(smaller)
            word = rng.choice([{"crop": like}, {"resize": {"like": like, "mode": rng.choice(["nearest", "bilinear"])}}])
            return self.named(word, (shape[0], *seen[like][1:]), seen)
        if min(shape[1:]) < 2:
            return self.repeated(shape)
        name = self.name()
        pooled = (shape[0], *(n // 2 for n in shape[1:]))
        seen[name] = pooled
        between = [self.kept(pooled) for _ in range(rng.randint(0, 2))]
        return [{"max_pool": 2, "name": name}, *between, {"max_unpool": name}], shape

    def elsewhere(self, shape: Shape, seen: dict[str, Shape]) -> tuple[list[Any], Shape]:
        """A step that starts from a tensor with a name."""
        if not seen:
            return self.repeated(shape)
        name = self.rng.choice([*seen])
        return [{**as_map(self.kept(seen[name])), "from": name}], seen[name]

    # The document. --------------------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        rng = self.rng
        rank = rng.choice([1, 2, 2, 2, 3])
        shape = (rng.randint(1, 4), *(rng.randint(2, 24 // rank) for _ in range(rank)))
        seen: dict[str, Shape] = {"input": shape}
        inputs: Any = [self.number(n) for n in shape]
        if rng.random() < 0.15:
            inputs = Ordered({self.name(): list(shape), self.name(): list(shape)})
            seen.update(dict.fromkeys(inputs, shape))
        layers, _ = self.chain(shape, seen, rng.randint(1, 7))
        document: dict[str, Any] = {"name": "fuzzed", "input": inputs, "layers": layers}
        names = [name for name in seen if name != "input" and name not in (inputs if isinstance(inputs, dict) else ())]
        if names and rng.random() < 0.2:
            document["outputs"] = rng.sample(names, min(len(names), rng.randint(1, 2)))
        if self.vars:
            document["vars"] = Ordered(self.vars)
        if self.blocks:
            document["blocks"] = self.blocks
        if rng.random() < 0.2:
            document["dtype"] = rng.choice([rng.choice([*DTYPE_BITS]), {"weights": "int8", "activations": "float16"}])
        if rng.random() < 0.2:
            document["budgets"] = {"params": rng.choice(["10G", 1]), "peak_activations": "1.5MB", "rf": {"min": 1}}
        if rng.random() < 0.25:
            document["variants"] = self.variants(shape, whole="outputs" not in document)
        return document

    def variants(self, shape: Shape, whole: bool) -> Ordered:
        rng = self.rng
        found = Ordered(base={})
        if self.vars:
            found["other"] = {"vars": {name: rng.randint(1, 6) for name in self.vars}}
        found["short"] = {"layers": [self.kept(shape)]} if whole and rng.random() < 0.5 else {"dtype": "int8"}
        return found


def as_map(step: Any) -> dict[str, Any]:
    return {step: None} if isinstance(step, str) else dict(step)


def document(rng: Random) -> dict[str, Any]:
    """A document of the language, most often a valid one."""
    return Draft(rng).document()


# Nearly valid. ------------------------------------------------------------------------------------------------

ODD = [
    None,
    True,
    -1,
    0,
    1.5,
    10**9,
    10**16,
    "x",
    "cin",
    "i",
    "in",
    "q1",
    "",
    "1 / 0",
    "$x",
    "no",
    [],
    {},
    [[1]],
    {"a": 1},
    "010",
]
KEYS = [
    "name",
    "from",
    "if",
    "repeat",
    "for",
    "do",
    "in",
    "layers",
    "out",
    "kernel",
    "padding",
    "stride",
    "size",
    "like",
    "vars",
]
KEYS += [
    "conv",
    "conv2d",
    "relu",
    "add",
    "concat",
    "Block",
    "BlockA",
    "Layers",
    "share",
    "expect",
    "require",
    "baseline",
    "outputs",
]


def spoiled(value: Any, rng: Random) -> Any:
    """A document with one thing changed, somewhere in it."""
    if isinstance(value, dict) and value:
        key = rng.choice([*value])
        kind = type(value)
        draw = rng.random()
        if draw < 0.75:
            return kind({**value, key: spoiled(value[key], rng)})
        if draw < 0.83:
            return kind({k: v for k, v in value.items() if k != key})
        if draw < 0.91:
            return kind({rng.choice(KEYS) if k == key else k: v for k, v in value.items()})
        return kind({**value, rng.choice(KEYS): rng.choice(ODD)})
    if isinstance(value, list) and value:
        at = rng.randrange(len(value))
        draw = rng.random()
        new = (
            [spoiled(value[at], rng)]
            if draw < 0.8
            else []
            if draw < 0.86
            else [value[at]] * 2
            if draw < 0.92
            else [rng.choice(ODD)]
        )
        return [*value[:at], *new, *value[at + 1 :]]
    return rng.choice(ODD)
