"""Workers that grade nothing: each submission's bytes say what happens. Light to import, since workers are spawned."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from autograder.model import CheckResult, ExerciseResult, Report, Verdict


def obedient(connection, folder="."):
    """Does what the bytes say: "sleep 1", "until FILE", "die", "raise", "hang", "nonsense", "fail once", or grades."""
    (Path(folder) / f"ready-{os.getpid()}").touch()
    connection.send_bytes(b'{"ready": true}')
    while message := connection.recv_bytes():
        header, _, raw = message.partition(b"\n")
        about = json.loads(header)
        connection.send_bytes(_obey(raw.decode("utf-8", "replace"), about, Path(folder)))


def serve(connection, spec):
    """In place of autograder.grading.session.worker_main."""
    obedient(connection, os.path.join(spec.root, "traces"))


def _obey(order, about, folder):
    word, _, rest = order.partition(" ")
    with (folder / "seen").open("a") as seen:
        seen.write(about["student"] + "\n")
    if word in ("sleep", "until"):
        _wait(word, rest, folder)
    elif word == "die":
        os._exit(int(rest or 0))
    elif word == "raise":
        raise RuntimeError("judging ended with status 1")
    elif word == "hang":
        (folder / "pid").write_text(str(os.getpid()))
        time.sleep(600)
    elif word == "fork":
        _leave_a_child(folder)
    elif word == "nonsense":
        return rest.encode()
    elif order == "fail once" and not (folder / "failed").exists():
        (folder / "failed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    print("workers have no standard output")
    verdict = Verdict.PASSED if word != "wrong" else Verdict.FAILED
    check = CheckResult("double", "twice", "twice its input", verdict)
    points = 60.0 if verdict is Verdict.PASSED else 0.0
    exercises = (ExerciseResult("double", "Doubling", 60.0, points, (check,)),)
    return Report("tiny", about["student"], about["source"], exercises, key=about["key"]).to_json().encode()


def _wait(word, rest, folder):
    if word == "sleep":
        time.sleep(float(rest))
    while word == "until" and not (folder / rest).exists():  # somebody makes that file
        time.sleep(0.01)


def _leave_a_child(folder):
    child = os.fork()
    if child == 0:
        time.sleep(600)
        os._exit(0)
    (folder / "child").write_text(str(child))
    time.sleep(600)


def no_wall(connection):
    """This machine has no box."""
    connection.send_bytes(json.dumps({"error": "no wall here\n  install bubblewrap"}).encode())


def walled_out(connection, spec):
    """The same in place of autograder.grading.session.worker_main."""
    no_wall(connection)


def stillborn(connection):
    """Dies before it is ready."""
    sys.exit(7)


def mute(connection):
    """Never gets ready."""
    time.sleep(600)


def hear_ctrl_c():
    """A test run in the background was told to ignore Ctrl-C, and so would everything that it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
