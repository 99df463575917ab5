"""Archives as other systems write them: names in other encodings, backslashes, a folder around everything."""

from __future__ import annotations

import unicodedata
import zipfile
import zlib

import pytest

from autograder.intake import entries
from tests.engine.intake.handins import archive, collect, folder, handed_in, notebook

MOODLE = "_assignsubmission_file_"


@pytest.fixture
def root(sample_course, monkeypatch):
    """The sample course; commands run in it."""
    root = sample_course()
    monkeypatch.chdir(root)
    return root


class Unmarked(zipfile.ZipInfo):
    """A member whose name is bytes of some encoding, without the flag for UTF-8, as macOS and Windows write it."""

    encoding = "utf-8"

    def _encodeFilenameFlags(self):  # noqa: N802 - the library's name
        return self.filename.encode(self.encoding), self.flag_bits


@pytest.mark.parametrize("encoding", ["utf-8", "cp437"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_without_the_flag_for_utf8_are_read(root, tmp_path, capsys, encoding, form):
    name = unicodedata.normalize(form if encoding == "utf-8" else "NFC", "José Müller")
    member = Unmarked(f"{name}_77{MOODLE}/x.ipynb")
    member.encoding = encoding
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as target:
        target.writestr(member, notebook())
    collect(capsys, tmp_path / "a.zip")
    assert list(handed_in(root)) == ["José Müller_77"]


def test_one_person_in_two_forms_of_unicode_is_one(root, tmp_path, capsys):
    for form, mark in (("NFC", "one"), ("NFD", "two")):
        name = unicodedata.normalize(form, "José")
        collect(capsys, archive(tmp_path / f"{form}.zip", {f"{name}/tiny.ipynb": notebook(mark)}))
    assert handed_in(root) == {"José": notebook("two")}


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("ada\\tiny.ipynb", "ada"),
        (f"Jane Doe_77{MOODLE}\\sub\\tiny.ipynb", "Jane Doe_77"),
        ("tiny-submissions\\tiny-octo\\x.ipynb", "octo"),
        ("ada\\tiny\\x.ipynb", "ada"),
    ],
)
def test_backslashes_of_windows_are_folders(root, tmp_path, capsys, name, student):
    assert collect(capsys, archive(tmp_path / "a.zip", {name: notebook()}))[0] == 0
    assert list(handed_in(root)) == [student]


@pytest.mark.parametrize("name", ["..\\ada\\x.ipynb", "C:\\ada\\x.ipynb", "\\ada\\x.ipynb", "ada\\..\\..\\x.ipynb"])
def test_backslashes_lead_nowhere_else(root, tmp_path, capsys, name):
    code, _, err = collect(capsys, archive(tmp_path / "a.zip", {name: notebook(), "bob\\x.ipynb": notebook()}))
    assert (code, list(handed_in(root))) == (1, ["bob"])
    assert "its path leads outside the archive" in err


@pytest.mark.parametrize(
    "around",
    ["tiny", "submissions", "a", "tiny-submissions", "downloaded/tiny/archive"],
)
def test_a_folder_around_the_download_is_nobody(root, tmp_path, capsys, around):
    files = {f"{around}/Doe_1{MOODLE}/x.ipynb": notebook("1"), f"{around}/Roe_2{MOODLE}/x.ipynb": notebook("2")}
    collect(capsys, archive(tmp_path / "a.zip", files))
    assert sorted(handed_in(root)) == ["Doe_1", "Roe_2"]


@pytest.mark.parametrize("around", ["", "class", "tiny"])
def test_a_tree_may_have_a_folder_around_it(root, tmp_path, capsys, around):
    home = folder(tmp_path / "in" / around, {f"{who}/tiny/final.ipynb": notebook(who) for who in ("ada", "bob")})
    collect(capsys, tmp_path / "in")
    assert (sorted(handed_in(root)), home.exists()) == (["ada", "bob"], True)


def test_what_systems_add_is_nobodys(root, tmp_path, capsys):
    junk = ["__MACOSX/._ada.ipynb", ".DS_Store", "._ada.ipynb", "Thumbs.db", "ada/.ipynb_checkpoints/x.ipynb",
            "desktop.ini", "README.md", "index.html"]  # fmt: skip
    files = dict.fromkeys(junk, b"x") | {"ada/x.ipynb": notebook()}
    for path in (archive(tmp_path / "a.zip", files), folder(tmp_path / "in", files)):
        code, out, err = collect(capsys, path)
        assert (code, out[:9], "not taken" in out + err) == (0, "1 student", False)


def test_parts_of_the_tree_and_single_files_name_the_same_student(root, tmp_path, capsys):
    tree = folder(tmp_path / "submitted", {"ada/tiny/tiny.ipynb": notebook(), "bob_tiny.ipynb": notebook("bob")})
    for path in (tree / "ada", tree / "bob_tiny.ipynb", tree):
        collect(capsys, path)
    assert sorted(handed_in(root)) == ["ada", "bob"]


def test_a_crowd_of_files_is_refused_in_one_sentence(root, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(entries, "MAX_ENTRIES", 3)
    files = {f"ada/{number}.txt": b"" for number in range(5)}
    for path in (archive(tmp_path / "a.zip", files), folder(tmp_path / "in", files)):
        code, _, err = collect(capsys, path)
        assert (code, err.count("\n"), "more than 3" in err) == (1, 1, True)


def test_a_repository_as_github_packs_it_is_that_of_the_clone(root, tmp_path, capsys):
    """octo-main was somebody else than octo."""
    for branch in ("main", "master"):
        packed = {f"tiny-octo-{branch}/{name}": notebook() for name in ("tiny.ipynb", "src/x.ipynb")}
        collect(capsys, archive(tmp_path / f"tiny-octo-{branch}.zip", packed))
    assert list(handed_in(root)) == ["octo"]


def test_a_name_in_utf8_that_stands_beside_the_name_counts_where_it_is_of_that_name(root, tmp_path, capsys):
    """Info-ZIP's field: the letters of the other encoding were somebody else's name."""
    for file, name in (("a.zip", "Zo_77"), ("b.zip", "Zo_78")):
        member = zipfile.ZipInfo(f"{name}{MOODLE}/x.ipynb")
        known, whole = (f"{who}_77{MOODLE}/x.ipynb".encode() for who in ("Zo", "Zoë"))
        value = b"\1" + zlib.crc32(known).to_bytes(4, "little") + whole
        member.extra = (0x7075).to_bytes(2, "little") + len(value).to_bytes(2, "little") + value
        with zipfile.ZipFile(tmp_path / file, "w") as target:
            target.writestr(member, notebook())
        collect(capsys, tmp_path / file)
    assert set(handed_in(root)) == {"Zoë_77", "Zo_78"}


@pytest.mark.parametrize("method", [9, 93, 98])
def test_what_is_compressed_in_another_way_is_not_called_damaged(root, tmp_path, capsys, method):
    """Deflate64, as Windows packs what is large; Zstandard; PPMd."""
    path = archive(tmp_path / "a.zip", {f"Jane_77{MOODLE}/x.ipynb": notebook()})
    raw = bytearray(path.read_bytes())
    for start, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        place = raw.find(start) + at
        raw[place : place + 2] = method.to_bytes(2, "little")
    path.write_bytes(raw)
    _, _, err = collect(capsys, path)
    assert "not taken: Jane_77: " in err
    assert ("is compressed in a way that is not read here" in err, "damaged" in err) == (True, False)
