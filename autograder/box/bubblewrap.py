"""The command line that puts a zygote behind bubblewrap: what it can see is listed here and nowhere else."""

from __future__ import annotations

import importlib.util
import os
import shutil
import site
import sys
from collections.abc import Container, Iterable
from pathlib import Path

from autograder.box import gpu
from autograder.errors import NoBox

INSIDE = Path(__file__).parent / "inside"
BOX = "/box"  # where the code that runs inside is mounted
VENV = f"{BOX}/venv"
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "USER": "student",  # whoever runs inside has no account, and torch asks for its name
    "TMPDIR": "/tmp",
    "IPYTHONDIR": "/tmp/ipython",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "MPLBACKEND": "Agg",
    "LANG": "C.UTF-8",
    "PYTHONPATH": BOX,
    "PYTHONHASHSEED": "0",  # the same submission, the same report
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def variables(device: str) -> dict[str, str]:
    """All variables of a box."""
    return ENVIRONMENT | (gpu.ENVIRONMENT if device != "cpu" else gpu.HIDDEN)


def program() -> str | None:
    """Path of bubblewrap, None if it is not installed."""
    return shutil.which("bwrap")


def kit() -> Path:
    """The folder of the student kit, wherever it is installed."""
    spec = importlib.util.find_spec("cnnkit")
    if spec is None or not spec.submodule_search_locations:
        raise NoBox("The student kit is not installed.\n  Run: pip install ./shared")
    return Path(spec.submodule_search_locations[0])


def places() -> dict[str, str]:
    """Interpreter and packages outside the system's folders: path here → path in the box.

    A virtual environment moves to /box/venv, so that it may be anywhere here, even below /tmp.
    """
    base, own = sys.base_prefix, sys.prefix
    if base.startswith(("/tmp/", "/dev/shm/")):
        raise NoBox(f"This Python is below /tmp, which every box replaces.\n  {base}\n  Install it elsewhere.")
    found = {} if f"{base}/".startswith("/usr/") else {base: base}
    return found | ({own: VENV} if own != base else {})


def mounts() -> dict[str, str]:
    """Every folder of this machine that is visible in the box: path here → path in the box. A link stays a link."""
    return {path: path for path in SYSTEM if not os.path.islink(path)} | places()


def _inside(path: str) -> str:
    """Where a file of the virtual environment is in the box."""
    return VENV + path.removeprefix(sys.prefix) if sys.prefix in places() and path.startswith(sys.prefix) else path


def command(
    control_fd: int, config_json: str, covered: Iterable[str] = (), device: str = "cpu", off: Container[str] = ()
) -> list[str]:
    """The argument vector; `covered` hides files (see masks), `device` lets one through (see gpu), `off`: Wall."""
    words = [program() or "bwrap", "--new-session", "--unshare-uts", "--unshare-cgroup-try"]
    words += [] if "die-with-parent" in off else ["--die-with-parent"]
    words += [f"--unshare-{name}" for name in ("pid", "net", "ipc") if f"host-{name}" not in off]
    words += [] if "environment" in off else ["--clearenv"]
    words += [] if "privileges" in off else ["--cap-drop", "ALL"]
    # Root keeps, for a moment, the right to become nobody: a real other user, whom the kernel's process limits bind.
    root = os.getuid() == 0
    words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if root else ["--unshare-user"]
    words += _everything() if "view" in off else _readable()
    for path, place in (places() | {str(INSIDE): f"{BOX}/inside", str(kit()): f"{BOX}/cnnkit"}).items():
        words += ["--ro-bind", path, place]
    words += _hidden()
    words += covered
    words += ["--proc", "/proc", "--dev", "/dev", *_parents(gpu.nodes(device)), *gpu.device_words(device)]
    for path, size in (("/tmp", 64 * 2**20), ("/dev/shm", 2**20))["view" in off :]:
        words += ["--perms", "1777", "--size", str(size), "--tmpfs", path]
    words += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    for name, value in variables(device).items():
        words += ["--setenv", name, value]
    return [*words, "--", *zygote_command(_inside(sys.executable), control_fd, config_json)]


def _readable() -> list[str]:
    """The system's folders, read-only, and the way to what is mounted after them; nothing else of this machine."""
    words = _parents([*SYSTEM, *places().values(), f"{BOX}/inside"])
    for path in SYSTEM:
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            words += ["--ro-bind", path, path]
    return words


def _hidden() -> list[str]:
    """An empty folder where this package is installed beside the others: only the kit and `inside` are seen."""
    ours = [Path(path) / "autograder" for path in site.getsitepackages()]
    return [word for path in ours if path.is_dir() for word in ("--tmpfs", _inside(str(path)))]


def _everything() -> list[str]:
    """The whole machine, writable: what an attack finds when this wall is switched off."""
    tops = [f"/{name}" for name in sorted(os.listdir("/")) if name not in ("proc", "dev", "box")]
    links = {top: ("--symlink", os.readlink(top), top) for top in tops if os.path.islink(top)}
    return [word for top in tops for word in links.get(top, ("--bind", top, top))]


def zygote_command(python: str, control_fd: int, config_json: str) -> list[str]:
    """How the zygote is started, behind a wall or not."""
    return [python, "-s", "-P", "-m", "inside.fork_server", str(control_fd), config_json]


def _parents(paths: Iterable[str]) -> list[str]:
    """Directories above the mounts, readable for a user who is not root (bubblewrap makes them 0700)."""
    above = {str(parent) for path in paths for parent in Path(path).parents if str(parent) != "/"}
    return [word for path in sorted(above) for word in ("--perms", "0755", "--dir", path)]


def host_path(scratch: str) -> str:
    """Without bubblewrap: a copy of the two folders that may be seen, so that nothing else is on the path."""
    for folder, name in ((INSIDE, "inside"), (kit(), "cnnkit")):
        shutil.copytree(folder, Path(scratch) / name, ignore=shutil.ignore_patterns("__pycache__"))
    return scratch
