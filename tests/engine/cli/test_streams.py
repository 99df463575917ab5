"""Standard streams that are closed, full or left: a sentence and exit code 1, and nothing of ours is overwritten."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.course import load_course
from autograder.grading.session import store_of
from tests.engine.samples.book import ROOT, hand_in, make_course, report


@pytest.mark.parametrize("words", ["export tiny", "settings", "map", "report tiny", "requests list"])
@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (">&-", "standard output is closed"),
        ("<&- >&-", "standard output is closed"),
        (">/dev/full", "the disk is full"),
        ("| true", "whoever read the results has stopped"),
    ],
)
def test_results_that_have_no_place_end_with_1_and_a_sentence(tmp_path, words, where, sentence):
    course = make_course(tmp_path)
    hand_in(course, "ada")
    store_of(load_course(course).assignment("tiny")).put(report("ada"))
    program = f"{sys.executable} -m autograder.cli {words} {where}; exit ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", program], cwd=course, env=os.environ | {"PYTHONPATH": str(ROOT)},
                         stderr=subprocess.PIPE, text=True, timeout=240, check=False)  # fmt: skip
    told = [line for line in run.stderr.splitlines() if line.startswith("convgrade:")]
    assert (run.returncode, len(told), sentence in run.stderr) == (1, 1, True), run.stderr
    assert "Traceback" not in run.stderr


def test_nothing_that_a_library_prints_gets_into_a_file_of_ours(tmp_path):
    """Whoever opens a file while a standard stream is closed gets its number."""
    code = "\n".join(
        (
            "import os, sys; from contextlib import suppress; from autograder.cli.streams import hold_streams",
            "with suppress(Exception): hold_streams()",
            "kept = open(sys.argv[1], 'w'); os.write(1, b'x' * 9); os.write(2, b'x' * 9); print('y', file=sys.stderr)",
        )
    )
    for closed in (">&-", "2>&-", "<&- >&- 2>&-", "<&- 2>&-"):
        program = f'{sys.executable} -c "{code}" {tmp_path / "kept"} {closed}'
        subprocess.run(["bash", "-c", program], env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=240, check=True,
                       capture_output=True)  # fmt: skip
        assert (tmp_path / "kept").read_bytes() == b""
