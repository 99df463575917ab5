"""`./grade` with a real Docker: its own daemon makes the image of the Containerfile, and a folder is graded in it."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import site
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.engine.project.graded_folder import FOLDERS, SAY, graded, prepare, write_program
from tests.programs import TESTER, dockerd

pytestmark = pytest.mark.timeout(900)  # an image is made
# A runtime that gives each container this environment's packages, where Debian's Python looks for them: they stand for
# the network, also while the image is made.
RUNTIME = """\
#!{python} -I
import json, os, sys
from pathlib import Path
words = sys.argv[1:]
if "--bundle" in words:
    config = Path(words[words.index("--bundle") + 1], "config.json")
    asked = json.loads(config.read_text())
    place = "/usr/local/lib/python3.{minor}/dist-packages"
    mount = {{"destination": place, "type": "bind", "source": {packages!r}, "options": ["rbind", "ro"]}}
    config.write_text(json.dumps(asked | {{"mounts": asked["mounts"] + [mount]}}))
os.execv({runc!r}, ["runc", *words])
"""
BASE = """\
set -e
docker import "$HERE/base.tar" unpacked
echo 'RUN ldconfig' | cat "$HERE/Base" - | docker build --tag debian:bookworm-slim -
set +e
"""
SCRIPT = f"""\
{SAY}
say strong "$HERE/course/grade" "$HERE/strong folder"
say plain docker run --rm --network none --user "$(id -u):$(id -g)" --volume "$HERE/plain:/data" convgrade grade /data
say weak "$HERE/course/grade" "$HERE/weak" --box landlock
"""


@contextmanager
def daemon(here: Path):
    """A Docker that nobody else uses: its store, socket and control groups are its own, and it has no network."""
    names = {"python": sys.executable, "minor": sys.version_info[1], "packages": site.getsitepackages()[0]}
    write_program(here / "runtime", RUNTIME.format(**names, runc=shutil.which("runc", path="/usr/sbin:/usr/bin")))
    places = [f"--data-root={here}/store", f"--exec-root={here}/run", f"--pidfile={here}/pid"]
    network = ["--iptables=false", "--ip6tables=false", "--bridge=none"]
    runtime = [f"--add-runtime=packages={here}/runtime", "--default-runtime=packages"]
    command = [dockerd(), *places, *network, *runtime, f"--host=unix://{here}/socket"]
    with (here / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        while not (here / "socket").exists() and process.poll() is None:
            time.sleep(0.1)
        (here / "socket").chmod(0o666)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


@pytest.fixture(scope="module")
def runs():
    """Runs of `./grade` and, without its options, of Docker itself, by name."""
    here = Path(mkdtemp(prefix="docker-", dir="/var/tmp"))
    user = pwd.getpwnam(TESTER)
    try:
        prepare(here, *FOLDERS.values())
        (here / "Base").write_text("FROM unpacked\n")
        for path in (here, *here.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
        (here / "bin" / "docker").symlink_to(shutil.which("docker"))
        for name in ("sh", "id", "dirname", "cat"):  # and no podman, which `./grade` would take
            (here / "bin" / name).symlink_to(shutil.which(name))
        names = {"HOME": user.pw_dir, "HERE": str(here), "PATH": f"{here}/bin", "DOCKER_BUILDKIT": "0"}
        names["DOCKER_HOST"] = f"unix://{here}/socket"
        with daemon(here):
            who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            done = subprocess.run(
                ["/bin/sh", "-c", BASE + SCRIPT],
                env=names,
                cwd=here,
                capture_output=True,
                text=True,
                check=False,
                **who,
            )
        yield {name: graded(here, name, done.stdout + done.stderr) for name in FOLDERS}
    finally:
        shutil.rmtree(here, ignore_errors=True)


def test_docker_grades_a_folder_behind_bubblewrap_and_the_reports_are_the_callers(runs):
    strong = runs["strong"]
    assert strong.code == 0, strong.said
    assert [report["box"] for report in strong.reports] == ["bubblewrap"]
    assert len(strong.owners) == 1


def test_docker_needs_no_option_for_the_weaker_wall(runs):
    weak = runs["weak"]
    assert weak.code == 0, weak.said
    assert [report["box"] for report in weak.reports] == ["landlock"]


def test_without_the_options_docker_grades_nothing_and_the_way_out_is_named(runs):
    plain = runs["plain"]
    assert plain.code != 0, plain.said
    assert plain.reports == []
    assert "docs/container.md" in " ".join(plain.said.split()), plain.said
