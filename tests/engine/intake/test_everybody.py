"""Nobody vanishes: everybody who handed in is taken, or listed by name with the reason, on every way out."""

from __future__ import annotations

import shutil
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.cli.main import main
from autograder.course import load_course
from autograder.intake.collect import Rules, collect_from
from autograder.intake.not_taken import not_taken
from tests.engine.intake.handins import archive, collect, folder, handed_in, notebook

WHAT = {  # what somebody hands in instead of tiny.ipynb: whether it is taken, and else what the sentence says
    "tiny.ipynb.txt": (notebook(), ""),
    "tiny.ipynb.json": (notebook(), ""),
    "tiny.json": (notebook(), ""),
    "tiny": (notebook(), ""),
    "tiny.zip": (b"PK\x03\x04", "an archive in the download"),
    "tiny.html": (b"<html>", "a web page"),
    "tiny.py": (b"x = 1", "a Python script"),
    "tiny.pdf": (b"%PDF", "a PDF"),
    "tiny.url": (b"[InternetShortcut]", "a link"),
    "notes.txt": (b"hello", "text"),
    "data.json": (b"{}", "JSON, but no notebook"),
    "tiny.ipynb.zip": (b"PK\x03\x04", "an archive in the download"),
}


@pytest.fixture
def root(sample_course, monkeypatch):
    """The sample course; commands run in it."""
    root = sample_course()
    monkeypatch.chdir(root)
    return root


@pytest.mark.parametrize("name", WHAT)
def test_what_is_no_notebook_is_listed_and_a_notebook_by_another_name_is_taken(root, tmp_path, capsys, name):
    raw, why = WHAT[name]
    path = archive(tmp_path / "a.zip", {f"Eve_77_assignsubmission_file_/{name}": raw, "ada/x.ipynb": notebook()})
    code, out, err = collect(capsys, path)
    assert (code, "Eve_77" in handed_in(root), why in err) == ((1, False, True) if why else (0, True, True))
    assert ("1 person not taken" in out) == bool(why)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Eve_77_assignsubmission_onlinetext_/onlinetext.html", "text that was typed in"),
        ("doeeve_77_text.html", "text that was typed in"),
        ("doeeve_LATE_77_link.html", "a link"),
        ("A1_eve_attempt_2027-10-01-12-00-00.txt", "text"),
        ("1-2 - Eve - Oct 1, 2027 1159 PM/essay.docx", "a text document"),
        ("Doe, Eve(eve)/Doe, Eve(eve)_submissionText.html", "text that was typed in"),
        ("Eve_77_assignsubmission_file_/", "there is no file"),
        ("tiny-submissions/tiny-eve/README.md", "text"),
        ("eve/tiny/answer.py", "a Python script"),
        ("Eve Doe.py", "a Python script"),
        ("eve.zip", "an archive"),
    ],
)
def test_every_platforms_empty_hand_in_is_listed(root, tmp_path, capsys, name, why):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr(name, b"")
        if name.startswith("Doe"):
            target.writestr("Doe, Eve(eve)/timestamp.txt", b"20271001115900000")
    code, out, err = collect(capsys, path)
    assert (code, "1 person not taken" in out) == (1, True)
    assert why in err


def test_a_file_that_names_nobody_is_listed(root, tmp_path, capsys):
    files = {"Untitled.ipynb": notebook(), "ada.ipynb": notebook(), "tiny-Copy1.ipynb": b"{}"}
    code, _, err = collect(capsys, archive(tmp_path / "a.zip", files))
    assert (code, list(handed_in(root))) == (1, ["ada"])
    assert err.count("the name is no person's") == 2


@pytest.mark.parametrize(
    "name",
    [".ipynb", "._tiny.ipynb", ".ipynb_checkpoints/tiny-checkpoint.ipynb", ".DS_Store", "../../x.ipynb", "..\\x.ipynb"],
)
@pytest.mark.parametrize("around", ["", "submissions/"])
def test_who_hands_in_only_what_must_not_be_read_is_listed(root, tmp_path, capsys, around, name):
    """In an archive there was nobody, and with hidden files alone the exit code was 0."""
    files = {f"{around}Eve_77_assignsubmission_file_/{name}": notebook()}
    others = {f"{around}{who}_assignsubmission_file_/x.ipynb": notebook(who) for who in ("Ada_78", "Bob_79")}
    code, out, _ = collect(capsys, archive(tmp_path / "a.zip", files | others))
    listed = set(not_taken(root, "tiny"))
    assert set(handed_in(root)) | listed == {"Eve_77", "Ada_78", "Bob_79"}
    assert (code, "1 person not taken" in out) == ((1, True) if listed else (0, False))


def test_a_system_folder_of_an_archive_is_nobody(root, tmp_path, capsys):
    junk = {"__MACOSX/._a.ipynb": b"", ".DS_Store": b"", "._ada.ipynb": b"", "desktop.ini": b""}
    code, _, _ = collect(capsys, archive(tmp_path / "a.zip", junk | {"ada.ipynb": notebook(), "bob.ipynb": notebook()}))
    assert (code, set(handed_in(root))) == (0, {"ada", "bob"})


def test_whoever_is_listed_is_on_the_class_page_and_in_the_export(root, tmp_path, capsys):
    collect(capsys, archive(tmp_path / "a.zip", {"eve/tiny.py": b"", "mal/\x1b<b>.py": b""}))
    for arguments in (["report", "tiny"], ["export", "tiny"], ["export", "tiny", "--format", "jsonl"],
                      ["export", "tiny", "--format", "canvas"], ["export", "tiny", "--format", "moodle"]):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsys.readouterr()
        assert (ended.value.code, "not taken: eve: there is no notebook" in err) == (1, True)
        assert ("eve" in out, "\x1b" in out + err) == (arguments[0] == "export", False)
    page = (root / "build/reports/tiny/index.html").read_text("utf-8")
    assert "Handed in, but not taken" in page
    assert "<b>.py" not in page


def test_whoever_is_taken_later_is_listed_no_more(root, tmp_path, capsys):
    collect(capsys, archive(tmp_path / "a.zip", {"eve/tiny.py": b""}))
    assert list(not_taken(root, "tiny")) == ["eve"]
    collect(capsys, archive(tmp_path / "b.zip", {"eve/tiny.ipynb": notebook()}))
    assert not_taken(root, "tiny") == {}


def test_a_file_that_must_not_be_read_is_somebodys(root, tmp_path, capsys):
    home = folder(tmp_path / "in", {"ada/tiny.ipynb": notebook(), "eve/x.txt": b""})
    (home / "eve/tiny.ipynb").symlink_to("/etc/passwd")
    (home / "mallory").symlink_to("/etc")
    code, _, err = collect(capsys, home)
    assert (code, "eve: eve/tiny.ipynb is a link" in err, "not taken: mallory: " in err) == (1, True, True)


# counted ----------------------------------------------------------------------------------------

SHAPES = (  # where the files of the person with this number and name lie
    "{name}_{number}_assignsubmission_file_/{file}",
    "{name}_{number}_88_{file}",
    "A1_u{number}_attempt_2027-10-01-12-00-00_{file}",
    "{number}-5 - {name} - Oct 1, 2027 1159 PM/{file}",
    "{name} ({number})/Submission attachment(s)/{file}",
    "tiny-submissions/tiny-u{number}/{file}",
    "u{number}/tiny/{file}",
    "{name} {number}/{file}",
)
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\\\0"), min_size=1, max_size=12).filter(
    lambda name: name.strip(" .") and ":" not in name
)
FILES = st.lists(st.sampled_from([*WHAT, "tiny.ipynb", "a.ipynb", "b.ipynb", "x/y.ipynb"]), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_people_in_are_taken_or_listed(root, data):
    shape = data.draw(st.sampled_from(SHAPES))
    people = [(data.draw(NAMES), data.draw(FILES)) for _ in range(data.draw(st.integers(1, 6)))]
    files: dict[str, bytes] = {}
    for number, (name, names) in enumerate(people):
        for file in names[:1] if shape.endswith("_{file}") else names:
            raw = WHAT[file][0] if file in WHAT else notebook(f"{number} {file}")
            files[shape.format(name=name, number=number + 100, file=file)] = raw
    shutil.rmtree(root / "build", ignore_errors=True)
    result = collect_from(root, load_course(root).assignment("tiny"), archive(root / "a.zip", files), Rules())
    assert result.refused == []
    assert len(result.students) + len(result.listed) == len(people)
    assert result.students.isdisjoint(result.listed)
    assert set(not_taken(root, "tiny")) == set(result.listed)
    assert set(handed_in(root)) == result.students


@pytest.mark.parametrize("text", ["[", "[1]", "", '{"eve": 3}', "[" * 100_000])
def test_where_the_list_on_the_disk_is_damaged_that_is_told(root, tmp_path, capsys, text):
    """It counted as empty: eve was missing on the class page and in the export without a word."""
    collect(capsys, archive(tmp_path / "a.zip", {"eve/tiny.py": b""}))
    path = root / "build/attempts/tiny/.not_taken.json"
    path.write_text(text)
    told = "build/attempts/tiny/.not_taken.json is damaged: who was not taken is unknown"
    for arguments in (["report", "tiny"], ["export", "tiny"], ["export", "tiny", "--format", "canvas"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert (ended.value.code, told in capsys.readouterr().err) == (3, True), arguments  # nothing else is there
    _, out, err = collect(capsys, archive(tmp_path / "b.zip", {"mal/tiny.py": b""}))
    assert told in out + err
    assert list(not_taken(root, "tiny")) == ["mal"]
    _, out, err = collect(capsys, archive(tmp_path / "b.zip", {"mal/tiny.py": b""}))
    assert told not in out + err


@pytest.mark.parametrize(
    "form",
    ["{}/tiny.ipynb", "{}.ipynb", "{}_{}_assignsubmission_file_/x.ipynb", "{}_{}_88123_tiny.ipynb",
     "{}+tiny+2027-01-01 00:00:00 UTC/tiny.ipynb", "{}/tiny/tiny.ipynb"],
)  # fmt: skip
@pytest.mark.parametrize("around", ["", "submissions/", "downloaded/tiny/archive/"])
def test_a_persons_name_may_begin_with_a_dot(root, tmp_path, capsys, form, around):
    """Below a folder around the download such a person was passed over without a word."""
    names = (".jane", ".Doe, Jo", "ada")
    files = {around + form.format(name, number): notebook(name) for number, name in enumerate(names, start=501)}
    for path in (archive(tmp_path / "a.zip", files), folder(tmp_path / "in", files)):
        shutil.rmtree(root / "build", ignore_errors=True)
        code, out, _ = collect(capsys, path)
        assert (code, out[:10], len(handed_in(root))) == (0, "3 students", 3)


@pytest.mark.parametrize("pack", [archive, folder])
def test_what_lies_too_deep_stops_nobody_else_and_its_owner_is_listed(root, tmp_path, capsys, pack):
    files = {"jane/" + "a/" * 20 + "tiny.ipynb": notebook(), "ada/tiny.ipynb": notebook()}
    code, out, err = collect(capsys, pack(tmp_path / "a.zip", files))
    assert (code, set(handed_in(root)), set(not_taken(root, "tiny"))) == (1, {"ada"}, {"jane"})
    assert ("1 person not taken" in out, "lies in more than 12 folders" in err) == (True, True)


@pytest.mark.parametrize("name", ["class.7z", "class.rar", "class.tar.gz", "jane.tgz"])
def test_an_archive_of_another_kind_is_refused_and_no_person(root, tmp_path, capsys, name):
    (tmp_path / name).write_bytes(b"7z\xbc\xaf")
    code, out, err = collect(capsys, tmp_path / name)
    assert (code, out, not_taken(root, "tiny")) == (1, "", {})
    assert f"{name} is an archive, but no zip: unpack it, and give the folder" in err


def test_of_two_archives_nobody_counts_twice(root, tmp_path, capsys):
    first = archive(tmp_path / "a.zip", {"jane/tiny.ipynb": notebook(), "bob/x.pdf": b"%PDF"})
    second = archive(tmp_path / "b.zip", {"jane/x.pdf": b"%PDF", "bob/tiny.ipynb": notebook()})
    code, out, err = collect(capsys, first, second)
    assert (code, out.strip()) == (1, "2 students, 2 new attempts, 2 to grade")
    assert err.count("there is no notebook: x.pdf is a PDF") == 2


@pytest.mark.parametrize("pack", [archive, folder])
def test_a_class_in_a_folder_of_any_name_is_not_one_person(root, tmp_path, capsys, pack):
    """With one notebook among them that was the folder's, and the people were gone."""
    moodle = "assignsubmission_file_"
    files = {f"week 3/Jane_1_{moodle}/jane.zip": b"PK", f"week 3/Bob_2_{moodle}/tiny.ipynb": notebook()}
    code, _, err = collect(capsys, pack(tmp_path / "a.zip", files))
    assert (code, handed_in(root), "give that folder itself" in err) == (1, {}, True)


def test_who_attached_nothing_in_sakai_does_not_hide_the_class(root, tmp_path, capsys):
    """The folder of the site was one person, with the notebook of somebody in it."""
    site, at = "Homework 3/", b"20271001115900000"
    files = {f"{site}grades.csv": b"x", f"{site}Roe, Bob(broe)/comments.txt": b"",
             f"{site}Poe, Eva(epoe)/timestamp.txt": at,
             f"{site}Doe, Jane(jdoe)/Submission attachment(s)/x.ipynb": notebook()}  # fmt: skip
    code, _, _ = collect(capsys, archive(tmp_path / "a.zip", files))
    assert (code, list(handed_in(root)), set(not_taken(root, "tiny"))) == (1, ["jdoe"], {"broe", "epoe"})


@pytest.mark.parametrize("pack", [archive, folder])
@pytest.mark.parametrize("logins", [("broe",), ("broe", "epoe")])
def test_what_a_lone_student_names_as_sakai_does_is_no_site(root, tmp_path, capsys, pack, logins):
    """With several such folders in it the student was gone, and the others had handed in."""
    files = {f"Jane Doe/X({login})/Submission attachment(s)/x.ipynb": notebook(login) for login in logins}
    code, _, _ = collect(capsys, pack(tmp_path / "a.zip", files))
    assert (code, handed_in(root), list(not_taken(root, "tiny"))) == (1, {}, ["Jane Doe"])


def test_members_of_a_team_of_ilias_are_there_whatever_joins_its_name(root, tmp_path, capsys):
    """Team_7 was a person, and its members were gone."""
    members = ("Team_7/Doe_Jane_jdoe_901", "Team_7/Roe_Bob_broe_902", "Team_8/Poe_Eva_epoe_903")
    files = {f"{member}/x.ipynb": notebook(member[:6]) for member in members}
    collect(capsys, archive(tmp_path / "a.zip", files | {"status.xlsx": b"PK", "README.md": b""}))
    assert set(handed_in(root)) == {member[7:] for member in members}
    assert not_taken(root, "tiny") == {}


def test_a_time_of_brightspace_that_is_not_understood_is_no_part_of_a_name(root, tmp_path, capsys):
    """Two attempts were two people, each with a time in the name; which of them is the last, nobody can know."""
    days = [f"124-5 - Ada - Smith - Pzt {day} Ekim 2027 2359/a.ipynb" for day in (1, 2)]
    code, _, err = collect(capsys, folder(tmp_path / "in", {name: notebook(name) for name in days}))
    assert (code, list(not_taken(root, "tiny"))) == (1, ["Ada - Smith_124"])
    assert "1 Ekim 2027 2359” is not understood" in err
    code, _, _ = collect(capsys, folder(tmp_path / "one", {days[0]: notebook()}))
    assert (code, list(handed_in(root)), not_taken(root, "tiny")) == (1, ["Ada - Smith_124"], {})
