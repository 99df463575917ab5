"""Programs that some tests need and a machine may lack: those tests are left out, and the run says so at its end."""

from __future__ import annotations

import os
import pwd
import shutil
from importlib.util import find_spec
from pathlib import Path

from tests.engine.gradebook import postgres_server

POSTGRESQL = "engine/gradebook/test_postgresql.py"
SLURM = "engine/grading/test_slurm.py"
PODMAN = "engine/project/test_image.py"
DOCKER = "engine/project/test_docker.py"
BASE_IMAGE = Path(__file__).parents[1] / "build" / "base-image.tar"
TESTER = "convgrade-tests"  # whom .ci/extras makes: rootless containers are not for root


def chromium() -> str | None:
    """The browser that Debian, Ubuntu or Fedora installs; None where there is none."""
    return next(filter(None, map(shutil.which, ("/usr/bin/chromium", "chromium", "chromium-browser"))), None)


def slurm() -> str | None:
    """The controller of a batch system that the tests may start; None where they may not."""
    found = shutil.which("slurmctld", path="/usr/sbin:/usr/local/sbin")
    return found if os.geteuid() == 0 and shutil.which("munged", path="/usr/sbin:/usr/local/sbin") else None


def podman() -> str | None:
    """Rootless podman, where .ci/extras has seen it work: there it leaves a base image, and for root another user."""
    tester = os.geteuid() != 0 or TESTER in {user.pw_name for user in pwd.getpwall()}
    return shutil.which("podman") if BASE_IMAGE.exists() and tester else None


def dockerd() -> str | None:
    """Docker's daemon, where .ci/extras has seen one start: tests start their own, which only root may."""
    seen = os.geteuid() == 0 and BASE_IMAGE.exists() and BASE_IMAGE.with_name("docker.seen").exists()
    return shutil.which("dockerd", path="/usr/sbin:/usr/bin:/usr/local/bin") if seen else None


def missing() -> dict[str, str]:
    """What is not installed, by the folder or file of the tests that need it."""
    found = {
        POSTGRESQL: (postgres_server.programs(), "PostgreSQL (Debian: apt-get install postgresql)"),
        "browser": (chromium(), "Chromium (Debian: apt-get install chromium)"),
        SLURM: (slurm(), "Slurm, and root to start it (Debian: apt-get install slurm-wlm munge)"),
        PODMAN: (podman(), "rootless podman (Debian: apt-get install podman crun uidmap mmdebstrap; then .ci/extras)"),
        DOCKER: (dockerd(), "Docker, and root to start it (Debian: apt-get install docker.io; then .ci/extras)"),
        "browser/": (find_spec("playwright"), "the package playwright (pip install -r requirements.lock)"),
    }
    return {tests: name for tests, (installed, name) in found.items() if not installed}
