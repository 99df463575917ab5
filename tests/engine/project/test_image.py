"""`./grade` with a real rootless podman: the image is made of the Containerfile, and a folder is graded in it."""

from __future__ import annotations

import os
import pwd
import shutil
import site
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.engine.project.graded_folder import FOLDERS, SAY, graded, prepare, write_program
from tests.programs import TESTER

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
SCRIPT = f"""\
{SAY}
podman import "$HERE/base.tar" localhost/unpacked
printf 'FROM localhost/unpacked\\nRUN ldconfig\\n' > "$HERE/Base"
podman build --tag base --file "$HERE/Base" "$HERE"
say strong "$HERE/course/grade" "$HERE/strong folder"
say plain podman run --rm --network none --userns keep-id --user "$(id -u):$(id -g)" --volume "$HERE/plain:/data" \
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
        yield {name: graded(here, name, done.stdout + done.stderr) for name in FOLDERS}
    finally:
        if not root:
            subprocess.run(["podman", "unshare", "rm", "-rf", str(here / "store")], check=False)
        shutil.rmtree(here, ignore_errors=True)


def _prepare(here: Path) -> None:
    prepare(here, *FOLDERS.values())
    for name in ("store", "run"):
        (here / name).mkdir(mode=0o700)
    write_program(here / "bin" / "podman", PODMAN.format(packages=PACKAGES, podman=shutil.which("podman")))


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
