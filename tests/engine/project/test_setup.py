"""The files that set up a fresh clone."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[3]
LOCK = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
PINNED = [Requirement(line) for line in LOCK]
OLDEST = "3.11.2"  # Debian 12's


def test_a_pin_is_a_name_and_a_version():
    plain = re.compile(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+(; platform_system [=!]= \"\w+\")?")
    assert [line for line in LOCK if not plain.fullmatch(line)] == []


def test_every_pin_suits_the_oldest_python():
    wanted = {pin.name: distribution(pin.name).metadata.get("Requires-Python") for pin in PINNED if here(pin)}
    assert [name for name, versions in wanted.items() if versions and not SpecifierSet(versions).contains(OLDEST)] == []


def test_every_dependency_is_pinned():
    pinned = {canonicalize_name(pin.name) for pin in PINNED}
    asked = []
    for file in ("pyproject.toml", "shared/pyproject.toml"):
        project = tomllib.loads((ROOT / file).read_text())["project"]
        asked += project["dependencies"] + project.get("optional-dependencies", {}).get("dev", [])
    assert {canonicalize_name(Requirement(item).name) for item in asked} <= pinned


def test_what_is_pinned_is_what_is_tested():
    installed = {pin.name: distribution(pin.name).version for pin in PINNED if here(pin)}
    assert {pin.name: pin.specifier for pin in PINNED if here(pin)} == {
        name: SpecifierSet(f"=={version}") for name, version in installed.items()
    }


def test_torch_and_torchvision_are_a_pair():
    assert {"torch==2.15.0", "torchvision==0.29.2"} <= set(LOCK)


def test_the_makefile_stays_short():
    assert len((ROOT / "Makefile").read_text().splitlines()) <= 45


@pytest.fixture
def bare(tmp_path):
    """Runs `.ci/setup` in a folder where only these commands exist."""

    def run(**commands: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / ".ci").mkdir()
        (tmp_path / ".ci" / "setup").write_bytes((ROOT / ".ci" / "setup").read_bytes())
        (tmp_path / "bin").mkdir()
        real = {name: f'exec "{shutil.which(name)}" "$@"' for name in ("dirname", "uname", "rm", "touch", "env")}
        for name, script in (real | commands).items():
            path = tmp_path / "bin" / name
            path.write_text(f"#!{shutil.which('bash')}\n{script}\n")
            path.chmod(0o755)
        command = [shutil.which("bash"), str(tmp_path / ".ci" / "setup")]
        return subprocess.run(command, env={"PATH": str(tmp_path / "bin")}, capture_output=True, text=True, check=False)

    return run


def test_a_missing_python_is_named(bare):
    done = bare()
    assert done.returncode == 1
    assert done.stderr.strip().startswith("Python 3.11, 3.12 or 3.13 is missing.")


def test_a_missing_venv_is_named(bare):
    """A user who may install nothing, Debian's Python without its venv package."""
    python = 'case "$*" in *version_info\\[1\\]*) echo python3.11-venv;; *ensurepip*) exit 1;; esac'
    done = bare(python3=python, id="echo 1000")
    assert done.returncode == 1
    assert "Install the package “python3.11-venv” (on Debian and Ubuntu: sudo apt-get install" in done.stderr


def test_another_system_is_named(bare):
    done = bare(uname="echo Darwin")
    assert done.returncode == 1
    assert "Linux container" in done.stderr


def here(pin: Requirement) -> bool:
    return pin.marker is None or pin.marker.evaluate()
