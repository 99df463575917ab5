"""`./grade` with a podman or Docker that only writes down what it is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

GRADE = Path(__file__).parents[3] / "grade"


@pytest.fixture
def asked(tmp_path):
    """Runs `./grade` where only this engine is installed; what the engine was asked, call by call."""

    def run(engine: str, *words: str) -> list[str]:
        tools = tmp_path / "bin"
        tools.mkdir()
        for name in ("id", "dirname"):
            (tools / name).symlink_to(shutil.which(name))
        (tools / engine).write_text(f'#!{shutil.which("sh")}\necho "$*" >> "{tmp_path}/calls"\n')
        (tools / engine).chmod(0o755)
        (tmp_path / "Übung 1").mkdir()
        command = [shutil.which("sh"), str(GRADE), *words]
        where = {"env": {"PATH": str(tools)}, "cwd": tmp_path}
        done = subprocess.run(command, **where, capture_output=True, text=True, check=False)
        calls = tmp_path / "calls"
        return calls.read_text().splitlines() if calls.exists() else [f"{done.returncode} {done.stderr.strip()}"]

    return run


@pytest.mark.parametrize(("engine", "option"), [("podman", "unmask=ALL"), ("docker", "systempaths=unconfined")])
def test_what_the_stronger_wall_needs_is_allowed(asked, engine, option):
    built, ran = asked(engine, "Übung 1", "--jobs", "4")
    assert built.startswith("build ")
    assert option in ran
    assert ran.endswith("/Übung 1:/data convgrade grade /data --jobs 4")


@pytest.mark.parametrize("words", [("--box", "landlock"), ("--box=landlock",)])
def test_the_weaker_wall_needs_nothing_of_it(asked, words):
    ran = asked("docker", "Übung 1", *words)[1]
    assert "unconfined" not in ran
    assert f"--user {os.getuid()}:{os.getgid()}" in ran


def test_another_verb_is_passed_on(asked):
    assert asked("podman", "Übung 1", "report", "tiny")[1].endswith(" convgrade report tiny")


def test_a_folder_that_is_not_there_is_wrong_usage(asked):
    assert asked("podman", "nowhere")[0].startswith("2 usage: ./grade FOLDER")


def test_without_an_engine_it_says_what_to_install(asked):
    assert asked("neither", "Übung 1")[0].startswith("2 Neither podman nor Docker is installed.")
