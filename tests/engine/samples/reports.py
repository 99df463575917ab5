"""A made-up class of Reports, with everything in it that a page has to show and something to defend against."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import replace

from autograder import messages
from autograder.grading.scoring import earned
from autograder.model import CellRun, CheckResult, ExerciseResult, Picture, Report, Verdict

HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e=cmd|' /C calc'!A0"
FLIPPED = (
    "Your kernel is flipped: this is a true convolution. "
    "Cross-correlation slides `K` as it is; leave out `K[::-1, ::-1]`."
)
SHAPE = "The shape is (2, 4, 6, 7), expected (2, 4, 5, 6)."

EXERCISES = (
    (
        "corr2d",
        "Cross-correlation",
        14,
        ("is its own work", "gives the same numbers as torch on a 5×7 image", "leaves `X` alone"),
    ),
    ("true_conv2d", "True convolution", 10, ("flips the kernel", "agrees with scipy on a 6×6 image")),
    ("out_size", "Output sizes", 12, ("counts strided steps", "covers even kernels", "works for any n, k, p and s")),
    (
        "conv2d",
        "Batches and channels",
        24,
        ("has the right shape", "matches torch with stride 2", "adds the bias", "does not use conv2d"),
    ),
    ("pool2d", "Pooling", 16, ("takes the maximum of negative values", "drops the remainder", "averages")),
    ("edges", "Edge detectors", 14, ("finds vertical edges", "finds horizontal edges")),
)


def png(width: int = 320, height: int = 90) -> str:
    """A small gradient as base64 PNG."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(b"\0" + bytes((x * 255 // width) ^ (y & 16) for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = (
        chunk(b"IHDR", head),
        chunk(b"tEXt", b"Comment\0hello"),
        chunk(b"IDAT", zlib.compress(rows)),
        chunk(b"IEND", b""),
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode()


def failing(check: str, verdict: Verdict = Verdict.FAILED, **values: object) -> dict[str, dict[str, object]]:
    """What `report` turns one check into; `check` is "exercise/number"."""
    return {check: {"verdict": verdict, **values}}


def report(student: str, *changes: dict[str, dict[str, object]], **values: object) -> Report:
    """A perfect report with some checks changed."""
    wrong = {key: change for each in changes for key, change in each.items()}
    exercises = []
    for name, title, points, titles in EXERCISES:
        checks = tuple(
            replace(CheckResult(name, f"{name}_{i}", f"{name} {line}", Verdict.PASSED), **wrong.get(f"{name}/{i}", {}))
            for i, line in enumerate(titles)
        )
        exercises.append(ExerciseResult(name, title, points, earned(points, checks), checks))
    exercises.append(ExerciseResult("why_flip", "Why flip at all?", 10, 0, ()))
    fields = {"seconds": 1.84, "source": "a1_convolution.ipynb", "exercises": tuple(exercises)}
    return Report(assignment="a1_convolution", student=student, **(fields | values))


FLIP_PICTURE = Picture(
    [[19.0, 25.0, -3.5, 0.25], [37.0, 43.0, 1.0, -2.0], [0.5, None, 7.0, 12.0]],
    [[19.0, 25.0, -3.5, 0.25], [37.0, 40.0, 1.0, 2.0], [0.5, 6.0, 7.0, 12.0]],
    "The first image of the batch, channel 0.",
)
LARGE_PICTURE = Picture(
    [[((r * 7 + c * 3) % 17) / 8 - 1 for c in range(20)] for r in range(14)],
    [[((r * 7 + c * 5) % 17) / 8 - 1 for c in range(20)] for r in range(14)],
)


def mixed(student: str = "Amara Okafor") -> Report:
    """Some of everything: a hint, a picture, a hang, an exception twice, a ban, checks that wait, a failed cell."""
    number = messages.raised("TypeError", "unsupported operand type(s) for /: 'tuple' and 'int'", "out_size, line 4")
    return report(
        student,
        failing(
            "corr2d/1",
            message="3 of 12 numbers are wrong; the largest error is 4 at (2, 1).",
            hint=FLIPPED,
            mistake="flipped_kernel",
            counterexample="corr2d(X of shape (2, 3), K of shape (1, 2))",
            picture=FLIP_PICTURE,
        ),
        failing("out_size/0", Verdict.RAISED, message=number),
        failing("out_size/1", Verdict.RAISED, message=number),
        failing("out_size/2", Verdict.SKIPPED, message=messages.skipped(["out_size counts strided steps"])),
        failing(
            "conv2d/0",
            message=SHAPE,
            counterexample="conv2d(x of shape (2, 3, 8, 9), w of shape (4, 3, 3, 2), stride=2)",
        ),
        failing("conv2d/1", Verdict.SKIPPED, message=messages.skipped(["conv2d has the right shape"])),
        failing("conv2d/2", Verdict.CARRIED, message=messages.carried(["corr2d"])),
        failing("conv2d/3", Verdict.BLOCKED, message=messages.banned("convolution")),
        failing("pool2d/1", Verdict.TIMED_OUT, message=messages.timed_out(10, "pool2d, line 7")),
        failing("edges/1", message="The largest error is 1.75 at (3, 4).", picture=LARGE_PICTURE),
        notes=(messages.restored(["true_conv2d"]), messages.check_edited(["corr2d_check"])),
        cells=(
            CellRun("corr2d", True, figures=(png(),)),
            CellRun("cell 7", False, "NameError: name 'img' is not defined", figures=(png(200, 60),)),
        ),
    )


def untouched(student: str = "Jonas Lindqvist") -> Report:
    """Every check met the stub."""
    return report(
        student,
        *(
            failing(f"{name}/{i}", Verdict.RAISED, message=messages.not_implemented(name), unwritten=True)
            for name, _, _, titles in EXERCISES
            for i in range(len(titles))
        ),
    )


def not_graded(student: str, problem: str, fault: str) -> Report:
    """A submission in which no check was reached."""
    blank = report(student)
    none = {"verdict": Verdict.UNGRADED}
    exercises = tuple(
        replace(each, score=0.0, checks=tuple(replace(check, **none) for check in each.checks))
        for each in blank.exercises
    )
    return replace(blank, exercises=exercises, problem=problem, fault=fault)


def unreadable(student: str = "Mei Tanaka") -> Report:
    """Nothing to grade, by the student's fault."""
    return not_graded(student, messages.not_json(3), "student")


def hostile() -> Report:
    """Every text is an attack."""
    text = dict.fromkeys(("message", "hint", "counterexample", "title", "mistake"), HOSTILE)
    page = base64.b64encode(b"<svg onload=alert(1)>").decode()
    return report(
        HOSTILE,
        failing("corr2d/0", staff="SECRET-STAFF", picture=FLIP_PICTURE, **text),
        notes=(HOSTILE,),
        source=f"../../{HOSTILE}",
        cells=(CellRun(HOSTILE, False, HOSTILE, figures=(page, "not base64", png())),),
    )


def a_class() -> list[Report]:
    """Twelve submissions."""
    flipped = failing("corr2d/1", message="6 of 12 numbers are wrong.", hint=FLIPPED, mistake="flipped_kernel")
    zero = failing(
        "pool2d/0", message="4 of 4 numbers are wrong; the largest error is 0.93.", mistake="pads_with_zero",
        hint="You start the maximum at 0, so negative values never win. Start at minus infinity.",
    )  # fmt: skip
    ours = failing("conv2d/2", Verdict.UNGRADED, message=messages.NO_VERDICT)
    broken = messages.ours("its worker stopped twice without an answer")
    return [
        report("Noor de Vries"), mixed(), untouched(), unreadable(), hostile(),
        report("Lucía Fernández", flipped), report("Kwame Mensah", flipped, zero), report("Ingrid Solberg", zero),
        report("Tomasz Nowak", zero, failing("edges/0", message="NaN where numbers are expected.")),
        report("Priya Raman", ours), not_graded("Sam Whitaker", broken, "ours"),
        report("Yusuf Demir", failing("out_size/2", Verdict.TIMED_OUT, message=messages.timed_out(10))),
    ]  # fmt: skip
