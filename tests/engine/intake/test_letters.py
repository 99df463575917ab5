"""Messages about points: who wrote, which check it is about, and that nothing hostile or broken disappears."""

from __future__ import annotations

import pytest

from autograder.errors import ConvgradeError
from autograder.intake import letters
from autograder.intake.letters import read_letters, request_text

MAIL = b"From: Ada <Ada@X.edu>\r\nSubject: Regrade request: tiny / add_sums\r\nDate: Tue, 1 Jan 2030\r\n\r\n"


@pytest.fixture
def read(tmp_path):
    """read("a.eml", b"…") → the only letter in that file"""

    def run(name, raw):
        (tmp_path / name).write_bytes(raw)
        (letter,) = read_letters(tmp_path / name)
        return letter

    return run


def test_a_mail_says_who_and_about_what(read):
    letter = read("a.eml", MAIL + b"> quoted\r\nMy answer is right.\r\n")
    assert (letter.sender, letter.slug, letter.about) == ("ada@x.edu", "tiny", "add_sums")
    assert (letter.text, letter.problem) == ("My answer is right.", "")


def test_what_the_page_gives_to_copy_is_read_from_the_body(read):
    letter = read("a.txt", b"From: ada@x.edu\n\n" + request_text("tiny", "add").encode() + b"Because.\n")
    assert (letter.slug, letter.about, letter.problem) == ("tiny", "add", "")
    assert letter.text.endswith("Because.")


def test_a_mail_with_several_requests_is_several_letters_and_quoted_ones_are_none(tmp_path):
    quoted = b"> Regrade request: tiny / quoted\n"
    body = b"Hi.\nRegrade request: tiny / add\nOne.\n" + quoted + request_text("tiny", "why").encode() + b"Two.\n"
    (tmp_path / "a.eml").write_bytes(MAIL + body)
    found = {letter.about: letter.text for letter in read_letters(tmp_path)}
    assert found == {"add_sums": "Hi.", "add": "One.", "why": "Two."}


@pytest.mark.parametrize(
    ("sender", "known"),
    [
        (b'"ada@x.edu" <eve@x.edu>', "eve@x.edu"),
        (b"ada@x.edu (x) <eve@x.edu>", ""),
        (b"=?utf-8?q?ada=40x=2Eedu?= <eve@x.edu>", "eve@x.edu"),
        (b"ada@x.edu\nFrom: eve@x.edu", ""),
        (b"eve@x.edu(<ada@x.edu>)", "eve@x.edu"),
        (b"Dr. Ada L. (CS) <Ada@x.edu>", "ada@x.edu"),
        (b"staff: ada@x.edu, eve@x.edu;", ""),
    ],
)
def test_a_sender_is_an_address_and_never_the_name_beside_it(read, sender, known):
    letter = read("a.eml", b"From: " + sender + b"\nSubject: Regrade request: tiny / add\n\nx")
    assert (letter.sender, bool(letter.problem)) == (known, not known)


def test_only_the_first_text_of_a_mail_is_read_and_tags_are_left_out(read):
    head = b"From: a@x.edu\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n"
    page = b"--B\nContent-Type: text/html\n\n<p>Regrade request: tiny / add</p><script>x</script>\n"
    file = b"--B\nContent-Disposition: attachment; filename=../x.ipynb\n\nevil\n--B--\n"
    letter = read("a.eml", head + page + file)
    assert (letter.about, "<" in letter.text, "evil" in letter.text) == ("add", False, False)


def test_a_forms_table_is_a_letter_for_each_line(tmp_path):
    table = "Timestamp,Email Address,Assignment,Check,Why\n2030,Ada@x.edu,tiny,add,Hm\n,,,,\n2030,,tiny,add,Who?\n"
    (tmp_path / "form.csv").write_text(table)
    first, second = read_letters(tmp_path)
    assert (first.sender, first.about, first.text, first.where) == ("ada@x.edu", "add", "Hm", "form.csv:2")
    assert second.problem.startswith("names no sender")


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"Subject: Regrade request: tiny / add\n\nhello", "names no sender"),
        (b"From: a@x.edu, b@x.edu\nSubject: Regrade request: tiny / add\n\nhello", "names several senders"),
        (b"From: a@x.edu\n\nhello", "does not say which check"),
        (b"From: a@x.edu\nContent-Type: text/plain; charset=nonsense\n\nx", "does not say which check"),
        (b"From: a@x.edu\nContent-Type: multipart/mixed; boundary=B\n\n" + b"--B\n" * 3000, "does not say which"),
        (b"\xff\xfe\x00" * 50, "names no sender"),
        (b"From: " + b"(" * 15_000 + b"\n\nx", "cannot be read"),
        (bytes(2_000_001), "has more than 2 MB"),
        (MAIL[:-2] + b"Content-Type: text/plain; " + b"a*0=b; " * 200_000 + b"\n\nx", "headers that are too long"),
        (b"From: a@x.edu\rSUBJECT: " + b"=?utf-8?q?a" * 100_000 + b"\r\rx", "headers that are too long"),
        (b"From: a@x.edu\n" * 100_000 + b"\nx", "headers that are too long"),
        (b"From: a@x.edu\n\n--\nFrom:" + b"\n \t" * 100_000 + b"\nx", "headers that are too long"),
    ],
)
def test_what_cannot_be_read_is_a_letter_with_the_reason(read, raw, told):
    letter = read("odd.eml", raw)
    assert letter.problem
    assert told in letter.problem


@pytest.mark.parametrize("raw", [b"a" * 200_000, b'Email\n"' + b"x" * 140_000, b"\xff"])
def test_a_table_that_cannot_be_read_is_told(tmp_path, raw):
    (tmp_path / "form.csv").write_bytes(raw)
    (tmp_path / "photo.png").write_bytes(b"")
    problems = {letter.where.split(":")[0]: letter.problem for letter in read_letters(tmp_path)}
    assert problems["photo.png"] == "is no .eml, .txt, .csv file"
    assert problems.get("form.csv", "there are no lines")


def test_links_are_not_followed_and_crowds_are_refused(tmp_path, monkeypatch):
    (tmp_path / "secret").write_bytes(MAIL)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.eml").symlink_to(tmp_path / "secret")
    assert [letter.problem for letter in read_letters(tmp_path / "in")] == ["is a link"]
    monkeypatch.setattr(letters, "MAX_LETTERS", 0)
    with pytest.raises(ConvgradeError, match="more than 0 messages"):
        list(read_letters(tmp_path / "in"))


# tables as programs write them ------------------------------------------------------------------

HEAD = "Email,Assignment,Check,Why\n"
LINE = "ada@x.edu,tiny,add_sums,Größer ist richtig\n"


@pytest.mark.parametrize(
    "raw",
    [
        (HEAD + LINE).encode(),
        (HEAD + LINE).encode("utf-8-sig"),
        (HEAD + LINE).encode("utf-16"),
        (HEAD + LINE).encode("cp1252"),
        (HEAD + LINE).replace(",", ";").encode(),
        (HEAD + LINE).replace(",", "\t").encode("utf-16"),
        (HEAD + LINE).replace("\n", "\r\n").encode(),
        (HEAD + LINE).replace("\n", "\r").encode(),
        ("sep=;\r\n" + (HEAD + LINE).replace(",", ";")).encode(),
        ('"Hello, you";"Email";"Assignment";"Check";"Why"\n;' + LINE.replace(",", ";")).encode(),
        (HEAD + 'ada@x.edu,"=""tiny""",add_sums,Größer ist richtig\n').encode(),
    ],
)
def test_a_forms_table_is_read_as_excel_saves_it_anywhere(read, raw):
    letter = read("form.csv", raw)
    assert (letter.sender, letter.slug, letter.about) == ("ada@x.edu", "tiny", "add_sums")
    assert (letter.text, letter.problem) == ("Größer ist richtig", "")


def test_of_two_columns_of_one_name_the_first_counts(read):
    """A form puts the address that it knows first; a question of that name, which anybody can answer, follows."""
    assert read("form.csv", b"Email,Email,Assignment,Check\neve@x.edu,ada@x.edu,tiny,add\n").sender == "eve@x.edu"


def test_quotes_that_do_not_end_swallow_nobody_silently(tmp_path):
    (tmp_path / "form.csv").write_text(f'{HEAD}{LINE}bob@x.edu,tiny,add,"because\n{LINE}{LINE}')
    first, second = read_letters(tmp_path / "form.csv")
    assert (first.sender, first.where, second.where) == ("ada@x.edu", "form.csv:2", "form.csv:2")
    assert second.problem.startswith("what comes after this line cannot be read")


def test_a_very_long_text_takes_nobody_along(tmp_path):
    (tmp_path / "form.csv").write_text(f"{HEAD}eve@x.edu,tiny,add,{'x' * 1_000_000}\n{LINE}")
    eve, ada = read_letters(tmp_path / "form.csv")
    assert (eve.sender, len(eve.text), ada.sender, ada.problem) == ("eve@x.edu", 4000, "ada@x.edu", "")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_mail_that_was_saved_with_a_mark_has_its_sender(read, encoding):
    letter = read("a.txt", MAIL.decode().encode(encoding))
    assert (letter.sender, letter.about, letter.problem) == ("ada@x.edu", "add_sums", "")
