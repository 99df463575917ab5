"""A JupyterLab of our own in a course folder: a free port of this machine, a token, nobody's settings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
TOKEN = "a-token-for-this-test"
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


@dataclass(frozen=True)
class Lab:
    """A server that answers, and the course that it shows."""

    root: Path
    home: Path
    address: str  # http://127.0.0.1:…

    def url(self, path: str) -> str:
        """The address of a page, with the token."""
        return f"{self.address}/{path}?token={TOKEN}"

    def convgrade(self, *words: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
        """Runs our command in the course, as in a terminal beside the browser."""
        command = [str(PROGRAMS / "convgrade"), *words]
        shell = environment(self.home)
        return subprocess.run(
            command, cwd=self.root, env=shell, capture_output=True, text=True, check=False, timeout=seconds
        )


def environment(home: Path) -> dict[str, str]:
    """That of a shell where nothing is activated and nobody has settings."""
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "shared")))
    fonts = os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache"))  # matplotlib need not look for them again
    plain = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    return plain | {"PYTHONPATH": paths, "XDG_CACHE_HOME": fonts}


@contextmanager
def lab(root: Path, home: Path) -> Iterator[Lab]:
    """Starts JupyterLab in the course at `root` with the program of `make formgrader`; kernels end with it."""
    settings = home / "settings"
    settings.mkdir(parents=True)
    (settings / "overrides.json").write_text(json.dumps(QUIET))
    command = [PROGRAMS / "jupyter-lab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    command += [
        "--ServerApp.ip=127.0.0.1",
        f"--IdentityProvider.token={TOKEN}",
        f"--LabApp.app_settings_dir={settings}",
    ]
    with (home / "jupyter.log").open("wb") as log:
        files = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        process = subprocess.Popen(command, cwd=root, env=environment(home), process_group=0, **files)
    try:
        yield Lab(root, home, _address(process, home))
    finally:
        _end(process)


def _address(process: subprocess.Popen[bytes], home: Path, seconds: float = 180) -> str:
    """Where the server listens, as soon as it answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        for file in (home / ".local/share/jupyter/runtime").glob("jpserver-*.json"):
            try:
                address = f"http://127.0.0.1:{json.loads(file.read_text())['port']}"
                urllib.request.urlopen(f"{address}/api?token={TOKEN}", timeout=30).close()
            except (ValueError, urllib.error.URLError, TimeoutError):
                continue  # half written, or not listening yet
            return address
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab does not answer; it said:\n{(home / 'jupyter.log').read_text()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """The server ends its kernels first; what does not end by itself is killed with all that it started."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
