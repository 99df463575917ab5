"""The warm process of one worker: imports everything once, then forks a child for each submission.

Started by `autograder.box.zygote` inside bubblewrap. It holds no secret, opens no file of the course and never runs
student code itself. Control messages are JSON over a SOCK_SEQPACKET socket, one answer to each.
"""

from __future__ import annotations

import array
import base64
import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
from typing import Any

from . import jail, kin, usage

WATCH_SECONDS = 0.2  # how often the memory of a submission with several processes is added up


class ForkServer:
    """Answers the control socket: warm, settle, spawn, sweep, used, end."""

    def __init__(self, control: socket.socket, config: dict[str, Any]) -> None:
        from . import child, shell  # noqa: F401  # here, not in each child

        self.control, self.config = control, config
        self.program = base64.b64decode(config["filter"])
        self.shell = shell.Shell()
        self.shell.warm()
        self.child, self.family_mb = 0, 0
        self.most: int | None = None  # processes of a submission
        self.over_memory = False

    def loop(self) -> None:
        """Runs until the grader closes the connection."""
        jail.prctl(jail.PR_SET_PDEATHSIG, 0)  # from here on it hears that, and ends its submission first
        with contextlib.suppress(ConnectionError):  # the grader was killed between its question and our answer
            self._send({"ready": True})
            while self._answered():
                pass
        self._end()  # the grader is gone: so is the submission, where no pid namespace sees to it

    def _answered(self) -> bool:
        """Answers one command, or looks after the submission; False once the grader is gone."""
        ready, _, _ = select.select([self.control], [], [], WATCH_SECONDS if self.child else None)
        if not ready:
            self._watch_memory()
            self._free_the_socket()
            return True
        message, descriptors = self._receive()
        if not message:
            return False
        command = json.loads(message)
        answer = self._execute(command, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self._send(answer)
        return True

    def _execute(self, command: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        if command["op"] == "spawn":
            return self._spawn(command, descriptors)
        if command["op"] == "warm":
            return {"ok": self.shell.run(command["source"], "warm", figures=False)["ok"]}
        if command["op"] == "settle":
            self.shell.forget()
            gc.collect()
            gc.freeze()  # keeps the collector of the children away from shared pages
            return {}
        if command["op"] == "sweep":
            return self._sweep()
        if command["op"] == "used":
            return usage.used_by(self._family())
        return self._end()

    def _receive(self) -> tuple[bytes, list[int]]:
        message, ancillary, _, _ = self.control.recvmsg(65_536, socket.CMSG_SPACE(4))
        numbers = array.array("i")
        for _level, _kind, data in ancillary:
            numbers.frombytes(data[: len(data) - len(data) % 4])
        return message, list(numbers)

    def _send(self, answer: dict[str, Any]) -> None:
        self.control.sendall(json.dumps(answer).encode())

    def _spawn(self, command: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        """Forks twice: the first child makes the namespaces, its child (process 1 of them) is the submission."""
        self._end()
        reader, writer = os.pipe()
        middle = os.fork()
        if middle == 0:
            try:
                self._make_child(command, descriptors[0], writer)
            except BaseException as error:  # noqa: BLE001  # reported to the grader, which then refuses to grade
                os.write(writer, json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
            finally:
                os._exit(0)
        os.close(writer)
        with open(reader, "rb") as pipe:
            answer = dict(json.loads(pipe.read() or b'{"error": "the child ended before it started"}'))
        os.waitpid(middle, 0)
        self.child, self.over_memory = int(answer.get("pid", 0)), False
        self.family_mb, self.most = command["limits"]["family_mb"], command["limits"]["most_processes"]
        return answer

    def _make_child(self, command: dict[str, Any], connection: int, writer: int) -> None:
        from . import child

        config = self.config | command["limits"]
        if "control" not in config["off"]:
            self.control.close()
        jail.prctl(jail.PR_SET_DUMPABLE, 1)  # else /proc/self/uid_map and smaps_rollup belong to root
        if config["namespaces"] and "namespaces" not in config["off"]:
            jail.unshare({*config["off"], *([] if config["own_pids"] else ["pid"])})
        pid = os.fork()
        if pid == 0:
            os.setsid()  # a group of its own, which the kernel ends at once; see `kin`
            os.close(writer)
            child.live(self.shell, connection, config, self.program)
        os.write(writer, json.dumps({"pid": pid}).encode())

    def _end(self) -> dict[str, Any]:
        """Ends the submission: all of its pid namespace with process 1 of it; where there is none, all of its group."""
        if not self.child:
            return {"status": None, "over_memory": False, "memory_mb": 0.0}
        kin.signal_group(self.child, signal.SIGKILL)
        _, status, used = os.wait4(self.child, 0)
        self.child = 0
        self._end_strays()
        return {"status": status, "over_memory": self.over_memory, "memory_mb": used.ru_maxrss / 1024}

    def _family(self) -> list[int]:
        """The submission's processes; more than allowed are ended, since the kernel does not count root's."""
        found = kin.descendants(os.getpid(), self.most) if self.child else []
        if self.most is not None and len(found) > self.most:
            kin.signal_group(self.child, signal.SIGKILL)
        return found

    def _sweep(self) -> dict[str, Any]:
        """Ends what the submission has started, where there is one."""
        if not self.child:
            return {}
        kin.signal_group(self.child, signal.SIGSTOP)  # whoever stands still starts nothing
        kin.kill_below(self.child)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGCONT)
        return {}

    def _free_the_socket(self) -> None:
        """Where there is no pid namespace, whom an ended submission has started still holds its socket: ended, too."""
        if not self.config["own_pids"] and kin.has_ended(self.child):
            kin.signal_group(self.child, signal.SIGKILL)
            kin.kill_below(os.getpid())

    def _end_strays(self) -> None:
        """Where there is no pid namespace, daemons fall to us (we are their subreaper); end them too."""
        if self.config["own_pids"]:
            return
        with contextlib.suppress(ChildProcessError):
            while True:
                for pid in kin.children(os.getpid()):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                os.waitpid(-1, 0)

    def _watch_memory(self) -> None:
        """Resource limits hold for one process; the sum over a submission's processes is counted here."""
        family = self._family()
        alone = len(family) < 2 and self.config["device"] == "cpu"  # then its own limit counts everything
        if alone or self.family_mb == 0:
            return
        if sum(_private_kilobytes(pid) for pid in family) > self.family_mb * 1024:
            self.over_memory = True
            kin.signal_group(self.child, signal.SIGKILL)


def _private_kilobytes(pid: int) -> int:
    """Proportional set size in KiB; the resident size where the process hides the former; 0 for one that is gone."""
    for name, label in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/{name}") as file:
            for line in file:
                if line.startswith(label):
                    return int(line.split()[1])
    return 0


def main() -> None:
    """Entry point inside bubblewrap: descriptor number and configuration are the arguments."""
    control, config = socket.socket(fileno=int(sys.argv[1])), json.loads(sys.argv[2])
    if config["uid"] is not None and os.getuid() == 0:
        os.setgroups([])
        os.setresgid(config["uid"], config["uid"], config["uid"])
        os.setresuid(config["uid"], config["uid"], config["uid"])
    if "dumpable" not in config["off"]:
        jail.prctl(jail.PR_SET_DUMPABLE, 0)
    jail.prctl(jail.PR_SET_PDEATHSIG, signal.SIGKILL)  # imports take seconds; a change of the user takes it back
    jail.prctl(jail.PR_SET_SUBREAPER, 1)
    import matplotlib

    matplotlib.use("Agg")
    import torch

    torch.set_num_threads(1)  # before any parallel operation: a thread pool in the zygote makes every fork hang
    torch.backends.cpu.get_cpu_capability()  # which a child without /proc/cpuinfo would find otherwise
    torch.backends.cudnn.deterministic = True  # the same submission, the same report
    import torch.fx.experimental.symbolic_shapes  # the first gradient imports this; what else is used, `warm` imports

    ForkServer(control, config).loop()


if __name__ == "__main__":
    main()
