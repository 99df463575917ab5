"""Which tests one worker of pytest-xdist gets together, and which come first: two workers are busy to the end.

Tests of a file share what they start, so they stay together; in some files that is one thing for each assignment, and
each assignment may go to another worker. What takes minutes begins first: at the end only short files are left.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling

SLOW = (  # the longest first
    "tests/course/test_suite_proofs.py",
    "tests/submissions/test_golden.py",
    "tests/course/test_odd_answers.py",
    "tests/attacks/test_watched.py",
    "tests/course/test_devices.py",
    "tests/course/test_unseen_mistakes.py",
    "tests/browser/test_formgrader.py",
    "tests/course/test_unseen.py",
    "tests/engine/grading/test_cluster.py",
    "tests/engine/hosts/test_nbgrader.py",
    "tests/engine/project/test_docker.py",
    "tests/engine/project/test_image.py",
)
SPLIT = SLOW[:6]  # by assignment
_ASSIGNMENT = re.compile(r"\[(a\d+_[a-z0-9_]+)")


def together(nodeid: str) -> str:
    """What this test shares a worker with: its file, or its file and assignment."""
    file = nodeid.partition("::")[0]
    found = _ASSIGNMENT.search(nodeid) if file in SPLIT else None
    return f"{file}[{found[1]}]" if found else file


def next_of(waiting: Iterable[str]) -> str:
    """Which of these to begin with."""
    files = {file: place for place, file in enumerate(SLOW)}
    return min(waiting, key=lambda scope: files.get(scope.partition("[")[0], len(SLOW)))


def scheduler(config: Any, log: Any) -> LoadFileScheduling:
    """The scheduler of pytest-xdist that does so."""
    from xdist.scheduler import LoadFileScheduling

    class LongestFirst(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

        def _assign_work_unit(self, node: Any) -> None:
            self.workqueue.move_to_end(next_of(self.workqueue), last=False)
            super()._assign_work_unit(node)

    return LongestFirst(config, log)
