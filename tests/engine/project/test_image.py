"""`./grade` with a real rootless podman: the image is made of the Containerfile, and a folder is graded in it."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import site
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.conftest import write_course
from tests.programs import BASE_IMAGE, TESTER

ROOT = Path(__file__).parents[3]
FILES = ("Containerfile", ".dockerignore", "grade", "requirements.lock", "pyproject.toml", "autograder", "shared")
pytestmark = pytest.mark.timeout(900)  # an image is made
# Where Debian's Python looks for packages: those of this environment, so that nothing has to be downloaded.
PACKAGES = f"/usr/local/lib/python3.{sys.version_info[1]}/dist-packages"
# Podman as `./grade` finds it: its own store, and for a build what stands for the network.
PODMAN = """\
#!/bin/sh
verb=$1; shift
case $verb in
    build) set -- --network none --build-arg BASE=localhost/base --volume "$SITE:{packages}:ro" "$@" ;;
    run) set -- --volume "$SITE:{packages}:ro" "$@" ;;
esac
exec {podman} --root "$HERE/store" --runroot "$HERE/run" --storage-driver overlay "$verb" "$@"
"""
SCRIPT = """\
podman import "$HERE/base.tar" localhost/unpacked
printf 'FROM localhost/unpacked\\nRUN ldconfig\\n' > "$HERE/Base"
podman build --tag base --file "$HERE/Base" "$HERE"
say() { name=$1; shift; "$@" > "$HERE/$name.out" 2>&1; echo $? > "$HERE/$name.code"; }
say strong "$HERE/course/grade" "$HERE/strong folder"
say plain podman run --rm --network none --userns keep-id --user "$(id -u):$(id -g)" --volume "$HERE/weak:/data" \
    convgrade grade /data
say weak "$HERE/course/grade" "$HERE/weak" --box landlock
podman system migrate
"""
# What only root can do for somebody else, in namespaces that end with it: the packages where that user can read them,
# and one kind of control groups, since crun refuses two.
FOR_ANOTHER = """\
umount /sys/fs/cgroup/unified 2> /dev/null
mkdir "$HERE/site" && mount --bind "$SITE" "$HERE/site" || exit 1
exec setpriv --reuid="$USER" --regid="$(id -g "$USER")" --init-groups env SITE="$HERE/site" "$@"
"""


@dataclass
class Run:
    """What one command said, and the reports in its folder."""

    code: int
    said: str
    reports: list[dict]
    owners: set[int]


@pytest.fixture(scope="module")
def runs():
    """Runs of `./grade` and, without its options, of podman itself, by name."""
    here = Path(mkdtemp(prefix="image-", dir="/var/tmp"))
    root = os.geteuid() == 0
    user = pwd.getpwnam(TESTER) if root else pwd.getpwuid(os.geteuid())
    try:
        _prepare(here)
        if root:
            for path in (here, *here.rglob("*")):
                os.chown(path, user.pw_uid, user.pw_gid)
        command = ["sh", "-c", SCRIPT]
        if root:
            alone = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
            command = [*alone, "sh", "-c", FOR_ANOTHER, "sh", *command]
        names = {"USER": user.pw_name, "HOME": user.pw_dir, "HERE": str(here), "SITE": site.getsitepackages()[0]}
        names |= {"PATH": f"{here}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "XDG_RUNTIME_DIR": str(here / "run")}
        done = subprocess.run(command, env=names, cwd=here, capture_output=True, text=True, check=False)
        yield {name: _run(here, name, done.stdout + done.stderr) for name in ("strong", "weak", "plain")}
    finally:
        if not root:
            subprocess.run(["podman", "unshare", "rm", "-rf", str(here / "store")], check=False)
        shutil.rmtree(here, ignore_errors=True)


def _prepare(here: Path) -> None:
    here.chmod(0o755)
    write_course(here / "course")
    for name in FILES:
        kind = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        kind(ROOT / name, here / "course" / name)
    for name in ("store", "run", "bin", "weak", "strong folder"):
        (here / name).mkdir(mode=0o700)
    (here / "bin" / "podman").write_text(PODMAN.format(packages=PACKAGES, podman=shutil.which("podman")))
    (here / "bin" / "podman").chmod(0o755)
    shutil.copy(BASE_IMAGE, here / "base.tar")
    cell = {"cell_type": "code", "id": "c", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [cell | {"source": "def double(x):\n    return 2 * x"}]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for name in ("weak", "strong folder"):
        (here / name / "ada" / "tiny").mkdir(parents=True)
        (here / name / "ada" / "tiny" / "tiny.ipynb").write_text(json.dumps(notebook))


def _run(here: Path, name: str, log: str) -> Run:
    said = here / f"{name}.out"
    assert said.exists(), log
    folder = here / {"strong": "strong folder"}.get(name, name)
    stored = [path for path in sorted(folder.rglob("build/reports/tiny/*.json")) if not path.name.startswith(".")]
    reports = [report for report in (json.loads(path.read_text()) for path in stored) if "checks" in str(report)]
    owners = {path.stat().st_uid for path in folder.rglob("*")}
    return Run(int((here / f"{name}.code").read_text()), said.read_text(), reports, owners)


def test_a_folder_is_graded_behind_bubblewrap_and_the_reports_are_the_callers(runs):
    strong = runs["strong"]
    assert strong.code == 0, strong.said
    assert [report["box"] for report in strong.reports] == ["bubblewrap"]
    assert len(strong.owners) == 1


def test_the_weaker_wall_is_in_force_where_it_is_asked_for_by_name(runs):
    weak = runs["weak"]
    assert weak.code == 0, weak.said
    assert [report["box"] for report in weak.reports] == ["landlock"]


def test_without_the_options_nothing_is_graded_and_the_way_out_is_named(runs):
    plain = runs["plain"]
    assert plain.code != 0, plain.said
    assert "docs/container.md" in " ".join(plain.said.split()), plain.said
