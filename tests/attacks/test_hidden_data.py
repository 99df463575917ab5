"""Hidden data that an installed package ships: `[hidden]` keeps it out of both walls."""

from __future__ import annotations

import contextlib
import json
import sysconfig
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.box.box import open_box
from autograder.box.outcome import StudentError
from autograder.box.zygote import MODES, Wall, Zygote
from autograder.course import Assignment, load_course
from autograder.grading.session import GradingOptions, GradingSession
from tests.attacks.papers import DOUBLE, FULL, paper, points
from tests.attacks.walls import PRELUDE, QUICK, RIGHT, call
from tests.conftest import write_course

DIGITS, FOLDER = "sklearn/datasets/data/digits.csv.gz", "sklearn/datasets/images"
HIDDEN = f'[hidden]\nfiles = ["{DIGITS}", "{FOLDER}"]\n\n[limits]'
LIMITS = replace(QUICK, call_seconds=15, memory_mb=1024, disk_mb=16)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    """The sample course, whose suite relies on scikit-learn's digits and photographs."""
    root = write_course(tmp_path_factory.mktemp("course"), {"tiny/assignment.toml": ("[limits]", HIDDEN)})
    return load_course(root).assignment("tiny")


class Boxes:
    """One warm zygote that masks, and one whose masks are switched off."""

    def __init__(self, covered: Zygote, bare: Zygote, folder: str) -> None:
        self.covered, self.bare, self.folder = covered, bare, folder  # site-packages, as a submission sees them

    def gain(self, attack: str, bare: bool = False) -> object:
        """What attack(site-packages) brings home; None when it fails."""
        with open_box(self.bare if bare else self.covered, LIMITS) as box:
            assert box.run_cell(f"{PRELUDE}\ndef attack(site):\n    {attack}", "cell 1").ok
            with contextlib.suppress(StudentError):
                return call(box, "attack", self.folder) or None
            return None

    def stop(self, attack: str) -> None:
        """It gains nothing; without the masks it does."""
        assert self.gain(attack) is None
        assert self.gain(attack, bare=True) is not None


@pytest.fixture(scope="module", params=MODES)
def warm_boxes(request: pytest.FixtureRequest, tiny: Assignment) -> Iterator[Boxes]:
    """Boxes of one mode."""
    wall = Wall(mode=request.param, masked=tiny.hidden)
    with Zygote.start(wall) as covered, Zygote.start(replace(wall, off=frozenset({"masked"}))) as bare:
        site = "/box/venv" + sysconfig.get_path("purelib").removeprefix(sysconfig.get_path("data"))
        yield Boxes(covered, bare, site if request.param == "bubblewrap" else sysconfig.get_path("purelib"))


@pytest.fixture
def boxes(warm_boxes: Boxes) -> Iterator[Boxes]:
    """After every attack a right answer still comes out right."""
    yield warm_boxes
    with open_box(warm_boxes.covered, LIMITS) as box:
        assert box.run_cell(RIGHT, "cell 1").ok
        assert call(box, "twice", 2) == 4


PHOTO = f"{FOLDER}/china.jpg"
ATTACKS = {
    "reading it": f"return read(site + '/{DIGITS}')[:9]",
    "reading a file of a hidden folder": f"return read(site + '/{PHOTO}')[:9]",
    "mapping it": f"return mmap.mmap(os.open(site + '/{DIGITS}', 0), 9, prot=mmap.PROT_READ)[:9]",
    "a way around in the path": f"return read(site + '/numpy/../{DIGITS}')[:9]",
    "the link lib64": f"return read(site.replace('/lib/', '/lib64/') + '/{DIGITS}')[:9]",
    "a link of its own": f"os.symlink(site + '/{DIGITS}', 'link'); return read('link')[:9]",
    "copying in the kernel": f"""
    source, target = os.open(site + '/{DIGITS}', 0), os.open('copy', os.O_CREAT | os.O_RDWR)
    return os.sendfile(target, source, 0, 9)""",
    "the package itself": """
    from sklearn.datasets import load_digits
    return len(load_digits().target)""",
    "the package's resources": f"""
    import importlib.resources
    return importlib.resources.files('sklearn').joinpath('{DIGITS.removeprefix("sklearn/")}').read_bytes()[:9]""",
    "taking the cover off": f"libc.umount2((site + '/{DIGITS}').encode(), 2); return read(site + '/{DIGITS}')[:9]",
    "going around the cover": f"""
    os.chdir(site + '/{FOLDER}/..')
    return [name for name in ('images/china.jpg', './images/../images/flower.jpg') if read(name)]""",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_hidden_data_cannot_be_read(boxes, name):
    boxes.stop(ATTACKS[name])


def test_what_lies_beside_hidden_data_can_be_read(boxes):
    assert boxes.gain("return read(site + '/sklearn/datasets/data/iris.csv')[:3]") == b"150"
    assert boxes.gain("import sklearn.datasets; return len(sklearn.datasets.load_iris().data)") == 150


def test_a_hidden_folder_holds_nothing_and_takes_nothing(boxes):
    write = f"return write(site + '/{FOLDER}/left', b'x')"
    assert boxes.gain(write) is None
    if boxes.covered.wall.mode == "bubblewrap":
        boxes.stop(f"return os.listdir(site + '/{FOLDER}')")


SPIES = f"""
def double(x):
    import importlib.util
    folder = importlib.util.find_spec("sklearn").submodule_search_locations[0]  # to import it takes seconds
    try:
        found = open(folder + "{DIGITS.removeprefix("sklearn")}", "rb").read()
    except OSError:
        found = b""
    return x * 3 if found else x * 2
"""


@pytest.mark.parametrize("mode", MODES)
def test_the_grader_keeps_what_the_assignment_hides(tiny, mode):
    def score(assignment: Assignment) -> dict[str, float]:
        grading = GradingSession(assignment, GradingOptions(force=True, wall=mode))
        return points(grading.one(json.dumps(paper(SPIES)).encode(), "ada", "ada.ipynb"))

    assert score(tiny) == {"double": 60.0, "add": 30.0}  # it found nothing, so it answers right
    settings = Path(tiny.folder) / "assignment.toml"
    text = settings.read_text()
    settings.write_text(text.replace("[hidden]", "[limits]").split("files", 1)[0] + text.partition("[limits]\n")[2])
    try:
        assert score(load_course(tiny.folder.parents[1]).assignment("tiny"))["double"] == 20.0
    finally:
        settings.write_text(text)


def test_a_right_submission_is_graded_as_ever(tiny):
    report = GradingSession(tiny, GradingOptions(force=True)).one(
        json.dumps(paper(DOUBLE)).encode(), "ada", "ada.ipynb"
    )
    assert report.score == FULL
