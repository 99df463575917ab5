"""The command line: what is printed where, and exit codes. Workers are fakes; nothing is really graded."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.cli.main import cli, main
from autograder.grading import session
from autograder.model import Report
from tests.engine.samples import fake_workers

ROOT = Path(__file__).parents[3]
HOSTILE = "eve\x1b[31m\u202e"


@pytest.fixture
def course(sample_course, monkeypatch):
    """The sample course as working directory, with fake workers."""
    root = sample_course()
    (root / "traces").mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setattr(session, "worker_main", fake_workers.serve)
    return root


@pytest.fixture
def convgrade(capsys):
    """convgrade("grade", path) → (exit code, stdout, stderr)"""

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        return ended.value.code, *capsys.readouterr()

    return run


def hand_in(root, **orders):
    for student, order in orders.items():
        path = root / "submitted" / student / "tiny" / "tiny.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(order)
    return root / "submitted"


def seen(root):
    return (root / "traces" / "seen").read_text().split()


# grade ------------------------------------------------------------------------------------------


def test_a_graded_class_ends_with_0(course, convgrade):
    code, out, err = convgrade("grade", hand_in(course, bob="", ada="wrong"), "--jobs", 2)
    assert code == 0
    assert out.index("ada") < out.index("bob")
    assert "2/2" in err
    assert len(list((course / "build/reports/tiny").glob("*.json"))) == 2


def test_json_is_one_report_per_line_and_nothing_else(course, convgrade):
    code, out, _ = convgrade("grade", hand_in(course, s10="", s9="sleep 0.5", s1=""), "--json", "--jobs", 2)
    reports = [Report.from_json(line) for line in out.splitlines()]
    assert code == 0
    assert [report.student for report in reports] == ["s1", "s9", "s10"]
    assert reports[0].source == "s1/tiny/tiny.ipynb"


def test_an_unchanged_submission_is_not_graded_twice(course, convgrade):
    folder = hand_in(course, ada="", bob="")
    first = convgrade("grade", folder, "--json")
    (folder / "bob/tiny/tiny.ipynb").write_text("wrong")
    second = convgrade("grade", folder, "--json")
    assert sorted(seen(course)) == ["ada", "bob", "bob"]  # two workers: who comes first is open
    assert first[1].splitlines()[0] == second[1].splitlines()[0]


def test_a_new_course_can_be_recorded_at_once(course, convgrade):
    """There was no nbgrader_config.py, and nobody had run `nbgrader generate_assignment`."""
    convgrade("build")
    code, _, err = convgrade("grade", hand_in(course, ada=""), "--record")
    assert (code, "recorded in the gradebook: 1" in err) == (0, True)


def test_what_cannot_be_recorded_is_told_before_anything_is_graded(course, convgrade):
    code, _, err = convgrade("grade", hand_in(course, ada=""), "--record")
    assert (code, "convgrade build writes it" in err) == (2, True)
    assert not (course / "traces/seen").exists()


def test_force_grades_again(course, convgrade):
    folder = hand_in(course, ada="")
    convgrade("grade", folder)
    convgrade("grade", folder, "--force")
    assert seen(course) == ["ada", "ada"]


def test_another_suite_grades_again(course, convgrade):
    folder = hand_in(course, ada="")
    convgrade("grade", folder)
    suite = course / "solutions/tiny/test_tiny.py"
    suite.write_text(suite.read_text() + "\n")
    convgrade("grade", folder)
    assert seen(course) == ["ada", "ada"]


def test_what_could_not_be_graded_is_listed_and_ends_with_1(course, convgrade):
    folder = hand_in(course, ada="", eve="die 1")
    code, out, _ = convgrade("grade", folder)
    assert code == 1
    assert "ended unexpectedly" in out
    again = convgrade("grade", folder)
    assert again[0] == 1
    assert seen(course).count("eve") == 4  # ours to repair: tried again in the next run
    assert seen(course).count("ada") == 1


def test_a_file_that_cannot_be_read_is_listed(course, convgrade, monkeypatch):
    folder = hand_in(course, ada="", bob="")
    real = os.open

    def refuse(path, *more, **options):
        if "ada" in str(path):
            raise PermissionError(13, "Permission denied")
        return real(path, *more, **options)

    monkeypatch.setattr("autograder.submission.find.os.open", refuse)
    code, out, _ = convgrade("grade", folder, "--json")
    ada, bob = map(json.loads, out.splitlines())
    assert code == 1
    assert (ada["fault"], bob["fault"]) == ("ours", "")
    assert "Permission denied" in ada["problem"]


def test_one_file_shows_every_check(course, convgrade):
    folder = hand_in(course, ada="wrong")
    code, out, _ = convgrade("grade", folder / "ada/tiny/tiny.ipynb")
    assert code == 0
    assert "twice its input" in out


def test_an_empty_folder_ends_with_3(course, convgrade):
    code, out, err = convgrade("grade", course / "traces")
    assert (code, out) == (3, "")
    assert "no notebook" in err


def test_a_link_is_reported_and_ends_with_1(course, convgrade):
    folder = hand_in(course, ada="")
    (folder / "eve.ipynb").symlink_to("/etc/passwd")
    code, _, err = convgrade("grade", folder)
    assert code == 1
    assert "eve.ipynb" in err


def test_hostile_names_have_no_power(course, convgrade):
    code, out, err = convgrade("grade", hand_in(course, **{HOSTILE: "", "=1+1": ""}))
    assert code == 0
    assert not re.search("[\x1b\u202e]", out + err)


def test_a_machine_without_wall_says_so(course, convgrade, monkeypatch):
    monkeypatch.setattr(session, "worker_main", fake_workers.walled_out)
    code, out, err = convgrade("grade", hand_in(course, ada=""))
    assert (code, out) == (1, "")
    assert "install bubblewrap" in err
    assert "Traceback" not in err


# usage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["grade"], "PATH"),
        (["grade", "nowhere"], "does not exist"),
        (["grade", ".", "--jobs", "0"], "jobs"),
        (["grade", ".", "--box", "none"], "bubblewrap"),
        (["grade", ".", "--assignment", "tine"], "tiny"),
        (["report", "tine"], "did you mean tiny?"),
        (["prove", "tine"], "did you mean tiny?"),
        (["grad"], "grade"),
        (["build", "--course", "traces"], "no course"),
        (["explain", "nobody"], "Usage: convgrade explain"),
        (["new", "tiny"], "Usage: convgrade new"),
        (["prove", "tiny", "--only", "x"], "it has double, add"),
        (["collect", "tiny", ".", "--at", "noon"], "2030-10-31T23:50"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_is_right(course, convgrade, arguments, word):
    code, out, err = convgrade(*arguments)
    assert (code, out) == (2, "")
    assert word in err


def test_a_broken_course_is_refused_before_a_submission_is_opened(course, convgrade):
    folder = hand_in(course, ada="")
    (course / "solutions/tiny/reference.py").unlink()
    code, _, err = convgrade("grade", folder)
    assert code == 2
    assert "reference.py" in err
    assert not (course / "traces/seen").exists()


def test_the_course_is_found_from_below(course, convgrade, monkeypatch):
    folder = hand_in(course, ada="")
    monkeypatch.chdir(folder / "ada")
    assert convgrade("grade", "tiny")[0] == 0
    monkeypatch.chdir("/")
    assert convgrade("grade", folder)[0] == 2
    assert convgrade("grade", folder, "--course", course)[0] == 0


def test_verbs_are_listed_under_who_needs_them_in_that_order(convgrade):
    _, out, _ = convgrade("--help")
    listed = {part.split(":\n")[0]: re.findall(r"^  (\w+)  ", part, re.MULTILINE) for part in out.split("\n\n")[-5:]}
    assert listed == {
        "Students' work": ["grade", "report", "explain", "watch", "mark", "similar"],
        "Authors": ["new", "build", "prove", "calibrate", "learn", "coverage", "map", "settings"],
        "A term": ["collect", "late", "regrade", "requests", "export"],
        "Other systems": ["canvas", "gradescope", "classroom"],
        "This machine": ["doctor", "demo"],
    }
    assert [verb for verbs in listed.values() for verb in verbs] == list(cli.commands)


def test_report_writes_the_page_of_the_class(course, convgrade):
    assert convgrade("report", "tiny")[0] == 3
    convgrade("grade", hand_in(course, ada="", bob="wrong"))
    code, out, _ = convgrade("report", "tiny")
    assert (code, out) == (0, "class page: build/reports/tiny/index.html\n")
    assert "bob" in (course / "build/reports/tiny/index.html").read_text()


def test_build_check_fails_until_build_ran(course, convgrade):
    assert convgrade("build", "--check")[0] == 1
    assert convgrade("build")[0] == 0
    code, out, _ = convgrade("build", "--check")
    assert (code, out) == (0, "everything is up to date\n")


@pytest.mark.parametrize("verb", sorted(cli.commands))
def test_every_verb_teaches_by_example(convgrade, verb):
    code, out, _ = convgrade(verb, "--help")
    assert code == 0
    assert f"convgrade {verb}" in out.split("Example")[1]


# processes --------------------------------------------------------------------------------------

FAKE = """\
from autograder.cli.main import main
from autograder.grading import session
from tests.engine.samples import fake_workers

if __name__ == "__main__":
    session.worker_main = fake_workers.serve
    main()
"""


def start(course, *arguments):
    script = course / "fake.py"
    script.write_text(FAKE)
    command = [sys.executable, str(script), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=course, env=environment, preexec_fn=fake_workers.hear_ctrl_c, **pipes)


def wait_for(condition, seconds=240):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()


def test_ctrl_c_ends_with_130_and_the_next_run_goes_on(course):
    folder = hand_in(course, ada="", bob="hang", cy="")
    run = start(course, "grade", folder, "--jobs", 2)
    wait_for(lambda: len(list(course.glob("build/reports/tiny/*.json"))) == 2)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=240)
    assert run.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    (folder / "bob/tiny/tiny.ipynb").write_text("")
    assert start(course, "grade", folder).wait(timeout=240) == 0
    assert sorted(seen(course)) == ["ada", "bob", "bob", "cy"]


def test_kill_9_loses_only_what_is_in_flight(course):
    folder = hand_in(course, ada="hang", bob="", cy="")
    run = start(course, "grade", folder, "--jobs", 2)
    wait_for(lambda: len(list(course.glob("build/reports/tiny/*.json"))) == 2)  # though ada, the first, is not done
    run.kill()
    run.communicate(timeout=240)
    (folder / "ada/tiny/tiny.ipynb").write_text("")
    again = start(course, "grade", folder, "--json")
    out, _ = again.communicate(timeout=240)
    assert [json.loads(line)["student"] for line in out.splitlines()] == ["ada", "bob", "cy"]
    assert sorted(seen(course)) == ["ada", "ada", "bob", "cy"]


def test_a_closed_pipe_is_no_traceback(course):
    run = start(course, "grade", hand_in(course, ada="sleep 0.5"), "--json")
    run.stdout.close()
    err = run.stderr.read()
    assert run.wait(timeout=240) == 1
    assert ("Traceback" in err, err.count("whoever read the results has stopped")) == (False, 1)
    run.stderr.close()


def test_the_command_starts_quickly(course):
    heavy = {"torch", "numpy", "nbgrader", "nbformat", "jupytext", "rich", "pytest"}
    code = f"import sys, autograder.cli.main; print([name for name in {heavy} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert out == "[]\n"


def test_a_class_that_did_not_change_waits_for_no_slow_import(course):
    """nbgrader and nbformat took three quarters of the second run, and were not used."""
    modules = ("grading.session", "reports.terminal", "submission.find", "gradebook.context")
    heavy = {"torch", "numpy", "nbgrader", "nbformat", "sqlalchemy", "jsonschema"}
    code = f"import sys, {', '.join(f'autograder.{name}' for name in modules)}; print({heavy} & sys.modules.keys())"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert out == "set()\n"


# demo -------------------------------------------------------------------------------------------


def test_the_demo_does_not_overwrite_the_page_of_a_real_class(course, convgrade):
    page = course / "build/reports/tiny/index.html"
    assert "build/reports/tiny/index.html" in convgrade("demo", "tiny")[1]
    assert "Noor de Vries" in page.read_text()
    convgrade("grade", hand_in(course, ada=""))
    convgrade("report", "tiny")
    assert "build/demo/reports/tiny/index.html" in convgrade("demo", "tiny")[1]
    assert "Noor de Vries" not in page.read_text()


# --verbose --------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["", *sorted(cli.commands)])
def test_every_verb_takes_verbose(convgrade, verb):
    assert "--verbose" in convgrade(*verb.split(), "--help")[1]


def test_verbose_logs_what_is_read_and_how_long_it_takes(course, convgrade):
    convgrade("grade", hand_in(course, ada="", bob="wrong"))
    quiet = convgrade("report", "tiny")
    code, out, log = convgrade("report", "tiny", "--verbose")
    assert (code, out) == quiet[:2]
    for part in ("read ", "course.toml", "reading the course: ", "write ", "index.html", "writing pages: ", "total: "):
        assert part in log
    assert convgrade("report", "tiny") == quiet


def test_verbose_shows_where_our_errors_come_from(course, convgrade):
    (course / "solutions" / "course.toml").write_text("name = 1")
    for arguments, shown in ((["report", "tiny"], False), (["--verbose", "report", "tiny"], True)):
        code, out, err = convgrade(*arguments)
        assert (code, out) == (2, "")
        assert ("Traceback" in err) == shown
        assert "convgrade: " in err


def test_verbose_shows_nothing_that_acts(course, convgrade):
    folder = hand_in(course, **{HOSTILE: ""})
    err = convgrade("grade", folder, "--verbose")[2]
    assert not set("\x1b\u202e") & set(err)


def test_a_profile_adds_up_and_changes_no_report(course, convgrade):
    folder = hand_in(course, ada="", bob="")
    plain = convgrade("grade", folder, "--json")
    code, out, err = convgrade("grade", folder, "--json", "--force", "--profile")
    assert (code, keys(out)) == (plain[0], keys(plain[1]))
    assert "wall clock" in err
    events = json.loads((course / "build" / "profile.json").read_text())["traceEvents"]
    assert {"python", "read", "workers", "store"} <= {event["name"] for event in events}


def test_without_profile_nothing_is_measured(course, convgrade):
    _, _, err = convgrade("grade", hand_in(course, ada=""))
    assert "wall clock" not in err
    assert not (course / "build" / "profile.json").exists()


def test_a_profile_of_a_cluster_is_refused(course, convgrade):
    code, _, err = convgrade("grade", hand_in(course, ada=""), "--profile", "--cluster", "tcp://127.0.0.1:1")
    assert code == 2
    assert "--cluster" in err


def keys(lines):
    return [(report["student"], report["key"]) for report in map(json.loads, lines.splitlines())]
