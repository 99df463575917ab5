"""What a regrading changes, student by student, in points and in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.gradebook.grades import Grade, Mark
from autograder.model import cents
from autograder.text.escape import terminal
from autograder.text.words import number

_MAX_VERDICTS = 4  # checks that one line names


@dataclass(frozen=True, slots=True)
class Change:
    """One student's grade before and after."""

    before: Grade
    after: Grade

    @property
    def points(self) -> float:
        """How many more, or fewer."""
        return cents(self.after.score - self.before.score)

    @property
    def matters(self) -> bool:
        """Whether there is anything to report: points, or verdicts behind points set by hand."""
        return bool(self.points or next(self._verdicts(), None) or next(self._held(), None))

    def line(self) -> str:
        """ "ada: 62 → 70 (+8)  double_is_twice failed → passed"."""
        sign = f" ({'+' if self.points > 0 else '−'}{number(abs(self.points))})" if self.points else ""
        verdicts = list(self._verdicts())
        more = [f"and {len(verdicts) - _MAX_VERDICTS} more"] if len(verdicts) > _MAX_VERDICTS else []
        details = "; ".join([*verdicts[:_MAX_VERDICTS], *more, *self._held()])
        head = f"{terminal(self.before.student, 60)}: {number(self.before.score)} → {number(self.after.score)}{sign}"
        return f"{head}  {details}".rstrip()

    def _pairs(self) -> Iterator[tuple[Mark, Mark]]:
        yield from zip(self.before.marks, self.after.marks, strict=True)

    def _verdicts(self) -> Iterator[str]:
        for old, new in self._pairs():
            was = {check.name: check.verdict for check in old.checks}
            for check in new.checks:
                if was.get(check.name, check.verdict) != check.verdict:
                    yield f"{check.name} {was[check.name].replace('_', ' ')} → {check.verdict.replace('_', ' ')}"
                elif was and check.name not in was:
                    yield f"{check.name} is new: {check.verdict.replace('_', ' ')}"

    def _held(self) -> Iterator[str]:
        """Where the program would give other points, but a person's stay."""
        for old, new in self._pairs():
            if new.manual is not None and old.auto != new.auto:
                yield f"the {number(new.manual)} points set by hand for {new.name} stay"
