"""One demand, one verdict: `expect`, `budgets` and `require` against the figures of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Note, Problem
from ..language.demands import EACH, SUMS, as_written, json_name, of_no_baseline
from ..types import dims
from ..wording import suggestion
from .limits import Cannot, Threshold, beyond, holds, magnitude, must, quotient, scopes, share, sided, within, written
from .report import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeAlias

    from ..errors import Location
    from ..language.demands import Budget, Expect, Limit, Published, Requirement
    from ..language.reading.located import Located, Source
    from .measured import Measured, Value

    Bounds: TypeAlias = Mapping[str, Limit | tuple[Limit, ...]]
    Look: TypeAlias = Callable[[Threshold, str], tuple[Value, str, list[Note]]]
    """(bound, side) -> a figure, what is wrong with it or nothing, and notes on that."""

HEAVIEST = 3
"""Layers named beside a figure that is too large."""


class Judge:
    """Judges one network by what stands in `source`; `baseline` is the variant it is compared with, `before` what it
    was earlier; `title` tells it from others that the same demands are made of. Without `hints` a name that nothing has
    is told the same way of every network."""

    def __init__(
        self,
        source: Source,
        now: Measured,
        title: str | None = None,
        baseline: Measured | None = None,
        before: Measured | None = None,
        hints: bool = True,
    ) -> None:
        self.source = source
        self.hints = hints
        self.now = now
        self.title = title
        self.baseline = baseline
        self.before = before
        self.verdicts: list[Verdict] = []
        self.problems: list[Problem] = []
        self.without_before = 0
        """Limits on growth that were not judged, as it is not known what the figure was."""

    def of(self, metric: str, of: str | None = None) -> str:
        """A figure as sentences name it."""
        whole = " of the first output" if json_name(metric) == "rf" and len(self.now.outputs) > 1 else ""
        layers = {None: whole, EACH: " of each layer"}.get(of, f" of {of}")
        return f"{metric}{layers} in {self.title}" if self.title else f"{metric}{layers}"

    # expect ---------------------------------------------------------------------------------------------------

    def expect(self, expected: Expect) -> None:
        """Published figures hold, with the precision they are printed in."""
        for metric, figure in expected.figures.items():
            self._published(metric, None, figure, expected)
        for name, figures in expected.layers.items():
            for metric, figure in figures.items():
                self._published(metric, name, figure, expected)

    def _published(self, metric: str, of: str | None, figure: Published | list[Published], expected: Expect) -> None:
        figures = figure if isinstance(figure, list) else [figure]
        node = figures[0].node if figures else expected.node
        try:
            value = self._value(metric, of)
        except Cannot as reason:
            self._problem(node, "CC306", str(reason))
            return
        printed = ", ".join(one.node.text for one in figures)
        if holds(figure, value):
            self._verdict("expect", metric, of, value, printed, "ok", node)
            return
        source = [Note(f"the figure is from {expected.source}")] if expected.source else []
        shown = f"[{printed}]" if isinstance(figure, list) else printed
        self._verdict("expect", metric, of, value, printed, "error", node)
        message = f"{self.of(metric, of)} must be {shown}, as published, but is {written(metric, value)}"
        self._problem(node, "CC304", message, *source)

    # budgets --------------------------------------------------------------------------------------------------

    def budgets(self, entries: Sequence[Budget]) -> None:
        """Every limit holds; what an entry says of each layer leaves out those that an earlier one matches."""
        for i, entry in enumerate(entries):
            try:
                self._budget(entry, entries[:i])
            except Cannot as reason:
                self._problem(entry.node, "CC306", str(reason))

    def _budget(self, entry: Budget, earlier: Sequence[Budget]) -> None:
        if entry.of == EACH:
            self._bounds("budget", entry.metric, EACH, entry.bounds, "CC303", self._each(entry, earlier))
            return
        value = self._value(entry.metric, entry.of)
        self._bounds("budget", entry.metric, entry.of, entry.bounds, "CC303", self._one(entry.metric, entry.of, value))
        growth = entry.bounds.get("max_increase")
        if isinstance(growth, tuple):
            self._growth(entry, value, growth)

    def _bounds(self, kind: str, metric: str, of: str | None, bounds: Bounds, code: str, look: Look) -> None:
        """min, max and warn; where an error is told, its warning is not. `look` gives a figure, and what is wrong."""
        failed = False
        for word, side, limit in sided(bounds):
            if word == "warn" and failed:
                continue
            bound = self._threshold(metric, of, limit)
            if bound is None:
                continue
            value, wrong, notes = look(bound, side)
            status = "ok" if not wrong else "warning" if word == "warn" else "error"
            failed = failed or bool(wrong)
            self._verdict(kind, metric, of, value, f"{word} {as_written(limit)}", status, limit.node)
            if wrong:
                message = f"{self.of(metric, of)} {must(word, side)} {bound.text}, but {wrong}"
                self._problem(limit.node, code, message, *notes, severity=status)

    def _one(self, metric: str, of: str | None, value: Value) -> Look:
        """A figure of the network or of a part of it."""

        def look(bound: Threshold, side: str) -> tuple[Value, str, list[Note]]:
            if within(value, bound, side):
                return value, "", []
            return value, beyond(metric, value, bound, side), self._heaviest(metric, of, side)

        return look

    def _each(self, entry: Budget, earlier: Sequence[Budget]) -> Look:
        """Layers one by one; those that an earlier entry about the same figure matches are left to it."""
        metric = json_name(entry.metric)
        taken = {
            row.name
            for other in earlier
            if other.of is not None and json_name(other.metric) == metric
            for row in self.now.matched(other.of)
        }
        found = [(self.now.together(metric, [row]), row.name) for row in self.now.rows if row.name not in taken]
        values = [(value, name) for value, name in found if value is not None]

        def look(bound: Threshold, side: str) -> tuple[Value, str, list[Note]]:
            over = [pair for pair in values if not within(pair[0], bound, side)]
            over.sort(key=lambda pair: magnitude(pair[0]), reverse=side == "max")
            if not over:
                return max([value for value, _ in values], key=magnitude, default=None), "", []
            named = ", ".join(f"{name} ({written(entry.metric, value)})" for value, name in over[:HEAVIEST])
            rest = f" and {len(over) - HEAVIEST} more" if len(over) > HEAVIEST else ""
            have = f"{'has' if len(over) == 1 else 'have'} {'less' if side == 'min' else 'more'}"
            return over[0][0], f"{named}{rest} {have}", []

        return look

    def _threshold(self, metric: str, of: str | None, limit: Limit) -> Threshold | None:
        """A bound in units of the figure; None where it does not concern this network."""
        if limit.relative == "%":
            total = self.now.value(metric)
            if not isinstance(total, int):
                raise Cannot(f"{metric} has no total that {as_written(limit)} could be a share of")
            part = quotient(limit.value, total, 100)
            return Threshold(*part, f"{as_written(limit)} of the total ({written(metric, part[0] // part[1])})")
        if limit.relative == "x":
            if self.baseline is None:
                raise Cannot(of_no_baseline(limit))
            if self.baseline is self.now:
                return None
            base = self.baseline.value(metric, of)
            if not isinstance(base, int):
                raise Cannot(
                    f"{as_written(limit)} is of the baseline, but {self.baseline.variant} has no such {metric}"
                )
            part = quotient(limit.value, base, 1)
            shown = written(metric, part[0] // part[1])
            return Threshold(*part, f"{as_written(limit)} of {self.baseline.variant}'s ({shown})")
        return Threshold(*quotient(limit.value, 1, 1), as_written(limit))

    def _growth(self, entry: Budget, value: Value, parts: tuple[Limit, ...]) -> None:
        """`max_increase`: exceeded only where every part of it is."""
        old = self.before.value(entry.metric, entry.of) if self.before else None
        if not isinstance(old, int) or not isinstance(value, int):
            self.without_before += 1
            return
        allowed = [
            quotient(part.value, old, 100) if part.relative == "%" else quotient(part.value, 1, 1) for part in parts
        ]
        exceeded = all((value - old) * below > above for above, below in allowed)
        text = " and ".join(as_written(part) for part in parts)
        status = "error" if exceeded else "ok"
        self._verdict("budget", entry.metric, entry.of, value, f"max_increase {text}", status, parts[0].node)
        if exceeded:
            grown = f"from {written(entry.metric, old)} to {written(entry.metric, value)}"
            by = f"{written(entry.metric, value - old)}{share(value - old, old)}"
            message = f"{self.of(entry.metric, entry.of)} must not grow by more than {text}, but grew {grown}: by {by}"
            self._problem(parts[0].node, "CC307", message, *self._grown(entry))

    def _grown(self, entry: Budget) -> list[Note]:
        """The layers that grew most; where only the sum is known of what was, those that weigh most."""
        metric = json_name(entry.metric)
        if metric not in SUMS or self.before is None or not self.before.rows:
            return self._heaviest(entry.metric, entry.of, "max")
        old = {row.name: self.before.figure(row, metric) for row in self.before.rows}
        rows = self.now.rows if entry.of is None else self.now.matched(entry.of)
        grown = [(self.now.figure(row, metric) - old.get(row.name, 0), row.name) for row in rows]
        most = [(more, name) for more, name in sorted(grown, key=lambda pair: -pair[0]) if more > 0][:HEAVIEST]
        named = ", ".join(f"{name} +{written(metric, more)}" for more, name in most)
        return [Note(f"what grew most: {named}")] if named else []

    # require --------------------------------------------------------------------------------------------------

    def require(self, requirements: Sequence[Requirement]) -> None:
        """What the variants of a spec share."""
        for wanted in requirements:
            try:
                if wanted.bounds is not None:
                    value = self._value(wanted.metric, None)
                    look = self._one(wanted.metric, None, value)
                    self._bounds("require", wanted.metric, None, wanted.bounds, "CC305", look)
                elif self.baseline is not None and self.baseline is not self.now:
                    self._same(wanted, self.baseline)
            except Cannot as reason:
                self._problem(wanted.node, "CC306", str(reason))

    def _same(self, wanted: Requirement, base: Measured) -> None:
        metric = wanted.metric
        if metric == "output":
            own, other = self.now.outputs, base.outputs
            value, shown = self.now.value(metric), (" and ".join(map(dims, own)), " and ".join(map(dims, other)))
            kept = own == other
        else:
            value, theirs = self.now.value(metric), base.value(metric)
            shown, kept = (written(metric, value), written(metric, theirs)), value == theirs
        self._verdict("require", metric, None, value, "same", "ok" if kept else "error", wanted.node)
        if not kept:
            message = f"{self.of(metric)} must be that of {base.variant}, {shown[1]}, but is {shown[0]}"
            self._problem(wanted.node, "CC305", message)

    # what they share ------------------------------------------------------------------------------------------

    def _value(self, metric: str, of: str | None) -> Value:
        """A figure; Cannot where there is none."""
        value = self.now.value(metric, of)
        if value is not None:
            return value
        if of is not None and not self.now.matched(of):
            names = {name for row in self.now.rows for name in scopes(row.name)} if self.hints else ()
            raise Cannot(f"{of[:60]} must name a layer or match some, but there is none{suggestion(of, names)}")
        reason = self.now.no_field if of is None and json_name(metric) == "rf" else ""
        raise Cannot(f"{metric} cannot be judged: {reason or 'there is no such figure'}")

    def _heaviest(self, metric: str, of: str | None, side: str) -> list[Note]:
        """The layers that weigh most in a sum; for memory, those with the largest outputs."""
        figure = {"peak_activation_bytes": "activations"}.get(json_name(metric), json_name(metric))
        if figure not in SUMS or side == "min":
            return []
        rows = self.now.rows if of is None else self.now.matched(of)
        weights = sorted([(self.now.figure(row, figure), row.name) for row in rows], key=lambda pair: -pair[0])
        total = sum(weight for weight, _ in weights)
        named = [(name, weight) for weight, name in weights[:HEAVIEST] if weight]
        if figure != json_name(metric):
            listed, start = [f"{name} {count:,} elements" for name, count in named], "the largest outputs"
        else:
            listed, start = [f"{name} {written(metric, n)}{share(n, total)}" for name, n in named], "what weighs most"
        return [Note(f"{start}: {', '.join(listed)}")] if listed else []

    def _verdict(
        self, kind: str, metric: str, of: str | None, value: Value, limit: str, status: str, node: Located
    ) -> None:
        self.verdicts.append(Verdict(kind, metric, of, value, limit, status, self._place(node)))

    def _problem(self, node: Located, code: str, message: str, *notes: Note, severity: str = "error") -> None:
        self.problems.append(Problem(self._place(node), code, message, severity, notes))

    def _place(self, node: Located) -> Location:
        return self.source.locate(node)
