"""The zygote's loop: when its grader goes, the submission goes, whatever the two were saying to each other."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from autograder.box.inside.fork_server import ForkServer


@pytest.fixture
def pair():
    """(the grader's end, a zygote that was never warm, with a submission that waits)"""
    submission = subprocess.Popen(["sleep", "600"])  # holds none of the sockets
    grader, control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    server = ForkServer.__new__(ForkServer)
    server.control, server.config, server.over_memory, server.family_mb = control, {"own_pids": True}, False, 0
    server.child, server.most = submission.pid, None
    yield grader, server
    grader.close()
    control.close()
    submission.kill()
    submission.wait()


def test_a_grader_that_closes_the_connection_ends_its_submission(pair):
    grader, server = pair
    grader.close()
    server.loop()
    assert server.child == 0


def test_a_grader_that_is_killed_before_the_answer_ends_its_submission(pair):
    """It used to break the zygote, and behind the weaker wall the submission lived on."""
    grader, server = pair
    server._execute = lambda _command, _descriptors: grader.close() or {}
    grader.sendall(b'{"op": "used"}')
    server.loop()
    assert server.child == 0


def test_without_a_submission_nobody_gets_its_signals():
    """To the kernel process 0 is the group of whoever sends: the grader's own."""
    code = "import signal; from autograder.box.inside.kin import signal_group; signal_group(0, signal.SIGTERM)"
    assert subprocess.run([sys.executable, "-c", code], start_new_session=True).returncode == 0
