"""The zip that makes Gradescope grade one assignment: this engine, the student kit, the assignment, two scripts."""

import io
import json
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import autograder
from autograder.box.bubblewrap import kit
from autograder.course import Assignment, Course
from autograder.course.parts import HELD_OUT
from autograder.files import write_atomically
from autograder.hosts.requirements import pinned
from autograder.layout import COURSE_FILE, GRADESCOPE
from autograder.messages import CRASHED
from autograder.text.templates import environment

FILES = Path(__file__).parent / "files"
LEFT_OUT = ("marking.toml", "rows.toml")  # of an assignment: grading does not need them
START_SECONDS = 150.0  # for importing torch on half a processor
DATE = (1980, 1, 1, 0, 0, 0)  # the same course gives the same bytes


@dataclass(frozen=True, slots=True)
class ZipOptions:
    """What an instructor chooses; it travels in convgrade.json."""

    wall: str = "bubblewrap"
    device: str = "cpu"
    visibility: str = "visible"
    leaderboard: bool = False


def write_zip(course: Course, assignment: Assignment, options: ZipOptions) -> Path:
    """Writes build/gradescope/<slug>.zip; gives its path."""
    path = course.root / GRADESCOPE / f"{assignment.slug}.zip"
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(zip_files(course, assignment, options).items()):
            entry = zipfile.ZipInfo(name, DATE)
            mode = 0o755 if name in ("setup.sh", "run_autograder") else 0o644
            entry.external_attr, entry.compress_type = (stat.S_IFREG | mode) << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    write_atomically(path, memory.getvalue())
    return path


def zip_files(course: Course, assignment: Assignment, options: ZipOptions) -> dict[str, bytes]:
    """Every file of the zip by its name. Of the course only this assignment and the secret; nobody's name."""
    values = {"slug": assignment.slug, "wall": options.wall, "seconds": seconds(assignment), "not_started": CRASHED}
    templates = environment(FILES)
    scripts = {name: templates.get_template(f"{name}.j2").render(values) for name in ("setup.sh", "run_autograder")}
    settings = {"slug": assignment.slug} | asdict(options)
    course_file = {"name": course.name, "secret": assignment.secret}
    toml = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in course_file.items())
    texts = scripts | {"convgrade.json": json.dumps(settings), "requirements.txt": pinned(), str(COURSE_FILE): toml}
    files = dict(files_below(Path(autograder.__file__).parent, "autograder"))
    files |= dict(files_below(kit(), "shared/cnnkit"))
    own = files_below(assignment.folder, f"solutions/{assignment.slug}")
    files |= {name: path for name, path in own if path.name not in LEFT_OUT}
    held_out = assignment.folder.parent / f"{HELD_OUT}.py"
    files |= {f"solutions/{path.name}": path for path in (held_out,) if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items()} | {name: texts[name].encode() for name in texts}


def seconds(assignment: Assignment) -> int:
    """How long one run may take; set Gradescope's own limit higher."""
    return int(assignment.limits.submission_seconds + START_SECONDS)


def advice(assignment: Assignment) -> Iterator[str]:
    """What to choose on Gradescope, in sentences."""
    yield "upload it under Configure Autograder, with the newest Ubuntu"
    yield f"container: at least {(assignment.limits.memory_mb + 1536) / 1024:.1f} GB of memory, one processor"
    yield f"timeout: more than {seconds(assignment) // 60 + 1} minutes"


def files_below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    """The files of a folder that goes into an archive as `name`: without hidden ones and caches."""
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in inner.parts):
            yield f"{name}/{inner.as_posix()}", path
