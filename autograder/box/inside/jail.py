"""The walls that a freshly forked child builds around itself before it meets the student's code.

Order matters: namespaces, then mounts (they need the capabilities of the new user namespace), then limits, Landlock,
no capabilities, and last the system-call filter, which forbids most of what came before.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
from typing import Any

from . import landlock

_libc = ctypes.CDLL(None, use_errno=True)

NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 1, 2, 4, 8, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP = 1, 4, 22
PR_CAPBSET_DROP, PR_SET_SUBREAPER, PR_SET_NO_NEW_PRIVS = 24, 36, 38
SECCOMP_MODE_FILTER = 2
MEGABYTE = 2**20


def prctl(option: int, *args: Any) -> None:
    """prctl(2); raises OSError."""
    words = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in args]
    _checked(_libc.prctl(option, *words, *[ctypes.c_ulong(0)] * (4 - len(words))))


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def unshare(off: set[str]) -> None:
    """New user, mount, pid, net, ipc and uts namespaces; the caller becomes uid 1000 of its own."""
    uid, gid = os.getuid(), os.getgid()
    wanted = {"pid": NEWPID, "net": NEWNET, "ipc": NEWIPC}
    _checked(_libc.unshare(NEWUSER | NEWNS | NEWUTS | sum(flag for name, flag in wanted.items() if name not in off)))
    for name, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def mount_view(disk_mb: int, cover: bool) -> None:
    """Private small /tmp and /dev/shm with an inode limit; /proc is covered, as a fresh one may not be mounted here."""
    _mount(None, "/", None, MS_REC | MS_PRIVATE, None)
    plain = MS_NOSUID | MS_NODEV
    _mount("tmpfs", "/tmp", "tmpfs", plain, f"size={disk_mb}m,nr_inodes=2048,mode=1777")
    _mount("tmpfs", "/dev/shm", "tmpfs", plain | MS_NOEXEC, f"size={disk_mb}m,nr_inodes=256,mode=1777")
    if cover:
        _mount("tmpfs", "/proc", "tmpfs", plain | MS_NOEXEC | MS_RDONLY, "size=4k,nr_inodes=2")


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None) -> None:
    raw = [None if text is None else text.encode() for text in (source, target, kind, options)]
    _checked(_libc.mount(raw[0], raw[1], raw[2], ctypes.c_ulong(flags), raw[3]))


def set_limits(config: dict[str, Any]) -> None:
    """Resource limits: memory as headroom above what the warm process has already.

    CUDA reserves as many addresses as this machine and its GPUs have memory, so there only what it may write counts.
    """
    others = 0 if config["namespaces"] else _threads_of(os.getuid())  # the kernel counts a user's, not a submission's
    with open("/proc/self/statm") as file:
        pages = [int(number) for number in file.read().split()]
    memory, held = (resource.RLIMIT_AS, pages[0]) if config["device"] == "cpu" else (resource.RLIMIT_DATA, pages[5])
    for kind, value in (
        (memory, held * resource.getpagesize() + config["memory_mb"] * MEGABYTE),
        (resource.RLIMIT_NPROC, config["processes"] + others),
        (resource.RLIMIT_FSIZE, config["disk_mb"] * MEGABYTE),
        (resource.RLIMIT_NOFILE, 128),  # pipe and socket buffers are memory that nothing else counts
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_CPU, config["cpu_seconds"]),
    ):
        resource.setrlimit(kind, (value, value))


def _threads_of(user: int) -> int:
    """How many threads run as this user now, whoever started them."""
    found = 0
    for process in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):  # it may end while it is looked at
            found += len(os.listdir(f"/proc/{process}/task")) if os.stat(f"/proc/{process}").st_uid == user else 0
    return found


def drop_capabilities() -> None:
    """No capability is left, and none can come back: bounding set empty, no new privileges."""
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), *([ctypes.c_ulong(0)] * 3)) != 0:
            break  # past the last capability of this kernel, or without the right to drop (then there is none to lose)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this process
    _checked(_libc.capset(header, (ctypes.c_uint32 * 6)()))
    prctl(PR_SET_NO_NEW_PRIVS, 1)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def filter_calls(program: bytes) -> None:
    """Installs a compiled seccomp filter (8 bytes an instruction) on this process and all it will ever start."""
    code = ctypes.create_string_buffer(program, len(program))
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(_Program(len(program) // 8, ctypes.addressof(code))))


def enter(config: dict[str, Any], program: bytes) -> None:
    """All walls but the namespaces, in the child. `config["off"]` names protections that a test switches off."""
    off = set(config["off"])
    if "limits" not in off:
        set_limits(config)
    if config["namespaces"] and not off & {"mounts", "namespaces"}:
        mount_view(config["disk_mb"], cover=config["device"] == "cpu" and "proc" not in off)  # CUDA needs its own part
    if "landlock" not in off:
        landlock.restrict(config["readable"], config["writable"], config["listed"])
    if "capabilities" not in off:
        drop_capabilities()
    if "seccomp" not in off:
        filter_calls(program)
