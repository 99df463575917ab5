"""The pages for those who do not see them, see little, or print them: what a program can check without a browser."""

import re
from html.parser import HTMLParser
from itertools import pairwise, product
from pathlib import Path

import pytest

from autograder.gradebook.context import StudentContext
from autograder.gradebook.grades import Grade, Mark
from autograder.reports import class_page, in_cell, render
from autograder.reports.archive import TermSums
from autograder.reports.archive_page import archive_page
from autograder.reports.student_page import student_page
from tests.engine.samples.reports import a_class, hostile, mixed, not_graded, report, unreadable, untouched

CSS = (Path(render.__file__).parent / "templates" / "page.css").read_text("utf-8")
WORDS = ("ink", "soft", "good", "bad", "ours", "accent")  # what text is written in
GROUNDS = ("paper", "card", "wash")  # what it is written on
VOID = {"meta", "br", "img", "input", "rect", "line", "link"}
NAMED = {"img": "alt", "svg": "aria-label"}


def marks() -> StudentContext:
    hand = Mark("why_flip", "Why flip at all?", 10, manual=7, by_hand=True)
    return StudentContext(
        Grade("Ada", "a1", (hand,), penalty=1, seconds_late=60), {"corr2d": "T1.2"}, {"why_flip": "Good."}
    )


def pages() -> dict[str, str]:
    rows = a_class()
    shown = {
        "mixed": student_page(mixed(), "A1", marks()),
        "perfect": student_page(report("Ada"), "A1"),
        "untouched": student_page(untouched(), "A1"),
        "hostile": student_page(hostile(), "A1"),
        "unreadable": student_page(unreadable(), "A1"),
        "ours": student_page(not_graded("Sam", "x", "ours"), "A1"),
    }
    terms = [TermSums("2028"), TermSums("2029")]
    for row in rows:
        terms[0].add(row)
        terms[1].add(row)
    shown["archive"] = archive_page(terms, "A1")
    return shown | {"class": class_page.class_page(rows, "A1", [f"{i}.html" for i in range(len(rows))])}


PAGES = pages()
EVERY = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)


class Node:
    """An element: its tag, attributes, children and text."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: "Node | None" = None) -> None:
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.children: list[Node] = []
        self.text = ""

    def all(self, *tags: str) -> list["Node"]:
        found = [node for child in self.children for node in child.all(*tags)]
        return [self, *found] if self.tag in tags else found

    @property
    def words(self) -> str:
        """What is read aloud: hidden parts are left out."""
        if self.attributes.get("aria-hidden") == "true":
            return ""
        name = self.attributes.get("aria-label", "")
        return f"{name} {self.text} {' '.join(child.words for child in self.children)}".strip()


class Tree(HTMLParser):
    """A page as nodes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.root = self.at = Node("root", {})
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        node = Node(tag, {key: value or "" for key, value in attrs}, self.at)
        self.at.children.append(node)
        self.at = self.at if tag in VOID else node

    def handle_startendtag(self, tag, attrs):
        self.at.children.append(Node(tag, {key: value or "" for key, value in attrs}, self.at))

    def handle_endtag(self, tag):
        self.at = self.at.parent or self.at

    def handle_data(self, data):
        self.at.text += data.strip()


def luminance(colour: str) -> float:
    digits = colour * 2 if len(colour) == 3 else colour
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def schemes() -> dict[str, dict[str, str]]:
    """The colours of each `:root`: on a light screen, on a dark one, on paper."""
    roots = re.findall(r":root \{(.*?)\}", CSS, re.S)
    light, dark, paper = (dict(re.findall(r"--(\w+): #([0-9a-f]+);", root)) for root in roots)
    return {"light": light, "dark": light | dark, "print": light | paper}


@pytest.mark.parametrize(("word", "ground"), [*product(WORDS, GROUNDS), ("ink", "ourswash"), ("paper", "accent")])
@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_stands_out_from_what_it_is_written_on(scheme, word, ground):
    colours = schemes()[scheme]
    assert contrast(colours[word], colours[ground]) >= 4.5


def test_the_style_sheet_uses_no_other_colours():
    rules = re.sub(r":root \{.*?\}", "", CSS, flags=re.S)
    assert set(re.findall(r"#[0-9a-f]{3,6}\b", rules)) == {"#fff"}  # below a figure that student code drew
    written = set(re.findall(r"(?<![\w-])(?:color|fill): ?var\(--(\w+)\)", rules))
    assert written <= {*WORDS, "paper", "line"}


def test_a_report_in_a_notebook_stands_out_in_every_theme():
    made = in_cell.as_html(mixed(), mixed().exercises[0])
    ground = re.search(r"background:#([0-9a-f]{3,6})", made)[1]
    ink = re.findall(r"(?<!-)color:#([0-9a-f]{3,6})", made)
    assert ink
    assert min(contrast(colour, ground) for colour in {*ink, *(c[1:] for c in in_cell.COLOURS.values())}) >= 4.5


@EVERY
def test_a_page_says_its_language_its_title_and_its_landmarks(page):
    tree = Tree(page).root
    assert tree.all("html")[0].attributes["lang"] == "en"
    assert tree.all("title")[0].words
    assert [len(tree.all(tag)) for tag in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    assert "width=device-width" in page
    assert tree.all("a")[0].attributes["href"] == "#main"


@EVERY
def test_headings_have_words_and_never_skip_a_level(page):
    headings = Tree(page).root.all("h1", "h2", "h3", "h4")
    assert all(heading.words for heading in headings)
    assert all(int(after.tag[1]) - int(before.tag[1]) <= 1 for before, after in pairwise(headings))


@EVERY
def test_every_region_has_a_name(page):
    tree = Tree(page).root
    ids = {node.attributes["id"]: node for node in tree.all(*{n.tag for n in walk(tree)}) if "id" in node.attributes}
    for section in tree.all("section"):
        assert ids[section.attributes["aria-labelledby"]].words


@EVERY
def test_every_picture_says_what_it_shows_or_is_left_out(page):
    for node in Tree(page).root.all("img", "svg"):
        assert node.attributes.get(NAMED[node.tag]) or hidden(node)
        assert node.tag == "img" or hidden(node) or node.attributes["role"] == "img"


@EVERY
def test_every_link_button_and_field_has_a_name(page):
    tree = Tree(page).root
    labels = {label.attributes["for"] for label in tree.all("label")}
    assert all(node.words for node in tree.all("a", "button", "summary"))
    assert all(field.attributes["id"] in labels for field in tree.all("input"))


@EVERY
def test_icons_are_never_all_that_is_said(page):
    icons = set("✓✗◷▲⊘→?○")
    for node in walk(Tree(page).root):
        if node.text and set(node.text) <= icons:
            assert hidden(node)


def test_tables_keep_their_roles_on_a_phone():
    for table in Tree(PAGES["class"]).root.all("table"):
        assert all("scope" in head.attributes for head in table.all("th"))
        if "stack" in table.attributes.get("class", ""):  # its cells are drawn as blocks there
            roles = {"thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
            assert all(node.attributes.get("role") == roles[node.tag] for node in table.all(*roles))
            assert table.attributes["role"] == "table"


def test_a_page_can_be_printed():
    printed = CSS[CSS.index("@media print") :]
    assert "details::details-content { content-visibility: visible" in printed
    assert "break-inside: avoid" in printed
    assert "@media screen and (max-width: 42rem)" in CSS  # paper is no phone


def test_motion_is_left_out_for_those_who_ask():
    assert "prefers-reduced-motion" in CSS


def walk(node: Node) -> list[Node]:
    return [node, *(element for child in node.children for element in walk(child))]


def hidden(node: Node | None) -> bool:
    """Whether this, or something around it, is hidden from a screen reader."""
    return node is not None and (node.attributes.get("aria-hidden") == "true" or hidden(node.parent))
