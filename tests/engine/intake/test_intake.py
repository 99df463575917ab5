"""Hand-ins from Moodle, Canvas, GitHub Classroom, nbgrader and folders: whose they are, and what is refused."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from autograder.cli.main import main
from autograder.course import load_course
from autograder.course.term import Term
from autograder.intake import entries
from autograder.intake.attempts import Attempts
from autograder.intake.collect import Rules, collect_from
from autograder.intake.entries import Refused, open_source
from autograder.intake.times import when
from tests.engine.intake.forms import BERLIN, FORMS, page
from tests.engine.intake.handins import archive, folder, handed_in, notebook

AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def root(tmp_path, sample_course):
    """The sample course."""
    return sample_course()


@pytest.fixture
def take(root, tmp_path):
    """take({"name": bytes}) → what was collected from an archive and from a folder, which must agree; the latter's."""

    def run(files, **options):
        packed = archive(tmp_path / "packed.zip", files)
        first = run_once(root, packed, **options)
        second = run_once(root, folder(tmp_path / "packed", files), **options)
        assert (second.students, second.new) == (first.students, 0)
        return first

    return run


def run_once(root, path, **rules):
    rules.setdefault("zone", ZoneInfo(BERLIN))
    return collect_from(root, load_course(root).assignment("tiny"), path, Rules(**rules))


# who --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.path)
def test_the_platforms_part_of_a_name_tells_who_and_when(root, take, form):
    files = {form.path: notebook()} | {name: text.encode() for name, text in form.beside}
    result = take(files)
    assert (result.students, result.new, result.listed, result.refused) == ({form.student}, 1, {}, [])
    assert handed_in(root) == {form.student: notebook()}
    stamp = root / "build/submitted" / form.student / "tiny/timestamp.txt"
    assert (when(stamp.read_text()) if stamp.exists() else None) == (when(form.time) if form.time else None)


def test_the_documentation_lists_what_is_tested():
    assert Path("docs/intake.md").read_text("utf-8") == page()


def test_a_clone_is_named_by_its_repository(root, tmp_path):
    run_once(root, folder(tmp_path / "clones", {"tiny-octocat/nb/x.ipynb": notebook(), "tiny-octocat/.git/HEAD": b""}))
    assert list(handed_in(root)) == ["octocat"]


@pytest.mark.parametrize("name", ["..", ".", ".hidden", "a∕b", "x\x01y", "a\nb", "~", "=1+1", "ü" * 300])
def test_a_students_name_is_no_path(root, tmp_path, name):
    path = archive(tmp_path / "a.zip", {f"{name}_77_assignsubmission_file_/tiny.ipynb": notebook()})
    (student,) = run_once(root, path).students
    assert [item.name for item in (root / "build/submitted").iterdir()] == [student]
    assert student.isprintable()
    assert not student.startswith(".")


def test_times_are_kept(root, take, tmp_path):
    run_once(root, folder(tmp_path / "tree", {"ada/tiny/tiny.ipynb": notebook()}), at=AT)
    assert (root / "build/submitted/ada/tiny/timestamp.txt").read_text() == "2030-01-02 03:04:05 UTC"
    tree = {"bob/tiny/tiny.ipynb": notebook(), "bob/tiny/timestamp.txt": b"2030-01-02 03:04:05.123 Europe/Berlin"}
    run_once(root, folder(tmp_path / "other", tree))
    assert (root / "build/submitted/bob/tiny/timestamp.txt").read_text() == "2030-01-02 02:04:05 UTC"


def test_every_attempt_of_a_platform_that_keeps_them_is_kept_with_its_time(root, tmp_path):
    days, own = (2, 3, 4), {"cy/user_assignment_settings.json": b'{"active_version": 1}'}
    exchange = {f"ada+tiny+2030-01-0{day} 03:04:05.123456 UTC+{day}x/tiny.ipynb": notebook(str(day)) for day in days}
    codegrade = {f"bob - 2030-01-0{day}T03-04-05/tiny.ipynb": notebook(str(day)) for day in days}
    submitty = own | {f"cy/{day - 1}/tiny.ipynb": notebook(str(day)) for day in days}
    submitty |= {f"cy/{day - 1}/.submit.timestamp": f"2030-01-0{day} 03:04:05+0000\n".encode() for day in days}
    for number, files in enumerate((exchange, codegrade, submitty)):
        assert run_once(root, archive(tmp_path / f"{number}.zip", files)).new == 3
    for student in ("ada", "bob", "cy"):
        kept = Attempts(root, "tiny").of(student)
        assert [f"{item.at:%d %H:%M:%S}" for item in kept if item.at] == [f"0{day} 03:04:05" for day in days]
        assert handed_in(root)[student] == notebook("4")


def test_what_openolat_puts_beside_a_hand_in_is_nobodys(root, take):
    files = {f"Doe_Jane_j/{step}/tiny.ipynb": notebook(step) for step in ("1_task", "3_corrections", "6_assessment")}
    files |= {"Doe_Jane_j/2_submissions/x.ipynb": notebook("hers"), "solutions/tiny.ipynb": notebook("ours")}
    result = take(files | {"Roe_John_r/2_submissions/x.py": b"", "Roe_John_r/3_corrections/tiny.ipynb": notebook()})
    assert (handed_in(root), list(result.listed)) == ({"Doe_Jane_j": notebook("hers")}, ["Roe_John_r"])


def test_of_a_year_in_teams_only_this_assignment_counts(root, take):
    files = {f"Jane/{task}/Version {number}/x.ipynb": notebook(f"{task} {number}", ())
             for task in ("HW 1: Tiny", "HW 2: Huge") for number in (2, 10)}  # fmt: skip
    take(files | {"Bob/HW 2: Huge/Version 1/x.ipynb": notebook("bob", ())})
    assert handed_in(root)["Jane"] == notebook("HW 1: Tiny 10", ())


def test_an_archive_of_google_drive_is_left_out_by_its_name(root, tmp_path):
    files = {
        "Homework one/Tiny - Jane Doe.ipynb": notebook("jane"),
        "Homework one/Tiny - John Roe (1).ipynb": notebook(),
    }
    for name in ("Homework one-20271001T120000Z-001.zip", "Homework one-20271001T120000Z-1-002.zip"):
        run_once(root, archive(tmp_path / name, files))
    assert set(handed_in(root)) == {"Jane Doe", "John Roe"}


def test_folders_that_end_with_one_number_are_not_refused_as_ilias(root, take):
    take({f"{name}_lab_12/x.ipynb": notebook(name) for name in ("doe_jane", "roe_john")})
    assert set(handed_in(root)) == {"doe_jane_lab_12", "roe_john_lab_12"}


def test_lateness_without_a_time_is_told(take):
    assert "pass --at TIME" in take({"doejane_LATE_502_88123_tiny.ipynb": notebook()}).untimed[0]


# which ------------------------------------------------------------------------------------------


def test_of_several_notebooks_the_fitting_one_counts(root, take):
    home = "Jane_1_assignsubmission_file_"
    named = {f"{home}/Tiny (1).ipynb": notebook("by name", ()), f"{home}/draft.ipynb": notebook("draft")}
    other = "Jo_2_assignsubmission_file_"
    take(named | {f"{other}/a.ipynb": notebook("by cells"), f"{other}/b.ipynb": b"{"})
    assert handed_in(root) == {"Jane_1": notebook("by name", ()), "Jo_2": notebook("by cells")}


def test_two_that_fit_are_told_and_not_taken(root, take):
    result = take({"ada/monday/x.ipynb": notebook("one"), "ada/y.ipynb": notebook("two"), "bob.ipynb": notebook()})
    assert list(handed_in(root)) == ["bob"]
    assert result.listed == {"ada": "several notebooks match, so none was taken: ada/monday/x.ipynb, ada/y.ipynb"}


def test_equal_copies_are_one(root, take):
    take({"ada/tiny.ipynb": notebook(), "ada/copy.ipynb": notebook(), "ada.ipynb": notebook()})
    assert list(handed_in(root)) == ["ada"]


def test_repairs_are_announced(take):
    result = take({"ada/tiny.ipynb": notebook(ids=("double", "double")), "bob/tiny.ipynb": b"{", "cy/tiny.ipynb": b""})
    assert any(note.startswith("ada: ") and "add" in note for note in result.notes)
    assert any(note.startswith("bob: ") for note in result.notes)
    assert result.students == {"ada", "bob", "cy"}


# attempts ---------------------------------------------------------------------------------------

TWICE = {
    "ada+tiny+2030-01-02 10:00:00 UTC+x/tiny.ipynb": notebook("second"),
    "ada+tiny+2030-01-01 10:00:00 UTC+x/tiny.ipynb": notebook("first"),
    "ada+tiny+2030-01-03 10:00:00 UTC+x/tiny.ipynb": notebook("third"),
}


@pytest.mark.parametrize(
    ("rule", "deadline", "counts"),
    [("last", "01-02", "third"), ("best", "01-02", "third"), ("deadline", "01-02", "second"),
     ("deadline", "12-31", "third"), ("deadline", "01-01T09", "first")],
)  # fmt: skip
def test_every_attempt_is_kept_and_one_counts(root, take, rule, deadline, counts):
    day, _, hour = deadline.partition("T")
    due = datetime.fromisoformat(f"2030-{day}T{hour or '12'}:00:00+00:00")
    result = take(TWICE, term=Term(deadlines={"tiny": due}, attempts=rule))
    assert result.new == 3
    assert len(Attempts(root, "tiny").of("ada")) == 3
    assert handed_in(root) == {"ada": notebook(counts)}


def test_an_extension_and_the_grace_are_in_time(root, take):
    due = datetime(2030, 1, 2, 9, tzinfo=UTC)
    take(TWICE, term=Term(deadlines={"tiny": due}, extensions={"ada": {"": 7200.0}}, attempts="deadline"))
    assert handed_in(root) == {"ada": notebook("second")}


def test_what_nbgrader_collected_is_kept_too(root, tmp_path):
    tree = {"tiny.ipynb": notebook("old"), "timestamp.txt": b"2030-01-01 00:00:00 UTC"}
    folder(root / "build/submitted/ada/tiny", tree)
    run_once(root, archive(tmp_path / "a.zip", {"ada/tiny/tiny.ipynb": notebook("new")}), at=AT)
    assert [item.number for item in Attempts(root, "tiny").of("ada")] == [1, 2]
    assert handed_in(root) == {"ada": notebook("new")}


def test_an_interrupted_placing_is_no_new_attempt(root, tmp_path):
    for mark, day in (("old", 1), ("new", 2)):
        run_once(root, archive(tmp_path / "a.zip", {"ada.ipynb": notebook(mark)}), at=AT.replace(day=day))
    (root / "build/submitted/ada/tiny/tiny.ipynb").write_bytes(notebook("old"))  # the new time stands there already
    run_once(root, archive(tmp_path / "b.zip", {"bob.ipynb": notebook()}))
    assert len(Attempts(root, "tiny").of("ada")) == 2
    assert handed_in(root)["ada"] == notebook("new")


# refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../ada/tiny.ipynb", "/etc/tiny.ipynb", "C:/tiny.ipynb", "a\\..\\tiny.ipynb"])
def test_names_that_lead_out_are_refused(root, tmp_path, name):
    source = open_source(archive(tmp_path / "a.zip", {name: notebook(), "bob/tiny.ipynb": notebook()}))
    assert [item.parts[-2] for item in source.entries] == ["bob"]
    assert "leads outside the archive" in source.refused[0]


def test_links_in_an_archive_are_refused(tmp_path):
    link = zipfile.ZipInfo("eve/tiny.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr(link, "/etc/passwd")
    (entry,) = open_source(tmp_path / "a.zip").entries
    with pytest.raises(Refused, match="links are not followed"):
        entry.read()


def test_links_in_a_folder_are_refused(tmp_path):
    home = folder(tmp_path / "in", {"ada/tiny.ipynb": notebook()})
    (home / "eve.ipynb").symlink_to("/etc/passwd")
    (home / "mallory").symlink_to("/etc")
    os.mkfifo(home / "pipe.ipynb")
    read = {item.parts[-1]: item.read for item in open_source(home).entries}
    for name in ("eve.ipynb", "mallory"):
        with pytest.raises(Refused, match="is a link; links are not followed"):
            read[name]()
    with pytest.raises(OSError, match="not a regular file"):
        read["pipe.ipynb"]()


def test_a_bomb_is_not_unpacked(root, take, tmp_path):
    bomb = archive(tmp_path / "bomb.zip", {"eve/tiny.ipynb": b"0" * 30_000_000, "ada/tiny.ipynb": notebook()})
    assert bomb.stat().st_size < 100_000
    result = run_once(root, bomb)
    assert (result.students, result.listed) == ({"ada"}, {"eve": "eve/tiny.ipynb is larger than 20 MB"})


def test_a_bomb_that_lies_about_its_size_is_cut(tmp_path):
    path = archive(tmp_path / "bomb.zip", {"eve/tiny.ipynb": b"0" * 30_000_000})
    raw = path.read_bytes()
    path.write_bytes(raw.replace(struct.pack("<L", 30_000_000), struct.pack("<L", 100)))
    (entry,) = open_source(path).entries
    with pytest.raises(Refused, match="damaged"):
        entry.read()


def test_many_small_bombs_are_one_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "MAX_ARCHIVE_BYTES", 1000)
    source = open_source(archive(tmp_path / "a.zip", {f"s{i}/tiny.ipynb": b"0" * 400 for i in range(4)}))
    with pytest.raises(Refused, match="unpacks to more than"):
        [entry.read() for entry in source.entries]


@pytest.mark.parametrize("limit", ["MAX_ENTRIES", "MAX_NOTEBOOKS"])
def test_crowds_are_refused(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(entries, limit, 3)
    with pytest.raises(Refused, match="more than 3"):
        open_source(archive(tmp_path / "a.zip", {f"s{i}/tiny.ipynb": b"" for i in range(4)}))


def test_a_locked_or_damaged_archive_is_told(root, tmp_path):
    path = archive(tmp_path / "a.zip", {"ada/tiny.ipynb": notebook("x" * 300)})
    raw = bytearray(path.read_bytes())
    raw[60:70] = b"\xff" * 10
    path.write_bytes(raw)
    assert "damaged" in run_once(root, path).listed["ada"]
    path.write_bytes(raw[:-30])
    with pytest.raises(Refused, match=r"a\.zip is a damaged archive"):
        run_once(root, path)


# the command ------------------------------------------------------------------------------------


def test_the_command_says_what_was_taken(root, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(root)
    path = archive(tmp_path / "a.zip", {"ada/tiny.ipynb": notebook(), "../x/tiny.ipynb": notebook()})
    with pytest.raises(SystemExit) as ended:
        main(["collect", "tiny", str(path), "--at", "2030-01-02T03:04"])
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (1, "1 student, 1 new attempt, 1 to grade\n")
    assert "not taken: ../x/tiny.ipynb: its path leads outside the archive" in err


@pytest.mark.parametrize(("arguments", "code"), [(["--at", "soon"], 2), ([], 3)])
def test_wrong_usage_and_nothing_there_end_with_their_code(root, tmp_path, monkeypatch, arguments, code):
    monkeypatch.chdir(root)
    with pytest.raises(SystemExit) as ended:
        main(["collect", "tiny", str(archive(tmp_path / "a.zip", {"readme.txt": b""})), *arguments])
    assert ended.value.code == code
