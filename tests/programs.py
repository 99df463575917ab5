"""Programs that some tests need and a machine may lack: those tests are left out, and the run says so at its end."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

from tests.engine.gradebook import postgres_server

POSTGRESQL = "engine/gradebook/test_postgresql.py"


def chromium() -> str | None:
    """The browser that Debian, Ubuntu or Fedora installs; None where there is none."""
    return next(filter(None, map(shutil.which, ("/usr/bin/chromium", "chromium", "chromium-browser"))), None)


def missing() -> dict[str, str]:
    """What is not installed, by the folder or file of the tests that need it."""
    found = {
        POSTGRESQL: (postgres_server.programs(), "PostgreSQL (Debian: apt-get install postgresql)"),
        "browser": (chromium(), "Chromium (Debian: apt-get install chromium)"),
        "browser/": (find_spec("playwright"), "the package playwright (pip install -r requirements.lock)"),
    }
    return {tests: name for tests, (installed, name) in found.items() if not installed}
