"""What grading produces: pure data, to and from JSON. Nothing here runs, reads or writes anything."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

REPORT_VERSION = 7
_READ = (1, 2, 3, 4, 5, 6)  # older versions that are still read
_STUB_IN_VERSION_1 = "This part is not filled in yet"  # how the message began; there was no `unwritten`


def cents(points: float) -> float:
    """Points as they are stored, shown, exported and compared everywhere: two digits, halves upwards, never -0.0.

    The small addend is for halves that binary fractions miss: 2.675 is 2.68.
    """
    return math.floor(points * 100 + 0.5 + 1e-7) / 100 + 0.0


class Verdict(StrEnum):
    """How one check ended, by whose fault."""

    PASSED = "passed"
    CARRIED = "carried"  # right, given right answers to earlier exercises, where the student's are wrong
    FAILED = "failed"  # the student's: a wrong answer
    RAISED = "raised"  # the student's: an exception
    TIMED_OUT = "timed_out"  # the student's: too slow, or never ends
    OUT_OF_MEMORY = "out_of_memory"  # the student's
    BLOCKED = "blocked"  # the student's: something that grading forbids
    SKIPPED = "skipped"  # nobody's: a prerequisite did not pass
    UNGRADED = "ungraded"  # ours: the initial state of every check, always listed for the staff


@dataclass(frozen=True, slots=True)
class Picture:
    """Two small 2-D slices side by side; pages draw *yours, expected, difference* from it."""

    yours: list[list[float | None]]  # None stands for NaN or infinity
    expected: list[list[float | None]]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check of one submission. `message`, `hint` and `counterexample` are text that we wrote."""

    exercise: str
    name: str  # the test function's name without "test_"
    title: str  # the docstring: the line that the student reads
    verdict: Verdict = Verdict.UNGRADED
    weight: float = 1.0
    message: str = ""  # what is wrong, in one or two sentences
    hint: str = ""  # of the diagnosed mistake
    mistake: str = ""  # name of the diagnosed mistake (for the staff's statistics)
    counterexample: str = ""  # the smallest failing input, e.g. "corr2d(X of shape (2, 3), K of shape (1, 2))"
    picture: Picture | None = None
    seconds: float = 0.0
    staff: str = ""  # for the staff only: what the student's code printed, tracebacks
    measured: dict[str, float] = field(default_factory=dict)  # accuracies and other figures that the check asked for
    unwritten: bool = False  # it met the stub of the release: not wrong, only not done yet
    stopped_at: str = ""  # where the student's code stopped with an error: "line 2 of cell 6", or a whole cell
    error: str = ""  # the class of that error
    missing: str = ""  # the name that the notebook does not define

    @property
    def earns(self) -> bool:
        """Whether it earns its points."""
        return self.verdict in (Verdict.PASSED, Verdict.CARRIED)


@dataclass(frozen=True, slots=True)
class ExerciseResult:
    """One exercise: its checks and the points that they earned."""

    name: str
    title: str
    points: float
    score: float
    checks: tuple[CheckResult, ...]
    stretch: bool = False  # its points are extra credit: they come on top of the report's

    @property
    def maximum(self) -> float:
        """What it adds to the most that is asked for: extra credit adds nothing."""
        return 0.0 if self.stretch else self.points


@dataclass(frozen=True, slots=True)
class CellRun:
    """How one code cell of the submission ran in the box."""

    label: str  # grade id, or "cell 7"
    ok: bool
    error: str = ""  # "NameError: name 'x' is not defined"
    seconds: float = 0.0
    figures: tuple[str, ...] = ()  # base64 PNG, capped


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """What a student wrote for one question that people mark."""

    exercise: str
    text: str  # Markdown, as it was written; capped
    state: str = "given"  # "given" | "blank" | "unsure": a person has to look for it in the notebook
    pictures: tuple[str, ...] = ()  # that were pasted into it: base64 PNG or JPEG, capped


@dataclass(frozen=True, slots=True)
class Report:
    """One submission of one assignment, graded."""

    assignment: str
    student: str
    source: str  # the file's name, for people; never used as a path
    exercises: tuple[ExerciseResult, ...]
    box: str = "bubblewrap"  # the wall that was in force
    key: str = ""  # content key: submission, suite, reference, limits, engine
    cells: tuple[CellRun, ...] = ()
    notes: tuple[str, ...] = ()  # repairs and refusals, sentences a student may read
    answers: tuple[WrittenAnswer, ...] = ()  # that people mark
    problem: str = ""  # why it could not be graded at all, and whose fault it is; "" when it was graded
    fault: str = ""  # "" | "student" | "ours": whose fault `problem` is
    seconds: float = 0.0
    memory_mb: float = 0.0  # the most that its process held at a time, Python and torch included; 0: not measured
    digest: str = ""  # of the file's bytes alone: whether another one was handed in since
    version: int = field(default=REPORT_VERSION)

    @property
    def score(self) -> float:
        """Points earned."""
        return cents(sum(exercise.score for exercise in self.exercises))

    @property
    def points(self) -> float:
        """Points that could be earned, without extra credit: the score may be more."""
        return cents(sum(exercise.maximum for exercise in self.exercises))

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """Every check, in the order of the exercises."""
        return tuple(check for exercise in self.exercises for check in exercise.checks)

    @property
    def graded(self) -> bool:
        """Whether every check has a verdict that is not ours to explain."""
        return not self.problem and all(check.verdict is not Verdict.UNGRADED for check in self.checks)

    def to_json(self) -> str:
        """One line of JSON; the same Report gives the same bytes."""
        return json.dumps(asdict(self), ensure_ascii=True, sort_keys=True, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Inverse of `to_json`; also reads older versions. Raises ValueError on a Report of any other version."""
        raw = json.loads(text)
        version = raw.get("version")
        if version not in (*_READ, REPORT_VERSION):
            raise ValueError(f"a report of version {version}, this program reads up to {REPORT_VERSION}")
        if version == 1:
            _from_version_1(raw)
        raw["version"] = (
            REPORT_VERSION  # 3 added a verdict, 4 written answers, 5 extra credit, 6 `stopped_at`, 7 `digest`
        )
        raw["exercises"] = tuple(_exercise(item) for item in raw["exercises"])
        raw["cells"] = tuple(CellRun(**item | {"figures": tuple(item["figures"])}) for item in raw["cells"])
        raw["notes"] = tuple(raw["notes"])
        raw["answers"] = tuple(
            WrittenAnswer(**item | {"pictures": tuple(item["pictures"])}) for item in raw.get("answers", ())
        )
        return cls(**raw)


def _from_version_1(raw: dict[str, Any]) -> None:
    for check in (check for exercise in raw["exercises"] for check in exercise["checks"]):
        check["unwritten"] = check["verdict"] == Verdict.RAISED and check["message"].startswith(_STUB_IN_VERSION_1)


def _exercise(raw: dict[str, Any]) -> ExerciseResult:
    checks = tuple(_check(item) for item in raw.pop("checks"))
    return ExerciseResult(**raw, checks=checks)


def _check(raw: dict[str, Any]) -> CheckResult:
    picture = raw.pop("picture")
    return CheckResult(**raw | {"verdict": Verdict(raw["verdict"])}, picture=Picture(**picture) if picture else None)
