"""A private PostgreSQL server for one test run: its own folder, no port, an unprivileged user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, where Debian puts them or on the PATH; None where there is none."""
    found = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    there = shutil.which("initdb")
    return found[-1] if found else Path(there).parent if there else None


@contextmanager
def server() -> Iterator[str]:
    """Starts a server and gives the URL of its database; everything is gone afterwards."""
    there = programs()
    assert there is not None
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has at most 107 letters
    other = _somebody()
    if other:
        shutil.chown(folder, other["user"], other["group"])
    data = folder / "data"
    try:
        options = ["-D", str(data), "-A", "trust", "-U", "grader", "-E", "UTF8", "--no-sync", "--locale=C"]
        subprocess.run([there / "initdb", *options], check=True, capture_output=True, cwd=folder, **other)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, **other}
        command = [there / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-F"]
        process = subprocess.Popen(command, **quiet)
        try:
            _wait(there, folder, process)
            yield f"postgresql+psycopg://grader@/postgres?host={folder}"
        finally:
            process.terminate()
            process.wait(timeout=30)
    finally:
        shutil.rmtree(folder)


def _somebody() -> dict[str, Any]:
    """Who runs the server: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _wait(there: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        asked = subprocess.run([there / "pg_isready", "-h", folder], capture_output=True, check=False)
        if asked.returncode == 0:
            return
        assert process.poll() is None, "the server ended"
        time.sleep(0.1)
    raise AssertionError("the server does not answer")
