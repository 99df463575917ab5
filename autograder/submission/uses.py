"""Which names the cells of a submission use: found in the text, so what cannot be parsed is read too.

A name in a comment counts as used. That is harmless here: whoever asks only learns where to look.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from autograder.submission.match import bodies
from autograder.submission.read import Cell

_WORD = re.compile(r"[^\W\d]\w*+")
_STATEMENT = re.compile(r"^(?=[^\s)\]}])", re.MULTILINE)  # where one begins at the left margin
_TARGETS = re.compile(r"^[ \t]*+([^\W\d][\w.,*\[\]'\" \t]*+)(?::[^=\n]++)?=(?!=)", re.MULTILINE)
_DEFINES = ("def ", "class ", "async ", "@", "#")


def names_used(cells: Sequence[Cell], grade_ids: Collection[str], names: Iterable[str]) -> set[str]:
    """Every word of these cells and of the definitions of these names, and of the definitions that those use."""
    texts: list[list[str]] = []  # each once, however many names it makes
    makers: defaultdict[str, set[int]] = defaultdict(set)  # name → the texts that give it its meaning
    for targets, words in chain.from_iterable(chain(_defined(cell.source), _assigned(cell.source)) for cell in cells):
        for name in targets:
            makers[name].add(len(texts))
        texts.append(words)
    own = [_WORD.findall(cell.source) for cell in cells if cell.grade_id in grade_ids]
    read, seen, waiting = set[int](), set[str](), {*names, *(word for words in own for word in words)}
    while waiting:
        seen |= waiting
        places = {place for name in waiting for place in makers.pop(name, ())} - read
        read |= places
        waiting = {word for place in places for word in texts[place]} - seen
    return seen


def _defined(source: str) -> Iterator[tuple[list[str], list[str]]]:
    """The name of each definition, with all words of its text."""
    yield from (([name], _WORD.findall(body)) for name, body in bodies(source))


def _assigned(source: str) -> Iterator[tuple[list[str], list[str]]]:
    """Words that a statement at the left margin assigns to, with all words of that statement."""
    for text in _STATEMENT.split(source):
        if not text.startswith(_DEFINES) and (targets := _TARGETS.findall(text)):
            yield _WORD.findall("\n".join(targets)), _WORD.findall(text)


def words_of(source: str) -> set[str]:
    """Every word of a text, those of its comments too."""
    return set(_WORD.findall(source))
