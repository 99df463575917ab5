"""The forms in which hand-ins come, one line each: the tests take them, and docs/intake.md is made from them.

`python -m tests.engine.intake.forms > docs/intake.md`
"""

from __future__ import annotations

from typing import NamedTuple

BERLIN = "Europe/Berlin"
HEAD = """# Where hand-ins come from

`convgrade collect SLUG PATH…` takes what a platform downloads, as the archive or as its unpacked folder. **Who**
handed in and **when** are read only from what the platform itself wrote: the outermost name, or a file that it put
there. A name that a student chose, further inside or behind the platform's part, never decides.

- Each line below is a test. `tiny` stands for the assignment's name. Made by `python -m tests.engine.intake.forms`.
- With a token for Canvas, `convgrade canvas collect SLUG` takes the same hand-ins from its API, each attempt with its
  time, under the same names ([canvas.md](canvas.md)).
- Everybody who handed in anything is graded or listed by name with the reason: in the terminal, on the class page, in
  the export. The exit code is 1 while anybody is listed.
- Two places that claim to be one person are refused, and both are named. With `--roster students.csv` (Canvas's,
  Moodle's or GitHub Classroom's export, or any table with a column Username, Email, ID or Name) nobody outside the
  table exists, and no member of a team either (`[teams]`).
- A time without a zone is that of `--zone`, else of `zone` in course.toml, else of this machine; of nbgrader's and
  Sakai's, UTC. One hour that clocks show twice is the first of both. A time that is not understood (a day alone,
  words, a zone such as PST that several places use) is told, one sentence for each file, and `--at TIME` decides.
  The time of a commit is what the student's machine wrote.
- A folder around the whole download is left out where its name says what it is: that of the archive, of the
  assignment, `submissions`, `inbound` and the like; Gradescope's and Sakai's are known by the platform's table in them
  (so could be what a lone student hands in: give a roster). Any other lone folder is one person's; where all in it is
  named as a platform names several people, or as Sakai names a person, it is listed and nobody is made of it. A
  person's name may begin with a dot.
- JSON that is a notebook is taken whatever its ending is. Of several notebooks the name decides, then the cells.
- Links are not followed, archives inside an archive are not opened, nor are others than zip. Paths that lead outside
  are refused.

| platform | what lies there | student | who is read from | time | when is read from |
|---|---|---|---|---|---|
"""


class Form(NamedTuple):
    """One hand-in: where its files lie below what was downloaded, and what has to come of it."""

    platform: str
    path: str
    student: str
    who: str
    time: str = ""  # UTC; "" if nothing says so
    when: str = "nothing: `--at`"
    beside: tuple[tuple[str, str], ...] = ()  # what else the platform puts there


GRADESCOPE = """---
submission_77:
  :submitters:
  - :name: Jane Doe
    :sid: '4711'
    :email: jane@example.org
  :created_at: 2027-10-01 12:00:00.000000000 Z
  :score: 3.0
"""
NAME, FOLDER, FILE = "the outermost name", "the outermost folder", "the file's name, without the assignment's"
ATTEMPT = "A1_jane_doe_attempt_2027-10-01-12-00-00"
FORMS = (
    Form("Moodle", "Jane Doe_902_assignsubmission_file_/my homework.ipynb", "Jane Doe_902", NAME),
    Form("Moodle", "Jané Doe_902_assignsubmission_file/sub/tiny.ipynb", "Jané Doe_902", NAME),
    Form("Moodle", "Jane Doe_902_assignsubmission_file_tiny.ipynb", "Jane Doe_902", NAME),
    Form("Moodle", "Jane Doe_902_assignsubmission_onlinetext_/x.ipynb", "Jane Doe_902", NAME,
         beside=(("Jane Doe_902_assignfeedback_file_/corrected.ipynb", "{}"),)),
    Form("Moodle, anonymous", "Participant_902_assignsubmission_file_/x.ipynb", "Participant_902", NAME),
    Form("Canvas", "doejane_502_88123_tiny.ipynb", "doejane_502", NAME),
    Form("Canvas", "doejane_LATE_502_88123_my_own-1.ipynb", "doejane_502", NAME),
    Form("Canvas", "de_la_cruz_maria_502_88123_tiny.ipynb", "de_la_cruz_maria_502", NAME),
    Form("Canvas", "doe_2_502_88123_tiny.ipynb", "doe_2_502", NAME),
    Form("Canvas", "doejane_502_88123_3_tiny.ipynb", "doejane_502", NAME),
    Form("Canvas", "doejose\u0301_502_88123_tiny.ipynb", "doejosé_502", NAME),
    Form("Canvas", "เด็กดี_502_88123_tiny.ipynb", "เด็กดี_502", NAME),
    Form("Canvas, anonymous", "anon_x7Kq2_88123_tiny.ipynb", "anon_x7Kq2", NAME),
    Form("Blackboard", "A1_jdoe_attempt_2027-10-01-12-00-00_tiny.ipynb", "jdoe", NAME,
         "2027-10-01 10:00", "the same name"),
    Form("Blackboard", f"{ATTEMPT}_tiny.ipynb", "jane_doe", "the .txt beside it, and the outermost name",
         "2027-10-01 10:00", "the same name", ((f"{ATTEMPT}.txt", "Name: Jane Doe (jane_doe)\nAssignment: A1\n"),)),
    Form("Blackboard, German", "A1_jdoe_Versuch_2027-10-01-12-00-00_tiny.ipynb", "jdoe", NAME,
         "2027-10-01 10:00", "the same name"),
    Form("Brightspace", "123-456 - Jane Doe - Oct 1, 2027 1159 PM/tiny.ipynb", "Jane Doe_123", FOLDER,
         "2027-10-01 21:59", "the same name", (("index.html", "<html>"),)),
    Form("Brightspace", "123-456 - Jane Doe - 1 October, 2027 1159 PM - tiny.ipynb", "Jane Doe_123", NAME,
         "2027-10-01 21:59", "the same name"),
    Form("Brightspace", "123-456 - Jane Doe - 1 de outubro de 2027 2359/tiny.ipynb", "Jane Doe_123", FOLDER,
         "2027-10-01 21:59", "the same name"),
    Form("Brightspace", "123-456 - Jane Doe - 2027年10月1日 2359 - tiny.ipynb", "Jane Doe_123", NAME,
         "2027-10-01 21:59", "the same name"),
    Form("Sakai", "A1 Convolution/Doe, Jane(jdoe)/Submission attachment(s)/x.ipynb", "jdoe", "the person's folder",
         "2027-10-01 11:59", "Sakai's timestamp.txt, a digit string",
         (("A1 Convolution/grades.csv", "Display ID"),
          ("A1 Convolution/Doe, Jane(jdoe)/timestamp.txt", "20271001115900000"))),
    Form("ILIAS", "Abgaben/Doe_Jane_jdoe_90210/my homework.ipynb", "Doe_Jane_jdoe_90210", "the person's folder"),
    Form("ILIAS, teams", "Team 7/Doe_Jane_jdoe_90210/x.ipynb", "Doe_Jane_jdoe_90210", "the person's folder"),
    Form("ILIAS, feedback for several", "multi_feedback_7/Team_3/Doe_Jane_jdoe_90210/x.ipynb", "Doe_Jane_jdoe_90210",
         "the person's folder", beside=(("multi_feedback_7/status.csv", "usr_id"),)),
    Form("OpenOLAT", "Doe_Jane_jdoe/4_revisions_1/x.ipynb", "Doe_Jane_jdoe", "the person's folder",
         beside=(("Doe_Jane_jdoe/1_task/tiny.ipynb", "{}"), ("Doe_Jane_jdoe/2_submissions/first.ipynb", "{}"),
                 ("Doe_Jane_jdoe/3_corrections/tiny.ipynb", "{}"))),
    Form("Microsoft Teams", "Student Work/Submitted files/Jane Doe/Tiny/Version 12/x.ipynb", "Jane Doe",
         "the person's folder", beside=(("Student Work/Submitted files/Jane Doe/Tiny/Version 9/x.ipynb", "{}"),
                                        ("Student Work/Working files/Jane Doe/Tiny/x.ipynb", "{}"))),
    Form("CodeGrade", "Jane Doe - 2027-10-01T12:00:00.324712/x.ipynb", "Jane Doe", FOLDER, "2027-10-01 12:00",
         "the same name"),
    Form("Submitty", "submissions/jdoe/2/x.ipynb", "jdoe", "the person's folder", "2027-10-01 12:00",
         "Submitty's .submit.timestamp",
         (("submissions/jdoe/2/.submit.timestamp", "2027-10-01 08:00:00-0400"),
          ("submissions/jdoe/user_assignment_settings.json", "{}"))),
    Form("Google Classroom", "Tiny/Tiny - Jane Doe.ipynb", "Jane Doe", FILE),
    Form("Google Forms", "HW (File responses)/Upload (File responses)/a - Bob Roe - Jane Doe (1).ipynb", "Jane Doe",
         "the end of the file's name"),
    Form("Gradescope", "assignment_5_export/submission_77/tiny.ipynb", "Jane Doe_4711", "submission_metadata.yml",
         "2027-10-01 12:00", "submission_metadata.yml",
         (("assignment_5_export/submission_metadata.yml", GRADESCOPE),)),
    Form("GitHub Classroom", "tiny-submissions/tiny-octo-cat/tiny.ipynb", "octo-cat", "the repository's folder",
         "", "the last commit; in an archive nothing: `--at`"),
    Form("GitHub Classroom", "lab-1-submissions/lab-1-octocat/src/any.ipynb", "octocat", "the repository's folder",
         "", "the last commit; in an archive nothing: `--at`"),
    Form("nbgrader's exchange", "inbound/ada+tiny+2030-01-02 03:04:05 UTC+x7/tiny (1).ipynb", "ada",
         "the hand-in's folder", "2030-01-02 03:04:05", "the same name"),
    Form("nbgrader's exchange", "inbound/ada+lab@x.edu+tiny+2030-01-02 03:04:05 UTC+x7/tiny.ipynb", "ada+lab@x.edu",
         "the hand-in's folder", "2030-01-02 03:04:05", "the same name"),
    Form("nbgrader's tree", "ada/tiny/Copy of tiny.ipynb", "ada", FOLDER, "2030-01-02 03:04",
         "timestamp.txt beside the notebook", (("ada/tiny/timestamp.txt", "2030-01-02 03:04 UTC"),)),
    Form("nbgrader's tree", "lea/tiny/Untitled.ipynb", "lea", FOLDER),
    Form("nbgrader's zip_collect", "downloaded/tiny/archive/A1_jdoe_attempt_2027-10-01-12-00-00_tiny.ipynb", "jdoe",
         NAME, "2027-10-01 10:00", "the same name"),
    Form("any folder", "Jane Doe/someone else.ipynb", "Jane Doe", FOLDER),
    Form("any folder", "Jane Doe - Tiny (2).ipynb", "Jane Doe", FILE),
    Form("any folder", "tiny_jane_doe.ipynb", "jane_doe", FILE),
    Form("any folder", "Copy of jane_doe_tiny-Copy1.ipynb", "jane_doe", FILE),
    Form("any folder", "Kopie van jane_doe_tiny - Kopie (2).ipynb", "jane_doe", FILE),
    Form("any folder", "Jane%20Doe%20-%20tiny.ipynb", "Jane Doe", FILE),
    Form("any folder", "tiny_4711012(1).ipynb", "4711012", FILE),
    Form("Moodle", "week-submissions/.Jane Doe_902_assignsubmission_file_/x.ipynb", "_Jane Doe_902", NAME),
    Form("Canvas", ".doejane_502_88123_tiny.ipynb", "_doejane_502", NAME),
    Form("Brightspace", "123-456 - Jane Doe - 1 octobre, 2027 2359 - tiny.ipynb", "Jane Doe_123", NAME,
         "2027-10-01 21:59", "the same name"),
    Form("any folder", "Jane Doe/tiny.ipynb.txt", "Jane Doe", FOLDER),
)  # fmt: skip


def page() -> str:
    """docs/intake.md."""
    lines = []
    for form in FORMS:
        beside = "".join(f"<br>beside it <code>{name}</code>" for name, _ in form.beside)
        cells = (form.platform, f"<code>{form.path}</code>{beside}", form.student, form.who, form.time, form.when)
        lines.append(f"| {' | '.join(cells)} |\n")
    return HEAD + "".join(lines)


if __name__ == "__main__":
    print(page(), end="")
