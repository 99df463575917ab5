"""The check of an explanation once more, in a fresh box, and a shell where it ran."""

from __future__ import annotations

from rich.text import Text

from autograder.box.box import Box
from autograder.box.zygote import Wall
from autograder.errors import UnreadableSubmission
from autograder.explain.again import Again, try_again
from autograder.explain.shell import stay
from autograder.explain.show import Explanation
from autograder.text import escape


def run_again(explanation: Explanation, wall: Wall, shell: bool) -> bool:
    """Shows what happens now; with `shell` there is a prompt then. False if the file cannot be read."""

    def in_the_box(box: Box, again: Again) -> None:
        explanation.again(again)
        if shell:
            stay(box, again)

    subject = explanation.subject
    assert subject.raw is not None
    try:
        try_again(subject.assignment, subject.raw, explanation.spec.name, wall, in_the_box)
    except UnreadableSubmission as error:
        explanation.console.print(Text(escape.block(str(error)), style="yellow"))
        return False
    return True
