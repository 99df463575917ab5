"""The kernel limits the processes of a user: a zygote has one of its own, or leaves room for the others."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

import pytest

from autograder.box import users
from autograder.box.users import own_user
from autograder.box.zygote import Wall, _config
from autograder.errors import NoBox

AS_USER = "import os, sys\nif os.getuid() == 0: os.setresuid(*[int(sys.argv[1])] * 3)\n"
WAITS = AS_USER + "print(flush=True)\nsys.stdin.read()"
FORKS = (
    """
from autograder.box.inside import jail
limits = dict(device="cpu", namespaces=False, memory_mb=4096, processes=2, disk_mb=9, cpu_seconds=9)
"""
    + AS_USER
    + """
jail.set_limits(limits)
if os.fork() == 0: os._exit(0)
sys.exit(os.wait()[1])
"""
)


def test_no_two_workers_have_the_same_user():
    with own_user() as one, own_user() as other, own_user() as third:
        assert len({one, other, third} & set(users.USERS)) == 3


def test_a_user_is_free_again_afterwards(monkeypatch):
    monkeypatch.setattr(users, "USERS", range(64_990, 64_992))
    for _ in range(3):
        with own_user(), own_user():
            pass


def test_where_every_user_is_taken_nothing_is_graded(monkeypatch):
    monkeypatch.setattr(users, "USERS", range(64_995, 64_996))
    with own_user(), pytest.raises(NoBox, match="64995"), own_user():
        pass


@pytest.mark.parametrize("mode", ["bubblewrap", "landlock"])
def test_root_s_zygote_becomes_the_user_that_it_claimed(tmp_path, monkeypatch, mode):
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda *_: None)
    monkeypatch.setattr("autograder.box.bubblewrap.places", dict)  # an interpreter that everybody can reach
    assert _config(Wall(mode=mode), str(tmp_path), 64_321)["uid"] == 64_321


def test_an_ordinary_user_s_zygote_stays_who_it_is_and_gives_nothing_away(tmp_path, monkeypatch):
    """Where everybody could reach the interpreter, its folder was given to a user that only root can give it to."""
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    monkeypatch.setattr("autograder.box.bubblewrap.places", dict)
    given = []
    monkeypatch.setattr(os, "chown", lambda *words: given.append(words))
    assert _config(Wall(mode="landlock"), str(tmp_path), 64_321)["uid"] is None
    assert given == []


def test_other_processes_of_the_user_leave_room_for_those_of_a_submission():
    with own_user() as user, contextlib.ExitStack() as stack:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        for _ in range(3):
            other = stack.enter_context(subprocess.Popen([sys.executable, "-c", WAITS, str(user)], **pipes))
            assert other.stdout.readline()
        forked = subprocess.run([sys.executable, "-c", FORKS, str(user)], capture_output=True, text=True, check=False)
        assert forked.returncode == 0, forked.stderr
