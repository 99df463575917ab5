"""A new assignment that proves green at once, to be changed from there."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from autograder.course.load import SLUG
from autograder.errors import UsageError
from autograder.files import write_atomically
from autograder.layout import COURSE_FILE, SOLUTIONS
from autograder.text.templates import environment

TEMPLATES = Path(__file__).parent / "templates" / "new"


def new_assignment(root: Path, slug: str, title: str = "") -> list[Path]:
    """Writes solutions/<slug>/, and solutions/course.toml where there is none; gives what was written.

    Raises UsageError for a name that cannot be used or is taken: nothing is ever overwritten.
    """
    folder = root / SOLUTIONS / slug
    if not SLUG.fullmatch(slug):
        raise UsageError(f"“{slug}” is no name for an assignment: begin with a letter, use a-z, 0-9 and _")
    if folder.exists():
        raise UsageError(f"solutions/{slug} is there already; choose another name, or delete it first")
    title = " ".join(title.split()) or slug.replace("_", " ").capitalize()
    values = {"title": title, "title_toml": json.dumps(title, ensure_ascii=False), "secret": secrets.token_urlsafe(24)}
    targets = {f"{slug}/{path.stem}": path for path in sorted(TEMPLATES.glob("*.j2")) if path.stem != "course.toml"}
    if not (root / COURSE_FILE).exists():
        targets["course.toml"] = TEMPLATES / "course.toml.j2"
    templates = environment(TEMPLATES)
    written = []
    for name, template in targets.items():
        path = root / SOLUTIONS / name.replace("test_slug", f"test_{slug}")
        write_atomically(path, templates.get_template(template.name).render(values).encode())
        written.append(path)
    return written
