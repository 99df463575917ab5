"""What needs a program that may be missing is collected only where it is there; the head of a run says what is not."""

from __future__ import annotations

from tests.engine.postgres_server import programs

MISSING = {} if programs() else {"test_postgresql.py": "PostgreSQL (Debian: apt-get install postgresql)"}
collect_ignore = list(MISSING)


def pytest_report_header() -> list[str]:
    return [f"not tested, since it is not installed: {what}" for what in MISSING.values()]
