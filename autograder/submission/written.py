"""Which text of a handed-in notebook answers which question that people mark; nothing is judged here.

A label or an id says so. Where it is gone, or the cell below it holds the answer, the place does: what the student
wrote between the released cells around the question. What is not sure is left to a person.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from autograder.layout import exercise_of
from autograder.model import WrittenAnswer
from autograder.submission import remarks
from autograder.submission.album import Album
from autograder.submission.match import Claims, Notes, Release, tidy
from autograder.submission.parse import RawCell
from autograder.submission.prose import for_people, undressed

MAX_TEXT = 50_000  # characters of one answer


@dataclass(frozen=True)
class Written:
    """The cells that answer one question, in the student's order; without a cell it is blank, or a person looks."""

    grade_id: str
    cells: tuple[RawCell, ...]
    sure: bool = True
    labelled: bool = True

    @cached_property
    def _told(self) -> tuple[str, tuple[str, ...], int]:
        """The text with its pictures counted, the pictures, and how many could not be kept."""
        album = Album()
        text = "\n\n".join(album.placed(cell).strip("\n") for cell in self.cells)
        return text, tuple(album.kept), album.lost

    @property
    def source(self) -> str:
        """All of it as one text."""
        return self._told[0]

    @property
    def pictures(self) -> tuple[str, ...]:
        """What was pasted into it: base64, sound PNG or JPEG."""
        return self._told[1]

    @property
    def lost(self) -> int:
        """How many pictures in it could not be kept."""
        return self._told[2]

    @property
    def answer(self) -> WrittenAnswer:
        """The same for a report."""
        state = "unsure" if not self.sure else "given" if self.cells else "blank"
        return WrittenAnswer(exercise_of(self.grade_id), self.source[:MAX_TEXT], state, self.pictures)


def written_answers(cells: Sequence[RawCell], origin: Release, claims: Claims, notes: Notes) -> list[Written]:
    """One for each question of the release, in its order. Adds to `notes`."""
    desk = _Desk(cells, origin, claims)
    found = [desk.answer(rank) for rank, cell in enumerate(origin.all) if cell.role == "manual"]
    loose = desk.left_over()
    answers = [answer if answer.cells or not answer.sure else _blank(answer, loose) for answer in found]
    for answer in answers:
        if not answer.sure:
            notes.about(answer.grade_id, remarks.answer_not_found)
        elif answer.cells and not answer.labelled:
            notes.about(answer.grade_id, remarks.answer_by_place)
        if answer.lost:
            notes.append(remarks.picture_not_kept(answer.grade_id))
    return answers


def _blank(answer: Written, loose: tuple[RawCell, ...]) -> Written:
    """No answer; but where the student wrote text that nothing explains, a person has to look."""
    return Written(answer.grade_id, loose, sure=not loose, labelled=answer.labelled)


class _Desk:
    """A notebook beside the release: where each released cell is, and which cells are the student's own."""

    def __init__(self, cells: Sequence[RawCell], release: Release, claims: Claims) -> None:
        self.cells, self.release = cells, release.all
        self._place = {id(cell): place for place, cell in enumerate(cells)}
        self._labelled = {
            rank: claims.get(str(cell.grade_id)) or [copy for copy in cells if cell.grade_id in copy.ids]
            for rank, cell in enumerate(self.release)
            if cell.role == "manual"
        }
        claimed = {id(copy) for copies in (*claims.values(), *self._labelled.values()) for copy in copies}
        lines = [(cell.role, line) for cell in self.release for line in cell.source.splitlines()]
        self._given = {tidy(line) for _, line in lines}
        self._stubs = {undressed(line) for role, line in lines if role == "manual"} | {""}
        self._wrote = {
            id(cell)
            for cell in cells
            if id(cell) not in claimed and (cell.attachments or not all(map(self._is_known, cell.source.splitlines())))
        }
        self._own = set(self._wrote)  # what no question has yet
        self._anchors = dict(self._anchored(claims))  # rank in the release → place in the file

    def _is_known(self, line: str) -> bool:
        """Whether a line is the release's: as it stands there, or a question's stub in any dress."""
        return tidy(line) in self._given or undressed(line) in self._stubs

    def answer(self, rank: int) -> Written:
        """What answers the question of this rank; what it takes is nobody else's any more."""
        name, copies = str(self.release[rank].grade_id), self._labelled[rank]
        edited = {tidy(copy.source): copy for copy in copies if self._is_edited(copy, rank)}
        below, above = self._around(rank)
        mates = [at for at in self._labelled if at not in self._anchors and self._ends(at) == self._ends(rank)]
        if not copies and len(mates) > 1:
            return self._share(name, mates.index(rank), below, len(mates))
        texts = [cell for cell in below if self._is_own(cell) and not cell.number]
        texts = texts or [cell for cell in above if self._is_own(cell) and not cell.number and not edited]
        chosen = sorted([*edited.values(), *texts], key=lambda cell: self._place[id(cell)])
        code = [cell for cell in below if self._is_own(cell) and for_people(cell.source)]
        return self._take(Written(name, tuple(chosen or code), bool(chosen or not code), bool(edited)))

    def left_over(self) -> tuple[RawCell, ...]:
        """Text of the student's own that answers nothing by its place, or stands at the place of another question."""
        strays = {id(copy) for rank, copies in self._labelled.items() for copy in self._astray(rank, copies)}
        return tuple(cell for cell in self.cells if id(cell) in strays or (not cell.number and self._is_own(cell)))

    def _astray(self, rank: int, copies: Sequence[RawCell]) -> Iterator[RawCell]:
        """Copies of a question's cell that another released cell parts: one of them was pasted with its label."""
        edited = [self._place[id(copy)] for copy in copies if self._is_edited(copy, rank)]
        for place, after in pairwise(edited):
            if any(place < other < after for other in self._anchors.values()):
                yield from (self.cells[place], self.cells[after])

    def _is_edited(self, copy: RawCell, rank: int) -> bool:
        return bool(copy.attachments) or undressed(copy.source) not in ("", undressed(self.release[rank].source))

    def _anchored(self, claims: Claims) -> Iterator[tuple[int, int]]:
        """Released cells that are in the file: by label, what they define, or, for text, by their text."""
        by_text = {tidy(cell.source): place for place, cell in reversed(list(enumerate(self.cells)))}
        for rank, cell in enumerate(self.release):
            copies = self._labelled.get(rank) or claims.get(cell.grade_id or "")
            if copies:
                yield rank, self._place[id(copies[0])]
            elif cell.role != "manual" and tidy(cell.source) in by_text:
                yield rank, by_text[tidy(cell.source)]

    def _around(self, rank: int) -> tuple[Sequence[RawCell], Sequence[RawCell]]:
        """Cells below the question's cell and above it, up to the next released ones; without it all are below."""
        before = max((at for at in self._anchors if at < rank), default=-1)
        start, here = self._anchors.get(before, -1), self._anchors.get(rank)
        first = start if here is None else here
        end = min((place for at, place in self._anchors.items() if at > rank and place > first), default=None)
        above = () if here is None or before in self._labelled else self.cells[start + 1 : here]
        return self.cells[first + 1 : end], above

    def _share(self, name: str, index: int, cells: Sequence[RawCell], count: int) -> Written:
        """Of several questions without labels in one place: in their order, where there are as many texts."""
        stubs = {undressed(cell.source) for cell in self.release if cell.role == "manual"}
        texts = [cell for cell in cells if not cell.number]
        slots = [cell for cell in texts if id(cell) in self._wrote or undressed(cell.source) in stubs]
        prose = [cell for cell in cells if not cell.number or for_people(cell.source)]
        chosen = slots[index : index + 1] if len(slots) == count else [*slots, *prose]
        found = {id(cell): cell for cell in chosen if id(cell) in self._wrote}
        return self._take(Written(name, tuple(found.values()), len(slots) == count or not found, labelled=False))

    def _ends(self, rank: int) -> int | None:
        return min((at for at in self._anchors if at > rank), default=None)

    def _is_own(self, cell: RawCell) -> bool:
        """Whether the student wrote it, and no question has it yet."""
        return id(cell) in self._own

    def _take(self, answer: Written) -> Written:
        if answer.sure:
            self._own -= {id(cell) for cell in answer.cells}
        return answer
