"""`convgrade explain`: what is stored, the check once more, and a shell where it ran."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.box.zygote import Wall
from autograder.course import load_course
from autograder.errors import UnreadableSubmission
from autograder.explain.shell import stay
from autograder.explain.show import Explanation, overview
from autograder.explain.subject import find_subject, spec_name
from autograder.text import escape

DONE, NOT_GRADED, NOTHING = 0, 1, 3
NO_FILE = "The file that was graded is not under build/submitted. Give it with --file, and the check is tried again."


def explain(root: Path, what: str, check: str, **options: object) -> int:
    """Everything about one verdict; `options` are file, slug, box, shell and verbose."""
    file = options["file"]
    subject = find_subject(load_course(root), what, file if isinstance(file, Path) else None, str(options["slug"]))
    console = Console(soft_wrap=True, highlight=False)
    if not check:
        overview(subject, console)
        return DONE
    explanation = Explanation(subject, spec_name(subject.assignment, check), console, bool(options["verbose"]))
    explanation.stored()
    if options["verbose"]:
        explanation.source()
    if subject.raw is None:
        console.print(Text(f"\n{NO_FILE}", style="yellow"))
        return NOTHING
    return _again(explanation, console, Wall(mode=str(options["box"])), bool(options["shell"]))


def _again(explanation: Explanation, console: Console, wall: Wall, shell: bool) -> int:
    from autograder.box.box import Box
    from autograder.explain.again import Again, try_again

    def in_the_box(box: Box, again: Again) -> None:
        explanation.again(again)
        if shell:
            stay(box, again)

    subject = explanation.subject
    assert subject.raw is not None
    try:
        try_again(subject.assignment, subject.raw, explanation.spec.name, wall, in_the_box)
    except UnreadableSubmission as error:
        console.print(Text(escape.block(str(error)), style="yellow"))
        return NOT_GRADED
    return DONE
