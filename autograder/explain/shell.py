"""A prompt whose lines run inside the box, in the student's namespace, through the wall. Line based."""

import codeop
import contextlib
import sys
from collections.abc import Callable, Iterator

from autograder.box.box import Box
from autograder.box.outcome import Handle
from autograder.errors import ConvgradeError
from autograder.explain.again import Again
from autograder.text import escape

Read = Callable[[str], str]
"""Shows a prompt and gives one line; raises EOFError at the end of the input."""

_KEEP = """
def keep(**values):
    student._names.update(values)
"""
_LAST = "Of the last call of the check: `args`, `kwargs`, and `expected`, what the reference answers.\n"
HELLO = f"""
You are inside the box, after the submission's cells: its functions are here, and nothing of ours.
{_LAST}Leave with Ctrl-D or exit."""


def stay(box: Box, again: Again, read_line: Read | None = None, say: Callable[[str], None] = print) -> None:
    """Runs what is typed until the input ends. After a hang or a crash the next line meets a fresh box, replayed."""
    names = _put_in(box, again)
    say(HELLO if names else HELLO.replace(_LAST, ""))
    for number, source in enumerate(_cells(read_line or _reader()), 1):
        outcome = box.run_cell(source, f"shell {number}")
        if outcome.printed.strip():
            say(escape.block(outcome.printed.rstrip("\n"), 20_000))
        if outcome.error:
            say(escape.terminal(f"{outcome.error} {outcome.error.where and f'({outcome.error.where})'}".strip()))


def _put_in(box: Box, again: Again) -> bool:
    """The arguments of the last call as names of the student's; whether there are any."""
    if again.exchange is None:
        return False
    request = again.exchange.request
    expected = None if isinstance(again.expected, Handle) else again.expected
    values = {"args": list(request["args"]), "kwargs": dict(request["kwargs"]), "expected": expected}
    with contextlib.suppress(ConvgradeError):  # a handle of the reference's means nothing in there
        box.ask({"op": "run", "source": _KEEP})
        box.ask({"op": "call", "target": ["env", "keep"], "args": [], "kwargs": values, "ban": []})
        return True
    return False


def _cells(read_line: Read) -> Iterator[str]:
    """Whole inputs: lines are collected until Python could run them."""
    number = 1
    while (source := _one(read_line, number)) is not None:
        if source.strip() in ("exit", "quit", "exit()", "quit()"):
            return
        if source.strip():
            yield source
            number += 1


def _one(read_line: Read, number: int) -> str | None:
    prompt, lines = f"In [{number}]: ", list[str]()
    try:
        while True:
            lines.append(read_line(prompt))
            if _complete("\n".join(lines)):
                return "\n".join(lines)
            prompt = "...: ".rjust(len(f"In [{number}]: "))
    except EOFError:
        return None


def _complete(source: str) -> bool:
    """Whether Python need not wait for more; what it cannot parse is IPython's to explain, inside."""
    try:
        return codeop.compile_command(source) is not None
    except (SyntaxError, ValueError, OverflowError):
        return True


def _reader() -> Read:
    if sys.stdin.isatty():
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401  # arrow keys and a history, where Python has it
    return input
