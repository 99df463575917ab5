"""Attacks on intake: every way to hand in as somebody else, or at another time, that we could think of."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course import load_course
from autograder.intake.collect import Rules, collect_from
from autograder.intake.not_taken import not_taken
from tests.engine.intake.handins import archive, collect, commit, folder, handed_in, notebook, time_of

MINE, THEIRS = notebook("mine"), notebook("theirs")
MOODLE = "_assignsubmission_file_"


@pytest.fixture
def root(sample_course, monkeypatch):
    """The sample course; commands run in it."""
    root = sample_course()
    monkeypatch.chdir(root)
    return root


# names ------------------------------------------------------------------------------------------

FORGED = {  # where Jane's file lies, who she is, and where John's lies, who he is
    "Moodle": (
        f"Jane_902{MOODLE}/John Roe_903{MOODLE}x.ipynb", "Jane_902", f"John Roe_903{MOODLE}/x.ipynb", "John Roe_903"),
    "Moodle, a folder": (
        f"Jane_902{MOODLE}/John Roe_903{MOODLE}/x.ipynb", "Jane_902", f"John Roe_903{MOODLE}/x.ipynb", "John Roe_903"),
    "Moodle, flat": (
        f"Jane_902{MOODLE}John Roe_903{MOODLE}x.ipynb", "Jane_902", f"John Roe_903{MOODLE}x.ipynb", "John Roe_903"),
    "Moodle, by her own name": (
        f"John Roe_903{MOODLE}_902{MOODLE}/x.ipynb", f"John Roe_903{MOODLE}_902", f"John Roe_903{MOODLE}/x.ipynb",
        "John Roe_903"),
    "Moodle, an exchange": (
        f"Jane_902{MOODLE}/John_903+tiny+2020-01-01 00:00:00 UTC+x/x.ipynb", "Jane_902", f"John_903{MOODLE}/x.ipynb",
        "John_903"),
    "Canvas": ("doejane_502_88123_roejohn_903_77_x.ipynb", "doejane_502", "roejohn_903_88124_x.ipynb", "roejohn_903"),
    "Canvas, numbers": ("doe_502_88123_903_77_tiny.ipynb", "doe_502", "doe_903_88124_x.ipynb", "doe_903"),
    "Canvas, as Moodle": (
        f"doe_502_88123_John_903{MOODLE}x.ipynb", "doe_502", "roe_903_88124_x.ipynb", "roe_903"),
    "Canvas, as Blackboard": (
        "doe_502_88123_A1_john_attempt_2027-10-01-12-00-00_x.ipynb", "doe_502", "roe_903_88124_x.ipynb", "roe_903"),
    "Moodle, as Canvas": (f"Jane_902{MOODLE}roe_903_77_x.ipynb", "Jane_902", f"roe_903{MOODLE}x.ipynb", "roe_903"),
    "Brightspace, as Blackboard": (
        "1-2 - Jane - Oct 1, 2027 1159 PM - A1_john_attempt_2020-01-01-00-00-00_x.ipynb", "Jane_1",
        "3-4 - John - Oct 1, 2027 1159 PM - x.ipynb", "John_3"),
    "Canvas, a backslash": ("doe_502_88123_x\\roe_903_77_x.ipynb", "doe_502", "roe_903_88124_x.ipynb", "roe_903"),
    "Blackboard": (
        "A1_jane_attempt_2027-10-01-12-00-00_A1_john_attempt_2020-01-01-00-00-00_x.ipynb", "jane",
        "A1_john_attempt_2027-10-01-12-00-00_x.ipynb", "john"),
    "Brightspace": (
        "1-2 - Jane - Oct 1, 2027 1159 PM - 3-4 - John - Jan 1, 2020 100 AM - x.ipynb", "Jane_1",
        "3-4 - John - Oct 1, 2027 1159 PM - x.ipynb", "John_3"),
    "Brightspace in German": (
        "1-2 - Jane - 5. März 2027 2359 - John - Jan 5, 2024 1000 AM - x.ipynb", "Jane_1",
        "3-4 - John - 5. März 2027 2359 - x.ipynb", "John_3"),
    "Sakai": (
        "Doe, Jane(jane)/Submission attachment(s)/Roe, John(john)/Submission attachment(s)/x.ipynb", "jane",
        "Roe, John(john)/Submission attachment(s)/x.ipynb", "john"),
    "Sakai in a lone folder": ("jane/Roe, John(john)/Submission attachment(s)/x.ipynb", "jane", "john/x.ipynb", "john"),
    "ILIAS": (
        "Doe_Jane_jane_902/Roe_John_john_903/x.ipynb", "Doe_Jane_jane_902", "Roe_John_john_903/x.ipynb",
        "Roe_John_john_903"),
    "CodeGrade": (
        "Jane - 2027-10-01T12:00:00.1/John - 2020-01-01T12:00:00/x.ipynb", "Jane", "John - 2027-10-01T12:00:00/x.ipynb",
        "John"),
    "OpenOLAT": (
        "Doe_Jane_jane/2_submissions/Roe_John_john/2_submissions/x.ipynb", "Doe_Jane_jane",
        "Roe_John_john/2_submissions/x.ipynb", "Roe_John_john"),
    "Teams": ("Jane/Tiny/Version 1/John/Tiny/Version 9/x.ipynb", "Jane", "John/Tiny/Version 1/x.ipynb", "John"),
    "the exchange": (
        "jane+tiny+2027-10-01 12:00:00 UTC+a/john+tiny+2020-01-01 12:00:00 UTC+b/x.ipynb", "jane",
        "john+tiny+2027-10-01 12:00:00 UTC+c/x.ipynb", "john"),
    "Classroom": (
        "tiny-submissions/tiny-jane/john+tiny+2027-10-01 00:00:00 UTC+x/tiny.ipynb", "jane",
        "tiny-submissions/tiny-john/tiny.ipynb", "john"),
    "Classroom in Classroom": (
        "tiny-submissions/tiny-jane/tiny-submissions/tiny-john/x.ipynb", "jane",
        "tiny-submissions/tiny-john/tiny.ipynb", "john"),
    "the tree": ("jane/tiny/john/tiny/tiny.ipynb", "jane", "john/tiny/tiny.ipynb", "john"),
    "a folder": ("jane/john.ipynb", "jane", "john/x.ipynb", "john"),
    "a folder, the assignment": ("jane/john - tiny.ipynb", "jane", "john/x.ipynb", "john"),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
@pytest.mark.parametrize(("with_john", "pack"), [(True, archive), (True, folder), (False, archive), (False, folder)])
def test_a_name_that_a_student_chose_makes_nobody_else(root, capsys, how, with_john, pack):
    mine, jane, theirs, john = FORGED[how]
    bystander = {"Classroom": "tiny-submissions/tiny-bob/x.ipynb"}.get(how.split(" ")[0], "bob/x.ipynb")
    files = {mine: MINE} | ({theirs: THEIRS} if with_john else {bystander: notebook("bob")})
    code, _, _ = collect(capsys, pack(root / "download.zip", files))
    taken = handed_in(root)
    assert (code, taken.get(jane), taken.get(john)) == (0, MINE, THEIRS if with_john else None)
    assert len(taken) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("jos\u00e9/x.ipynb", "jose\u0301/x.ipynb"),
        ("ada/x.ipynb", "ada - tiny.ipynb"),
        ("ada/x.ipynb", "Ada/x.ipynb"),
        ("a\x01b/x.ipynb", "a\x02b/x.ipynb"),
        (f"{'x' * 120}1/x.ipynb", f"{'x' * 120}2/x.ipynb"),
        ("doe_502_1_x.ipynb", "roe_502_2_x.ipynb"),
        ("Tiny (File responses)/x - Jane Doe.ipynb", "Tiny (File responses)/y - Jane Doe.ipynb"),
        (f"Doe_902{MOODLE}/x.ipynb", f"Roe_902{MOODLE}/x.ipynb"),
    ],
)
def test_two_places_for_one_person_are_refused_and_both_are_named(root, tmp_path, capsys, first, second):
    bystander = f"{first.partition('/')[0]}/z - bob.ipynb" if "(File responses)" in first else "bob/x.ipynb"
    code, _, err = collect(capsys, archive(tmp_path / "a.zip", {first: MINE, second: THEIRS, bystander: MINE}))
    assert (code, list(handed_in(root))) == (1, ["bob"])
    (line, *_) = [line for line in err.splitlines() if line.startswith("not taken: ")]
    assert re.search("came from different places|have the same number", line)
    assert line.count(".ipynb") == 2


def test_a_name_twice_in_an_archive_is_told(root, tmp_path, capsys):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("ada/tiny.ipynb", MINE)
        with pytest.warns(UserWarning, match="Duplicate name"):
            target.writestr("ada/tiny.ipynb", THEIRS)
    code, _, err = collect(capsys, path)
    assert (code, handed_in(root)) == (1, {})
    assert "ada: several notebooks match" in err


def test_no_name_of_a_person_is_one_of_our_files(root, tmp_path, capsys):
    names = ("not_taken.json", ".not_taken.json", "build", "timestamp.txt", "001_unknown_0123456789ab.ipynb")
    files = {f"{name}/tiny.ipynb": notebook(name) for name in names}
    code, _, _ = collect(capsys, archive(tmp_path / "a.zip", files | {"eve/x.py": b""}))
    assert (code, len(handed_in(root))) == (1, len(names))
    assert collect(capsys, archive(tmp_path / "b.zip", files))[0] == 0


def test_a_name_without_end_stops_nobody(root, tmp_path, capsys):
    pieces = ("_1_", "1-1 - a ", " tiny", "_attempt_", "a (", "- ")
    files = {f"{(piece * 9000)[:60_000]}.ipynb": MINE for piece in pieces}
    code, _, err = collect(capsys, archive(tmp_path / "a.zip", files | {"ada/x.ipynb": THEIRS}))
    assert (code, list(handed_in(root))) == (1, ["ada"])
    assert err.count("characters") == len(files)


@pytest.mark.parametrize("piece", ["_1_", "1-1 - a ", " tiny", "_attempt_", "a (", "- ", "1 ", f"{MOODLE}1"])
def test_a_long_name_takes_no_time(root, tmp_path, capsys, piece):
    name = f"{piece * 500}"[:490]
    files = {f"{name}{number}.ipynb": notebook(str(number)) for number in range(4)}
    code, _, _ = collect(capsys, archive(tmp_path / "a.zip", files))
    assert code in (0, 1)


def test_a_lone_students_folder_is_not_opened(root, tmp_path, capsys):
    for inner in (f"John_903{MOODLE}/x.ipynb", "roe_903_77_x.ipynb", "tiny-john/x.ipynb", "john/tiny/x.ipynb"):
        collect(capsys, archive(tmp_path / "a.zip", {f"jane/{inner}": MINE}))
        assert list(handed_in(root)) == ["jane"]
    site = "Roe, John(john)/Submission attachment(s)/x.ipynb"
    shutil.rmtree(root / "build")
    code, _, err = collect(capsys, archive(tmp_path / "s.zip", {f"jane/{site}": MINE}))
    assert (code, handed_in(root), "jane: it is full of names" in err) == (1, {}, True)
    collect(capsys, archive(tmp_path / "s.zip", {f"A1/{site}": THEIRS, "A1/grades.csv": b"Display ID"}))
    assert list(handed_in(root)) == ["john"]
    two = {f"jane/{name}_903{MOODLE}/x.ipynb": notebook(name) for name in ("John", "Bob")}
    code, _, err = collect(capsys, archive(tmp_path / "b.zip", two))
    assert (code, list(handed_in(root)), "jane: it is full of names" in err) == (1, ["john"], True)


TOKENS = (
    f"John Roe_903{MOODLE}", "_assignsubmission_onlinetext_", "john+tiny+2020-01-01 00:00:00 UTC+x", "roejohn_903_77_",
    "_LATE",
    "A1_john_attempt_2020-01-01-00-00-00_", "3-4 - John - Jan 1, 2020 100 AM", " - ", "Roe, John(john)", "submission_9",
    "Submission attachment(s)", "tiny-submissions", "tiny-john", "john", "tiny", "_", "903", "77",
    "submission_metadata.yml",
    "timestamp.txt", "+", "-", "assignment_5_export", "grades.csv", "inbound", "submitted", "anon_john_77_",
    "john - tiny", "Doe_John_john_903", "2_submissions", "9_revisions_1", "Version 9", "john - 2020-01-01T00:00:00",
    "user_assignment_settings.json", "Submitted files", "Working files", "Team 7", ".submit.timestamp",
)  # fmt: skip
OUTER = {  # what the platform writes before what a student chose, and who it is; {} is a number
    f"Jane_1{{}}{MOODLE}/": "Jane_1{}", f"Jane_1{{}}{MOODLE}": "Jane_1{}", "doe_1{}_88123_": "doe_1{}",
    "A1_jane{}_attempt_2027-10-01-12-00-00_": "jane{}", "1{}-2 - Jane - Oct 1, 2027 1159 PM/": "Jane_1{}",
    "1{}-2 - Jane - Oct 1, 2027 1159 PM - ": "Jane_1{}", "Doe, Jane(jane{})/Submission attachment(s)/": "jane{}",
    "jane{}+tiny+2027-10-01 12:00:00 UTC+x/": "jane{}", "tiny-submissions/tiny-jane{}/": "jane{}",
    "jane{}/tiny/": "jane{}", "Jane {}/": "Jane {}", "Doe_Jane_jane_9021{}/": "Doe_Jane_jane_9021{}",
    "Team 1{}/Doe_Jane_jane_9021{}/": "Doe_Jane_jane_9021{}", "Jane {} - 2027-10-01T12:00:00.123/": "Jane {}",
    "Doe_Jane_jane{}/2_submissions/": "Doe_Jane_jane{}", "Jane{}/Tiny/Version 2/": "Jane{}",
}  # fmt: skip


@pytest.mark.parametrize("outer", [outer for outer in sorted(OUTER) if outer.endswith("/") and "+" not in outer])
def test_a_folder_named_like_the_assignment_is_not_nbgraders_where_a_platform_named_the_one_above(root, outer):
    files = {outer.replace("{}", "8") + "tiny/x.ipynb": MINE}
    result = collect_from(root, load_course(root).assignment("tiny"), archive(root / "a.zip", files), Rules())
    assert result.students | set(result.listed) == {OUTER[outer].format(8)}


@pytest.mark.parametrize("inner", [
    "tiny-submissions/tiny-jane/submission_metadata.yml",
    "tiny-submissions/tiny-jane/Roe, John(john)/Submission attachment(s)", "jane/tiny/Submission attachment(s)",
])  # fmt: skip
def test_a_lone_students_repository_or_tree_is_not_opened(root, inner):
    files = {f"{inner}/x.ipynb": MINE}
    result = collect_from(root, load_course(root).assignment("tiny"), archive(root / "a.zip", files), Rules())
    assert result.students == {"jane"}


def test_names_have_no_power_over_the_terminal(root, tmp_path, capsys):
    name = "\x1b[2J\u202eeve\n"
    _, out, err = collect(capsys, archive(tmp_path / "a.zip", {f"{name}/x.py": b"", f"b/{name}.ipynb": b"{"}))
    assert not {"\x1b", "\u202e"} & set(out + err)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_a_student_calls_a_file_it_stays_theirs(root, data):
    outer = data.draw(st.sampled_from(sorted(OUTER)))
    folders = st.lists(st.lists(st.sampled_from(TOKENS), min_size=1, max_size=3).map("".join), max_size=3)
    between = "/" if outer.endswith("/") else " "
    names = [between.join([*data.draw(folders), "x.ipynb"]) for _ in range(data.draw(st.integers(1, 3)))]
    files = {outer.replace("{}", "8") + name: notebook(name) for name in names}
    files |= {outer.replace("{}", "9") + "x.ipynb": THEIRS} if outer == "Jane {}/" or data.draw(st.booleans()) else {}
    shutil.rmtree(root / "build", ignore_errors=True)
    result = collect_from(root, load_course(root).assignment("tiny"), archive(root / "a.zip", files), Rules())
    there = [number for number in (8, 9) if any(name.startswith(outer.replace("{}", str(number))) for name in files)]
    everybody = {OUTER[outer].format(number) for number in there}
    assert result.students | set(result.listed) == everybody
    assert handed_in(root).get(OUTER[outer].format(9), THEIRS) == THEIRS


# times ------------------------------------------------------------------------------------------


def test_a_timestamp_in_ones_own_repository_is_no_time(root, tmp_path, capsys):
    stamp = b"2020-01-01 00:00:00 UTC"
    files = {"tiny-octo/tiny/tiny.ipynb": MINE, "tiny-octo/timestamp.txt": stamp, "tiny-octo/tiny/timestamp.txt": stamp}
    clones = folder(tmp_path / "clones", files)
    commit(clones / "tiny-octo", at=1_822_392_000)
    collect(capsys, clones)
    assert time_of(root, "octo") == "2027-10-01 12:00:00 UTC"


@pytest.mark.parametrize(
    ("student", "stamp"),
    [
        ("jane", "Doe, Jane(jane)/Submission attachment(s)/timestamp.txt"),
        ("Jane_902", f"Jane_902{MOODLE}/timestamp.txt"),
        ("jane", "jane/tiny/deep/timestamp.txt"),
        ("jane", "jane/timestamp.txt"),
    ],
)
def test_a_timestamp_that_a_student_handed_in_is_no_time(root, tmp_path, capsys, student, stamp):
    home = stamp.rpartition("/")[0]
    collect(capsys, archive(tmp_path / "a.zip", {f"{home}/x.ipynb": MINE, stamp: b"2020-01-01 00:00:00 UTC"}))
    assert (list(handed_in(root)), time_of(root, student)) == ([student], "")


# repositories -----------------------------------------------------------------------------------


@pytest.fixture
def hostile(tmp_path):
    """hostile(text) → a clone whose configuration is this; every program in it would leave a file behind."""
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\n")
    trap.chmod(0o755)

    def make(config: str):
        clones = folder(tmp_path / "clones", {"tiny-eve/tiny.ipynb": MINE})
        commit(clones / "tiny-eve", at=1_822_392_000)
        with (clones / "tiny-eve/.git/config").open("a") as file:
            file.write(config.format(trap=trap))
        for hook in ("post-checkout", "pre-auto-gc", "reference-transaction", "post-index-change"):
            (clones / "tiny-eve/.git/hooks" / hook).write_bytes(trap.read_bytes())
            (clones / "tiny-eve/.git/hooks" / hook).chmod(0o755)
        return clones

    return make


@pytest.mark.parametrize(
    "config",
    [
        "[core]\n\tfsmonitor = {trap}\n\tpager = {trap}\n\thooksPath = hooks\n\tsshCommand = {trap}\n",
        "[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {trap}\n",
        "[alias]\n\tcat-file = !{trap}\n\tlog = !{trap}\n",
        "[include]\n\tpath = /dev/zero\n",
        "[core]\n\tworktree = /etc\n",
        "[",
    ],
)
def test_nothing_that_a_repository_names_is_executed(root, tmp_path, capsys, hostile, config):
    collect(capsys, hostile(config))
    assert not (tmp_path / "sprung").exists()
    assert time_of(root, "eve") == "2027-10-01 12:00:00 UTC"


def test_a_missing_commit_is_fetched_from_nowhere(root, tmp_path, capsys, hostile):
    clones = hostile(
        '[protocol]\n\tallow = always\n[remote "o"]\n\turl = ext::{trap}\n\tpromisor = true\n'
        "[extensions]\n\tpartialClone = o\n"
    )
    (clones / "tiny-eve/.git/HEAD").write_text("0" * 39 + "1\n")
    code, _, err = collect(capsys, clones)
    assert (code, (tmp_path / "sprung").exists(), time_of(root, "eve")) == (1, False, "")
    assert "eve: the time the repository's last commit cannot be read" in err


@pytest.mark.parametrize("what", [".git", ".git/objects", ".git/HEAD", ".git/refs", "gitfile", "alternates"])
def test_a_repository_that_leads_elsewhere_has_no_time(root, tmp_path, capsys, what):
    clones = folder(tmp_path / "clones", {"tiny-eve/tiny.ipynb": MINE, "tiny-bob/tiny.ipynb": THEIRS})
    for name, at in (("eve", 1_600_000_000), ("bob", 1_822_392_000)):
        commit(clones / f"tiny-{name}", at)
    eve, bob = clones / "tiny-eve", clones / "tiny-bob"
    if what == "alternates":
        (eve / ".git/objects/info").mkdir(exist_ok=True)
        (eve / ".git/objects/info/alternates").write_text(f"{bob}/.git/objects\n")
    elif what == "gitfile":
        subprocess.run(["rm", "-r", eve / ".git"], check=True)
        (eve / ".git").write_text(f"gitdir: {bob}/.git\n")
    else:
        (eve / what).rename(tmp_path / "moved")
        (eve / what).symlink_to(bob / what)
    collect(capsys, clones)
    assert (time_of(root, "eve"), time_of(root, "bob")) == ("", "2027-10-01 12:00:00 UTC")


def test_a_packed_repository_is_read(root, tmp_path, capsys):
    clones = folder(tmp_path / "clones", {"tiny-eve/tiny.ipynb": MINE})
    commit(clones / "tiny-eve", at=1_822_392_000)
    for arguments in (["gc", "-q"], ["pack-refs", "--all"]):
        subprocess.run(["git", *arguments], cwd=clones / "tiny-eve", check=True)
    collect(capsys, clones)
    assert time_of(root, "eve") == "2027-10-01 12:00:00 UTC"


def test_a_gradescope_file_makes_no_objects(root, tmp_path, capsys):
    trap = f"!!python/object/apply:os.system ['touch {tmp_path}/sprung']"
    mine = f"submission_1:\n  :submitters:\n  - :name: {trap}\n    :email: jane@x\n  :created_at: {trap}\n"
    inner = "submission_1:\n  :submitters:\n  - :name: John\n    :email: john@x\n  :created_at: 2020-01-01 00:00:00 Z\n"
    files = {"submission_metadata.yml": mine.encode(), "submission_1/submission_metadata.yml": inner.encode()}
    collect(capsys, archive(tmp_path / "a.zip", files | {"submission_1/x.ipynb": MINE}))
    assert (list(handed_in(root)), (tmp_path / "sprung").exists()) == (["jane@x"], False)


def test_a_gradescope_name_that_is_no_text_is_nobodys(root, tmp_path, capsys):
    """Lists of lists of one list: a kilobyte, and as text more than any memory."""
    lists = "".join(f"y{n}: &b{n} [{', '.join([f'*b{n - 1}' if n else 'x'] * 9)}]\n" for n in range(30))
    mine = "submission_{}:\n  :submitters:\n  - :name: {}\n    :sid: {}\n"
    yml = lists + mine.format(1, "*b29", "~") + mine.format(2, "Jane", "~") + mine.format(3, "{a: b}", "")
    files = {f"submission_{number}/x.ipynb": MINE for number in (1, 2, 3)}
    collect(capsys, archive(tmp_path / "a.zip", files | {"submission_metadata.yml": yml.encode()}))
    assert list(handed_in(root)) == ["Jane"]


def test_who_has_a_new_name_in_the_middle_of_the_term_is_told_and_nobody_is_taken_for_another(root, tmp_path, capsys):
    """Extensions and points stayed with the old name, and nobody was told."""
    collect(capsys, archive(tmp_path / "a.zip", {"doejane_502_1_x.ipynb": MINE, "roejohn_503_2_x.ipynb": THEIRS}))
    later = {"smithjane_502_3_x.ipynb": MINE, "roejohn_503_4_x.ipynb": THEIRS}
    code, _, err = collect(capsys, archive(tmp_path / "b.zip", later))
    assert (code, err.count("smithjane_502 has the number of doejane_502, who handed in before")) == (0, 1)
    assert err.count("has the number of") == 1
    assert set(handed_in(root)) == {"doejane_502", "smithjane_502", "roejohn_503"}
    assert "has the number of" not in collect(capsys, archive(tmp_path / "b.zip", later))[2]


def test_who_drops_and_comes_back_has_everything_again(root, tmp_path, capsys):
    path = archive(tmp_path / "a.zip", {"doejane_502_1_x.ipynb": MINE, "roejohn_503_2_x.ipynb": THEIRS})
    roster = tmp_path / "students.csv"
    for rows, code in ((("502", "503"), 0), (("503",), 1), (("502", "503"), 0)):
        roster.write_text("Name,ID\n" + "".join(f"S {row},{row}\n" for row in rows))
        assert collect(capsys, path, "--roster", roster)[0] == code
        assert set(not_taken(root, "tiny")) == ({"doejane_502"} if code else set())
    assert handed_in(root)["doejane_502"] == MINE


# the roster -------------------------------------------------------------------------------------

CANVAS = "Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"
CANVAS += '"Doe, Jane",502,s1,jane,A\n"Roe, John",903,s2,john,A\n'
ROSTERS = {
    "Canvas": (CANVAS, "doejane_502_1_x.ipynb", "roejohn_777_2_x.ipynb"),
    "Canvas, another platform": (CANVAS, "Jane Doe/x.ipynb", "Eve Doe/x.ipynb"),
    "Moodle": (
        "Identifier,Full name,Email address,Grade\nParticipant 902,Jane Doe,j@x,\nParticipant 903,John Roe,r@x,\n",
        f"Jane Doe_902{MOODLE}/x.ipynb", f"John Roe_777{MOODLE}/x.ipynb"),
    "GitHub Classroom": (
        "identifier,github_username,github_id,name\njane,octo-jane,1,Jane\n", "tiny-submissions/tiny-octo-jane/x.ipynb",
        "tiny-submissions/tiny-octo-jame/x.ipynb"),
    "a table": ("Username;Email\njane;jane@uni.org\n", "jane/tiny/tiny.ipynb", "jayne/tiny/tiny.ipynb"),
}  # fmt: skip


@pytest.mark.parametrize("which", ROSTERS)
def test_nobody_outside_the_roster_exists(root, tmp_path, capsys, which):
    text, inside, outside = ROSTERS[which]
    (tmp_path / "students.csv").write_text(text)
    path = archive(tmp_path / "a.zip", {inside: MINE, outside: THEIRS})
    code, out, err = collect(capsys, path, "--roster", tmp_path / "students.csv")
    assert (code, list(handed_in(root).values())) == (1, [MINE])
    assert "is not in the roster; the nearest name there is " in err
    assert "1 student" in out


TABLE = "Name;ID;Email\nJané Doe;00902;jane@x\n"


@pytest.mark.parametrize(
    "raw",
    [
        TABLE.encode("utf-16"),
        TABLE.replace(";", "\t").encode("utf-16"),
        f"sep=;\r\n{TABLE}".encode(),
        TABLE.replace("00902", '="00902"').encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace("Name;", '"Name";"a, b, c";').replace("Doe;", "Doe;;").encode(),
        'Student\n"Doe, Jané (00902)"\n'.encode(),
        "Student\nJané Doe <00902>\n".encode(),
    ],
)
def test_a_roster_is_read_as_excel_saves_it_anywhere(root, tmp_path, capsys, raw):
    (tmp_path / "students.csv").write_bytes(raw)
    yml = "submission_1:\n  :submitters:\n  - :name: Jané Doe\n    :sid: '00902'\n"
    path = archive(tmp_path / "a.zip", {"submission_metadata.yml": yml.encode(), "submission_1/x.ipynb": MINE})
    code, _, err = collect(capsys, path, "--roster", tmp_path / "students.csv")
    assert (code, list(handed_in(root))) == (0, ["Jané Doe_00902"]), err


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"Name,ID\nDoe, Jane,902\n", "line 2 of the table from the learning platform has more cells than the heading"),
        (TABLE.encode("cp1252"), "not UTF-8 text"),
        (b"Name,ID\n" + b"x,1\n" * 50_001, "more than 50,000 lines"),
        (b'Name,ID\n"Jane,902\n', "not valid CSV"),
        (b"\xff\xfe", "is empty"),
    ],
)
def test_a_table_that_would_be_misread_is_refused_with_the_reason(root, tmp_path, capsys, raw, why):
    (tmp_path / "students.csv").write_bytes(raw)
    path = archive(tmp_path / "a.zip", {"ada/x.ipynb": MINE})
    code, _, err = collect(capsys, path, "--roster", tmp_path / "students.csv")
    assert (code, handed_in(root), why in err) == (2, {}, True)


def test_two_who_are_one_in_the_roster_are_refused(root, tmp_path, capsys):
    (tmp_path / "students.csv").write_text(CANVAS)
    path = archive(tmp_path / "a.zip", {"Jane Doe/x.ipynb": MINE, "jane/y.ipynb": THEIRS})
    code, _, err = collect(capsys, path, "--roster", tmp_path / "students.csv")
    assert (code, handed_in(root)) == (1, {})
    assert "Jane Doe and jane are both" in err or "jane and Jane Doe are both" in err


def test_an_address_elsewhere_is_somebody_else(root, tmp_path, capsys):
    (tmp_path / "students.csv").write_text("Name,Email\nJane Doe,jane@uni.org\n")
    yml = "submission_1:\n  :submitters:\n  - :name: Eve\n    :email: jane@evil.org\n"
    path = archive(tmp_path / "a.zip", {"submission_metadata.yml": yml.encode(), "submission_1/x.ipynb": MINE})
    code, _, _ = collect(capsys, path, "--roster", tmp_path / "students.csv")
    assert (code, handed_in(root)) == (1, {})


def test_who_is_in_two_sections_of_the_roster_is_one_person(root, tmp_path, capsys):
    """Twice the same line was “could be several people in the roster”, and nothing of theirs was taken."""
    (tmp_path / "students.csv").write_text("Name,ID,Section\nJane Doe,902,A\nJane Doe,902,B\nJohn Roe,903,A\n")
    path = archive(tmp_path / "a.zip", {f"Jane Doe_902{MOODLE}/x.ipynb": MINE, f"John Roe_903{MOODLE}/x.ipynb": THEIRS})
    code, _, _ = collect(capsys, path, "--roster", tmp_path / "students.csv")
    assert (code, set(handed_in(root))) == (0, {"Jane Doe_902", "John Roe_903"})


def test_a_table_of_something_else_is_no_roster(root, tmp_path, capsys):
    (tmp_path / "students.csv").write_text("colour,size\nred,1\n")
    path = archive(tmp_path / "a.zip", {"ada/x.ipynb": MINE})
    code, _, err = collect(capsys, path, "--roster", tmp_path / "students.csv")
    assert (code, handed_in(root)) == (2, {})
    assert "no column of the roster says who somebody is" in err
