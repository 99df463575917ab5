"""A private PostgreSQL server for one test run: its own folder, no port, an unprivileged user."""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PATIENCE = 240.0  # seconds for anything that is waited for
_CAREFUL = ("-c", "statement_timeout=60s", "-c", "lock_timeout=30s", "-c", "idle_in_transaction_session_timeout=60s")


def programs() -> Path | None:
    """The folder with `initdb` and `postgres`, where Debian puts them or on the PATH; None where there is none."""
    found = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
    there = shutil.which("initdb")
    return found[-1] if found else Path(there).parent if there else None


@contextmanager
def server() -> Iterator[str]:
    """Starts a server and gives the URL of its database; everything is gone afterwards, whatever happened."""
    there = programs()
    assert there is not None
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has at most 107 letters
    who = _somebody()
    try:
        if who:
            shutil.chown(folder, who["user"], who["group"])
        options = ["-A", "trust", "-U", "grader", "-E", "UTF8", "--no-sync", "--locale=C"]
        command = [there / "initdb", "-D", folder / "data", *options]
        subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=_PATIENCE, **who)
        with _running(there, folder, who):
            yield f"postgresql+psycopg://grader@/postgres?host={folder}&connect_timeout=10"
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(there: Path, folder: Path, who: dict[str, Any]) -> Iterator[None]:
    command = [there / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", "-F", *_CAREFUL]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=folder, preexec_fn=_ends_with_us, **quiet, **who)
    try:
        _wait(there, folder, process)
        yield
    finally:
        process.send_signal(signal.SIGINT)  # do not wait for clients
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()  # its own processes notice and leave
            process.wait(_PATIENCE)


def _ends_with_us() -> None:
    """The server is interrupted when this test run dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _somebody() -> dict[str, Any]:
    """Who runs the server: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _wait(there: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        asked = subprocess.run(
            [there / "pg_isready", "-h", folder], capture_output=True, check=False, timeout=_PATIENCE
        )
        if asked.returncode == 0:
            return
        assert process.poll() is None, "the server ended"
        time.sleep(0.1)
    raise AssertionError("the server does not answer")
