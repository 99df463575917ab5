"""System calls that a student's program never needs: other processes, namespaces, mounts, sockets, the kernel."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets

import pyseccomp
import pytest

from autograder.box.outcome import StudentError
from autograder.box.seccomp import DENIED
from tests.attacks.walls import ROOT, bare, call, ending

CALLS = {name: pyseccomp.resolve_syscall(pyseccomp.system_arch(), name) for name in DENIED}
TRY_CALLS = """
    refused = []
    for name, number in args[0].items():
        libc.syscall.restype = ctypes.c_long
        if libc.syscall(number, *[ctypes.c_long(-1)] * 6) == -1 and ctypes.get_errno() == errno.EPERM:
            refused.append(name)
    return refused"""
# Refused by the kernel itself to whoever has no capability; the second layer behind the filter.
PRIVILEGED = (
    "bpf chroot pivot_root swapon swapoff reboot kexec_load kexec_file_load init_module finit_module delete_module"
    " settimeofday clock_settime sethostname setdomainname vhangup acct quotactl_fd fanotify_init open_by_handle_at"
    " lookup_dcookie iopl ioperm setns fsopen fspick fsmount syslog mount umount2 move_mount open_tree mount_setattr"
)


def known() -> dict[str, int]:
    """The forbidden calls that this machine has, without those whose only effect needs no argument."""
    return {name: number for name, number in CALLS.items() if number >= 0}


def test_every_forbidden_call_is_refused(walls):
    assert set(walls.gain(TRY_CALLS, known())) == set(known())


def test_without_the_filter_the_calls_reach_the_kernel(walls):
    refused = set(walls.gain(TRY_CALLS, known(), off=["seccomp"]))
    assert refused <= set(PRIVILEGED.split())
    assert {"ptrace", "keyctl", "io_uring_setup", "execve", "memfd_create", "unshare"}.isdisjoint(refused)


@pytest.mark.parametrize(
    ("attack", "without"),
    {
        "libc.unshare(0x10000000) == 0": "seccomp",
        "libc.unshare(0x20000000) == 0": "seccomp capabilities",
        "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == 0": "seccomp capabilities landlock",
        "libc.umount2(b'/proc', 2) == 0": "seccomp capabilities landlock",
        "libc.chroot(b'/tmp') == 0": "seccomp capabilities",
        "libc.sethostname(b'x', 1) == 0": "seccomp capabilities",
        "libc.ptrace(0, 0, 0, 0) == 0": "seccomp",
        "libc.syscall(319, b'x', 0) > 0": "seccomp",
        "libc.shmget(0, 4096, 0o1600) >= 0": "seccomp",
        "libc.semget(0, 1, 0o1600) >= 0": "seccomp",
        "libc.msgget(0, 0o1600) >= 0": "seccomp",
        "os.posix_spawn('/bin/true', ['true'], {}) > 0": "seccomp",
        "libc.personality(0x40000) != -1": "seccomp",
        "libc.syscall(435, ctypes.create_string_buffer(64), 1) and ctypes.get_errno() == errno.EINVAL": "seccomp",
        "reached(libc.ioctl(0, 0x5412, b'x'))": "seccomp",
        "reached(libc.ioctl(0, ctypes.c_ulong(0x100005412), b'x'))": "seccomp",
    }.items(),
    ids=lambda value: value.split("(")[0].split(".")[-1] if "(" in value else "off",
)
def test_what_needs_a_forbidden_call_fails(walls, attack, without):
    walls.stop(f"return {attack}", without=without)


def test_nobody_becomes_root(walls):
    attack = "return libc.setuid(0) == 0"
    if ROOT:
        walls.stop(attack, without="namespaces user privileges")
    else:  # the kernel refuses it by itself
        assert walls.gain(attack) is None
        assert bare(attack) is None


def test_no_privilege_can_be_gained_any_more(walls):
    assert walls.gain("return libc.prctl(39, 0, 0, 0, 0)") == 1  # bubblewrap sees to it as well: never off


CALL_32 = """
    code = bytes.fromhex("b814000000cd80c3")  # mov eax, 20 (getpid of i386); int 0x80; ret
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    return ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))() != -errno.ENOSYS"""


def test_32_bit_calls_end_the_process(walls):
    walls.stop(CALL_32, without="seccomp")


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_VSOCK", "AF_PACKET", "AF_ALG"])
def test_no_socket_but_a_unix_socket_can_be_made(walls, family):
    attack = """
    kind = socket.SOCK_RAW if args[0] == "AF_NETLINK" else socket.SOCK_DGRAM
    try: return bool(socket.socket(getattr(socket, args[0]), kind))
    except OSError as error: return error.errno != errno.EPERM"""
    without = "seccomp capabilities" if family == "AF_PACKET" else "seccomp"
    walls.stop(attack, family, without=without)


NETWORK = "host-net net landlock seccomp"


def test_a_server_of_this_machine_cannot_be_reached(walls, planted):
    walls.stop("return bool(socket.create_connection(('127.0.0.1', args[0]), 1))", planted.tcp, without=NETWORK)


def test_no_port_can_be_opened_for_others(walls):
    walls.stop("return bool(socket.create_server(('127.0.0.1', 0)))", without="landlock seccomp")


@pytest.mark.parametrize("address", ["192.0.2.1", "198.51.100.1"])
def test_nothing_leaves_for_the_network(walls, address):
    attack = """
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try: return sender.sendto(b'x', (args[0], 9)) == 1
    except OSError as error: return args[1] and error.errno != errno.EPERM"""
    assert walls.gain(attack, address, False) is None
    assert walls.gain(attack, address, False, off=["seccomp", "landlock"]) is None  # no interface, no route
    assert walls.gain(attack, address, True, off=["seccomp"]) is True  # alive: the socket exists


def test_an_abstract_socket_of_this_machine_cannot_be_reached(walls, planted):
    attack = "return socket.socket(socket.AF_UNIX).connect(args[0]) is None"
    walls.stop(attack, planted.abstract, without="host-net net landlock")


def test_shared_memory_of_this_machine_cannot_be_found(walls):
    libc, key = ctypes.CDLL(None, use_errno=True), secrets.randbits(30)
    number = libc.shmget(key, 4096, 0o1666)
    try:
        walls.stop("return libc.shmget(args[0], 4096, 0) + 1", key, without="host-ipc ipc seccomp")
    finally:
        assert libc.shmctl(number, 0, None) == 0


def test_no_other_process_can_be_signalled(walls):
    walls.stop("return os.kill(args[0], 0) is None", os.getpid(), without="host-pid pid user landlock")


def test_the_zygote_cannot_be_signalled(walls):
    attack = """
    for pid in range(1, 40):
        try: os.kill(pid, 0)
        except ProcessLookupError: continue
        except PermissionError: continue
        if pid != os.getpid(): return pid"""
    walls.stop(attack, without="pid landlock")


PROVEN_ALONE = "assert os.getpid() == 1 and not os.access('/proc/1', os.F_OK)\n    "


def test_a_signal_to_everybody_reaches_nobody(walls):
    attack = f"{PROVEN_ALONE}os.kill(-1, signal.SIGKILL)"
    with walls.box(f"def attack():\n    {attack}\ndef still(): return 'here'") as box:
        assert ending(box, "attack").type_name == "ProcessLookupError"
        assert call(box, "still") == "here"


@pytest.mark.parametrize("number", ["SIGKILL", "SIGSTOP", "SIGTERM", "SIGSEGV", "SIGABRT"])
def test_a_signal_to_itself_is_survived_or_a_verdict(walls, number):
    with walls.box(f"def attack():\n    os.kill(os.getpid(), signal.{number})\ndef still(): return 'here'") as box:
        verdict = "none"
        try:
            call(box, "attack")
        except StudentError as error:
            verdict = error.verdict
        assert verdict in ("none", "raised")
        assert call(box, "still") == "here"


def test_errno_of_a_refused_call_is_plain(walls):
    assert walls.gain("return libc.unshare(0) == -1 and ctypes.get_errno()") == errno.EPERM
