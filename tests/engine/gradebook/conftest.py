"""What needs a program that may be missing is collected only where it is there; the end of a run says what is not."""

from __future__ import annotations

from tests.programs import POSTGRESQL, missing

collect_ignore = ["test_postgresql.py"] if POSTGRESQL in missing() else []
