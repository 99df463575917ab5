"""The system-call filter of a submission, compiled here with libseccomp and installed in the box as plain bytes."""

from __future__ import annotations

import errno
import functools
import os
import socket
import tempfile

import pyseccomp

# mount, cgroup, uts, ipc, user, pid, net
CLONE_NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000)
TIOCSTI, TIOCLINUX, TIOCSETD = 0x5412, 0x541C, 0x5423
F_SETLEASE = 1024  # whoever has one on a file makes everybody else who opens it wait, for 45 s

# Other processes' memory and descriptors; the kernel's own machinery; mounts and namespaces; programs; memory that no
# resource limit counts (memfd, System V), and what is there of it already; what changes the machine.
DENIED = """
    ptrace process_vm_readv process_vm_writev pidfd_getfd pidfd_open pidfd_send_signal kcmp process_madvise
    keyctl add_key request_key bpf perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register
    mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
    unshare setns execve execveat personality modify_ldt
    memfd_create memfd_secret shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semtimedop semctl
    mq_open mq_unlink io_setup
    name_to_handle_at open_by_handle_at fanotify_init quotactl quotactl_fd
    acct swapon swapoff reboot kexec_load kexec_file_load init_module finit_module delete_module
    settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname syslog lookup_dcookie
    iopl ioperm nfsservctl vhangup mbind migrate_pages move_pages set_mempolicy
""".split()  # noqa: SIM905  # a paragraph reads better than sixty quoted lines

# Where no mount hides the machine's files: its services' sockets, names that workers claim, and what Landlock leaves to
# the owner of a file, who is the one that grades. The numbers, the same everywhere, are of calls that an older
# libseccomp does not know: fchmodat2, setxattrat, removexattrat, file_setattr.
WITHOUT_MOUNTS = """
    connect bind inotify_add_watch chmod fchmod fchmodat chown fchown lchown fchownat utime utimes futimesat utimensat
    setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
""".split()  # noqa: SIM905  # as above
NEW_WITHOUT_MOUNTS = (452, 463, 466, 469)

# Where no pid namespace ends a submission, the kernel ends its group, so nobody leaves that: these do nothing. They are
# not refused, since a program that makes a daemon needs no more than to go on.
OF_THE_GROUP = ("setsid", "setpgid")

# What changes a process by its number, also the grader, where numbers and user are the same and no file stands between.
# Call, argument, and the only value of it that is let through: the caller itself.
OF_ONESELF = (
    *((name, 0, 0) for name in ("prlimit64", "sched_setaffinity", "sched_setscheduler", "sched_setparam")),
    *(("sched_setattr", 0, 0), ("setpriority", 0, os.PRIO_PROCESS), ("setpriority", 1, 0)),
    *(("ioprio_set", 0, 1), ("ioprio_set", 1, 0)),  # IOPRIO_WHO_PROCESS
)


@functools.cache
def filter_program(mounted: bool, allowed: tuple[str, ...] = (), own_pids: bool = False) -> bytes:
    """The compiled filter: everything is allowed but the list above, what is not of oneself, leases,
    every socket but Unix, and 32-bit calls.

    Where nothing is `mounted`, no socket gets or calls a name, no folder is watched, and no file gets another mode,
    owner or time. `allowed` are taken off the list. Without process ids of its own nobody leaves the first group.
    """
    refuse = pyseccomp.ERRNO(errno.EPERM)
    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    rules.set_attr(pyseccomp.Attr.ACT_BADARCH, pyseccomp.KILL_PROCESS)  # 32-bit calls have other numbers
    more: tuple[str | int, ...] = () if mounted else (*WITHOUT_MOUNTS, *NEW_WITHOUT_MOUNTS)
    for call in (*DENIED, *more):
        if call not in allowed:
            _add(rules, refuse, call)
    for name, place, value in OF_ONESELF:
        rules.add_rule(refuse, name, pyseccomp.Arg(place, pyseccomp.NE, value))
    for name in () if own_pids else OF_THE_GROUP:
        rules.add_rule(pyseccomp.ERRNO(0), name)
    for name in ("socket", "socketpair"):
        rules.add_rule(refuse, name, pyseccomp.Arg(0, pyseccomp.NE, socket.AF_UNIX))
    for flag in CLONE_NAMESPACES:
        rules.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, flag, flag))
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags are out of sight; libc falls back to clone
    for request in (TIOCSTI, TIOCLINUX, TIOCSETD):
        rules.add_rule(refuse, "ioctl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, request))
    rules.add_rule(refuse, "fcntl", pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, F_SETLEASE))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0, os.SEEK_SET)
        return file.read()


def _add(rules: pyseccomp.SyscallFilter, action: int, call: str | int) -> None:
    try:
        rules.add_rule(action, call)
    except ValueError:  # unknown to this libseccomp or on this architecture: nothing to deny
        return
