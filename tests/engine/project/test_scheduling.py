"""Two workers of pytest share the tests so that both are busy to the end."""

from __future__ import annotations

from pathlib import Path

from tests.scheduling import SLOW, SPLIT, next_of, together

ROOT = Path(__file__).resolve().parents[3]
PROOFS, ODD = "tests/course/test_suite_proofs.py", "tests/course/test_odd_answers.py"


def test_tests_of_a_file_stay_together():
    assert together("tests/engine/box/test_box.py::test_x[a1_convolution]") == "tests/engine/box/test_box.py"


def test_the_assignments_of_a_slow_file_may_go_to_different_workers():
    ids = [f"{PROOFS}::test_{name}" for name in ("x[a1_convolution]", "y[a1_convolution]", "x[a2_pooling_im2col]", "z")]
    assert [together(nodeid).removeprefix(PROOFS) for nodeid in ids] == [
        "[a1_convolution]", "[a1_convolution]", "[a2_pooling_im2col]", "",
    ]  # fmt: skip
    assert together("tests/submissions/test_golden.py::t[a1_convolution-a_million_lines]").endswith("[a1_convolution]")


def test_what_takes_minutes_begins_first():
    waiting = ["tests/engine/text/test_plain.py", f"{ODD}[a1_convolution]", f"{PROOFS}[a2_pooling_im2col]"]
    assert next_of(waiting) == waiting[2]
    assert next_of(waiting[:1]) == waiting[0]


def test_every_slow_file_exists():
    assert [file for file in (*SLOW, *SPLIT) if not (ROOT / file).is_file()] == []
