"""A template repository for GitHub Classroom: the release, the student kit, a workflow with the public checks.

Everything in it is public. The hidden suite, the reference and the mistakes are never read for it: grade what students
push with `convgrade collect` and `convgrade grade`, behind the wall.
"""

import json
import re
from importlib.metadata import requires
from pathlib import Path

from autograder.authoring import notebooks
from autograder.box.bubblewrap import kit
from autograder.course import Assignment, Course
from autograder.files import PUBLIC, write_atomically
from autograder.hosts.gradescope_zip import FILES, files_below
from autograder.layout import CLASSROOM, grade_id_of
from autograder.text.templates import environment

INSTALL = (
    "1. Install what the notebook needs: `pip install -r requirements.txt`. The kit is next to it, in `cnnkit/`.\n"
)
README = """
## Public checks

Every push runs the checks from the notebook on GitHub, for one point per exercise. **This is not your grade**:
grading runs more checks, on other inputs. To run them yourself: `python .github/classroom/run_checks.py`, then
`python .github/classroom/run_checks.py {first}`.
"""
IGNORED = ".public_checks.json\n.ipynb_checkpoints/\n__pycache__/\n"


def write_template(course: Course, assignment: Assignment) -> Path:
    """Writes build/classroom/<slug>/; gives its path."""
    folder = course.root / CLASSROOM / assignment.slug
    for name, data in template_files(assignment).items():
        write_atomically(folder / name, data, PUBLIC)
    return folder


def _checks(assignment: Assignment) -> dict[str, str]:
    """The public check of each exercise by its grade id, with what is tried after single functions of it before."""
    last, found, before = {grade_id_of(exercise.name) for exercise in assignment.exercises}, {}, list[str]()
    for cell in assignment.release:
        if cell.role == "check":
            before.append(cell.source)
        if cell.role == "check" and cell.grade_id in last:
            found[str(cell.grade_id)], before = "\n\n".join(before), []
    return found


def template_files(assignment: Assignment) -> dict[str, bytes]:
    """Every file of the template repository by its name."""
    exercises = [exercise for exercise in assignment.exercises if not exercise.manual]
    checks = _checks(assignment)
    values = {"slug": assignment.slug, "exercises": exercises, "seconds": int(assignment.limits.cell_seconds) + 10}
    release = notebooks.public_files(assignment)
    readme = re.sub(r"1\. Install.*?\n(?=2\. )", INSTALL, release.pop("README.md").decode(), flags=re.DOTALL)
    beside = {name: path.read_bytes() for name, path in files_below(kit(), "cnnkit")}  # nothing to install
    texts = {
        ".github/workflows/classroom.yml": _filled("classroom.yml", values),
        ".github/classroom/run_checks.py": _filled("run_checks.py", values),
        ".github/classroom/checks.json": json.dumps(checks, indent=1, ensure_ascii=False),
        ".gitignore": IGNORED,
        "README.md": readme + README.format(first=exercises[0].name if exercises else ""),
        "requirements.txt": "".join(f"{line}\n" for line in ("ipython>=8.20", *(requires("cnnkit") or ()))),
    }
    return release | beside | {name: text.encode() for name, text in texts.items()}


def _filled(name: str, values: dict[str, object]) -> str:
    return environment(FILES).get_template(f"{name}.j2").render(values)
