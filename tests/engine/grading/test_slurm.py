"""A real Slurm of one node, started here: `--cluster slurm` submits workers to it and grades a class on them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

ROOT = Path(__file__).parents[3]
CONF = """\
ClusterName=convgrade
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmUser={user}
SlurmdUser={user}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmdParameters=config_overrides
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""
JOBQUEUE = """\
jobqueue:
  slurm:
    cores: 1
    processes: 1
    memory: 1500MB
    walltime: "00:20:00"
    queue: all
    interface: lo
    local-directory: {folder}
    log-directory: {folder}/logs
    job-extra-directives: []
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def slurm():
    """The environment in which `sbatch` and dask-jobqueue find a cluster of one node."""
    folder = Path(mkdtemp(prefix="slurm-", dir="/tmp"))
    folder.chmod(0o755)
    for name in ("state", "spool", "logs"):
        (folder / name).mkdir()
    names = {"folder": folder, "host": socket.gethostname().split(".")[0], "user": "root"}
    (folder / "slurm.conf").write_text(CONF.format(**names, controller=free_port(), node=free_port()))
    (folder / "jobqueue.yaml").write_text(JOBQUEUE.format(**names))
    key = folder / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    environment = os.environ | {
        "SLURM_CONF": str(folder / "slurm.conf"),
        "DASK_CONFIG": str(folder),
        "PYTHONPATH": f"{ROOT}:{ROOT / 'shared'}",
        "PATH": f"{os.environ['PATH']}:/usr/sbin",
    }
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        munge = [f"--{name}-file={folder}/munge.{name}" for name in ("key", "pid", "log", "seed")]
        stack.enter_context(
            daemon(["/usr/sbin/munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *munge])
        )
        until((folder / "munge.socket").exists)
        stack.enter_context(daemon(["/usr/sbin/slurmctld", "-D"], environment))
        stack.enter_context(daemon(["/usr/sbin/slurmd", "-D", "-N", str(names["host"])], environment))
        until(lambda: "idle" in said(["sinfo", "-h", "-o", "%t"], environment))
        yield environment


@contextmanager
def daemon(command: list[str], environment: dict[str, str] | None = None):
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def said(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout


def until(true, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, true
        time.sleep(0.1)


def grading(root: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "autograder.cli", "grade", "handed-in", "--cluster", "slurm", "--jobs", "2"]
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([*command, "--box", "landlock"], cwd=root, env=environment, **options)


def handed_in(root: Path, count: int) -> None:
    for number in range(count):
        folder = root / "handed-in" / f"student{number}" / "tiny"
        folder.mkdir(parents=True)
        source = f"def double(x):\n    return x * 2 + {number} * 0"
        cell = {
            "cell_type": "code",
            "id": "c",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        notebook = {"cells": [cell | {"execution_count": None}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (folder / "tiny.ipynb").write_text(json.dumps(notebook))


def test_a_class_is_graded_by_jobs_of_slurm_and_none_is_left(slurm, sample_course):
    root = Path(sample_course())
    handed_in(root, 4)
    command = grading(root, slurm)
    out, err = command.communicate(timeout=600)
    assert command.returncode in (0, 1), err
    assert [f"student{number}" in out for number in range(4)] == [True] * 4, out + err
    assert len(list((root / "build" / "reports").rglob("*.json"))) >= 4
    until(lambda: not said(["squeue", "-h"], slurm))


def test_ctrl_c_leaves_no_job_in_the_queue(slurm, sample_course):
    root = Path(sample_course())
    handed_in(root, 4)
    command = grading(root, slurm)
    until(lambda: said(["squeue", "-h"], slurm).strip() != "")
    command.send_signal(signal.SIGINT)
    command.communicate(timeout=120)
    until(lambda: not said(["squeue", "-h"], slurm))
