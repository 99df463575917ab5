"""The pages: what they say, what they keep to themselves, and that nothing in them can act."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder import messages
from autograder.gradebook.context import StudentContext
from autograder.gradebook.grades import Grade, Mark
from autograder.model import CellRun, Verdict
from autograder.reports.class_page import ClassNews, class_page, write_pages
from autograder.reports.student_page import student_page
from tests.engine.samples.reports import a_class, failing, hostile, mixed, png, report, unreadable, untouched

TITLE = "A1 · Convolution by hand"
VOID = {"meta", "br", "img", "input", "rect", "line", "link"}


class Outline(HTMLParser):
    """Tags, attributes, headings and text of a page; complains about tags that do not close."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def every_page(folder) -> dict[str, str]:
    index = write_pages(a_class(), TITLE, folder)
    assert index == folder / "index.html"
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*.html")}


def policy_of(page: str) -> str:
    return next(
        tag["content"] for tag in Outline(page).all("meta") if tag.get("http-equiv") == "Content-Security-Policy"
    )


def sha(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_every_student_has_a_page_that_the_class_links(tmp_path):
    pages = every_page(tmp_path)
    links = {tag["href"] for tag in Outline(pages["index.html"]).all("a")} - {"#main"}
    assert links == set(pages) - {"index.html"}
    assert len(links) == 12


def test_every_page_is_well_formed_and_closed(tmp_path):
    for page in every_page(tmp_path).values():
        outline = Outline(page)
        assert outline.open == []
        ids = [attributes["id"] for _, attributes in outline.tags if "id" in attributes]
        assert len(ids) == len(set(ids))


def test_every_inner_link_has_a_target():
    outline = Outline(student_page(mixed(), TITLE))
    ids = {attributes.get("id") for _, attributes in outline.tags}
    assert {tag["href"][1:] for tag in outline.all("a")} <= ids
    assert {attributes["aria-labelledby"] for _, attributes in outline.tags if "aria-labelledby" in attributes} <= ids


def test_headings_never_skip_a_level(tmp_path):
    for page in every_page(tmp_path).values():
        levels = [int(tag[1]) for tag, _ in Outline(page).tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_policy_allows_exactly_our_style_and_script(tmp_path):
    for name, page in every_page(tmp_path).items():
        styles, scripts = (re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S) for tag in ("style", "script"))
        policy = policy_of(page)
        assert policy.startswith("default-src 'none'")
        assert [sha(style) for style in styles] == re.findall(r"style-src ('sha256-[^']+')", policy)
        assert [sha(script) for script in scripts] == re.findall(r"script-src ('sha256-[^']+')", policy)
        assert bool(scripts) == (name == "index.html")


def test_nothing_is_loaded_from_anywhere(tmp_path):
    for page in every_page(tmp_path).values():
        outline = Outline(page)
        assert not re.search(r"https?:|//[a-z]|url\(|@import", page)
        assert all(tag["src"].startswith("data:image/png;base64,") for tag in outline.all("img"))
        assert not any(key.startswith("on") or key == "style" for _, attributes in outline.tags for key in attributes)


def test_hostile_text_stays_text(tmp_path):
    for page in every_page(tmp_path).values():
        assert "<script>alert" not in page
        assert not set("\x1b\u202e") & set(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;‹ESC›[2J‹U+202E›" in student_page(hostile(), TITLE)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_any_text_leaves_the_page_whole(text):
    texts = dict.fromkeys(("message", "hint", "counterexample", "title", "mistake"), text)
    made = report(text, failing("corr2d/0", **texts), notes=(text,), source=text, cells=(CellRun(text, False, text),))
    plain = report(
        "x", failing("corr2d/0", **dict.fromkeys(texts, "x")), notes=("x",), cells=(CellRun("x", False, "x"),)
    )
    shape = [
        tag for tag, _ in Outline(student_page(made, text)).tags if tag not in {"code", "p", "dl", "dt", "dd", "b"}
    ]
    assert shape == [
        tag for tag, _ in Outline(student_page(plain, "x")).tags if tag not in {"code", "p", "dl", "dt", "dd", "b"}
    ]


def test_staff_text_is_on_no_page(tmp_path):
    assert not any("SECRET-STAFF" in page for page in every_page(tmp_path).values())


def test_the_student_reads_what_is_wrong_and_what_to_do():
    page = student_page(mixed(), TITLE)
    for sentence in ("What to do next", "18 points to gain", "Your kernel is flipped", "Smallest failing input",
                     "corr2d(X of shape (2, 3), K of shape (1, 2))", "was missing, so the empty one"):  # fmt: skip
        assert sentence in page
    assert page.count('class="heat"') == 6


def test_where_nothing_is_written_no_input_is_told():
    stub = {
        "message": messages.not_implemented("line 2"),
        "counterexample": "corr2d(X of shape (2, 3))",
        "unwritten": True,
    }
    page = student_page(report("Ada", failing("corr2d/0", Verdict.RAISED, **stub)), TITLE)
    assert "not filled in yet" in page
    assert "Smallest failing input" not in page


def test_checks_that_fail_alike_are_told_once():
    page = student_page(mixed(), TITLE)
    assert page.count("Call it with such an input") == 1
    assert "Probably for the same reason" in page
    hint = {"hint": "Your kernel is flipped."}
    both = report("Ada", failing("corr2d/0", message="a", **hint), failing("corr2d/2", message="b", **hint))
    assert student_page(both, TITLE).count('class="hint"') == 1


def test_only_sound_figures_are_shown():
    page = student_page(hostile(), TITLE)
    assert len(Outline(page).all("img")) == 1
    many = report("Ada", cells=tuple(CellRun(f"cell {i}", True, figures=(png(),) * 9) for i in range(9)))
    assert len(Outline(student_page(many, TITLE)).all("img")) == 16


def test_figures_of_failed_cells_come_first():
    drawn = [CellRun(f"cell {i}", True, figures=(png(),) * 16) for i in range(2)]
    page = student_page(report("Ada", cells=(*drawn, CellRun("bad", False, "x", figures=(png(8, 8),)))), TITLE)
    small, *rest = [len(tag["src"]) for tag in Outline(page).all("img")]
    assert len(rest) == 15
    assert small < min(rest)


@pytest.mark.parametrize("make", [unreadable, untouched, mixed, lambda: report("Ada")])
def test_every_kind_of_report_has_a_page(make):
    outline = Outline(student_page(make(), TITLE))
    assert [tag for tag, _ in outline.tags if tag in {"header", "main", "footer"}] == ["header", "main", "footer"]


def test_verdicts_are_told_without_colour():
    page = student_page(mixed(), TITLE)
    for words in ("not right yet", "stopped with an error", "took too long", "used something that is not allowed"):
        assert words in page


def test_the_class_page_ranks_mistakes_and_lists_people(tmp_path):
    page = every_page(tmp_path)["index.html"]
    assert page.index("flipped kernel") < page.index("Submissions</h2>")
    people = page[page.index('id="people"') : page.index('id="scores"')]
    assert all(name in people for name in ("Mei Tanaka", "Priya Raman", "Sam Whitaker"))
    assert "Noor" not in people


def test_an_empty_class_has_a_page(tmp_path):
    assert "0" in write_pages([], TITLE, tmp_path).read_text("utf-8")


def test_the_same_reports_give_the_same_bytes(tmp_path):
    assert every_page(tmp_path / "a") == every_page(tmp_path / "b")


def marked_by_hand(first: float | None) -> StudentContext:
    """A file that no program could judge, and what people gave for it: 1.25 for each exercise but the first."""
    names = enumerate(unreadable().exercises)
    given = [Mark(each.name, each.title, each.points, manual=1.25 if at else first) for at, each in names]
    return StudentContext(Grade("Mei Tanaka", "a1_convolution", tuple(given)))


def test_points_that_people_alone_gave_are_on_every_page():
    """The export had them; the student's own page did not."""
    page = " ".join(student_page(unreadable(), TITLE, marked_by_hand(2)).split())
    assert "<strong>9.5</strong> of 100 points" in page
    assert "This file could not be graded" in page
    assert 'data-sort="9.5"' in class_page([unreadable()], TITLE, ["x"], {"Mei Tanaka": marked_by_hand(2)})


def test_a_part_of_the_points_is_no_score():
    """The class page showed 7.5, where every export has an empty cell."""
    page = class_page([unreadable()], TITLE, ["x"], {"Mei Tanaka": marked_by_hand(None)})
    assert ('data-sort="7.5"' in page, 'data-sort="-1" data-label="score">–' in page) == (False, True)
    assert 'class="score"' not in student_page(unreadable(), TITLE, marked_by_hand(None))


def test_what_staff_write_is_set_as_they_mean_it():
    """nbgrader's feedback shows Markdown; our page showed the asterisks."""
    comment = "Say **why** and what *even* is: 2 * 3 * 4 or 2*3*4, `a*b*c`, **kw, <b>"
    mark = Mark("corr2d", "", 14, 9.0)
    page = student_page(mixed(), TITLE, StudentContext(Grade("x", "a1", (mark,)), {}, {"corr2d": comment}))
    shown = "Say <strong>why</strong> and what <em>even</em> is: 2 * 3 * 4 or 2*3*4, <code>a*b*c</code>, **kw, "
    assert f"{shown}&lt;b&gt;" in page


# large classes ----------------------------------------------------------------------------------


def page_of(students: int) -> str:
    reports = [replace(mixed(), student=f"student {number}") for number in range(students)]
    return class_page(reports, TITLE, [f"students/{number}.html" for number in range(students)])


def test_tables_of_a_large_class_are_folded():
    """60 students were 43,000 pixels on a phone."""
    assert "<details><summary>All 60 submissions</summary>" in page_of(60)
    assert "<details><summary>All 40 submissions</summary>" in page_of(40)
    assert "All 39 submissions" not in page_of(39)


def test_of_a_long_list_ten_are_seen_and_the_others_folded():
    """Three hundred who handed in something else were 26,000 pixels on a phone."""
    lost = {f"student {number}": "there is no notebook" for number in range(300)}
    page = class_page([unreadable()] * 12, TITLE, ["x"] * 12, news=ClassNews((), lost))
    assert "<summary>290 more</summary>" in page
    assert "<summary>2 more</summary>" in page
    assert all(f"student {number}: there is no notebook" in page for number in range(300))
    assert "more</summary>" not in class_page([unreadable()] * 10, TITLE, ["x"] * 10)


def test_two_thousand_students_fit_into_two_megabytes():
    page = page_of(2000)
    assert len(page.encode()) < 2_000_000
    assert page.count('href="students/') == 2000


def test_who_needs_a_person_is_one_number():
    """Of three students two have an answer to read, one of them no verdict either: two, as formgrader counts."""
    marks = (Mark("why", "Why?", 4, None, by_hand=True),)
    read = (Mark("why", "Why?", 4, None, 3.0, by_hand=True),)
    reports = [report("ada"), report("bob", failing("pad_zeros", Verdict.UNGRADED)), report("cy")]
    people = {"ada": marks, "bob": marks, "cy": read}
    contexts = {name: StudentContext(Grade(name, "a1", given)) for name, given in people.items()}
    page = class_page(reports, TITLE, ["a", "b", "c"], contexts)
    assert '<dt>need a person</dt><dd class="ours">2</dd>' in page
    assert "2 answers to read: Why?" in page


# unread answers ---------------------------------------------------------------------------------


def asked(name, *, manual=None, auto=90.0, penalty=0.0):
    """A student with 90 automatic points and an answer of up to 10 that people mark."""
    marks = Mark("double", "", 90, auto), Mark("why", "Why?", 10, None, manual, by_hand=True)
    return StudentContext(Grade(name, "tiny", marks, penalty=penalty))


def head_of(**contexts):
    page = class_page([report(name) for name in contexts], TITLE, list(contexts), contexts)
    return re.findall(r"<dt>mean of ([^<]*)</dt><dd>([^<]*)</dd>", page)[0], page


@pytest.mark.parametrize(
    ("contexts", "head"),
    [
        ({"ada": {}, "bob": {"auto": 45.0}}, ("90 automatic points", "67.5")),
        ({"ada": {"manual": 10.0}, "bob": {"auto": 45.0}}, ("90 automatic points", "67.5")),
        ({"ada": {"manual": 10.0}, "bob": {"auto": 45.0, "manual": 5.0}}, ("100 points", "75")),
        ({"ada": {"manual": 10.0}, "bob": {"auto": None}}, ("100 points", "100")),
        ({"ada": {"penalty": 9.0}, "bob": {"auto": 45.0}}, ("90 automatic points", "63")),
    ],
)
def test_no_mean_counts_an_answer_that_nobody_has_read(contexts, head):
    """The class page said 'mean of 100 points', and an unread answer was a zero in it."""
    assert head_of(**{name: asked(name, **about) for name, about in contexts.items()})[0] == head


def test_a_score_without_all_answers_says_what_it_is_of():
    _, page = head_of(ada=asked("ada", manual=10.0), bob=asked("bob"))
    assert '90<span class="soft small"> of 90</span>' in page
    assert page.count(" of 90</span>") == 1
